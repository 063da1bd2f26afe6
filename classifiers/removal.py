"""Whether the words a verdict names did move it: take them out, and compare with taking out as many others."""

import random
import re
from collections.abc import Sequence

import numpy as np

from classifiers.corpus import Mention
from classifiers.local import LocalClassifier
from classifiers.reasons import STOP_WORDS
from classifiers.text import readable
from classifiers.verdict import Subject, Verdict

_WORD = re.compile(r"\w[\w'’-]*")


def removal_figures(classifier: LocalClassifier, rows: Sequence[Mention]) -> dict[str, float]:
    """Mean fall of the chosen topic's probability and share of changed topics, for named and for random words."""
    draw = random.Random(0)
    verdicts = classifier.classify([Subject(text=row.text, about=row.about) for row in rows])
    without_named, without_random = [], []
    for row, verdict in zip(rows, verdicts, strict=True):
        text = readable(row.text)
        others = [word for word in dict.fromkeys(_WORD.findall(text)) if _may_be_named(word, verdict)]
        count = min(len(verdict.why), len(others))
        without_named.append(Subject(text=_without(text, verdict.why[:count]), about=row.about))
        without_random.append(Subject(text=_without(text, draw.sample(others, count)), about=row.about))
    named, rest = classifier.classify(without_named), classifier.classify(without_random)
    return {
        "fall, named words": _fall(verdicts, named),
        "fall, random words": _fall(verdicts, rest),
        "topic changed, named words": _changed(verdicts, named),
        "topic changed, random words": _changed(verdicts, rest),
    }


def _may_be_named(word: str, verdict: Verdict) -> bool:
    return word.lower() not in STOP_WORDS and not any(word in name for name in verdict.why)


def _without(text: str, words: Sequence[str]) -> str:
    for word in words:
        text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", " ", text, flags=re.IGNORECASE)
    return text


def _fall(before: Sequence[Verdict], after: Sequence[Verdict]) -> float:
    return float(np.mean([one.confidence - two.topics[one.topic] for one, two in zip(before, after, strict=True)]))


def _changed(before: Sequence[Verdict], after: Sequence[Verdict]) -> float:
    return float(np.mean([one.topic != two.topic for one, two in zip(before, after, strict=True)]))

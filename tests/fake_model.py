"""A model written by hand. In a file of its own so that a process that only judges starts quickly."""

from collections.abc import Sequence

from classifiers.verdict import TRIAGE_CLASSES, ModelFault, Subject, Verdict

TOPICS = ("billing", "outage", "praise", "other")
ANGRY = ("hate", "awful", "broken", "twice", "worst")
HAPPY = ("love", "great", "thanks")


class FakeClassifier:
    """Reads the first topic's name that stands in the text; no such word: nothing is likely. Same text, same verdict.

    A text with a word of `poison` is a ModelFault for its whole batch; `down` makes every call one.
    """

    name = "fake-1"

    def __init__(self, topics: Sequence[str] = TOPICS, *, poison: Sequence[str] = ()) -> None:
        self._topics = tuple(topics)
        self._poison = tuple(poison)
        self.down = False
        self.batches: list[list[str]] = []

    def classify(self, subjects: Sequence[Subject]) -> list[Verdict]:
        self.batches.append([subject.text for subject in subjects])
        if self.down:
            raise ModelFault("heads.safetensors is missing")
        for subject in subjects:
            if any(word in subject.text for word in self._poison):
                raise ModelFault("topic head gave NaN")
        return [self.judge(subject.text) for subject in subjects]

    def judge(self, text: str) -> Verdict:
        said = text.casefold()
        topic = next((name for name in self._topics if name in said), "")
        angry, happy = (any(word in said for word in words) for words in (ANGRY, HAPPY))
        return verdict(
            topic or self._topics[-1],
            confidence=0.9 if topic else 1 / len(self._topics),
            topics=self._topics,
            detractor=0.9 if angry else 0.1,
            promoter=0.9 if happy and not angry else 0.1,
        )


def verdict(
    topic: str,
    *,
    confidence: float = 0.9,
    topics: Sequence[str] = TOPICS,
    detractor: float = 0.1,
    promoter: float = 0.1,
) -> Verdict:
    """A verdict that keeps to its contract: every mapping sums to 1."""
    rest = (1 - confidence) / max(len(topics) - 1, 1)
    kind = "unhappy" if detractor >= 0.5 else "positive" if promoter >= 0.5 else "other"
    triage = {name: 0.75 if name == kind else 0.05 for name in TRIAGE_CLASSES}
    return Verdict(
        topics={name: confidence if name == topic else rest for name in topics},
        detractor=detractor,
        promoter=promoter,
        triage=triage,
        reply=0.8 if detractor >= 0.5 else 0.3,
        language="en",
        why=(topic,),
        model=FakeClassifier.name,
    )

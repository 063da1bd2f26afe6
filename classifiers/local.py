"""The classifier on this machine: subjects in, verdicts out. Loading one brings in torch or ONNX Runtime."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from classifiers.encoder import Batch, Encoder, encoder_of
from classifiers.floors import floor_of
from classifiers.heads import Head, Heads, Matrix, load_heads
from classifiers.language import detect
from classifiers.reasons import telling_words, token_shares
from classifiers.settings import ModelSettings
from classifiers.text import readable, with_name
from classifiers.topics import company_head
from classifiers.verdict import ModelFault, Subject, Verdict
from classifiers.versions import learnt_topics, with_learnt


@dataclass(frozen=True)
class _Prompt:
    """What the encoder reads of a subject. `start` is where the subject's own text begins."""

    whole: str
    start: int


class LocalClassifier:
    """Judges on the calling thread; one thread at a time. Identical subjects are judged once."""

    def __init__(self, encoder: Encoder, heads: Heads, topic: Head, *, explain: bool = True) -> None:
        self._encoder = encoder
        self._heads = heads
        self._topic = topic
        self._explain = explain

    @property
    def name(self) -> str:
        return self._heads.model

    def with_heads(self, settings: ModelSettings) -> "LocalClassifier":
        """The same encoder under the heads of `settings`, warm; takes milliseconds. Raises ModelFault."""
        return _fitted(self._encoder, load_heads(settings.heads), settings)

    def classify(self, subjects: Sequence[Subject]) -> list[Verdict]:
        prompts = [_prompt(subject) for subject in subjects]
        unique = list(dict.fromkeys(prompts))
        verdicts: dict[_Prompt, Verdict] = {}
        for batch in self._encoder.batches([prompt.whole for prompt in unique]):
            asked = [unique[index] for index in batch.indices]
            verdicts.update(zip(asked, self._judge(asked, batch), strict=True))
        return [verdicts[prompt] for prompt in prompts]

    def _judge(self, asked: Sequence[_Prompt], batch: Batch) -> list[Verdict]:
        topics = self._topic.probabilities(batch.vectors)
        triage = self._heads["triage"].probabilities(batch.vectors)
        yes = {name: head.probabilities(batch.vectors)[:, 0] for name, head in self._heads.yes_or_no.items()}
        verdicts = [
            Verdict(
                topics=_shares(self._topic, topics[row]),
                triage=_shares(self._heads["triage"], triage[row]),
                language=detect(prompt.whole[prompt.start :]),
                why=self._why(prompt, batch, row, topics[row]) if self._explain else (),
                model=self.name,
                **{name: float(chances[row]) for name, chances in yes.items()},
            )
            for row, prompt in enumerate(asked)
        ]
        return [replace(verdict, floor=floor_of(self._heads.floors, verdict.topic)) for verdict in verdicts]

    def _why(self, prompt: _Prompt, batch: Batch, row: int, chances: Matrix) -> tuple[str, ...]:
        spans, states = batch.spans[row], batch.states[row]
        if len(spans) != len(states) or len(chances) < 2:
            return ()
        shares = token_shares(states, mean=self._heads.mean, weight=self._topic.weight, chances=chances)
        return telling_words(prompt.whole, start=prompt.start, spans=spans, shares=shares)


def load(settings: ModelSettings) -> LocalClassifier:
    """A classifier that has judged one text, so that the first mention does not wait. Raises ModelFault."""
    if not settings.topics:
        raise ModelFault("no topics: a model needs at least one to choose from")
    heads = load_heads(settings.heads)
    return _fitted(encoder_of(settings), heads, settings)


def _fitted(encoder: Encoder, heads: Heads, settings: ModelSettings) -> LocalClassifier:
    if encoder.fingerprint != heads.encoder:
        raise ModelFault(
            f"the heads {heads.model} were trained on another encoder than {settings.encoder or 'the shipped one'}: "
            "train your own with python -m classifiers.train --encoder NAME --out FOLDER and name that folder as heads"
        )
    if heads.mean.shape != (encoder.width,):
        raise ModelFault(f"the heads {heads.model} take {len(heads.mean)} numbers, the encoder gives {encoder.width}")
    topic = with_learnt(company_head(heads, settings.topics, encoder), learnt_topics(settings.heads))
    classifier = LocalClassifier(encoder, heads, topic, explain=settings.explain)
    classifier.classify([Subject(text="Is it ready?")])
    return classifier


def _prompt(subject: Subject) -> _Prompt:
    text = readable(subject.text)
    whole = with_name(text, readable(subject.about)[:80])
    return _Prompt(whole, len(whole) - len(text))


def _shares(head: Head, row: Matrix) -> dict[str, float]:
    exact = row.astype(np.float64)
    exact /= exact.sum()
    return {label: float(share) for label, share in zip(head.labels, exact, strict=True)}

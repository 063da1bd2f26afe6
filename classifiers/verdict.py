"""What a classifier is asked and what it says: the values that cross into the bot. Standard library only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

UNKNOWN_LANGUAGE = "und"
"""ISO 639-2 code for "undetermined", given where the text is too short or too odd to tell."""

TRIAGE_CLASSES = ("positive", "troll", "rager", "misguided", "unhappy", "other")
"""Classes of the response flow that a model can read off a text; see docs on the flow chart (nodes 1 to 6)."""


class ModelFault(Exception):
    """The model cannot be loaded, or gave something that is no probability; the message names the file or head."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """One text to judge. `about` is the company or product it speaks of, empty where nobody said."""

    text: str
    about: str = ""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What the model reads in one mention. Probabilities are finite and in [0, 1]; mappings sum to 1."""

    topics: Mapping[str, float]
    detractor: float
    promoter: float
    triage: Mapping[str, float]
    reply: float
    """Probability that a good company would answer."""
    language: str
    """ISO 639-1 code, or UNKNOWN_LANGUAGE."""
    why: tuple[str, ...]
    """Words of the text that moved the topic most, strongest first; empty where none stands out."""
    model: str
    """Name and version of what judged, the same for the same weights."""
    floor: float = 0.0
    """The confidence from which on this model's word on this topic was right often enough; 0 where nobody measured it."""
    irony: float = 0.0
    """Probability that it is meant the other way round; 0 also where the model cannot tell."""

    @property
    def ranked(self) -> Sequence[tuple[str, float]]:
        """Topics by falling probability; ties by name, so that the order never depends on the mapping."""
        return sorted(self.topics.items(), key=lambda pair: (-pair[1], pair[0]))

    @property
    def topic(self) -> str:
        return self.ranked[0][0]

    @property
    def confidence(self) -> float:
        return self.ranked[0][1]


class Classifier(Protocol):
    """The seam between the bot and any model: verdicts in the order of the subjects, never a missing one.

    Raises ModelFault where no verdict can be given; the caller keeps the mentions and asks again later.
    """

    @property
    def name(self) -> str: ...

    def classify(self, subjects: Sequence[Subject]) -> list[Verdict]: ...


@runtime_checkable
class Closing(Protocol):
    """A classifier that holds something: a process, or others that do."""

    def close(self) -> None: ...


def close(classifier: Classifier) -> None:
    """Let go of what a classifier holds; those that hold nothing need no closing."""
    if isinstance(classifier, Closing):
        classifier.close()

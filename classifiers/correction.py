"""What people teach and what a training says of it: the values that cross between the bot and learning. Standard library only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from classifiers.verdict import Subject


@dataclass(frozen=True, kw_only=True)
class Correction:
    """What a person made of one mention: a topic, a score, or both.

    One that `confirms` is no objection: somebody worked on the mention where the model had sent it. Objections alone are
    the mentions a model got wrong; who learns from those only, and is measured on those only, forgets what was right.
    """

    subject: Subject
    at: datetime
    by: str
    topic: str = ""
    detractor: float | None = None
    promoter: float | None = None
    confirms: bool = False


@dataclass(frozen=True, kw_only=True)
class LearningSettings:
    """`half_life`: after it a correction counts half. `min_new`: corrections since the last version that make a training.

    People are Slack ids: those in `leave_out` teach nothing, those `vouched` for are never doubted.
    Texts in the languages `elsewhere` are judged by another model and teach this one nothing.
    """

    half_life: timedelta = timedelta(days=180)
    min_new: int = 20
    leave_out: frozenset[str] = frozenset()
    vouched: frozenset[str] = frozenset()
    elsewhere: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Check:
    """One line of the gate: `candidate` must not fall short of `served` by more than `tolerance`."""

    name: str
    rows: int
    candidate: float
    served: float
    tolerance: float

    @property
    def passed(self) -> bool:
        return self.candidate >= self.served - self.tolerance - 1e-9


@dataclass(frozen=True, kw_only=True)
class Doubted:
    """A person whose labels count less: `plausible` of their `labels` were among the likely ones, of everybody's `usual`."""

    by: str
    labels: int
    plausible: float
    usual: float
    trust: float


@dataclass(frozen=True, kw_only=True)
class Training:
    """What became of one training. `version` is the new one, empty where none was made; `why` is a sentence.

    `served` is what served before, empty for the shipped heads. `counts` say what was learnt from, by kind of correction.
    """

    at: datetime
    served: str
    counts: Mapping[str, int]
    why: str
    version: str = ""
    promoted: bool = False
    checks: tuple[Check, ...] = ()
    doubted: tuple[Doubted, ...] = ()

"""How often the model was right, by what people made of its verdicts; and when it is right less often than it was."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

EARLIER = 3
"""The earlier level is taken over so many times the window."""

SURE = 3.09
"""Standard errors of a fall that is told: one in a thousand would come by chance. It is looked at every hour, so one in a hundred
would be a false alarm a week."""

RECOVERED = 1.64
"""Standard errors below the earlier level that are no fall any more."""

LEAST_FALL = 0.05
"""A smaller fall is not told, however sure: it is nothing that anybody would notice."""


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A verdict that somebody acted on: `said` by `model`, `meant` by the person `by` at `at`; empty for what nobody knows."""

    mention_id: int
    at: datetime
    by: str
    model: str
    said: str
    meant: str
    text: str
    source: str

    @property
    def right(self) -> bool:
        return self.said == self.meant


@dataclass(frozen=True, kw_only=True)
class TopicFigures:
    """One topic: `right` verdicts, those that were `wrong` (it was another), and those `missed` (it was this, another was said)."""

    topic: str
    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float | None:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else None

    @property
    def recall(self) -> float | None:
        return self.right / (self.right + self.missed) if self.right + self.missed else None

    @property
    def f1(self) -> float | None:
        total = 2 * self.right + self.wrong + self.missed
        return 2 * self.right / total if total else None


@dataclass(frozen=True, kw_only=True)
class Drift:
    """Shares of right verdicts: of the newest `rows`, and of what came before them."""

    now: float
    before: float
    rows: int
    rows_before: int

    @property
    def errors(self) -> float:
        """How many standard errors the newest lie below what came before (two proportions, pooled); 0 where nothing varies."""
        pooled = (self.now * self.rows + self.before * self.rows_before) / (self.rows + self.rows_before)
        spread = math.sqrt(pooled * (1 - pooled) * (1 / self.rows + 1 / self.rows_before))
        return (self.before - self.now) / spread if spread else 0.0

    @property
    def fell(self) -> bool:
        return self.errors >= SURE and self.before - self.now >= LEAST_FALL


def figures_by_topic(judged: Sequence[Judged]) -> list[TopicFigures]:
    """By topic, most frequent first; what a person did not name counts against the topic that was said only."""
    topics = {each.said for each in judged} | {each.meant for each in judged}
    found = [
        TopicFigures(
            topic=topic,
            right=sum(each.right and each.said == topic for each in judged),
            wrong=sum(not each.right and each.said == topic for each in judged),
            missed=sum(not each.right and each.meant == topic for each in judged),
        )
        for topic in topics - {""}
    ]
    return sorted(found, key=lambda each: (-(each.right + each.wrong + each.missed), each.topic))


def drift_of(judged: Sequence[Judged], window: int) -> Drift | None:
    """The newest `window` against up to EARLIER windows before them; None until there is one window of each."""
    ordered = sorted(judged, key=lambda each: (each.at, each.mention_id))
    newest, before = ordered[-window:], ordered[-(EARLIER + 1) * window : -window]
    if len(newest) < window or len(before) < window:
        return None
    return Drift(now=_share(newest), before=_share(before), rows=len(newest), rows_before=len(before))


def has_recovered(judged: Sequence[Judged], window: int, level: float) -> bool:
    """Whether the newest `window` is back at the `level` that an alarm compared with, within what chance does."""
    ordered = sorted(judged, key=lambda each: (each.at, each.mention_id))[-window:]
    if len(ordered) < window:
        return False
    spread = math.sqrt(max(level * (1 - level), 1e-9) / window)
    return _share(ordered) >= level - RECOVERED * spread


def _share(judged: Sequence[Judged]) -> float:
    return sum(each.right for each in judged) / len(judged)

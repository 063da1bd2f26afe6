"""Who speaks against us, or for us, again and again: determined detractors and advocates. Estimates, and labelled as such.

The public-relations idea of 2004 (persistent critics, weighed by reach), and its mirror:

    strength = persistence × reach × recency
    persistence = Σ score · 2^(-(last - t) / 30 d) over the posts of that kind, less the same sum over those of the other
    reach = 1 + log10(1 + followers / 100): 1 for nobody, 2 for 900, 3.1 for 12,400, 4 for 100,000
    recency = 2^(-(now - last) / 30 d)

It takes a strength of 1.5, three posts of that kind on two days, and more than twice as many as of the other kind: one rant
makes nobody a determined detractor, however loud it is. Half a year of silence makes anybody somebody else.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import log10

HALF_LIFE = timedelta(days=30)
LOOK_BACK = timedelta(days=180)
LEAST_STRENGTH = 1.5
LEAST_POSTS, LEAST_DAYS = 3, 2
CLEAR = 0.5
"""The least estimate with which a post speaks against us, or for us."""

REACH_UNIT = 100


class StanceKind(StrEnum):
    DETRACTOR = "determined detractor"
    ADVOCATE = "advocate"


@dataclass(frozen=True, kw_only=True)
class Heard:
    """One judged post of somebody. A person's score stands in place of the model's.

    `language` is the model's guess, empty where a person judged. `hostile` says that a person called it a rant or its
    author a troll: that post then counts against us in full, whatever the model read; no other does.
    """

    at: datetime
    detractor: float
    promoter: float
    reach: int = 0
    language: str = ""
    hostile: bool = False

    @property
    def against(self) -> float:
        """How much it speaks against us; nothing where it does not clearly."""
        if self.hostile:
            return 1.0
        return self.detractor if self.detractor >= CLEAR and self.detractor > self.promoter else 0.0

    @property
    def in_favour(self) -> float:
        if self.hostile:
            return 0.0
        return self.promoter if self.promoter >= CLEAR and self.promoter > self.detractor else 0.0


@dataclass(frozen=True, kw_only=True)
class Stance:
    """What somebody is to us, and why: `posts` of that kind since `first_at`, the last at `last_at`, heard by `reach`."""

    kind: StanceKind
    posts: int
    first_at: datetime
    last_at: datetime
    reach: int
    strength: float


def stance_of(heard: Iterable[Heard], now: datetime) -> Stance | None:
    """None for most people. What is older than LOOK_BACK does not count, nor what is dated later than now."""
    posts = sorted((each for each in heard if now - LOOK_BACK <= each.at <= now), key=lambda each: each.at)
    against = [(each.at, each.against) for each in posts if each.against]
    in_favour = [(each.at, each.in_favour) for each in posts if each.in_favour]
    reach = next((each.reach for each in reversed(posts) if each.reach), 0)
    return _stance(StanceKind.DETRACTOR, against, in_favour, reach, now) or _stance(
        StanceKind.ADVOCATE, in_favour, against, reach, now
    )


Scored = Sequence[tuple[datetime, float]]


def _stance(kind: StanceKind, these: Scored, others: Scored, reach: int, now: datetime) -> Stance | None:
    if len(these) < LEAST_POSTS or len({at.date() for at, _ in these}) < LEAST_DAYS or len(these) <= 2 * len(others):
        return None
    last = these[-1][0]
    persistence = _decayed(these, last) - _decayed(others, last)
    strength = persistence * _weight(reach) * _half(now - last)
    if strength < LEAST_STRENGTH:
        return None
    return Stance(kind=kind, posts=len(these), first_at=these[0][0], last_at=last, reach=reach, strength=strength)


def _decayed(scored: Scored, last: datetime) -> float:
    return sum(score * _half(max(last - at, timedelta(0))) for at, score in scored)


def _half(age: timedelta) -> float:
    return float(2 ** -(age / HALF_LIFE))


def _weight(reach: int) -> float:
    return 1 + log10(1 + max(reach, 0) / REACH_UNIT)

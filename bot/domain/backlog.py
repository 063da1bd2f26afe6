"""What waits for a decision, looked through to clear it: which of it is wanted, a page at a time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.lifecycle import Action

MOST = 100
"""Mentions that one person decides on at a time: each takes a transaction of its own."""

TOGETHER = (Action.LET_STAND, Action.MONITOR, Action.DISMISS, Action.SNOOZE, Action.RELEASE)
"""What can be done to many at once; to answer, each customer deserves a look."""


class Whose(StrEnum):
    """What nobody has taken, or what the person looking holds."""

    UNCLAIMED = "unclaimed"
    MINE = "mine"


class Age(StrEnum):
    """How long ago a mention came in, at the least."""

    ANY = "any"
    DAY = "1d"
    DAYS = "3d"
    WEEK = "7d"
    MONTH = "30d"

    @property
    def least(self) -> timedelta:
        return timedelta(days=0 if self is Age.ANY else int(self.removesuffix("d")))


@dataclass(frozen=True, kw_only=True)
class Pick:
    """Which mentions are wanted. An empty text asks for all; `outcome` is the value of an Outcome."""

    whose: Whose = Whose.UNCLAIMED
    department: str = ""
    topic: str = ""
    outcome: str = ""
    age: Age = Age.ANY


@dataclass(frozen=True, kw_only=True)
class BacklogItem:
    """One mention in the backlog; `recommended` is the value of an Outcome, empty where nobody judged."""

    mention_id: int
    source: str
    author: str
    text: str
    department: str
    topic: str
    recommended: str
    urgent: bool
    received_at: datetime


@dataclass(frozen=True, kw_only=True)
class BacklogPage:
    """`first` counts from 0, `total` is how many fit in all; the oldest comes first."""

    waiting: tuple[BacklogItem, ...]
    first: int
    total: int
    size: int

"""Who is asked to take a mention: an offer to one person, and whose turn it is to get the next one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from bot.domain.event import EARSHOT
from bot.domain.promise import OfficeHours, due_at

_LEAST = timedelta(microseconds=1)
_NEVER = datetime.min.replace(tzinfo=UTC)


class Assign(StrEnum):
    """To whom a department's new cards are offered. Everybody else may claim them all the same."""

    NOBODY = "nobody"
    ROUND_ROBIN = "round_robin"
    LEAST_LOADED = "least_loaded"


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A mention held out to one person: by the colleague who holds it, or by Earshot where nobody does."""

    to: str
    by: str
    at: datetime
    until: datetime

    @property
    def in_turn(self) -> bool:
        """Whether Earshot made it, because it is this person's turn."""
        return self.by == EARSHOT


@dataclass(frozen=True, kw_only=True)
class Lapse:
    """A claim that ran out: whose it was, and when it came back for everyone."""

    owner: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """Somebody who could be asked. `last_turn` is when they were asked last, `load` what they hold and are asked now."""

    person: str
    last_turn: datetime | None
    load: int


def choose_next(assign: Assign, candidates: Sequence[Candidate]) -> str:
    """Who is asked: whoever waited longest for a turn, or has least to do; ties go by turn, then by the order given.

    Empty where there is nobody, and where the department offers to nobody.
    """
    if assign is Assign.NOBODY or not candidates:
        return ""
    by_load = assign is Assign.LEAST_LOADED
    return min(candidates, key=lambda each: (each.load if by_load else 0, each.last_turn or _NEVER)).person


def turn_at(turns: Iterable[datetime], now: datetime) -> datetime:
    """When a turn was taken, after all that were: several cards may be dealt out at one and the same moment."""
    return max([now, *(turn + _LEAST for turn in turns)])


def opens_at(hours: OfficeHours, now: datetime) -> datetime:
    """The first moment from `now` on that is office time: `now` itself while the office is open."""
    return due_at(now, _LEAST, hours) - _LEAST


def offer_end(hours: OfficeHours, now: datetime, within: timedelta) -> datetime:
    """When an offer that Earshot makes at `now` runs out: nobody loses one overnight."""
    return due_at(now, within, hours)

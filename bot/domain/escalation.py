"""Escalation: whom a department's chain calls next, when its clock may call people at all, and where its end is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

MOST_REPEATS = 5

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


class TargetKind(StrEnum):
    """What a reference in a chain turned out to be. `person` is called in person, the others where they read together."""

    PERSON = "person"
    GROUP = "group"
    CHANNEL = "channel"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Target:
    """One reference of a level as it stands now. `problem` says why nobody can be told there; empty where somebody can.

    `called` is the Slack reference to call: for a rota, whoever is on call; `on_call` is then the rota's name.
    """

    reference: str
    called: str
    kind: TargetKind
    problem: str = ""
    on_call: str = ""


@dataclass(frozen=True, kw_only=True)
class Quiet:
    """One stretch of a day, in wall time, in which the clock calls nobody. Where `ends` is not later it is the next day's."""

    begins: time
    ends: time

    def holds(self, wall: time) -> bool:
        if self.begins < self.ends:
            return self.begins <= wall < self.ends
        return wall >= self.begins or wall < self.ends


@dataclass(frozen=True, kw_only=True)
class Position:
    """How far a chain was called: `level` counts from 1 and is 0 before the first call, `round` from 0."""

    level: int = 0
    round: int = 0


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A call of the next level that somebody asked for and that waits for `until`, the end of quiet hours."""

    by: str
    reason: str
    until: datetime


def after(position: Position, *, levels: int, repeats: int) -> Position | None:
    """The next position of a chain of `levels` that is called once and `repeats` times more; None at its end."""
    if not levels:
        return None
    if position.level < levels:
        return Position(level=position.level + 1, round=position.round)
    return Position(level=1, round=position.round + 1) if position.round < repeats else None


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Whom a call reaches: `told` at `position`, after `unreached` ones on the way there. Nobody told is nobody left."""

    position: Position
    told: tuple[Target, ...]
    unreached: tuple[Target, ...] = ()


def plan_call(levels: Sequence[tuple[str, ...]], position: Position, targets: Mapping[str, Target]) -> Plan:
    """Call the level of `position`, or the first after it in its round where anybody can be told.

    `levels` are the references that each level names; all of them must be in `targets`.
    """
    unreached: list[Target] = []
    for number in range(position.level, len(levels) + 1):
        named = [targets[reference] for reference in levels[number - 1]]
        unreached += [each for each in named if each.problem]
        told = tuple({each.called: each for each in named if not each.problem}.values())
        if told:
            return Plan(position=Position(level=number, round=position.round), told=told, unreached=tuple(unreached))
    return Plan(position=Position(level=len(levels), round=position.round), told=(), unreached=tuple(unreached))


def parse_quiet(text: str) -> Quiet:
    """`"22:00-07:00"`; `24:00` is midnight. Raises ValueError with the text in it."""
    begins, dash, ends = (part.strip() for part in text.partition("-"))
    try:
        if not dash:
            raise ValueError("no dash")
        quiet = Quiet(begins=_wall(begins), ends=_wall(ends))
    except ValueError as error:
        raise ValueError(f"“{text}” is not a stretch of quiet such as 22:00-07:00") from error
    if quiet.begins == quiet.ends:
        raise ValueError(f"“{text}” is a whole day: nobody would ever be called")
    return quiet


def has_loud_time(hours: Sequence[Quiet]) -> bool:
    """Whether a day has any time in which people are called."""
    walls = [time(0), *(quiet.ends for quiet in hours)]
    return any(not _in_quiet(hours, wall) for wall in walls)


def is_quiet(hours: Sequence[Quiet], zone: str, at: datetime) -> bool:
    return _in_quiet(hours, at.astimezone(ZoneInfo(zone)).time())


def first_call(hours: Sequence[Quiet], zone: str, at: datetime) -> datetime:
    """`at`, or the end of the quiet hours that it lies in, in UTC. What counts is what the clock on the wall shows.

    Raises ValueError where quiet hours never end.
    """
    moment = at.astimezone(UTC)
    if not is_quiet(hours, zone, moment):
        return moment
    for ends in _ends(hours, zone, moment):
        if not is_quiet(hours, zone, ends):
            return _first_loud(hours, zone, moment, ends)
    raise ValueError("quiet hours that never end")


def _ends(hours: Sequence[Quiet], zone: str, at: datetime) -> list[datetime]:
    """The moments of the next two days at which a stretch may end, soonest first; a repeated hour has two of each."""
    today = at.astimezone(ZoneInfo(zone)).date()
    found = {
        datetime.combine(today + days * _DAY, quiet.ends, tzinfo=ZoneInfo(zone)).replace(fold=fold).astimezone(UTC)
        for days in range(3)
        for quiet in hours
        for fold in (0, 1)
    }
    return sorted(each for each in found if each > at)


def _first_loud(hours: Sequence[Quiet], zone: str, quiet: datetime, loud: datetime) -> datetime:
    """The end of the quiet before `loud`, to the second: sooner than on the wall where clocks jump over it."""
    before = [each for each in _ends(hours, zone, quiet) if each < loud]
    low, high = max([quiet, *before]), loud
    while high - low >= 2 * _SECOND:
        middle = low + (high - low) // (2 * _SECOND) * _SECOND
        low, high = (middle, high) if is_quiet(hours, zone, middle) else (low, middle)
    return high


def _in_quiet(hours: Sequence[Quiet], wall: time) -> bool:
    return any(quiet.holds(wall) for quiet in hours)


def _wall(text: str) -> time:
    return time(0) if text == "24:00" else datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007 wall time

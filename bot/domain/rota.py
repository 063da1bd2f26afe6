"""Rotas: who is on call at a moment, by turns that go round and by duties that people take out of turn."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

NOBODY = "nobody"
"""In the place of a person: a turn that nobody has."""

PREFIX = "oncall:"
"""What a reference to a rota starts with: `oncall:care`."""

_MOST_SHIFTS = 500
"""How many shifts are looked through for the next person, before a rota is said to have no other."""


@dataclass(frozen=True, kw_only=True)
class Rota:
    """People who are on call by turns of `turn_days` days; the first one's begins on `starts` at `handover`, wall time in `zone`.

    `people` are Slack references or NOBODY, in order; one may stand there several times.
    """

    name: str
    people: tuple[str, ...]
    starts: date
    turn_days: int
    handover: time
    zone: str

    @property
    def reference(self) -> str:
        return f"{PREFIX}{self.name}"


@dataclass(frozen=True, kw_only=True)
class Duty:
    """`person` takes a rota's duty from `starts_at` until `ends_at` (exclusive), whoever's turn it is."""

    id: int
    rota: str
    person: str
    starts_at: datetime
    ends_at: datetime
    set_by: str
    set_at: datetime

    def covers(self, at: datetime) -> bool:
        return self.starts_at <= at < self.ends_at


@dataclass(frozen=True, kw_only=True)
class Shift:
    """Who is on call until `ends_at` (None: for good). `duty` is set where that is out of turn; `person` may be NOBODY."""

    person: str
    ends_at: datetime | None
    duty: Duty | None = None


@dataclass(frozen=True, kw_only=True)
class OnCall:
    """One rota as it stands: who is on call, who comes next and when, and what people took out of turn."""

    rota: Rota
    shift: Shift
    then: tuple[datetime, Shift] | None
    duties: tuple[Duty, ...]


def rota_name(reference: str) -> str:
    """The rota that a reference names; empty where it names no rota."""
    return reference.removeprefix(PREFIX) if reference.startswith(PREFIX) else ""


def shift_at(rota: Rota, duties: Iterable[Duty], at: datetime) -> Shift:
    """Who is on call at `at`. Of several duties that cover it the one set last holds. Raises ValueError for a naive time."""
    known = list(duties)
    duty = max((each for each in known if each.covers(at)), key=lambda each: each.id, default=None)
    person, ends_at = (duty.person, duty.ends_at) if duty else _turn_at(rota, at)
    later = [each for each in known if each.starts_at > at and (duty is None or each.id > duty.id)]
    ends = [each for each in (ends_at, *(each.starts_at for each in later)) if each is not None]
    return Shift(person=person, ends_at=min(ends, default=None), duty=duty)


def next_shift(rota: Rota, duties: Iterable[Duty], at: datetime) -> tuple[datetime, Shift] | None:
    """When somebody else takes over, and who; None where that never happens."""
    known = list(duties)
    now = shift_at(rota, known, at)
    shift = now
    for _ in range(_MOST_SHIFTS):
        if shift.ends_at is None:
            return None
        begins = shift.ends_at
        shift = shift_at(rota, known, begins)
        if shift.person != now.person:
            return begins, shift
    return None


def _turn_at(rota: Rota, at: datetime) -> tuple[str, datetime | None]:
    """Whose turn it is, and until when; NOBODY's before the first one."""
    if not rota.people:
        return NOBODY, None
    if at < _begins(rota, 0):
        return NOBODY, _begins(rota, 0)
    days = at.astimezone(ZoneInfo(rota.zone)).date() - rota.starts
    number = days.days // rota.turn_days
    if at < _begins(rota, number):  # its day has come, its hour has not
        number -= 1
    return rota.people[number % len(rota.people)], _begins(rota, number + 1)


def _begins(rota: Rota, number: int) -> datetime:
    """When turn `number` begins, in UTC. A wall time that clocks skip is read as before the jump, a repeated one at first."""
    day = rota.starts + timedelta(days=number * rota.turn_days)
    return datetime.combine(day, rota.handover, tzinfo=ZoneInfo(rota.zone)).astimezone(UTC)

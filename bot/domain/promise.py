"""Promises: by when a mention is to be decided or answered, counted in office time."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo

HORIZON_DAYS = 3660
"""Ten years: a promise that would be due later than this is a mistake in the configuration, not a promise."""

_MIDNIGHT = time(0)
_NO_TIME = timedelta(0)


@dataclass(frozen=True, kw_only=True)
class Opening:
    """One stretch of a day, in local wall time. `closes` at 00:00 means the end of that day."""

    opens: time
    closes: time

    def __post_init__(self) -> None:
        if self.opens.tzinfo or self.closes.tzinfo:
            raise ValueError("office hours are wall times of their zone and carry no zone of their own")
        if self.closes != _MIDNIGHT and self.closes <= self.opens:
            raise ValueError(f"office hours close at {self.closes:%H:%M}, which is not after {self.opens:%H:%M}")


ALL_DAY = Opening(opens=_MIDNIGHT, closes=_MIDNIGHT)


@dataclass(frozen=True, kw_only=True)
class OfficeHours:
    """When a department works. `week` holds the openings of Monday to Sunday, each day in order and without overlap.

    Raises ValueError for a zone that is not in the IANA database, and where no day has an opening: nothing would ever
    be due.
    """

    zone: str
    week: tuple[tuple[Opening, ...], ...]
    holidays: frozenset[date] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        load_zone(self.zone)
        if len(self.week) != 7:
            raise ValueError(f"office hours need seven days, Monday first, not {len(self.week)}")
        if not any(self.week):
            raise ValueError("office hours are empty: nothing could ever be due")
        for day in self.week:
            for earlier, later in pairwise(day):
                if earlier.closes == _MIDNIGHT or later.opens < earlier.closes:
                    raise ValueError(f"the opening at {later.opens:%H:%M} overlaps the one at {earlier.opens:%H:%M}")

    @property
    def round_the_clock(self) -> bool:
        return not self.holidays and all(day == (ALL_DAY,) for day in self.week)


def always(zone: str = "UTC") -> OfficeHours:
    """Round the clock, every day of the year."""
    return OfficeHours(zone=zone, week=((ALL_DAY,),) * 7)


def parse_opening(text: str) -> Opening:
    """`"09:00-12:30"` as an opening; `24:00` is the end of the day. Raises ValueError with the text in it."""
    opens, dash, closes = (part.strip() for part in text.partition("-"))
    try:
        if not dash:
            raise ValueError("no dash")
        ends = _MIDNIGHT if closes == "24:00" else datetime.strptime(closes, "%H:%M").time()  # noqa: DTZ007 wall time
        begins = datetime.strptime(opens, "%H:%M").time()  # noqa: DTZ007 wall time
    except ValueError as error:
        raise ValueError(f"“{text}” is not an opening such as 09:00-12:30") from error
    return Opening(opens=begins, closes=ends)


def load_zone(name: str) -> ZoneInfo:
    """The zone, or ValueError where the IANA database does not know it."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:  # OSError: "Europe" is a folder of the database
        raise ValueError(f"“{name}” is not a time zone such as Europe/Berlin") from error


def due_at(start: datetime, within: timedelta, hours: OfficeHours) -> datetime:
    """The first moment by which `within` of office time has passed since `start`; in UTC.

    Time that ends exactly at closing is due at closing, not at the next opening. Raises ValueError for a naive start, a
    negative duration, and where it would take more than ten years.
    """
    begin = _utc(start)
    if within < _NO_TIME:
        raise ValueError("a promise cannot be due before it starts")
    if hours.round_the_clock or not within:
        return begin + within
    left = within
    for opens, closes in _spans(hours, begin):
        if closes - opens >= left:
            return opens + left
        left -= closes - opens
    raise ValueError(f"{within} of office time do not pass within ten years")


def office_time_between(a: datetime, b: datetime, hours: OfficeHours) -> timedelta:
    """Office time from `a` to `b`; nothing where `b` is not after `a`. Raises ValueError for naive times."""
    begin, end = _utc(a), _utc(b)
    if end <= begin:
        return _NO_TIME
    if hours.round_the_clock:
        return end - begin
    passed = _NO_TIME
    for opens, closes in _spans(hours, begin, until=end):
        passed += max(min(closes, end) - opens, _NO_TIME)
    return passed


class PromiseKind(StrEnum):
    """What is promised: that somebody decides what to do, or that the customer has an answer."""

    DECISION = "decision"
    ANSWER = "answer"


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What is promised, all in office time. `name` is the rule that says so, empty for the department's own promise."""

    decide_within: timedelta
    answer_within: timedelta
    warn_before: timedelta
    hours: OfficeHours
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Promise:
    """One promise about one mention, and what was said about it so far.

    `warn_at` is None where the whole promise is shorter than the warning. `settled_at` is when what was promised
    happened, or when it stopped to matter: a decision to let a post stand settles the promise of an answer too.
    While `paused_at` is set its time stands still, and `due_at` is what it was at that moment. `terms` names the rule that
    gave it, empty for the department's own.
    """

    kind: PromiseKind
    warn_at: datetime | None
    due_at: datetime
    warned_at: datetime | None = None
    announced_at: datetime | None = None
    settled_at: datetime | None = None
    paused_at: datetime | None = None
    terms: str = ""

    def kept(self, now: datetime) -> bool | None:
        """Whether it was kept; None while that is open. Settled at the due time itself, or in a pause before it, is kept."""
        if self.settled_at is not None:
            return min(self.settled_at, self.paused_at or self.settled_at) <= self.due_at
        return False if (self.paused_at or now) > self.due_at else None


class Step(StrEnum):
    """What the clock asks for."""

    NOTHING = "nothing"
    WARN = "warn"
    ANNOUNCE = "announce"


def promises_for(terms: Terms, start: datetime, *, urgent: bool = False) -> tuple[Promise, Promise]:
    """The promises of a decision and of an answer; an urgent one's time runs day and night."""
    counted = replace(terms, hours=always(terms.hours.zone)) if urgent else terms
    return (
        _promise(PromiseKind.DECISION, start, counted.decide_within, counted),
        _promise(PromiseKind.ANSWER, start, counted.answer_within, counted),
    )


def paused(promise: Promise, now: datetime) -> Promise:
    """The promise with its time standing still from `now` on; one that is settled or late already stays as it is."""
    if promise.settled_at is not None or promise.paused_at is not None or promise.due_at <= now:
        return promise
    return replace(promise, paused_at=now)


def resumed(promise: Promise, now: datetime, hours: OfficeHours) -> Promise:
    """The promise with as much office time left as it had when it was paused. `hours` are those it is counted in.

    A warning that was given stays given; one that was not comes as long before the due time as it would have.
    """
    if promise.paused_at is None or promise.settled_at is not None:
        return promise

    def moved(moment: datetime) -> datetime:
        if moment <= stopped or now <= stopped:
            return moment
        return due_at(now, office_time_between(stopped, moment, hours), hours)

    stopped = promise.paused_at
    warn = moved(promise.warn_at) if promise.warn_at is not None and promise.warned_at is None else promise.warn_at
    return replace(promise, warn_at=warn, due_at=moved(promise.due_at), paused_at=None)


def office_time_left(promise: Promise, now: datetime, hours: OfficeHours) -> timedelta:
    """How much office time is left, none where it is late."""
    return office_time_between(promise.paused_at or now, promise.due_at, hours)


def step(promise: Promise, now: datetime) -> Step:
    """What is to be said now. A promise found late is announced only: a warning would come after the fact."""
    if promise.settled_at is not None or promise.announced_at is not None or promise.paused_at is not None:
        return Step.NOTHING
    if now >= promise.due_at:
        return Step.ANNOUNCE
    if promise.warn_at is not None and promise.warned_at is None and now >= promise.warn_at:
        return Step.WARN
    return Step.NOTHING


def next_look(promise: Promise) -> datetime | None:
    """When `step` will next ask for something, None if never again: what a timer row stores."""
    if promise.settled_at is not None or promise.announced_at is not None or promise.paused_at is not None:
        return None
    return promise.warn_at if promise.warn_at is not None and promise.warned_at is None else promise.due_at


def _promise(kind: PromiseKind, start: datetime, within: timedelta, terms: Terms) -> Promise:
    before = terms.warn_before
    warn = due_at(start, within - before, terms.hours) if within > before > _NO_TIME else None
    return Promise(kind=kind, warn_at=warn, due_at=due_at(start, within, terms.hours), terms=terms.name)


def _spans(
    hours: OfficeHours, begin: datetime, *, until: datetime | None = None
) -> Iterator[tuple[datetime, datetime]]:
    """Openings as UTC spans from `begin` on, in order and without overlap, for ten years or `until`."""
    zone = ZoneInfo(hours.zone)
    reached = begin
    first = begin.astimezone(zone).date()
    last = first + timedelta(days=HORIZON_DAYS) if until is None else until.astimezone(zone).date()
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        for opening in () if day in hours.holidays else hours.week[day.weekday()]:
            opens = max(_instant(day, opening.opens, zone, fold=0), reached)
            closes = _closing(day, opening, zone)
            if closes > opens:
                yield opens, closes
                reached = closes


def _closing(day: date, opening: Opening, zone: ZoneInfo) -> datetime:
    """A repeated hour counts whole, so it closes at the second reading; a day ends when the next one first begins."""
    if opening.closes == _MIDNIGHT:
        return _instant(day + timedelta(days=1), _MIDNIGHT, zone, fold=0)
    return _instant(day, opening.closes, zone, fold=1)


def _instant(day: date, at: time, zone: ZoneInfo, *, fold: int) -> datetime:
    """The UTC moment of a wall time: `fold` picks the first or second of a repeated one, a skipped one is the jump."""
    wall = datetime.combine(day, at, tzinfo=zone)
    moment = wall.replace(fold=fold).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return moment
    return _jump(wall, zone)


def _jump(skipped: datetime, zone: ZoneInfo) -> datetime:
    """When clocks jump over `skipped`, to the second, by bisection between its two readings (PEP 495)."""
    before, after = skipped.replace(fold=1).astimezone(UTC), skipped.replace(fold=0).astimezone(UTC)
    offset_after = after.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == offset_after:
            after = middle
        else:
            before = middle
    return after


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("times are aware: this one has no zone")
    return moment.astimezone(UTC)

"""Which days a report covers."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.promise import load_zone

MAX_DAYS = 366
_EARLIEST = date(2000, 1, 1)


@dataclass(frozen=True, kw_only=True)
class Period:
    """Local calendar days `first` to `last`, as the moments [begin, end). `end` is no later than now."""

    zone: str
    first: date
    last: date
    begin: datetime
    end: datetime

    @property
    def days(self) -> tuple[date, ...]:
        return tuple(self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1))

    def previous(self) -> "Period":
        """As many days right before, up to the same time of day: a week until noon compares with a week until noon."""
        back = timedelta(days=len(self.days))
        first, last = self.first - back, self.last - back
        end = self.begin
        if self.end < _midnight(self.last + timedelta(days=1), self.zone):
            # Wall-clock arithmetic: the zone stays on, so the time of day survives a clock change.
            end = (self.end.astimezone(ZoneInfo(self.zone)) - back).astimezone(UTC)
        return Period(zone=self.zone, first=first, last=last, begin=_midnight(first, self.zone), end=end)


def parse_period(text: str, now: datetime, zone: str) -> Period:
    """`7d` (also where `text` is empty): today and the six days before. `2026-01-01..2026-01-31`: both days included.

    Days are those of `zone`. Raises ValueError, with a sentence for the person who typed it, for anything else.
    """
    today = now.astimezone(load_zone(zone)).date()
    asked = text.strip().lower() or "7d"
    if match := re.fullmatch(r"([0-9]{1,9})d", asked):
        count = int(match[1])
        _refuse_length(count)
        return _period(today - timedelta(days=count - 1), today, now, zone)
    if match := re.fullmatch(r"([0-9]{4}-[0-9]{2}-[0-9]{2})\.\.([0-9]{4}-[0-9]{2}-[0-9]{2})", asked):
        first, last = _day(match[1]), _day(match[2])
        if last < first:
            raise ValueError(f"The period ends ({last}) before it begins ({first}).")
        if first < _EARLIEST:
            raise ValueError(f"The period begins before {_EARLIEST}; nothing is that old here.")
        if last > today:
            raise ValueError(f"The period ends in the future ({last}); today is {today}.")
        _refuse_length((last - first).days + 1)
        return _period(first, last, now, zone)
    raise ValueError(f"“{text.strip()}” is not a period. Write 7d, 30d or 2026-01-01..2026-01-31.")


def _period(first: date, last: date, now: datetime, zone: str) -> Period:
    end = min(_midnight(last + timedelta(days=1), zone), now.astimezone(UTC))
    return Period(zone=zone, first=first, last=last, begin=_midnight(first, zone), end=end)


def _midnight(day: date, zone: str) -> datetime:
    """When a local day begins; where the clock skips midnight (Beirut), this is the jump."""
    return datetime.combine(day, time(0), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"There is no day {text}.") from error


def _refuse_length(days: int) -> None:
    if not 1 <= days <= MAX_DAYS:
        raise ValueError(f"A period has 1 to {MAX_DAYS} days, not {days}.")

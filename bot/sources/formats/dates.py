"""Dates as places write them: ISO 8601, RFC 2822 or seconds since 1970. The result is aware UTC or nothing."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""Nobody wrote about a customer's experience on the web before; 1970-01-01 is how software says "no date"."""
SKEW = timedelta(minutes=10)
"""How far ahead of ours another clock may be and still be believed."""

_EPOCH = re.compile(r"\d{9,16}(\.\d{1,9})?")
_NEEDS_MILLISECONDS = 100_000_000_000


def read_date(text: str) -> datetime | None:
    """A date without a zone is taken as UTC. None for what is no date, or before `EARLIEST`."""
    stripped = text.strip()[:64]
    for read in (_iso, _epoch, _rfc2822):
        try:
            moment = read(stripped)
            if moment is not None:
                return in_utc(moment)
        except (ValueError, OverflowError):
            continue
    return None


def in_utc(moment: datetime) -> datetime | None:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    utc = aware.astimezone(UTC)
    return utc if utc >= EARLIEST else None


def believed(moment: datetime | None, now: datetime) -> datetime | None:
    """A date in the future is as good as none: it says when a post will appear, or that a clock is wrong."""
    return moment if moment is not None and moment <= now + SKEW else None


def _iso(text: str) -> datetime | None:
    return None if _EPOCH.fullmatch(text) else datetime.fromisoformat(text)


def _epoch(text: str) -> datetime | None:
    if not _EPOCH.fullmatch(text):
        return None
    number = float(text)
    while number >= _NEEDS_MILLISECONDS:
        number /= 1000
    return datetime.fromtimestamp(number, UTC)


def _rfc2822(text: str) -> datetime | None:
    return parsedate_to_datetime(text)

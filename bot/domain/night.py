"""What is done once a night, in the company's zone, and after a night that was slept through."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


def last_due(now: datetime, zone: str, at: time) -> datetime:
    """The latest moment not after `now` at which clocks in `zone` show `at`, in UTC.

    An hour that is skipped counts where it would have been, one that comes twice counts the first time: once a night always.
    """
    here = ZoneInfo(zone)
    day = now.astimezone(here).date()
    for back in range(3):
        due = datetime.combine(day - timedelta(days=back), at, tzinfo=here).astimezone(UTC)
        if due <= now:
            return due
    raise AssertionError("a clock was set back by days")

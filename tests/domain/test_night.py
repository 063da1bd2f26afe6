"""Once a night in the company's zone, whatever the clocks do."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

import pytest

from bot.domain.night import last_due

BERLIN = "Europe/Berlin"


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (utc(2026, 6, 1, 1, 29), utc(2026, 5, 31, 1, 30)),
        (utc(2026, 6, 1, 1, 30), utc(2026, 6, 1, 1, 30)),
        (utc(2026, 6, 1, 23, 0), utc(2026, 6, 1, 1, 30)),
        (utc(2026, 1, 10, 2, 31), utc(2026, 1, 10, 2, 30)),
    ],
)
def test_the_last_time_the_clock_showed_it(now: datetime, due: datetime) -> None:
    assert last_due(now, BERLIN, time(3, 30)) == due


@pytest.mark.parametrize(
    ("first", "at"),
    [
        (utc(2026, 3, 27), time(2, 30)),  # on the 29th there is no half past two
        (utc(2026, 10, 23), time(2, 30)),  # on the 25th there are two
        (utc(2026, 3, 27), time(3, 30)),
        (utc(2026, 10, 23), time(0, 0)),
    ],
)
def test_once_a_night_also_when_the_clocks_are_changed(first: datetime, at: time) -> None:
    """Looking every minute for five days, each night brings one new moment."""
    looks = [first + timedelta(minutes=minute) for minute in range(5 * 24 * 60)]
    found = sorted({last_due(look, BERLIN, at) for look in looks})
    assert all(due <= looks[-1] for due in found)
    assert len([due for due in found if due > first]) == 5
    gaps = [later - earlier for earlier, later in pairwise(found)]
    assert all(timedelta(hours=23) <= gap <= timedelta(hours=25) for gap in gaps)

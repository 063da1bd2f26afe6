"""A place's own rhythm: its nights and weekends are no alarm, a real silence is one before long."""

import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from bot.domain import rhythm

MONDAY = datetime(2026, 6, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
WEEKS = 8


def around_the_clock(_: datetime) -> float:
    return 4.0


def with_nights(at: datetime) -> float:
    return 0.1 if at.hour < 7 else 3.0


def office_hours(at: datetime) -> float:
    return 2.0 if at.weekday() < 5 and 9 <= at.hour < 17 else 0.02


def three_a_day(_: datetime) -> float:
    return 3 / 24


RATES = (around_the_clock, with_nights, office_hours, three_a_day)


def written(rate, seed: int, weeks: int = WEEKS) -> list[datetime]:  # type: ignore[no-untyped-def]
    """Posts at random by an hourly rate, some of them in bursts."""
    chance = random.Random(seed)
    found = []
    for hour in range(weeks * 168):
        at = MONDAY + hour * HOUR
        if chance.random() < min(rate(at), 1) * 0.8:
            burst = 40 if chance.random() < 0.01 else 1 + int(chance.random() * rate(at))
            found += [at + chance.random() * HOUR for _ in range(burst)]
    return sorted(found)


def known_at(posts: list[datetime], now: datetime) -> list[datetime]:
    heard = [each for each in posts if each <= now]
    return [each for each in heard if each > heard[-1] - rhythm.LOOK_BACK] if heard else []


@pytest.mark.parametrize("rate", RATES)
def test_weeks_of_a_usual_rhythm_alarm_nobody(rate) -> None:  # type: ignore[no-untyped-def]
    alarms, looked = 0, 0
    for seed in range(5):
        posts = written(rate, seed)
        for sooner, later in pairwise(posts):
            if later - sooner >= rhythm.SHORTEST_SILENCE:
                looked += 1
                alarms += rhythm.is_odd(known_at(posts, sooner), later - timedelta(seconds=1))
    assert looked
    assert alarms <= 1, f"{alarms} in {5 * WEEKS} weeks"


@pytest.mark.parametrize(
    ("rate", "within"),
    [
        (around_the_clock, timedelta(hours=12)),
        (with_nights, timedelta(hours=30)),
        (office_hours, timedelta(days=4)),
        (three_a_day, timedelta(days=6)),
    ],
)
def test_a_place_that_falls_silent_is_found_out(rate, within: timedelta) -> None:  # type: ignore[no-untyped-def]
    posts = known_at(written(rate, 7), MONDAY + timedelta(weeks=6, days=1, hours=12))
    assert rhythm.is_odd(posts, posts[-1] + within)


def test_a_night_and_a_weekend_are_no_silence() -> None:
    posts = known_at(written(office_hours, 3), MONDAY + timedelta(weeks=6, days=4, hours=17))
    monday_morning = MONDAY + timedelta(weeks=7, hours=9)
    assert monday_morning - posts[-1] > timedelta(days=2)
    assert not rhythm.is_odd(posts, monday_morning)


def test_one_storm_makes_no_hour_of_the_week_odd() -> None:
    quiet = written(three_a_day, 5)
    storm = MONDAY + timedelta(weeks=5, days=1, hours=10)
    posts = known_at(sorted([*quiet, *(storm + timedelta(seconds=n) for n in range(2_000))]), storm + 6 * 24 * HOUR)
    assert not rhythm.is_odd(posts, posts[-1] + 30 * HOUR)


def test_one_outage_in_the_past_does_not_hide_the_next() -> None:
    posts = [each for each in written(around_the_clock, 2) if not 28 <= (each - MONDAY).days < 33]
    now = known_at(posts, MONDAY + timedelta(days=40))
    assert rhythm.is_odd(now, now[-1] + 12 * HOUR)


@pytest.mark.parametrize(
    "posts",
    [
        [],
        [MONDAY],
        [MONDAY + n * HOUR for n in range(300)],
        [MONDAY + n * timedelta(days=2) for n in range(14)],
    ],
)
def test_where_too_little_is_known_nothing_is_odd(posts: list[datetime]) -> None:
    assert not rhythm.is_odd(posts, MONDAY + timedelta(days=400))

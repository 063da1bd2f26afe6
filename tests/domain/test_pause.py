"""A promise that stands still keeps the office time it had left, over weekends and changes of clocks."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.promise import (
    OfficeHours,
    Opening,
    Promise,
    PromiseKind,
    Step,
    always,
    due_at,
    next_look,
    office_time_between,
    office_time_left,
    paused,
    resumed,
    step,
)

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MONDAY = datetime(2026, 5, 11, 9, tzinfo=UTC)
SPLIT = (Opening(opens=time(9), closes=time(12)), Opening(opens=time(13), closes=time(17)))
WEEKDAYS = OfficeHours(zone="UTC", week=(SPLIT,) * 5 + ((), ()), holidays=frozenset({date(2026, 5, 14)}))
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Sydney")


def promised(start: datetime, within: timedelta, hours: OfficeHours, **said: datetime) -> Promise:
    warn = due_at(start, within - HOUR / 2, hours)
    return Promise(kind=PromiseKind.ANSWER, warn_at=warn, due_at=due_at(start, within, hours), **said)


def test_nothing_is_said_while_it_stands_still() -> None:
    still = paused(promised(MONDAY, 2 * HOUR, WEEKDAYS), MONDAY + HOUR)
    assert next_look(still) is None
    assert step(still, MONDAY + 30 * DAY) is Step.NOTHING


def test_it_goes_on_with_the_time_that_was_left() -> None:
    still = paused(promised(MONDAY, 2 * HOUR, WEEKDAYS), MONDAY + HOUR)
    friday = datetime(2026, 5, 15, 16, 30, tzinfo=UTC)
    gone_on = resumed(still, friday, WEEKDAYS)
    assert gone_on.due_at == datetime(2026, 5, 18, 9, 30, tzinfo=UTC)
    assert gone_on.warn_at == friday + HOUR / 2
    assert gone_on.paused_at is None


def test_a_warning_that_was_given_is_not_given_again() -> None:
    warned = promised(MONDAY, 2 * HOUR, WEEKDAYS, warned_at=MONDAY + 1.5 * HOUR)
    gone_on = resumed(paused(warned, MONDAY + 1.75 * HOUR), MONDAY + 5 * HOUR, WEEKDAYS)
    assert gone_on.warn_at == warned.warn_at
    assert next_look(gone_on) == gone_on.due_at == MONDAY + 5.25 * HOUR


def test_what_is_late_already_stays_late() -> None:
    late = promised(MONDAY, HOUR, WEEKDAYS)
    assert paused(late, MONDAY + HOUR) is late
    assert step(paused(late, MONDAY + HOUR), MONDAY + HOUR) is Step.ANNOUNCE


def test_what_is_settled_does_not_stand_still() -> None:
    settled = promised(MONDAY, HOUR, WEEKDAYS, settled_at=MONDAY)
    assert paused(settled, MONDAY + HOUR / 2) is settled


def test_pausing_twice_keeps_the_first_moment() -> None:
    once = paused(promised(MONDAY, 2 * HOUR, WEEKDAYS), MONDAY + HOUR)
    assert paused(once, MONDAY + 1.5 * HOUR) == once


def test_a_clock_set_back_during_the_pause_takes_no_time_away() -> None:
    made = promised(MONDAY, 2 * HOUR, WEEKDAYS)
    assert resumed(paused(made, MONDAY + HOUR), MONDAY, WEEKDAYS) == made


@pytest.mark.parametrize(("settled", "kept"), [(MONDAY + 9 * DAY, True), (MONDAY + HOUR / 2, True)])
def test_what_is_settled_in_a_pause_was_kept(settled: datetime, kept: bool) -> None:
    still = paused(promised(MONDAY, 2 * HOUR, WEEKDAYS), MONDAY + HOUR)
    done = Promise(kind=still.kind, warn_at=None, due_at=still.due_at, paused_at=still.paused_at, settled_at=settled)
    assert done.kept(MONDAY + 10 * DAY) is kept


def test_a_pause_keeps_a_promise_open_however_long_it_lasts() -> None:
    assert paused(promised(MONDAY, 2 * HOUR, WEEKDAYS), MONDAY + HOUR).kept(MONDAY + 99 * DAY) is None


@pytest.mark.parametrize("zone", ZONES)
@settings(max_examples=60, deadline=None)
@given(
    start=st.datetimes(datetime(2026, 2, 20), datetime(2026, 11, 20), timezones=st.just(UTC)),  # noqa: DTZ001
    minutes=st.integers(1, 3_000),
    stops=st.lists(st.tuples(st.integers(0, 5_000), st.integers(0, 5_000)), max_size=4),
)
def test_however_often_it_stands_still_exactly_the_promised_office_time_passes(
    zone: str, start: datetime, minutes: int, stops: list[tuple[int, int]]
) -> None:
    hours = OfficeHours(zone=zone, week=(SPLIT,) * 6 + ((Opening(opens=time(0), closes=time(6)),),))
    within = timedelta(minutes=minutes)
    made, now, passed = promised(start, within + HOUR, hours), start, timedelta(0)
    for wait, still in stops:
        then = now + timedelta(minutes=wait)
        stopped = paused(made, then)
        if stopped is made:
            break
        passed += office_time_between(now, then, hours)
        assert office_time_left(stopped, then, hours) == within + HOUR - passed
        now = then + timedelta(minutes=still)
        made = resumed(stopped, now, hours)
    assert passed + office_time_between(now, made.due_at, hours) == within + HOUR


@pytest.mark.parametrize("zone", ZONES)
def test_round_the_clock_a_pause_moves_the_due_time_by_its_length(zone: str) -> None:
    made = promised(MONDAY, 5 * HOUR, always(zone))
    gone_on = resumed(paused(made, MONDAY + HOUR), MONDAY + 200 * DAY, always(zone))
    assert gone_on.due_at == MONDAY + 200 * DAY + 4 * HOUR

"""Chains end, and quiet hours end: whatever the clocks on the walls do in between."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.domain.escalation import Position, Quiet, after, first_call, has_loud_time, is_quiet, parse_quiet

NIGHT = (Quiet(begins=time(22), ends=time(7)),)


def moments(first: datetime, *, days: int) -> st.SearchStrategy[datetime]:
    return st.timedeltas(timedelta(0), timedelta(days=days)).map(lambda span: first + span)


def berlin(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo("Europe/Berlin"))  # type: ignore[arg-type]


@pytest.mark.parametrize(("levels", "repeats"), [(1, 0), (3, 0), (2, 1), (3, 5)])
def test_a_chain_is_called_in_order_and_ends(levels: int, repeats: int) -> None:
    called: list[tuple[int, int]] = []
    position: Position | None = Position()
    while position := after(position or Position(), levels=levels, repeats=repeats):
        called.append((position.round, position.level))
    assert called == [(turn, level) for turn in range(repeats + 1) for level in range(1, levels + 1)]


def test_without_levels_there_is_no_call() -> None:
    assert after(Position(), levels=0, repeats=5) is None


@pytest.mark.parametrize(
    ("at", "call"),
    [
        (berlin(2026, 6, 1, 21, 59), berlin(2026, 6, 1, 21, 59)),
        (berlin(2026, 6, 1, 22), berlin(2026, 6, 2, 7)),
        (berlin(2026, 6, 2, 6, 59), berlin(2026, 6, 2, 7)),
        (berlin(2026, 6, 2, 7), berlin(2026, 6, 2, 7)),
        (berlin(2026, 3, 28, 23), berlin(2026, 3, 29, 7)),  # the night has an hour less
        (berlin(2026, 10, 24, 23), berlin(2026, 10, 25, 7)),  # and here one more
    ],
)
def test_quiet_hours_put_a_call_off_to_their_end(at: datetime, call: datetime) -> None:
    assert first_call(NIGHT, "Europe/Berlin", at) == call


def test_quiet_that_ends_in_an_hour_that_clocks_skip_ends_with_the_jump() -> None:
    quiet = [parse_quiet("22:00-02:30")]
    assert first_call(quiet, "Europe/Berlin", berlin(2026, 3, 29, 1)) == berlin(2026, 3, 29, 3)


def test_two_stretches_that_touch_are_one() -> None:
    quiet = [parse_quiet("12:00-13:00"), parse_quiet("13:00-14:00")]
    assert first_call(quiet, "UTC", datetime(2026, 6, 1, 12, 5, tzinfo=UTC)) == datetime(2026, 6, 1, 14, tzinfo=UTC)


def test_without_quiet_hours_a_call_is_made_at_once() -> None:
    at = datetime(2026, 6, 1, 3, tzinfo=UTC)
    assert first_call((), "UTC", at) == at


@pytest.mark.parametrize("text", ["22:00", "22:00-22:00", "00:00-24:00", "9-5", "", "25:00-07:00"])
def test_what_is_no_stretch_is_refused_with_the_text(text: str) -> None:
    with pytest.raises(ValueError, match=f"“{text}”"):
        parse_quiet(text)


def test_a_day_without_a_loud_minute_is_noticed() -> None:
    assert has_loud_time([parse_quiet("22:00-07:00"), parse_quiet("07:01-22:00")])
    assert not has_loud_time([parse_quiet("22:00-07:00"), parse_quiet("07:00-22:00")])


@given(
    at=moments(datetime(2025, 1, 1, tzinfo=UTC), days=1094),
    stretches=st.lists(st.tuples(st.times(), st.times()), min_size=1, max_size=3),
    zone=st.sampled_from(("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia")),
)
def test_a_call_is_never_quiet_never_early_and_no_later_than_it_must(
    at: datetime, stretches: list[tuple[time, time]], zone: str
) -> None:
    whole = [(a.replace(second=0, microsecond=0), b.replace(second=0, microsecond=0)) for a, b in stretches]
    quiet = [Quiet(begins=begins, ends=ends) for begins, ends in whole if begins != ends]
    assume(has_loud_time(quiet))
    call = first_call(quiet, zone, at)
    assert at <= call <= at + timedelta(days=2)
    assert not is_quiet(quiet, zone, call)
    minutes = int((call - at).total_seconds() // 60)
    assert all(is_quiet(quiet, zone, at + timedelta(minutes=each)) for each in range(0, minutes, 7))

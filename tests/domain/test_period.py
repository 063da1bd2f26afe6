from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.period import Period, parse_period

BERLIN = "Europe/Berlin"
NOON = datetime(2026, 5, 8, 12, tzinfo=ZoneInfo(BERLIN))


def wall(moment: datetime, zone: str = BERLIN) -> str:
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


def parse(text: str) -> Period:
    return parse_period(text, NOON, BERLIN)


@pytest.mark.parametrize("text", ["7d", "", "  ", " 7D "])
def test_seven_days_are_today_until_now_and_the_six_days_before(text: str) -> None:
    period = parse(text)
    assert (wall(period.begin), wall(period.end)) == ("2026-05-02 00:00", "2026-05-08 12:00")
    assert (len(period.days), period.days[0], period.days[-1]) == (7, date(2026, 5, 2), date(2026, 5, 8))


def test_thirty_days() -> None:
    assert len(parse("30d").days) == 30


def test_both_days_of_a_range_are_included() -> None:
    period = parse("2026-01-01..2026-01-31")
    assert (wall(period.begin), wall(period.end)) == ("2026-01-01 00:00", "2026-02-01 00:00")
    assert len(period.days) == 31


def test_a_range_that_ends_today_ends_now() -> None:
    assert parse("2026-05-01..2026-05-08").end == NOON


def test_the_times_are_utc() -> None:
    period = parse("7d")
    assert period.begin.tzinfo is period.end.tzinfo is UTC


def test_today_is_that_of_the_zone() -> None:
    late = datetime(2026, 5, 8, 23, tzinfo=UTC)
    assert parse_period("1d", late, "Australia/Sydney").first == date(2026, 5, 9)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("7", "“7” is not a period. Write 7d, 30d or 2026-01-01..2026-01-31."),
        ("last week", "“last week” is not a period"),
        ("-7d", "is not a period"),
        ("٧d", "is not a period"),
        ("2026-01-01", "is not a period"),
        ("2026-1-1..2026-1-31", "is not a period"),
        ("2026-01-01...2026-01-31", "is not a period"),
        ("0d", "1 to 366 days, not 0"),
        ("367d", "1 to 366 days, not 367"),
        ("999999999d", "1 to 366 days"),
        ("9999999999d", "is not a period"),
        ("2025-01-01..2026-01-02", "1 to 366 days, not 367"),
        ("2026-02-01..2026-01-31", "ends (2026-01-31) before it begins (2026-02-01)"),
        ("2026-05-01..2026-05-09", "ends in the future (2026-05-09); today is 2026-05-08"),
        ("2026-02-30..2026-03-01", "no day 2026-02-30"),
        ("0001-01-01..0001-01-02", "before 2000-01-01"),
        ("2026-05-01..9999-12-31", "in the future"),
    ],
)
def test_anything_else_is_refused_with_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ValueError) as refused:
        parse(text)
    assert sentence in str(refused.value)


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="not a time zone"):
        parse_period("7d", NOON, "Mars/Olympus")


def test_a_running_period_compares_up_to_the_same_time_of_day() -> None:
    before = parse("7d").previous()
    assert (wall(before.begin), wall(before.end)) == ("2026-04-25 00:00", "2026-05-01 12:00")


def test_a_whole_period_compares_with_whole_days_right_before_it() -> None:
    period = parse("2026-03-01..2026-03-31")
    before = period.previous()
    assert before.end == period.begin
    assert (before.first, before.last) == (date(2026, 1, 29), date(2026, 2, 28))


def test_the_time_of_day_survives_a_clock_change() -> None:
    monday = datetime(2026, 3, 30, 12, tzinfo=ZoneInfo(BERLIN))
    assert wall(parse_period("7d", monday, BERLIN).previous().end) == "2026-03-23 12:00"


def test_a_day_whose_midnight_is_skipped_begins_with_the_jump() -> None:
    """Beirut sets its clocks forward at midnight."""
    noon = datetime(2025, 3, 30, 12, tzinfo=ZoneInfo("Asia/Beirut"))
    period = parse_period("1d", noon, "Asia/Beirut")
    assert wall(period.begin, "Asia/Beirut") == "2025-03-30 01:00"
    assert wall(period.previous().begin, "Asia/Beirut") == "2025-03-29 00:00"


def test_a_period_before_a_skipped_midnight_compares_with_whole_days() -> None:
    noon = datetime(2025, 3, 31, 12, tzinfo=ZoneInfo("Asia/Beirut"))
    period = parse_period("2025-03-29..2025-03-29", noon, "Asia/Beirut")
    assert wall(period.end, "Asia/Beirut") == "2025-03-30 01:00"
    assert period.previous().end == period.begin


@given(
    now=st.datetimes(datetime(2001, 2, 1), datetime(2037, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    days=st.integers(1, 366),
    zone=st.sampled_from([BERLIN, "America/New_York", "Australia/Sydney", "Asia/Beirut", "America/Havana", "UTC"]),
)
def test_a_period_and_the_one_before_it_do_not_overlap_and_have_as_many_days(
    now: datetime, days: int, zone: str
) -> None:
    period = parse_period(f"{days}d", now, zone)
    before = period.previous()
    assert before.begin <= before.end <= period.begin <= period.end == now
    assert len(period.days) == len(before.days) == days
    assert before.last + timedelta(days=1) == period.first

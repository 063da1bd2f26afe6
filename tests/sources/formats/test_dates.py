from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sources.formats.dates import EARLIEST, SKEW, believed, read_date

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-06-01T12:00:00Z",
        " 2026-06-01T14:00:00+02:00 ",
        "2026-06-01 12:00",
        "20260601T120000Z",
        "Mon, 01 Jun 2026 12:00:00 GMT",
        "Mon, 1 Jun 2026 08:00:00 -0400",
        "1780315200",
        "1780315200.0",
        "1780315200000",
        "1780315200000000",
    ],
)
def test_one_moment_in_many_hands(text: str) -> None:
    assert read_date(text) == NOON


@pytest.mark.parametrize(
    "text",
    [
        *["", "yesterday", "0", "5", "1970-01-01", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"],
        *[
            "1989-12-31",
            "２０２６-06-01",
            "9" * 400,
            "1e400",
            "nan",
            "\0",
            "Mon, 99 Jun 2026 12:00:00 GMT",
            "2026-13-01",
        ],
    ],
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert read_date(text) is None


@given(st.text() | st.from_regex(r"[0-9TZ:.,+ -]{1,40}") | st.datetimes().map(str))
def test_any_text_gives_a_utc_date_or_nothing(text: str) -> None:
    moment = read_date(text)
    assert moment is None or (moment.utcoffset() == timedelta(0) and moment >= EARLIEST)


def test_date_in_the_future_is_not_believed() -> None:
    assert believed(NOON + SKEW, NOON) == NOON + SKEW
    assert believed(NOON + SKEW + timedelta(seconds=1), NOON) is None
    assert believed(None, NOON) is None

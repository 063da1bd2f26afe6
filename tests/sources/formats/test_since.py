from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.mention import Incoming
from bot.sources.formats.since import next_since, oldest_first, read_since, write_since

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def item(id: str, *, ago: timedelta | None) -> Incoming:
    return Incoming(external_id=id, text=id, posted_at=None if ago is None else NOW - ago)


def test_a_cursor_is_read_as_it_was_written() -> None:
    since = NOW - timedelta(hours=5, seconds=7)
    assert read_since(write_since(since), NOW, otherwise=DAY) == since


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "{}",
        "[]",
        "3",
        '{"since": NaN}',
        '{"since": 1e400}',
        '{"since": "x"}',
        '{"since": 5}',
        '{"since": 99999999999999}',
    ],
)
def test_what_is_no_cursor_starts_over(cursor: str) -> None:
    assert read_since(cursor, NOW, otherwise=DAY) == NOW - DAY


def test_a_cursor_from_the_future_starts_over() -> None:
    assert read_since(write_since(NOW + DAY), NOW, otherwise=DAY) == NOW - DAY


def test_the_next_poll_begins_a_little_before_the_newest_and_never_earlier_than_this_one() -> None:
    since, overlap = NOW - DAY, timedelta(minutes=10)
    items = [item("a", ago=timedelta(hours=2)), item("b", ago=timedelta(hours=1)), item("c", ago=None)]
    assert next_since(since, items, overlap=overlap) == NOW - timedelta(hours=1, minutes=10)
    assert next_since(since, [item("d", ago=2 * DAY)], overlap=overlap) == since
    assert next_since(since, [], overlap=overlap) == since


def test_items_come_once_and_from_the_oldest_on() -> None:
    hour = timedelta(hours=1)
    items = [
        item("10", ago=hour),
        item("u", ago=None),
        item("9", ago=hour),
        item("a", ago=2 * hour),
        item("9", ago=hour),
    ]
    assert [each.external_id for each in oldest_first(items)] == ["a", "9", "10", "u"]

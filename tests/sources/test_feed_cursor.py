import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sources.feed import FeedCursor

START = datetime(2026, 6, 1, tzinfo=UTC)
KNOWN = FeedCursor(feed="f", etag='"é"', modified="Mon", body="b", start=START, skipped=frozenset({"a", "b"}))


@pytest.mark.parametrize("cursor", [KNOWN, FeedCursor(feed="f", start=START, skipped=None)])
def test_cursor_survives_being_stored(cursor: FeedCursor) -> None:
    assert FeedCursor.parse(cursor.text(), feed="f") == cursor


def test_cursor_of_another_address_starts_over() -> None:
    assert FeedCursor.parse(KNOWN.text(), feed="other") == FeedCursor(feed="other")


@pytest.mark.parametrize(
    "garbage", ["", "{}", "null", '""', "\0", "{" * 9_000, "[" * 90_000, "NaN", '{"start": "2026-01-01T00:00:00"}']
)
def test_garbage_starts_over(garbage: str) -> None:
    assert FeedCursor.parse(garbage, feed="f") == FeedCursor(feed="f")


@pytest.mark.parametrize("key", ["feed", "etag", "modified", "body", "start", "skipped", "unknown"])
@pytest.mark.parametrize("broken", [7, "\r\nX-Evil: 1", "\u0416", "x" * 2_000, [[]], {"a": {}}, None])
def test_no_broken_part_gets_through_to_a_header(key: str, broken: Any) -> None:
    cursor = FeedCursor.parse(json.dumps(json.loads(KNOWN.text()) | {key: broken}), feed="f")
    for value in (cursor.etag, cursor.modified, cursor.body):
        assert len(value) <= 1_000
        assert value.encode("latin-1").decode("latin-1").isprintable()


@given(st.text() | st.lists(st.none() | st.text() | st.integers()).map(json.dumps))
def test_any_text_is_a_cursor(text: str) -> None:
    assert FeedCursor.parse(text, feed="f").feed == "f"

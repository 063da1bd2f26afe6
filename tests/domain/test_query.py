"""What people type to find something, and what they are told where it cannot be read."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.lifecycle import LIVE, State
from bot.domain.query import Known, Query, parse_query

NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)
LISBON = ZoneInfo("Europe/Lisbon")
KNOWN = Known(
    departments={"care": "Customer care"},
    topics={"app_crash": "app crash"},
    sources={"appery": "The Appery", "forum": ""},
)


def read(text: str) -> Query:
    return parse_query(text, NOW, LISBON, KNOWN)


def test_words_and_quoted_parts() -> None:
    assert read('refund "no  answer" twice').words == ("refund", "no answer", "twice")
    assert read("“no answer”").words == ("no answer",), "Slack's clients make quotation marks curly"
    assert read('an "open end').words == ("an", "open end")
    assert read("") == read("   ") == Query()


def test_names_are_known_by_themselves_and_by_their_titles() -> None:
    for text in ("source:appery", 'source:"The Appery"', 'SOURCE:"the appery"'):
        assert read(text).source == "appery"
    for text in ("topic:app_crash", 'topic:"App crash"', "topic:APP_CRASH"):
        assert read(text).topic == "app_crash"
    for text in ("team:care", 'department:"customer care"'):
        assert read(text).department == "care"


def test_authors_come_with_or_without_their_sign() -> None:
    assert read("author:@wren") == read("author:wren") == Query(author="wren")
    assert read('author:"Ana K."').author == "Ana K."


def test_states_in_peoples_words() -> None:
    assert read("state:open").states == {State.OPEN}
    assert read("state:let-stand").states == read('state:"let stand"').states == read("state:let_stand").states
    assert read("state:kept-out").states == {State.FILTERED}
    assert read("state:live").states == LIVE


def test_days_are_the_readers_own_and_both_are_included() -> None:
    query = read("from:2026-06-01 to:2026-06-01")
    assert (query.since, query.until) == (datetime(2026, 5, 31, 23, tzinfo=UTC), datetime(2026, 6, 1, 23, tzinfo=UTC))
    assert read("from:7d").since == datetime(2026, 6, 3, 23, tzinfo=UTC)
    assert read("from:yesterday").since == datetime(2026, 6, 8, 23, tzinfo=UTC)


def test_an_address_is_a_word() -> None:
    assert read("https://forum.test/1").words == ("https://forum.test/1",)
    assert read("at 10:30").words == ("at", "10:30")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("colour:red", "“colour:” is nothing to search by."),
        ("state:sleeping", "“sleeping” is no state. There are open, claimed,"),
        ("source:nowhere", 'There is no source “nowhere”. There are: "The Appery", forum.'),
        ("team:x", "There is no team “x”."),
        ("topic:x", 'There are: "app crash".'),
        ("from:soon", "“soon” is no day."),
        ("from:2026-02-30", "is no day"),
        ("author: ana", "needs a word right behind it"),
        ("from:2026-06-02 to:2026-06-01", "ends before it begins"),
        ("a b c d e f g h i j k l m", "more than 12 words"),
    ],
)
def test_what_cannot_be_read_is_told_in_a_sentence(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=r"\.$") as refused:
        read(text)
    assert told in str(refused.value)


@given(st.text(max_size=700))
def test_whatever_is_typed_is_read_or_told(text: str) -> None:
    try:
        query = read(text)
    except ValueError as fault:
        assert str(fault).endswith(".")  # noqa: PT017 - either way is right
    else:
        assert all(query.words)

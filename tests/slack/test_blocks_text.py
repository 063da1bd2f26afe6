from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.blocks.text import (
    CUT,
    cut,
    date,
    duration,
    escape,
    escaped,
    host_of,
    inline,
    listed,
    mention,
    pieces,
    plain,
    web_link,
)
from tests.slack.examples import hostile, hostile_long


def test_exactly_three_characters_are_escaped() -> None:
    assert escape("<!channel> & `*_~\"'") == "&lt;!channel&gt; &amp; `*_~\"'"


def test_a_cut_is_visible_and_falls_between_graphemes() -> None:
    family = "👨‍👩‍👧"
    assert plain(family * 3, 12) == family * 2 + CUT
    assert plain("abcdef", 6) == "abcdef"
    assert plain("abcdefg", 6) == "abcde" + CUT


def test_a_text_of_many_lines_is_cut_too() -> None:
    assert cut("a\nb\u2028c\r\nd", 100, lines=3) == ("a\nb\nc" + CUT, True)
    assert cut("a\nb", 100, lines=2) == ("a\nb", False)


def test_a_text_that_ends_in_the_cut_mark_itself_counts_as_whole() -> None:
    assert cut("and so on…", 100) == ("and so on…", False)


@given(hostile_long, st.integers(20, 3_000))
def test_no_text_is_longer_than_its_limit(text: str, limit: int) -> None:
    assert len(plain(text, limit)) <= limit
    assert len(inline(text, limit)) <= limit
    assert len(escaped(text, limit)) <= limit


@given(hostile)
def test_inline_text_stays_on_its_line_and_keeps_its_direction_to_itself(text: str) -> None:
    line = inline(text, 500)
    assert len(line.splitlines()) <= 1
    assert line.count("\u2068") == line.count("\u2069") <= 1
    assert "\u202e" not in line


@given(hostile_long)
def test_pieces_hold_the_whole_text(text: str) -> None:
    parts = pieces(text, 2_900)
    assert "".join(parts) == text.strip()
    assert all(len(part) <= 2_900 for part in parts)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "javascript://example.org/%0aalert(1)",
        "ftp://example.org/x",
        "data:text/html,x",
        "http://",
        "//example.org",
        "https://example.org/a|b",
        "https://example.org/> <!channel>",
        "https://[broken",
        "https://example.org/" + "a" * 3_000,
        "",
    ],
)
def test_what_a_browser_must_not_open_is_no_link(url: str) -> None:
    assert web_link(url) == ""


def test_a_link_says_the_host_that_it_really_leads_to() -> None:
    url = "https://bank.example@www.evil.example:8443/login"
    assert web_link(url) == url
    assert host_of(url) == "evil.example"


def test_references_become_slacks_and_names_stay_names() -> None:
    said = [mention(each) for each in ("U0ANA", "S0CARE", "C0CARE", "#care", "<!channel>")]
    assert said == ["<@U0ANA>", "<!subteam^S0CARE>", "<#C0CARE>", "#care", "&lt;!channel&gt;"]


def test_a_date_is_local_to_the_reader_and_has_a_fallback() -> None:
    moment = datetime(2026, 3, 2, 12, 5, tzinfo=UTC)
    assert date(moment) == "<!date^1772453100^{date_short_pretty} at {time}|2026-03-02 12:05 UTC>"


def test_a_date_that_clients_cannot_show_is_written_out() -> None:
    assert date(datetime(1601, 1, 1, tzinfo=UTC)) == "1601-01-01 00:00 UTC"


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(), "no time"),
        (timedelta(seconds=1), "1 second"),
        (timedelta(minutes=90), "1 hour 30 minutes"),
        (timedelta(days=2, seconds=5), "2 days"),
        (timedelta(days=1, hours=1, minutes=59), "1 day 1 hour"),
        (-timedelta(minutes=5), "5 minutes"),
    ],
)
def test_a_length_is_said_in_its_two_largest_units(length: timedelta, words: str) -> None:
    assert duration(length) == words


def test_a_list_reads_as_a_sentence() -> None:
    assert [listed(each) for each in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]

"""Reading from the newest back: the oldest of a gap first, each shelf from its own beginning."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from bot.sources.formats.read_back import GIVEN_PAGES, OVERLAP, Dated, Reached, Since, read_back

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
START = NOW - timedelta(hours=24)
SIZE = 3


def pages(minutes: Sequence[int]) -> Iterator[list[Dated[int]]]:
    """Posts by their age, the newest first."""
    for first in range(0, len(minutes), SIZE):
        yield [Dated(at=NOW - timedelta(minutes=each), post=each) for each in minutes[first : first + SIZE]]


def test_the_oldest_of_a_gap_comes_first_and_all_of_it_in_the_end() -> None:
    since, found, more = START, list[int](), True
    while more:
        stretch = read_back(pages(range(1, 41)), since, start=START)
        assert len(stretch.posts) <= GIVEN_PAGES * SIZE
        since, more = stretch.since, stretch.more
        found += stretch.posts
    assert list(dict.fromkeys(found)) == list(range(40, 0, -1))
    assert NOW - timedelta(minutes=1) - OVERLAP <= since < NOW - timedelta(minutes=1)


def test_many_posts_of_one_moment_are_all_given() -> None:
    since, found, more = START, list[int](), True
    while more:
        stretch = read_back(pages([1, 2, *[5] * 20, 7]), since, start=START)
        since, more = stretch.since, stretch.more
        found += stretch.posts
    assert set(found) == {1, 2, 5, 7}
    assert found.count(5) >= 20


def test_a_shelf_that_comes_later_begins_at_its_own_first_lookback() -> None:
    """A word that is searched for since today must not bring the posts of the last half year."""
    cursor = Since.parse("", of="here", start=START).after({"old": NOW}, now=NOW)
    later = NOW + timedelta(days=180)
    known = Since.parse(cursor, of="here", start=later - timedelta(hours=24))
    assert known.reached("old") == Reached(start=START, since=NOW)
    assert known.reached("new") == Reached(start=later - timedelta(hours=24), since=later - timedelta(hours=24))
    again = Since.parse(known.after({"old": NOW, "new": later}, now=later), of="here", start=later + timedelta(days=9))
    assert again.reached("new") == Reached(start=later - timedelta(hours=24), since=later)
    assert Since.parse(cursor, of="elsewhere", start=START).by_shelf == {}


def test_a_clock_that_went_wrong_there_once_does_not_hide_what_comes_after() -> None:
    known = Since.parse("", of="here", start=START)
    cursor = known.after({"ahead": NOW + timedelta(minutes=5), "wrong": NOW + timedelta(days=9_999)}, now=NOW)
    read = Since.parse(cursor, of="here", start=START)
    assert read.reached("ahead").since == NOW + timedelta(minutes=5)
    assert read.reached("wrong").since == NOW - OVERLAP

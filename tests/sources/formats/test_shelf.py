"""The cursor of places that are read on from a known post."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.sources.formats.shelf import Bookmark, Bookmarks

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def test_a_shelf_that_comes_later_begins_at_its_own_first_lookback() -> None:
    """A hashtag that is followed since today must not bring the posts of the last half year."""
    old = Bookmark(start=NOW, seen=("7", "9"), behind=True)
    cursor = replace(Bookmarks.parse("", of="here", start=NOW), by_shelf={"old": old}).text()
    later = NOW + timedelta(days=180)
    known = Bookmarks.parse(cursor, of="here", start=later)
    assert known.mark("old") == old
    assert known.mark("new") == Bookmark(start=later)
    assert Bookmarks.parse(cursor, of="elsewhere", start=later).by_shelf == {}

"""Reading on from a known post: for places that page by ids in both directions, as the Mastodon API does.

`min_id` asks for the page right after a post, so that what piled up comes in order, from the oldest on.
"""

import json
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Generic, TypeVar

T = TypeVar("T")

PAGE = 40
MOST_PAGES = 2
"""In one poll, of each shelf: every post may cost a question more, and a server answers 300 in five minutes."""
FIRST_PAGES = 25
GAP_PAGES = 100
OVERLAP = 10
"""Posts that are read again, because one with a lower id may turn up a little later."""
LONGEST_ID = 100


@dataclass(frozen=True, kw_only=True)
class Entry(Generic[T]):
    """A post on a shelf: the id by which it is paged, and when it was written."""

    id: str
    at: datetime | None
    post: T


Ask = Callable[[Mapping[str, str]], Sequence[Entry[T]]]
"""Bounds (`max_id`, `min_id`, `since_id`) → a page of at most `PAGE` entries, the newest first."""


@dataclass(frozen=True, kw_only=True)
class Bookmark:
    """How far one shelf was read: the ids last seen, oldest first. `behind` says that there is more after them."""

    start: datetime
    seen: tuple[str, ...] = ()
    behind: bool = False


@dataclass(frozen=True, kw_only=True)
class Reading(Generic[T]):
    """What was found, the oldest first, and the place after it. `cut` says that the first lookback was longer than we read."""

    entries: Sequence[Entry[T]]
    mark: Bookmark
    cut: bool = False


def read_on(ask: Ask[T], mark: Bookmark) -> Reading[T]:
    return _from_known(ask, mark) if mark.seen else _from_start(ask, mark)


def _from_start(ask: Ask[T], mark: Bookmark) -> Reading[T]:
    """Nothing is known: back from the newest to the start, of which the oldest pages are given. What is older is known then."""
    kept: deque[list[Entry[T]]] = deque(maxlen=MOST_PAGES)
    bounds: dict[str, str] = {}
    read = 0
    for _ in range(FIRST_PAGES):
        page = ask(bounds)
        fresh = [entry for entry in page if entry.at is None or entry.at >= mark.start]
        older = tuple(entry.id for entry in page if entry not in fresh)[:1]
        if fresh:
            kept.append(fresh)
            read += 1
        if older or not page:
            mark = replace(mark, seen=older)
            break
        bounds = {"max_id": page[-1].id}
    found = [entry for page in reversed(kept) for entry in reversed(page)]
    return Reading(entries=found, mark=_after(mark, found, behind=read > MOST_PAGES), cut=read == FIRST_PAGES)


def _from_known(ask: Ask[T], mark: Bookmark) -> Reading[T]:
    after = mark.seen[-1] if mark.behind else mark.seen[0]
    found: list[Entry[T]] = []
    for _ in range(MOST_PAGES):
        page = _page_after(ask, after)
        if not page:
            break
        found += page[::-1]
        after = page[0].id
    return Reading(entries=found, mark=_after(mark, found, behind=bool(page)))


def _page_after(ask: Ask[T], after: str) -> list[Entry[T]]:
    """The page right after a post, newest first.

    Some servers give the newest page instead. A full page may therefore have a gap behind it, and is followed back to that.
    """
    page = list(ask({"min_id": after}))
    size = len(page)
    for _ in range(GAP_PAGES):
        if size < PAGE:
            break
        between = ask({"since_id": after, "max_id": page[-1].id})
        page, size = [*page, *between][-PAGE:], len(between)
    return page[-PAGE:]


def _after(mark: Bookmark, found: Sequence[Entry[T]], *, behind: bool) -> Bookmark:
    seen = dict.fromkeys(mark.seen)
    for entry in found:
        seen.pop(entry.id, None)
        seen[entry.id] = None
    return replace(mark, seen=tuple(seen)[-OVERLAP:], behind=behind)


@dataclass(frozen=True, kw_only=True)
class Bookmarks:
    """The cursor: a place for each shelf. `of` says whose it is; another server starts over.

    A shelf that was never read begins at `start`, whenever it came in: a hashtag that is followed since today must not bring
    the posts of all the months for which its neighbours are read.
    """

    of: str
    start: datetime
    by_shelf: Mapping[str, Bookmark] = field(default_factory=dict)

    def mark(self, shelf: str) -> Bookmark:
        return self.by_shelf.get(shelf) or Bookmark(start=self.start)

    def text(self) -> str:
        shelves = {name: [mark.start.isoformat(), list(mark.seen), mark.behind] for name, mark in self.by_shelf.items()}
        return json.dumps({"of": self.of, "shelves": shelves}, separators=(",", ":"))

    @classmethod
    def parse(cls, text: str, *, of: str, start: datetime) -> "Bookmarks":
        """What `text()` wrote; no place on any shelf, and `start`, for anything else."""
        fresh = cls(of=of, start=start)
        try:
            raw = json.loads(text)
            owner = raw["of"]
            known = {
                str(name): Bookmark(
                    start=datetime.fromisoformat(begun), seen=tuple(map(str, seen)), behind=bool(behind)
                )
                for name, (begun, seen, behind) in raw["shelves"].items()
            }
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return fresh
        is_sound = owner == of and all(
            mark.start.tzinfo and all(0 < len(id) <= LONGEST_ID for id in mark.seen) for mark in known.values()
        )
        return replace(fresh, by_shelf=known) if is_sound else fresh

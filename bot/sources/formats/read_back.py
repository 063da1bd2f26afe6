"""Places that can only be read from the newest post back: walked to what is known, and given from the oldest on.

However long an outage was, the oldest pages are given first, and the next poll goes on behind them; nothing has to be remembered
but a moment.
"""

import json
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, TypeVar

T = TypeVar("T")

GIVEN_PAGES = 2
"""At once. A poll over a longer gap reads on to its end, and keeps these, the oldest."""
MOST_PAGES = 100
OVERLAP = timedelta(minutes=10)
STEP = timedelta(milliseconds=1)


@dataclass(frozen=True, kw_only=True)
class Dated(Generic[T]):
    """A post and the moment by which the place orders it."""

    at: datetime
    post: T


@dataclass(frozen=True, kw_only=True)
class Stretch(Generic[T]):
    """What comes next, the oldest first, and the moment from which on the next poll reads. `cut`: the gap was too long."""

    posts: Sequence[T]
    since: datetime
    more: bool
    cut: bool = False


def read_back(pages: Iterable[Sequence[Dated[T]]], since: datetime, *, start: datetime) -> Stretch[T]:
    """`pages` begin with the newest; nothing from before `since` is given, and never anything from before `start`."""
    kept: deque[list[Dated[T]]] = deque(maxlen=GIVEN_PAGES)
    read = 0
    for page in pages:
        kept.append([each for each in page if each.at >= since])
        read += 1
        if read == MOST_PAGES or (page and page[-1].at < since):
            break
    found = sorted((each for page in kept for each in page), key=lambda each: each.at)
    more = read > GIVEN_PAGES
    newest = max(found[-1].at if found else since, since)
    # Behind a gap exactly, else with an overlap; and always forward, whatever moments a place writes.
    following = max(newest, since + STEP) if more else max(start, since, newest - OVERLAP)
    return Stretch(posts=[each.post for each in found], since=following, more=more, cut=read == MOST_PAGES)


@dataclass(frozen=True, kw_only=True)
class Since:
    """The cursor: from when on each shelf of a place is read. `of` says whose it is; anybody else starts over."""

    of: str
    start: datetime
    by_shelf: Mapping[str, datetime] = field(default_factory=dict)

    def since(self, shelf: str) -> datetime:
        return self.by_shelf.get(shelf, self.start)

    def text(self) -> str:
        shelves = {shelf: since.isoformat() for shelf, since in self.by_shelf.items()}
        return json.dumps({"of": self.of, "start": self.start.isoformat(), "since": shelves}, separators=(",", ":"))

    @classmethod
    def parse(cls, text: str, *, of: str, start: datetime) -> "Since":
        """What `text()` wrote for the same place; `start` for every shelf for anything else."""
        fresh = cls(of=of, start=start)
        try:
            raw = json.loads(text)
            owner, begun = raw["of"], datetime.fromisoformat(raw["start"])
            known = {str(shelf): datetime.fromisoformat(since) for shelf, since in raw["since"].items()}
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return fresh
        is_sound = owner == of and all(moment.tzinfo for moment in (begun, *known.values()))
        return cls(of=of, start=begun, by_shelf=known) if is_sound else fresh

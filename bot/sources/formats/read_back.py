"""Places that can only be read from the newest post back: walked to what is known, and given from the oldest on.

However long an outage was, the oldest pages are given first, and the next poll goes on behind them; nothing has to be remembered
but a moment.
"""

import json
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from bot.sources.formats.dates import SKEW

T = TypeVar("T")

GIVEN_PAGES = 2
"""At once. A poll over a longer gap reads on to its end, and keeps these, the oldest; more only where they are all of the very
moment from which it reads, because the next poll could not begin behind them.
"""
MOST_PAGES = 100
OVERLAP = timedelta(minutes=10)


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
    kept: deque[list[Dated[T]]] = deque()
    read, more = 0, False
    for page in pages:
        kept.append([each for each in page if each.at >= since])
        read += 1
        if len(kept) > GIVEN_PAGES and _leads_on(kept, since):
            kept.popleft()
            more = True
        if read == MOST_PAGES or (page and page[-1].at < since):
            break
    found = sorted((each for page in kept for each in page), key=lambda each: each.at)
    newest = max(found[-1].at if found else since, since)
    # Behind a gap exactly, else with an overlap.
    following = newest if more else max(start, since, newest - OVERLAP)
    return Stretch(posts=[each.post for each in found], since=following, more=more, cut=read == MOST_PAGES)


def _leads_on(kept: Sequence[Sequence[Dated[T]]], since: datetime) -> bool:
    """Whether the pages without the newest one hold something from after `since`, where the next poll can begin."""
    return any(each.at > since for position, page in enumerate(kept) if position for each in page)


@dataclass(frozen=True, kw_only=True)
class Reached:
    """How far one shelf was read: from `since` on it is read again, and nothing from before `start` is wanted of it."""

    start: datetime
    since: datetime


@dataclass(frozen=True, kw_only=True)
class Since:
    """The cursor: how far each shelf of a place was read. `of` says whose it is; anybody else starts over.

    A shelf that was never read begins at `start`, whenever it came in: a word that is searched for since today must not
    bring the posts of all the months for which its neighbours are read.
    """

    of: str
    start: datetime
    by_shelf: Mapping[str, Reached] = field(default_factory=dict)

    def reached(self, shelf: str) -> Reached:
        return self.by_shelf.get(shelf) or Reached(start=self.start, since=self.start)

    def after(self, read: Mapping[str, datetime], *, now: datetime) -> str:
        """The cursor once these shelves, and no others, are read up to these moments.

        Not one from the time to come: a clock that went wrong there once would hide all that is written until then.
        """
        reached = {shelf: to if to <= now + SKEW else now - OVERLAP for shelf, to in read.items()}
        shelves = {shelf: [self.reached(shelf).start.isoformat(), to.isoformat()] for shelf, to in reached.items()}
        return json.dumps({"of": self.of, "shelves": shelves}, separators=(",", ":"))

    @classmethod
    def parse(cls, text: str, *, of: str, start: datetime) -> "Since":
        """What `after` wrote for the same place; `start` for every shelf for anything else."""
        fresh = cls(of=of, start=start)
        try:
            raw = json.loads(text)
            owner = raw["of"]
            known = {
                str(shelf): Reached(start=datetime.fromisoformat(begun), since=datetime.fromisoformat(since))
                for shelf, (begun, since) in raw["shelves"].items()
            }
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return fresh
        is_sound = owner == of and all(each.start.tzinfo and each.since.tzinfo for each in known.values())
        return replace(fresh, by_shelf=known) if is_sound else fresh

"""Places that show their newest posts first, page by page: read back to what is known, and given the oldest first.

A place may have several shelves of posts (the comments of each article, say). A poll reads a bounded number of pages; what
it did not come to is remembered in the cursor, and the next poll goes on there before it looks for anything new.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.domain.mention import Incoming
from bot.errors import GiveUp, Retry
from bot.sources.base import Batch
from bot.sources.net.fetch import PAUSE

MOST_PAGES = 10
"""In one poll; with ten seconds for each they fit into the two minutes for which a poll is leased."""
MOST_RESTS = 2_000
LONGEST_PAGE = 2_000


@dataclass(frozen=True, kw_only=True)
class Rest:
    """Pages still to be read: those of `shelf` from `page` on (its first where that is empty), back to `until`."""

    shelf: str = ""
    page: str = ""
    until: datetime


@dataclass(frozen=True, kw_only=True)
class Mark:
    """What is remembered between two polls.

    `place` says whose cursor it is: another place starts over. Nothing from before `start` is wanted; all up to `seen` was
    given or is among the `rests`. `begun` is when the round began of which the `rests` are left, or the last one.
    `aside` is for the source itself.
    """

    place: str
    start: datetime
    seen: datetime
    rests: tuple[Rest, ...] = ()
    begun: datetime | None = None
    aside: str = ""

    def text(self) -> str:
        rests = [[rest.shelf, rest.page, rest.until.isoformat()] for rest in self.rests]
        told = {"place": self.place, "start": self.start.isoformat(), "seen": self.seen.isoformat()}
        begun = self.begun and self.begun.isoformat()
        return json.dumps(told | {"rests": rests, "begun": begun, "aside": self.aside}, separators=(",", ":"))

    @classmethod
    def parse(cls, text: str, *, place: str, start: datetime) -> "Mark":
        """The mark that `text()` wrote for this place; one that begins at `start` for anything else."""
        fresh = cls(place=place, start=start, seen=start)
        try:
            raw = json.loads(text)
            known = cls(
                place=str(raw["place"]),
                start=datetime.fromisoformat(raw["start"]),
                seen=datetime.fromisoformat(raw["seen"]),
                rests=tuple(
                    Rest(shelf=str(shelf), page=str(page), until=datetime.fromisoformat(until))
                    for shelf, page, until in raw["rests"]
                ),
                begun=datetime.fromisoformat(raw["begun"]) if raw["begun"] else None,
                aside=str(raw["aside"]),
            )
        except (ValueError, TypeError, KeyError, RecursionError):
            return fresh
        moments = (known.start, known.seen, known.begun or known.start, *(rest.until for rest in known.rests))
        is_sound = known.place == place and all(moment.tzinfo for moment in moments)
        return known if is_sound else fresh


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A further shelf that a page speaks of, from `page` on. Nothing on it is newer than `newest`; None where that is not said."""

    shelf: str
    page: str = ""
    newest: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page of a shelf. `found` are posts with the moment by which the place orders them; None is always given.

    `reaches` is the moment of the oldest thing on the page, ours or left out: what follows is older. None where the place
    promises no order, so that every page is read.
    """

    found: Sequence[tuple[datetime | None, Incoming]]
    next: str = ""
    reaches: datetime | None = None
    opens: tuple[Opened, ...] = ()
    problems: tuple[str, ...] = ()


ReadPage = Callable[[str, str], Page]
"""(shelf, page) → that page; an empty page is the first. Raises Retry and GiveUp."""


@dataclass(frozen=True, kw_only=True)
class Walked:
    """What a poll found, the oldest first, and the mark after it. `retry_after` is the rest that the place asked for."""

    items: tuple[Incoming, ...]
    mark: Mark
    problems: tuple[str, ...] = ()
    retry_after: timedelta | None = None

    def batch(self, *, aside: str = "", access_ends_at: datetime | None = None) -> Batch:
        """`aside` is what the mark keeps for the source itself."""
        return Batch(
            items=self.items,
            cursor=replace(self.mark, aside=aside).text(),
            more=bool(self.mark.rests),
            retry_after=self.retry_after,
            problems=self.problems,
            access_ends_at=access_ends_at,
        )


@dataclass(frozen=True, kw_only=True)
class Reach:
    """How far back a poll looks beyond what is known, for what turns up late, and how many pages it reads."""

    overlap: timedelta = timedelta(minutes=10)
    most_pages: int = MOST_PAGES


def walk(mark: Mark, shelves: Sequence[str], read: ReadPage, *, now: datetime, reach: Reach = Reach()) -> Walked:
    """Go on with what is left of the last poll, else read every shelf from its newest page back to what is known.

    Where the place fails in the midst of it, what was read is given and the rest is left for later: else a place that
    answers five questions and no more would never be read through. Raises Retry where not even one page was read.
    """
    until = max(mark.start, mark.seen - reach.overlap)
    poll = _Poll(waiting=list(mark.rests) or [Rest(shelf=shelf, until=until) for shelf in shelves])
    retry_after = None
    for count in range(reach.most_pages):
        if not poll.waiting:
            break
        try:
            name, page = _read(read, poll.waiting[0])
        except Retry as fault:
            if not count:
                raise
            retry_after = fault.after if fault.asked else None
            break
        _check(page, name)
        poll.take(page)
    # The other shelves were read when the round began, so beyond that moment nobody knows yet what stands on them.
    begun = (mark.begun if mark.rests else None) or now
    seen = max([mark.seen, *(min(moment, begun) for moment, _ in poll.found)])
    rests, problems = poll.remembered()
    return Walked(
        items=_in_order(poll.found),
        mark=replace(mark, seen=seen, rests=rests, begun=begun),
        problems=problems,
        retry_after=retry_after,
    )


@dataclass(kw_only=True)
class _Poll:
    """What one poll has found so far, and what is still to be read, the next first."""

    waiting: list[Rest]
    found: list[tuple[datetime, Incoming]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def take(self, page: Page) -> None:
        """The page of whatever waits first."""
        rest = self.waiting.pop(0)
        until = rest.until
        self.problems += page.problems
        self.found += [(moment or until, item) for moment, item in page.found if not moment or moment >= until]
        if page.next and (page.reaches is None or page.reaches >= until):
            self.waiting.insert(0, replace(rest, page=page.next))
        self.waiting += [
            Rest(shelf=each.shelf, page=each.page, until=until)
            for each in page.opens
            if each.newest is None or each.newest >= until
        ]

    def remembered(self) -> tuple[tuple[Rest, ...], tuple[str, ...]]:
        beyond = len(self.waiting) - MOST_RESTS
        said = [f"{beyond} threads are too many to remember and were left out of this round"] if beyond > 0 else []
        return tuple(self.waiting[:MOST_RESTS]), tuple(dict.fromkeys([*self.problems, *said]))


def _read(read: ReadPage, rest: Rest) -> tuple[str, Page]:
    """The page, and the name under which it was found."""
    try:
        return rest.page, read(rest.shelf, rest.page)
    except GiveUp:
        if not rest.page:
            raise
        # Names of pages die while they wait in a cursor: back from the newest one then.
        return "", read(rest.shelf, "")


def _check(page: Page, name: str) -> None:
    """Raises Retry where it leads to nothing that can be read on from: such a name must not get into the cursor."""
    if page.next and page.next == name:
        raise Retry("the place leads in a circle from page to page", after=PAUSE)
    if not all(map(_can_be_asked_for, (page.next, *(part for each in page.opens for part in (each.shelf, each.page))))):
        raise Retry("the place names a page that cannot be asked for", after=PAUSE)


def _can_be_asked_for(name: str) -> bool:
    return name.isascii() and (name.isprintable() or not name) and len(name) <= LONGEST_PAGE


def _in_order(found: list[tuple[datetime, Incoming]]) -> tuple[Incoming, ...]:
    """The oldest first and each once; of the same moment what stood further down is the older."""
    latest = {item.external_id: (moment, item) for moment, item in reversed(found)}
    return tuple(item for _, item in sorted(latest.values(), key=lambda each: each[0]))

"""Servers that speak the Mastodon API: Mastodon, GoToSocial, Pleroma, Pixelfed and others.

Who mentions our account stands in its notifications. Where `search` is set, hashtags and the server's search are read too.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from bot.domain.mention import Incoming
from bot.errors import Retry
from bot.sources.base import Batch, Found, Listening, Looked, Replied, Source
from bot.sources.formats import mastodon_posts as posts
from bot.sources.formats.fields import digest
from bot.sources.formats.mastodon_server import MastodonServer, Status, visit
from bot.sources.formats.shelf import FIRST_PAGES, PAGE, Ask, Bookmarks, Reading, read_on
from bot.sources.table import Secret, SourceTable, needs_extra
from bot.values import SiteUrl

MENTIONS = "mentions"
HANDLE_ROOM = 32
"""Characters that the handle before an answer takes: a server counts it without its host, and allows it 30."""


@dataclass(frozen=True, kw_only=True)
class MastodonSource:
    """Mentions of one account. `tags` and `words` are looked for beside them.

    `max_answer` leaves room for the handle that is put before an answer: without it the author would not hear of it.
    """

    name: str
    server: str
    token: str = field(repr=False)
    every: timedelta = timedelta(minutes=5)
    first_lookback: timedelta = timedelta(hours=24)
    look_again_for: timedelta = timedelta(days=3)
    tags: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    max_answer: int | None = 500 - HANDLE_ROOM
    allow_private: bool = False
    kind: ClassVar[str] = "mastodon"
    looks_at_once: ClassVar[int] = 20

    def poll(self, cursor: str, now: datetime) -> Batch:
        """Raises Retry and GiveUp as the contract of a source says."""
        known = Bookmarks.parse(cursor, of=digest(self.server)[:12], start=now - self.first_lookback)
        readings: dict[str, Reading[Status]] = {}
        items: dict[str, Incoming] = {}
        stopped: Retry | None = None
        with self._visit() as server:
            shelves = self._shelves(server)
            for shelf, ask in shelves.items():
                try:
                    with server.asking():
                        reading = read_on(ask, known.mark(shelf))
                        items |= self._read(server, reading, items, now)
                except Retry as fault:
                    # What was read is kept: a server whose limit ends before the last shelf would never be read through.
                    if not readings:
                        raise
                    stopped = fault
                    break
                readings[shelf] = reading
        marks = {shelf: mark for shelf, mark in known.by_shelf.items() if shelf in shelves}
        marks |= {shelf: reading.mark for shelf, reading in readings.items()}
        found = items.values()
        return Batch(
            items=tuple(sorted((item for item in found if item.text), key=lambda item: item.posted_at or now)),
            cursor=replace(known, by_shelf=marks).text(),
            more=stopped is not None or any(mark.behind for mark in marks.values()),
            retry_after=stopped.after if stopped and stopped.asked else None,
            problems=(*_cut(readings), *(f"post {item.external_id} has no text" for item in found if not item.text)),
        )

    def _read(
        self, server: MastodonServer, reading: Reading[Status], known: Mapping[str, Incoming], now: datetime
    ) -> dict[str, Incoming]:
        """The mentions of one shelf that no other brought."""
        by_id = {posts.id_of(entry.post): entry.post for entry in reading.entries}
        fresh = {id: status for id, status in by_id.items() if id and id not in known}
        return {id: server.read(status, now) for id, status in fresh.items() if not self._is_ours(server, status)}

    def look_again(self, external_ids: Sequence[str], now: datetime) -> Looked:
        """Raises Retry and GiveUp as `poll` does."""
        with self._visit() as server:
            standing = server.standing(external_ids)
            items = [server.read(status, now) for status in standing.values()]
        gone = tuple(known for known in external_ids if known not in standing)
        return Looked(items=tuple(item for item in items if item.text), gone=gone)

    def reply(self, external_id: str, text: str, *, key: str) -> Replied:
        """Raises Retry and GiveUp as the contract of an answerable source says.

        The server knows a key, but for an hour only, and not all servers do: so the source counts as keyless.
        """
        with self._visit() as server:
            return server.answer(server.post(external_id), text, key=key)

    def find_replies(self, external_id: str, text: str, *, since: datetime) -> Found:
        """Raises Retry and GiveUp as `reply` does."""
        with self._visit() as server:
            return Found(permalinks=server.answers_of_ours(external_id, text, since=since))

    def _visit(self) -> AbstractContextManager[MastodonServer]:
        return visit(self.server, self.token, allow_private=self.allow_private)

    def _shelves(self, server: MastodonServer) -> dict[str, Ask[Status]]:
        """What is read, by the name under which the cursor knows it."""
        tagged = {f"#{tag}": partial(server.tagged, tag) for tag in self.tags}
        return {MENTIONS: server.mentions, **tagged, **{word: partial(server.saying, word) for word in self.words}}

    def _is_ours(self, server: MastodonServer, status: Status) -> bool:
        """Nobody mentions themselves in their own notifications; what is searched for also finds the account that answers."""
        return bool(self.tags or self.words) and server.is_ours(status)


class MastodonTable(SourceTable):
    """`reply_max` is how many characters the server takes of a post."""

    kind: Literal["mastodon"]
    server: SiteUrl
    token: Secret
    reply_max: Annotated[int, Field(ge=100, le=3_000)] = 500
    extra: ClassVar[str] = "mastodon"

    def full_handle(self, handle: str) -> str:
        """With its server: one of this server is often written without."""
        return handle if "@" in handle else f"{handle}@{posts.host_of(self.server)}"

    def build(self, listening: Listening) -> Source:
        with needs_extra(self.extra):
            import mastodon  # noqa: F401 - missed at the start, and not at the first poll
        tags, words = searched((*listening.names, *listening.themes)) if self.search else ((), ())
        return MastodonSource(
            name=self.name,
            server=self.server.rstrip("/"),
            token=self.token,
            every=self.every,
            first_lookback=self.first_lookback,
            look_again_for=self.look_again,
            tags=tags,
            words=words,
            max_answer=self.reply_max - HANDLE_ROOM,
            allow_private=self.allow_private,
        )


def searched(names: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The hashtags and the words to look for: people write a name of two words as one hashtag. Handles bring notifications."""
    plain = [name for name in names if not name.startswith("@")]
    tags = dict.fromkeys(re.sub(r"\W", "", name).casefold() for name in plain)
    words = dict.fromkeys(name for name in plain if not name.startswith("#") and '"' not in name)
    return tuple(tag for tag in tags if tag), tuple(words)


def _cut(readings: Mapping[str, Reading[Status]]) -> Iterator[str]:
    for shelf, reading in readings.items():
        if reading.cut:
            yield f"{shelf}: of the first lookback only the newest {FIRST_PAGES * PAGE} posts were read"

"""Web feeds: RSS, Atom and JSON Feed, polled politely and read in a guarded child process."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, ClassVar, Literal

import httpx
from pydantic import Field

import bot
from bot.domain.mention import Incoming
from bot.errors import GiveUp, Retry
from bot.sources.base import Batch, Listening, Replied, Source
from bot.sources.formats import feed_child
from bot.sources.formats.dates import believed
from bot.sources.formats.feed_document import Document, from_wire
from bot.sources.formats.fields import digest
from bot.sources.net.callback import Callback, CallbackTable
from bot.sources.net.fetch import Fetched, Limits, fetch
from bot.values import HttpUrl, Label

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, "
    "application/json;q=0.8, */*;q=0.1"
)
WALL = timedelta(seconds=20)
"""The child may use 10 s of CPU; a busy host may take twice that to give them."""
POISON_PAUSE = timedelta(hours=1)
"""After a feed that the child could not read: what poisons it scrolls out in time."""
LONGEST_TTL = timedelta(hours=1)
"""Many feeds say `<ttl>1440`; a promise to answer within hours cannot wait a day to hear of a post."""
MAX_SKIPPED = 5_000


@dataclass(frozen=True, kw_only=True)
class FeedCursor:
    """What is remembered between two polls.

    `feed` is a digest of the address: another address starts over. `start` is the moment before which nothing was
    wanted at the first poll, and `skipped` the short digests of the ids that were left out for it then. A post that
    turns up later with an old date, as held-back comments do, is not among them and comes through. Where more than
    MAX_SKIPPED were left out, `skipped` is None and the date alone decides.
    """

    feed: str = ""
    etag: str = ""
    modified: str = ""
    body: str = ""
    start: datetime | None = None
    skipped: frozenset[str] | None = frozenset()

    @property
    def is_fresh(self) -> bool:
        return self.start is None

    def text(self) -> str:
        start = self.start and self.start.isoformat()
        skipped = None if self.skipped is None else sorted(self.skipped)
        return json.dumps(asdict(self) | {"start": start, "skipped": skipped}, separators=(",", ":"))

    @classmethod
    def parse(cls, text: str, *, feed: str) -> "FeedCursor":
        """The cursor that `text()` wrote for this feed; a fresh one for anything else."""
        try:
            raw = json.loads(text)
            start = datetime.fromisoformat(raw["start"])
            skipped = None if raw["skipped"] is None else frozenset(map(str, raw["skipped"]))
            known = cls(**{**raw, "start": start, "skipped": skipped})
        except (ValueError, TypeError, KeyError, RecursionError):
            return cls(feed=feed)
        parts = (known.etag, known.modified, known.body)
        is_sound = known.feed == feed and start.tzinfo is not None and all(map(_fits_a_header, parts))
        return known if is_sound else cls(feed=feed)

    def leaves_out(self, item: Incoming) -> bool:
        if self.skipped is not None:
            return _short(item.external_id) in self.skipped
        return _is_before(item, self.start)


@dataclass(frozen=True, kw_only=True)
class FeedSource:
    """One feed. `poll` gives every entry that the feed holds now, unless it did not change since the cursor.

    The first poll leaves out what was posted more than `first_lookback` ago; an entry without a date is not left out,
    because it may be new. `url` may carry a login; it is kept out of the representation and of every error.
    """

    name: str
    url: str = field(repr=False)
    every: timedelta = timedelta(minutes=5)
    first_lookback: timedelta = timedelta(hours=24)
    allow_private: bool = False
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    limits: Limits | None = None
    kind: ClassVar[str] = "feed"

    def poll(self, cursor: str, now: datetime) -> Batch:
        """Raises Retry and GiveUp as the contract of a source says."""
        known = FeedCursor.parse(cursor, feed=digest(self.url)[:12])
        answer = self._fetch(known)
        if answer.status == 304:
            return Batch(items=(), cursor=cursor)
        latest = replace(
            known, etag=_header(answer, "etag"), modified=_header(answer, "last-modified"), body=_body_digest(answer)
        )
        if latest.body == known.body:
            # The place does not know conditional requests; starting the child for the same bytes would be waste.
            return Batch(items=(), cursor=latest.text())
        read = read_in_child(answer, base=_base(answer.url))
        return self._batch(read, latest, now)

    def _fetch(self, known: FeedCursor) -> Fetched:
        asked = {"If-None-Match": known.etag, "If-Modified-Since": known.modified}
        conditions = {name: value for name, value in asked.items() if value}
        headers = {"Accept": ACCEPT, **dict(self.headers), **conditions}
        answer = fetch(self.url, headers=headers, limits=self.limits, allow_private=self.allow_private)
        if answer.status == 304 and not conditions:
            raise Retry(f"{_host(answer.url)} answers 'not modified' to a first question", after=self.every)
        if answer.status != 304 and not answer.body.strip():
            raise Retry(f"{_host(answer.url)} answers with an empty page", after=self.every)
        return answer

    def _batch(self, read: Document, cursor: FeedCursor, now: datetime) -> Batch:
        items = [replace(item, posted_at=believed(item.posted_at, now)) for item in read.items]
        if cursor.is_fresh:
            cursor = _first(cursor, items, now - self.first_lookback)
        wanted = [item for item in items if not cursor.leaves_out(item)]
        wanted.sort(key=lambda item: item.posted_at or now)
        ttl = min(timedelta(minutes=read.ttl), LONGEST_TTL) if read.ttl else None
        return Batch(items=tuple(wanted), cursor=cursor.text(), retry_after=ttl, problems=tuple(read.problems))


@dataclass(frozen=True, kw_only=True)
class AnsweringFeed(FeedSource):
    """A feed whose place also takes our answers."""

    callback: Callback
    max_answer: int | None = None

    def reply(self, external_id: str, text: str, *, key: str) -> Replied:
        """Raises Retry and GiveUp as the contract of an answerable source says."""
        return self.callback.send(external_id, text, key=key)


class FeedTable(CallbackTable):
    """The addresses may hold keys."""

    kind: Literal["feed"]
    url: Annotated[HttpUrl, Field(repr=False)]
    user_agent: Label = "Earshot"

    def page_address(self) -> str:
        return self.url

    def build(self, listening: Listening) -> Source:  # noqa: ARG002 - a feed is read whole
        feed = FeedSource(
            name=self.name,
            url=self.url,
            every=self.every,
            first_lookback=self.first_lookback,
            allow_private=self.allow_private,
            headers=(("User-Agent", self.user_agent),),
        )
        callback = self.callback(feed.headers)
        return AnsweringFeed(**vars(feed), callback=callback, max_answer=self.reply_max or None) if callback else feed


CHILDREN = threading.BoundedSemaphore(8)
"""How many feeds are read at once: a hundred sources that are due together must not start a hundred processes."""


def read_in_child(answer: Fetched, *, base: str) -> Document:
    """Raises GiveUp when the body is no feed, and Retry when the child was stopped at a limit or broke."""
    host = _host(answer.url)
    about = json.dumps({"content_type": answer.headers.get("content-type", ""), "base": base}).encode("ascii")
    try:
        with CHILDREN:
            ended = subprocess.run(
                [sys.executable, "-m", feed_child.__name__],
                input=about + b"\n" + answer.body,
                capture_output=True,
                timeout=WALL.total_seconds(),
                cwd=Path(bot.__file__).parents[1],
                # None of our environment: it holds tokens, and the child reads what strangers wrote.
                env={"PATH": os.defpath, "PYTHONUTF8": "1"},
                check=False,
            )
    except subprocess.TimeoutExpired as error:
        raise Retry(f"the feed of {host} took too long to read", after=POISON_PAUSE) from error
    if ended.returncode == 0:
        return from_wire(ended.stdout)
    if ended.returncode == feed_child.REFUSED:
        raise GiveUp(f"what {host} answers {ended.stdout.decode()}")
    raise Retry(f"the feed of {host} {_end(ended)}", after=POISON_PAUSE)


def _end(ended: "subprocess.CompletedProcess[bytes]") -> str:
    """Why a child ended; of its last words only the name of the exception, because the rest may quote a post."""
    if ended.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        return f"took more than {feed_child.CPU_SECONDS} s of processor time to read"
    if b"MemoryError" in ended.stderr:
        return f"took more than {feed_child.MEMORY // 2**20} MiB of memory to read"
    last = (ended.stderr.strip().splitlines() or [b""])[-1]
    name = re.match(rb"[\w.]+", last)
    return f"broke the reader ({name.group().decode('ascii', 'replace') if name else ended.returncode})"


def _first(cursor: FeedCursor, items: list[Incoming], start: datetime) -> FeedCursor:
    skipped = frozenset(_short(item.external_id) for item in items if _is_before(item, start))
    return replace(cursor, start=start, skipped=skipped if len(skipped) <= MAX_SKIPPED else None)


def _is_before(item: Incoming, start: datetime | None) -> bool:
    return item.posted_at is not None and start is not None and item.posted_at < start


def _short(external_id: str) -> str:
    return digest(external_id)[:12]


def _body_digest(answer: Fetched) -> str:
    return digest(answer.body.decode("latin-1"))[:24]


def _header(answer: Fetched, name: str) -> str:
    value = answer.headers.get(name, "")
    return value if _fits_a_header(value) else ""


def _fits_a_header(value: object) -> bool:
    return isinstance(value, str) and len(value) <= 1_000 and re.fullmatch(r"[\x20-\x7e\xa0-\xff]*", value) is not None


def _host(url: str) -> str:
    return httpx.URL(url).host


def _base(url: str) -> str:
    """What relative links are resolved against: without login and query, so that no key gets into a link."""
    return str(httpx.URL(url).copy_with(username=None, password=None, query=None, fragment=None))

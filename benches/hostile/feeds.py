"""Feeds made to break, to fill or to hold their reader."""

import gzip
import socket
import threading
from contextlib import suppress
from datetime import UTC, datetime

from benches.hostile.measure import MIB, Result, bounded, timed
from bot.errors import GiveUp, Retry
from bot.sources.feed import FeedSource
from tests.sources.loopback import Answer, Place, place, raw_place

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
_TEXT = "<!--" * 128_000
OPENERS = f"<rss><channel><item><description><![CDATA[{_TEXT}]]></description></item></channel></rss>".encode()
"""Half a megabyte that held feedparser for 48 s."""


def poll(web: Place, body: bytes, headers: dict[str, str] | None = None) -> str:
    """What becomes of a feed that answers with this body."""
    web.answers["/feed"] = Answer(body=body, headers=headers or {})
    try:
        batch = FeedSource(name="feed", url=web.url("/feed"), allow_private=True).poll("", NOW)
    except (GiveUp, Retry) as fault:
        return f"{type(fault).__name__}: {fault.reason}"
    return f"{len(batch.items)} entries"


def corpus() -> Result:
    from tests.hostile.corpus import feeds
    from tests.hostile.test_feeds import read

    def run() -> str:
        documents = [read(feed) for feed in feeds()]
        refused = sum(document is None for document in documents)
        return f"{len(documents)} feeds, {refused} refused, no exception"

    return bounded(timed(run), 60)


def openers() -> Result:
    with place() as web:
        return bounded(timed(lambda: poll(web, OPENERS)), 10)


def gzip_bomb() -> Result:
    bomb = gzip.compress(bytes(300 * MIB))
    with place() as web:
        return bounded(timed(lambda: poll(web, bomb, {"Content-Encoding": "gzip"})), 5)


def gigabyte() -> Result:
    sent = 0

    def speak(connection: socket.socket, over: threading.Event) -> None:
        nonlocal sent
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n<rss>")
        while not over.is_set() and sent < 1024 * MIB:
            connection.sendall(b"<item><title>x</title></item>" * 2_000)
            sent += 58_000

    def run() -> str:
        with suppress(GiveUp):
            FeedSource(name="feed", url=url, allow_private=True).poll("", NOW)
            raise AssertionError("it was read")
        return f"hung up after {sent / MIB:.0f} MiB had left the sender"

    with raw_place(speak) as url:
        return bounded(timed(run), 30)


def entities() -> Result:
    nested = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 10))
    bomb = f"<!DOCTYPE rss [<!ENTITY l0 'lol'>{nested}]><rss><channel><item><title>&l9;</title></item></channel></rss>"
    with place() as web:
        return bounded(timed(lambda: poll(web, bomb.encode())), 2)


def outside_entities() -> Result:
    with place() as web:
        doctype = f"<!DOCTYPE rss SYSTEM '{web.url('/x')}' [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"
        body = f"{doctype}<rss><channel><item><title>&x;</title></item></channel></rss>"
        result = bounded(timed(lambda: poll(web, body.encode())), 2)
        assert {path for path, _ in web.asked} == {"/feed"}, "the entity was fetched"
        return result

"""Feeds made to break, to fill or to hold their reader; more of them in tests/sources/test_feed.py and net/test_fetch.py."""

import socket
import threading
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.mention import Incoming, clean
from bot.errors import GiveUp, Retry
from bot.sources.feed import FeedSource
from bot.sources.formats.feed_document import Document, NotAFeedError
from bot.sources.formats.feed_json import read_json
from bot.sources.formats.feed_xml import read_xml
from bot.sources.net.fetch import Limits
from tests.hostile.corpus import Feed, feeds, need_corpus
from tests.sources.loopback import Answer, Place, place, raw_place

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
BASE = "https://corpus.example/feed"
MIB = 1024 * 1024


@pytest.fixture
def web() -> Iterator[Place]:
    with place() as served:
        yield served


def read(feed: Feed) -> Document | None:
    """What the guarded child would make of it; None where it is refused in a sentence."""
    is_json = feed.body.lstrip().startswith((b"{", b"["))
    try:
        return read_json(feed.body, BASE) if is_json else read_xml(feed.body, "", BASE)
    except NotAFeedError:
        return None


def test_feedparsers_own_feeds_are_read_or_refused_within_a_minute() -> None:
    """In this process, as a child for each would take longer to start than to read; none of them may raise anything."""
    need_corpus()
    started = time.process_time()
    documents = {feed.name: read(feed) for feed in feeds()}
    assert time.process_time() - started < 60
    assert len(documents) > 2_200
    assert sum(document is None for document in documents.values()) < 20, "what is no feed at all"
    items = [item for document in documents.values() if document for item in document.items]
    assert len(items) > 450, "most have an entry without a text, which is named"
    for item in items:
        assert_sound(item)


def assert_sound(item: Incoming) -> None:
    assert 0 < len(item.external_id) <= 500
    assert clean(item.text) == item.text
    for address in (item.url, item.author_url, *item.media):
        assert not address or address.startswith(("http://", "https://"))
    assert item.posted_at is None or item.posted_at.tzinfo is not None


def test_some_of_them_through_the_real_child(web: Place) -> None:
    need_corpus()
    some = [feed for feed in feeds() if feed.name.startswith(("illformed/", "wellformed/xml/"))][::3]
    for feed in some:
        web.answers["/feed"] = Answer(body=feed.body)
        with suppress(GiveUp):
            FeedSource(name="corpus", url=web.url("/feed"), allow_private=True).poll("", NOW)
    assert len(some) >= 5


@pytest.mark.parametrize("head", [b"", b"Content-Length: 1073741824\r\n"], ids=["endless", "a declared gigabyte"])
def test_of_a_gigabyte_ten_mebibytes_are_read(head: bytes) -> None:
    sent = 0

    def speak(connection: socket.socket, over: threading.Event) -> None:
        nonlocal sent
        connection.sendall(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n<rss>")
        piece = b"<item><title>x</title></item>" * 2_000
        while not over.is_set() and sent < 1024 * MIB:
            connection.sendall(piece)
            sent += len(piece)

    with raw_place(speak) as url:
        tracemalloc.start()
        try:
            started = time.monotonic()
            with pytest.raises(GiveUp, match="more than 10 MiB"):
                FeedSource(name="feed", url=url, allow_private=True).poll("", NOW)
            assert time.monotonic() - started < 120
            assert tracemalloc.get_traced_memory()[1] < 60 * MIB
        finally:
            tracemalloc.stop()
    assert sent < 32 * MIB, "the kernel's buffers on both sides had taken some more"


def test_an_entity_that_names_a_file_or_an_address_is_neither_opened_nor_called(web: Place) -> None:
    secret = "root:x:0"
    for system in ("file:///etc/passwd", web.url("/entity"), "http://169.254.169.254/latest"):
        for doctype in (f"<!DOCTYPE rss SYSTEM '{system}'>", f"<!DOCTYPE rss [<!ENTITY x SYSTEM '{system}'>]>"):
            body = f"{doctype}<rss version='2.0'><channel><item><title>a&x;b</title></item></channel></rss>"
            web.answers["/feed"] = Answer(body=body.encode())
            started = time.monotonic()
            try:
                items = FeedSource(name="feed", url=web.url("/feed"), allow_private=True).poll("", NOW).items
            except GiveUp:
                items = ()
            assert time.monotonic() - started < 60
            assert all(secret not in item.text for item in items)
    assert {path for path, _ in web.asked} == {"/feed"}


def test_a_feed_that_trickles_is_left_at_its_deadline() -> None:
    """The real deadline of 30 s with a byte every half second is measured by `python -m benches.hostile`."""

    def speak(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n<rss>")
        while not over.wait(0.05):
            connection.sendall(b" ")

    with raw_place(speak) as url:
        limits = Limits(deadline=timedelta(seconds=0.5))
        started = time.monotonic()
        with pytest.raises(Retry, match="deadline"):
            FeedSource(name="feed", url=url, allow_private=True, limits=limits).poll("", NOW)
        assert 0.4 < time.monotonic() - started < 30

"""Places that are slow on purpose, and addresses that lead inside."""

import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from itertools import pairwise

from benches.hostile.feeds import NOW
from benches.hostile.measure import Result, bounded, database, timed
from benches.office import demo_policy
from bot.app import utc_now
from bot.errors import GiveUp, Retry
from bot.flow import ingest
from bot.hearing import Hearing
from bot.sources.base import Source
from bot.sources.feed import FeedSource
from bot.sources.net.fetch import fetch
from tests.sources.loopback import Answer, place


@contextmanager
def trickling(pause: float) -> Iterator[str]:
    """A server that gives every caller one byte, then waits, for ever."""
    over = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0), backlog=200)

    def serve(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            while not over.wait(pause):
                connection.sendall(b" ")

    def accept() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    finally:
        over.set()
        listener.close()


def slow_loris() -> Result:
    def run() -> str:
        try:
            FeedSource(name="feed", url=url, allow_private=True).poll("", NOW)
        except Retry as fault:
            return fault.reason
        raise AssertionError("it was read")

    with trickling(0.5) as url:
        result = bounded(timed(run), 31)
    assert result.seconds > 29
    return result


def slow_crowd() -> Result:
    """Fifty sources that trickle, and one that is well: what the good one waits beyond its own rhythm of 5 s, for 65 s."""
    polls: list[float] = []

    def good(*_: object) -> Answer:
        polls.append(time.monotonic())
        return Answer(body=b"<rss version='2.0'><channel><item><title>x</title></item></channel></rss>")

    with trickling(0.5) as url, place() as web, database() as db:
        web.answers["/feed"] = good
        every = timedelta(seconds=5)
        made = [FeedSource(name=f"slow {n}", url=url, every=every, allow_private=True) for n in range(50)]
        made.append(FeedSource(name="good", url=web.url("/feed"), every=every, allow_private=True))
        sources: dict[str, Source] = {source.name: source for source in made}
        ingest.know_sources(db, sources, utc_now())
        hearing = Hearing(database=db, policy=demo_policy(), sources=sources, clock=utc_now)
        began = time.monotonic()
        while time.monotonic() - began < 65:
            hearing.poll()
            time.sleep(2)
        hearing.stop()
    gaps = [later - earlier for earlier, later in pairwise(polls)]
    worst = max(gaps) - 5
    assert worst < 5, f"the good one waited {worst:.1f} s too long"
    return Result(note=f"{len(polls)} polls of the good one, at worst {worst:.1f} s late", seconds=65.0)


def forbidden_addresses() -> Result:
    from tests.sources.net.test_fetch import INSIDE

    connected: list[object] = []
    sys.addaudithook(lambda event, given: connected.append(given[1]) if event == "socket.connect" else None)

    def run() -> str:
        for url in INSIDE.split():
            try:
                fetch(url)
            except GiveUp:
                continue
            raise AssertionError(f"{url} was fetched")
        assert connected == []
        return f"{len(INSIDE.split())} addresses, 0 connections"

    return bounded(timed(run), 10)

"""Deliveries that are forged, replayed or huge."""

import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import partial

import httpx
from starlette.requests import Request

from benches.hostile.feeds import OPENERS, poll
from benches.hostile.measure import MIB, Result, bounded, database, timed
from bot.app import utc_now
from bot.engine.hooks import Hooks
from bot.engine.web import WebServer
from bot.flow.receive import receive
from bot.sources.webhook import WebhookSource
from bot.store.database import Database
from tests.hook_sender import OTHER_SECRET, SECRET, signed
from tests.sources.loopback import place

HOOK = WebhookSource(name="hook", secrets=(SECRET,))
COMPLAINT = {"id": "1", "text": "The lid does not close.", "author": {"handle": "jo"}}


@contextmanager
def hooks(db: Database) -> Iterator[str]:
    served = Hooks({"/hooks/hook": partial(receive, db, HOOK, clock=utc_now)})
    server = WebServer(served.routes(), host="127.0.0.1", port=0)
    try:
        yield f"http://127.0.0.1:{server.start()}/hooks/hook"
    finally:
        server.stop()
        served.stop()


def replay() -> Result:
    with database() as db, hooks(db) as url, httpx.Client(trust_env=False, timeout=30) as web:
        sent = signed(COMPLAINT, utc_now(), id="msg_1")

        def send(_: int) -> httpx.Response:
            return web.post(url, content=sent.body, headers=sent.headers)

        def run() -> str:
            with ThreadPoolExecutor(100) as pool:
                answers = list(pool.map(send, range(100)))
            assert {answer.status_code for answer in answers} == {200}
            new = sum(answer.json()["new"] for answer in answers)
            assert new == 1
            return "100 answers with 200, 1 row"

        return bounded(timed(run), 10)


def forged() -> Result:
    """Somebody without the secret, as fast as they can, for three seconds; and the sender meanwhile."""
    with database() as db, hooks(db) as url, httpx.Client(trust_env=False, timeout=10) as web:
        false = signed(COMPLAINT, utc_now(), secret=OTHER_SECRET)
        late = signed(COMPLAINT, utc_now() - timedelta(minutes=6))

        def run() -> str:
            statuses, until = [], time.monotonic() + 3
            while time.monotonic() < until:
                for sent in (false, late):
                    statuses.append(web.post(url, content=sent.body, headers=sent.headers).status_code)
            assert set(statuses) == {401}
            honest = signed(COMPLAINT, utc_now())
            assert web.post(url, content=honest.body, headers=honest.headers).status_code == 200
            return f"{len(statuses)} forged or old, all 401; then the sender's own 200"

        return bounded(timed(run), 10)


def answers_meanwhile() -> Result:
    """How long the bot's own web server takes to answer while four threads of it poll the feed of `<!--` for 8 s."""
    seconds, over = list[float](), threading.Event()
    with place() as places, database() as db, hooks(db) as url, httpx.Client(trust_env=False, timeout=30) as web:

        def poison() -> None:
            while not over.is_set():
                poll(places, OPENERS)

        threads = [threading.Thread(target=poison) for _ in range(4)]
        for thread in threads:
            thread.start()
        until = time.monotonic() + 8
        while time.monotonic() < until:
            started = time.monotonic()
            assert web.post(url, content=b"{}").status_code == 415
            seconds.append(time.monotonic() - started)
            time.sleep(0.02)
        over.set()
        for thread in threads:
            thread.join()
    worst = sorted(seconds)[int(len(seconds) * 0.99)]
    assert worst < 0.25, f"p99 {worst * 1000:.0f} ms"
    return Result(note=f"{len(seconds)} answers, p99 {worst * 1000:.0f} ms", seconds=8.0)


def huge_body() -> Result:
    with database() as db, hooks(db) as url:
        port, sent, read = httpx.URL(url).port, 0, 0
        stream = Request.stream

        async def counted(request: Request) -> AsyncIterator[bytes]:
            nonlocal read
            async for piece in stream(request):
                read += len(piece)
                yield piece

        def run() -> str:
            nonlocal sent
            with socket.create_connection(("127.0.0.1", port or 0), timeout=20) as line:
                head = b"POST /hooks/hook HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                line.sendall(head + b"Transfer-Encoding: chunked\r\n\r\n")
                with suppress(BrokenPipeError, ConnectionResetError):
                    while sent < 100 * MIB:
                        sent += line.send(b"10000\r\n" + b"x" * 65536 + b"\r\n")
            assert read < 5 * MIB
            return f"{read / MIB:.1f} MiB read; hung up when {sent / MIB:.1f} had left the sender"

        Request.stream = counted  # type: ignore[method-assign]
        try:
            return bounded(timed(run), 5)
        finally:
            Request.stream = stream  # type: ignore[method-assign]

"""Where places send to: one signed request each, with a bound on its size, its time, its rate and how many there are at once."""

import asyncio
import logging
import math
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.errors import GiveUp, NotBelieved, Retry
from bot.flow.receive import Received

log = logging.getLogger(__name__)

MOST_BYTES = 1024 * 1024
"""Of one body; hundreds of mentions fit."""
MOST_SECONDS = 10.0
"""For one body to arrive in, and to wait for a place among those that are read."""
MOST_AT_ONCE = 64
"""Requests whose body is held in memory; others wait unread."""
MOST_A_SECOND = 100
WORKERS = 4
SECONDS_BETWEEN_LINES = 60.0

Take = Callable[[Mapping[str, str], bytes], Received]
"""(headers with names in lower case, body) → what became of it. Raises NotBelieved, GiveUp and Retry."""


class Rate:
    """A bucket of `most` that fills again within a second. For one thread: that of the event loop."""

    def __init__(self, most: float = MOST_A_SECOND, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._most = self._left = float(most)
        self._monotonic = monotonic
        self._at = monotonic()

    def take(self) -> bool:
        now = self._monotonic()
        self._left = min(self._most, self._left + (now - self._at) * self._most)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True

    def give_back(self) -> None:
        self._left = min(self._most, self._left + 1)


class Refusals:
    """Says in the log what was refused, once a minute and with how often: whoever floods us must not flood the log."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._since = dict[str, float]()
        self._times = dict[str, int]()

    def note(self, path: str, reason: str) -> None:
        now = self._monotonic()
        self._times[path] = self._times.get(path, 0) + 1
        if now - self._since.get(path, -math.inf) >= SECONDS_BETWEEN_LINES:
            log.warning("delivery_refused", extra={"path": path, "reason": reason, "times": self._times.pop(path)})
            self._since[path] = now


class Hooks:
    """The routes for `takers`, path → what takes a delivery there. `stop` lets what is being stored finish."""

    def __init__(self, takers: Mapping[str, Take], *, most_a_second: float = MOST_A_SECOND) -> None:
        self._takers = takers
        self._rates = {path: Rate(most_a_second) for path in takers}
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="hook")
        self._refusals = Refusals()
        self._seats = asyncio.Semaphore(MOST_AT_ONCE)

    def routes(self) -> list[BaseRoute]:
        return [Route(path, partial(self._answer, path), methods=["POST"]) for path in self._takers]

    def stop(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    async def _answer(self, path: str, request: Request) -> Response:
        if refusal := _refuse_head(request.headers):
            return refusal
        try:
            async with asyncio.timeout(MOST_SECONDS):
                await self._seats.acquire()
        except TimeoutError:
            return _refusal(503, "too many requests at once", again_in=1)
        try:
            body = await _body(request)
            return body if isinstance(body, Response) else await self._taken(path, dict(request.headers), body)
        finally:
            self._seats.release()

    async def _taken(self, path: str, headers: Mapping[str, str], body: bytes) -> Response:
        if not self._rates[path].take():
            return _refusal(429, f"more than {MOST_A_SECOND} requests a second", again_in=1)
        loop = asyncio.get_running_loop()
        try:
            received = await loop.run_in_executor(self._pool, self._takers[path], headers, body)
        except GiveUp as fault:
            self._refusals.note(path, fault.reason)
            if not isinstance(fault, NotBelieved):
                return _refusal(400, fault.reason)
            # Whoever cannot sign must not use up what those who can have.
            self._rates[path].give_back()
            return _refusal(401, fault.reason)
        except Retry as fault:
            return _refusal(503, "busy: send it again", again_in=math.ceil(fault.after.total_seconds()))
        return _said(received)


def _refuse_head(headers: Mapping[str, str]) -> Response | None:
    """What can be refused before a byte of the body is read."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        return _refusal(415, "the content-type must be application/json")
    if headers.get("content-encoding", "identity").lower() != "identity":
        return _refusal(415, "the body must not be compressed")
    declared = headers.get("content-length", "")
    if declared.isdigit() and int(declared[:20]) > MOST_BYTES:
        return _too_large()
    return None


async def _body(request: Request) -> bytes | Response:
    """The body, counted while it arrives: what the head said of its length is not relied on."""
    held = bytearray()
    try:
        async with asyncio.timeout(MOST_SECONDS):
            async for piece in request.stream():
                held += piece
                if len(held) > MOST_BYTES:
                    return _too_large()
    except TimeoutError:
        return _refusal(408, f"the body did not arrive within {MOST_SECONDS:g} s")
    except ClientDisconnect:
        return _refusal(400, "the body ended early")
    return bytes(held)


def _too_large() -> Response:
    return _refusal(413, f"the body is larger than {MOST_BYTES} bytes: send fewer mentions at once")


def _refusal(status: int, reason: str, *, again_in: int = 0) -> Response:
    """Hangs up, so that a body which was not read need not be."""
    headers = {"connection": "close"} | ({"retry-after": str(again_in)} if again_in else {})
    return JSONResponse({"error": reason}, status_code=status, headers=headers)


def _said(received: Received) -> Response:
    added = received.added
    return JSONResponse(
        {
            "again": received.again,
            "new": added.new,
            "edited": added.edited,
            "known": added.known,
            "deleted": received.gone,
            "problems": list(received.problems),
        }
    )

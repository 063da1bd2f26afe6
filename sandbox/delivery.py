"""Bringing payloads to the app, and waiting for its ack: three seconds, then again for events, a warning for people."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from sandbox.stats import Stats

Json = dict[str, Any]
ACK_SECONDS = 3.0
EVENT_RETRY_DELAYS = (0.0, 60.0, 300.0)
"""Slack sends an event again at once, after a minute, after five minutes; then it gives up."""


class PayloadType(StrEnum):
    EVENT = "events_api"
    INTERACTIVE = "interactive"
    COMMAND = "slash_commands"


class NotDelivered(Exception):
    """The app did not ack; `reason` goes into the next attempt, `error` to the person who waits."""

    def __init__(self, reason: str, error: str = "operation_timeout") -> None:
        super().__init__(reason)
        self.reason = reason
        self.error = error


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """Which try this is (0 the first), and why there is another one."""

    number: int = 0
    reason: str = ""


class Transport(Protocol):
    async def deliver(self, kind: PayloadType, payload: Json, *, attempt: Attempt, within: float) -> Json | None:
        """What the app said with its ack. Raises NotDelivered."""
        ...


class Delivery:
    """Sends through one transport and keeps count."""

    def __init__(self, transport: Transport, stats: Stats, *, ack_seconds: float, retry_scale: float) -> None:
        self._transport = transport
        self._stats = stats
        self._ack_seconds = ack_seconds
        self._retry_delays = tuple(delay * retry_scale for delay in EVENT_RETRY_DELAYS)
        self._tasks: set[asyncio.Task[None]] = set()

    async def send(self, kind: PayloadType, payload: Json, *, name: str, attempt: Attempt | None = None) -> Json | None:
        """Deliver once; raises NotDelivered."""
        attempt = attempt or Attempt()
        record = self._stats.delivery_begins(kind, name, attempt=attempt.number, payload=payload)
        answer = await self._transport.deliver(kind, payload, attempt=attempt, within=self._ack_seconds)
        self._stats.delivery_acked(record)
        return answer

    def send_event(self, payload: Json) -> None:
        """Deliver an event behind the scenes, with Slack's retries."""
        self.in_background(self._send_event(payload))

    def in_background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _send_event(self, payload: Json) -> None:
        name = payload["event"]["type"]
        attempt = Attempt()
        for delay in (*self._retry_delays, None):
            try:
                await self.send(PayloadType.EVENT, payload, name=name, attempt=attempt)
            except NotDelivered as failure:
                attempt = Attempt(number=attempt.number + 1, reason=failure.reason)
            else:
                return
            if delay is not None:
                await asyncio.sleep(delay)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is on its way behind the scenes."""
        return not self._tasks

    def stop(self) -> None:
        for task in self._tasks:
            task.cancel()

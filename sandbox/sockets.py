"""Socket Mode: one-use tickets, up to ten sockets, each envelope to one of them, acks by envelope id."""

import asyncio
import itertools
import json
import uuid
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from sandbox.delivery import Attempt, NotDelivered, PayloadType
from sandbox.ids import Clock, secret_name

SOCKET_LIMIT = 10
TICKET_SECONDS = 30.0
"""Slack's tickets are short-lived; the client connects at once."""


class Sockets:
    """The open sockets of the app, and the envelopes that wait for an ack."""

    def __init__(self, app_id: str, clock: Clock) -> None:
        self._app_id = app_id
        self._clock = clock
        self._tickets: dict[str, float] = {}
        self._open: list[WebSocket] = []
        self._waiting: dict[str, asyncio.Future[dict[str, Any] | None]] = {}
        self._turn = itertools.count()

    @property
    def count(self) -> int:
        return len(self._open)

    def ticket_url(self, base_url: str) -> str:
        ticket = secret_name(32)
        self._tickets[ticket] = self._clock()
        return f"{base_url.replace('http', 'ws', 1)}/link/?ticket={ticket}&app_id={self._app_id}"

    async def serve(self, socket: WebSocket) -> None:
        """Hold one connection until either side ends it."""
        issued = self._tickets.pop(socket.query_params.get("ticket", ""), None)
        if issued is None or self._clock() - issued > TICKET_SECONDS or len(self._open) >= SOCKET_LIMIT:
            await socket.close(code=1008)
            return
        await socket.accept()
        self._open.append(socket)
        try:
            await socket.send_text(json.dumps(self._hello()))
            while True:
                self._read(await socket.receive_text())
        except WebSocketDisconnect:
            return
        finally:
            self._drop(socket)

    async def deliver(
        self, kind: PayloadType, payload: dict[str, Any], *, attempt: Attempt, within: float
    ) -> dict[str, Any] | None:
        """Send to one socket in turn and wait for the ack; a socket found dead is passed over."""
        envelope = self._envelope(kind, payload, attempt)
        waiting: asyncio.Future[dict[str, Any] | None] = asyncio.get_running_loop().create_future()
        self._waiting[envelope["envelope_id"]] = waiting
        try:
            await self._send(json.dumps(envelope))
            async with asyncio.timeout(within):
                return await waiting
        except TimeoutError:
            raise NotDelivered("timeout") from None
        finally:
            del self._waiting[envelope["envelope_id"]]

    async def ask_to_leave(self, reason: str) -> None:
        """Tell every socket that it will be closed; after anything but a warning, close it."""
        note = {"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}}
        for socket in self._open[:]:
            await socket.send_text(json.dumps(note))
            if reason != "warning":
                self._drop(socket)
                await socket.close()

    async def _send(self, text: str) -> None:
        while self._open:
            socket = self._open[next(self._turn) % len(self._open)]
            try:
                await socket.send_text(text)
            except (WebSocketDisconnect, RuntimeError):
                self._drop(socket)
            else:
                return
        raise NotDelivered("connection_failed", "dispatch_failed")

    def _read(self, text: str) -> None:
        """Take an ack; what is none, or comes too late, is let pass as Slack does."""
        try:
            answer = json.loads(text)
        except json.JSONDecodeError:
            return
        if not isinstance(answer, dict):
            return
        waiting = self._waiting.get(str(answer.get("envelope_id", "")))
        payload = answer.get("payload")
        if waiting is not None and not waiting.done():
            waiting.set_result(payload if isinstance(payload, dict) else None)

    def _drop(self, socket: WebSocket) -> None:
        if socket in self._open:
            self._open.remove(socket)

    def _hello(self) -> dict[str, Any]:
        return {
            "type": "hello",
            "num_connections": len(self._open),
            "connection_info": {"app_id": self._app_id},
            "debug_info": {"host": "sandbox", "build_number": 1, "approximate_connection_time": 18060},
        }

    def _envelope(self, kind: PayloadType, payload: dict[str, Any], attempt: Attempt) -> dict[str, Any]:
        envelope: dict[str, Any] = {
            "envelope_id": str(uuid.uuid4()),
            "payload": payload,
            "type": kind.value,
            "accepts_response_payload": kind is not PayloadType.EVENT,
        }
        if kind is PayloadType.EVENT:
            envelope |= {"retry_attempt": attempt.number, "retry_reason": attempt.reason}
        return envelope

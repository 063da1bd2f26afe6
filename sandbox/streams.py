"""What goes to people's screens as it happens: one queue for every open page."""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from typing import Any

HEARTBEAT_SECONDS = 15.0


class Streams:
    """Queues of server-sent events by person. Publishing is for the server's own thread."""

    def __init__(self) -> None:
        self._open: defaultdict[str, set[asyncio.Queue[str | None]]] = defaultdict(set)

    def publish(self, user_ids: Iterable[str], event: str, body: dict[str, Any]) -> None:
        people = [user_id for user_id in user_ids if self._open.get(user_id)]
        if not people:
            return
        text = f"event: {event}\ndata: {json.dumps(body)}\n\n"
        for user_id in people:
            for queue in self._open[user_id]:
                queue.put_nowait(text)

    async def listen(self, user_id: str) -> AsyncIterator[str]:
        """The events of one page, with a comment every few seconds so that a broken connection shows."""
        queue: asyncio.Queue[str | None] = asyncio.Queue()
        self._open[user_id].add(queue)
        try:
            yield ": connected\n\n"
            while True:
                try:
                    text = await asyncio.wait_for(queue.get(), HEARTBEAT_SECONDS)
                except TimeoutError:
                    text = ": still here\n\n"
                if text is None:
                    return
                yield text
        finally:
            self._open[user_id].discard(queue)

    def close(self) -> None:
        """End every stream, so that the server can stop."""
        for queues in self._open.values():
            for queue in queues:
                queue.put_nowait(None)

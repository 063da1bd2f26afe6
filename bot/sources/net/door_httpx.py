"""The one door to the network, for libraries that speak through httpx."""

from dataclasses import dataclass

import httpx

from bot.sources.net.fetch import Limits, exchange

WRITTEN_BY_THE_DOOR = frozenset({"host", "content-length", "connection", "accept-encoding", "transfer-encoding"})


@dataclass(frozen=True, kw_only=True)
class HttpxDoor(httpx.BaseTransport):
    """Raises Retry and GiveUp where the network or the door refuses; a library may wrap them in an error of its own."""

    limits: Limits | None = None
    allow_private: bool = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        headers = {name: value for name, value in request.headers.items() if name.lower() not in WRITTEN_BY_THE_DOOR}
        body = request.read()
        answer = exchange(
            request.method,
            str(request.url),
            body if body or request.method in ("POST", "PUT", "PATCH") else None,
            headers=headers,
            limits=self.limits,
            allow_private=self.allow_private,
        )
        # The body is decoded by now.
        kept = {name: value for name, value in answer.headers.items() if name.lower() != "content-encoding"}
        return httpx.Response(answer.status, headers=kept, content=answer.body, request=request)

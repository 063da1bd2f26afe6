"""The sandbox's places with a door for answers that a test can make misbehave, and what stands there for everybody to read."""

from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

DOOR = "/places/{place}/answers"
LOST = "lost"
SECRET = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # the Standard Webhooks specification's own example


@dataclass
class Door:
    """Each answer that arrives takes one of `turns` while there are any: a response instead, or LOST."""

    turns: deque[Response | str] = field(default_factory=deque)
    knocks: list[str] = field(default_factory=list)
    """The webhook-id of every request."""

    def lose_next_reply(self) -> None:
        """The place takes the next answer and drops the connection instead of saying so."""
        self.turns.append(LOST)

    def say_once(self, status: int, error: str = "") -> None:
        self.turns.append(JSONResponse({"error": error}, status_code=status))

    def put_before(self, routes: Sequence[BaseRoute]) -> list[BaseRoute]:
        return [
            Route(DOOR, self._guard(each), methods=["POST"]) if isinstance(each, Route) and each.path == DOOR else each
            for each in routes
        ]

    def _guard(self, inner: Route) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            self.knocks.append(request.headers.get("webhook-id", ""))
            turn = self.turns.popleft() if self.turns else None
            if isinstance(turn, Response):
                return turn
            taken: Response = await inner.endpoint(request)
            if turn == LOST:
                request.scope["extensions"]["sandbox.hang_up"]()
            return taken

        return answer


class _Ours(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._section = ""
        self._in_text = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "section":
            self._section = found.get("class") or ""
        self._in_text = tag == "p" and self._section == "ours" and found.get("class") == "text"
        if self._in_text:
            self.texts.append("")

    def handle_endtag(self, tag: str) -> None:
        self._section = "" if tag == "section" else self._section
        self._in_text = False

    def handle_data(self, data: str) -> None:
        if self._in_text:
            self.texts[-1] += data


def our_answers(page: str) -> list[str]:
    """The company's answers on a page of a place, in the order in which they stand there."""
    reader = _Ours()
    reader.feed(page)
    reader.close()
    return reader.texts

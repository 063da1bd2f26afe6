"""A web server whose every answer is one function of the request: for places with an interface of many addresses."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.sources.loopback import Answer


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request. Header names are in lower case; `query` has the last of several values, `pairs` all of them."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""
    pairs: tuple[tuple[str, str], ...] = ()

    @property
    def form(self) -> Mapping[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))


Speak = Callable[[Asked], Answer | None]
"""None hangs up without a word, after the request was read."""


@dataclass
class Wire:
    """`url` has no slash at its end; `asked` are all requests so far."""

    url: str
    asked: list[Asked] = field(default_factory=list)

    def paths(self) -> list[str]:
        return [each.path for each in self.asked]


def said(value: object, status: int = 200, **headers: str) -> Answer:
    """An answer in JSON; underscores in the names of headers stand for dashes."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Answer(body=json.dumps(value).encode(), status=status, headers={"Content-Type": "application/json"} | named)


@contextmanager
def wire(speak: Speak) -> Iterator[Wire]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = _asked(self)
            served.asked.append(asked)
            answer = speak(asked)
            if answer is None:
                self.close_connection = True
                return
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def do_POST(self) -> None:
            self.do_GET()

        def do_PUT(self) -> None:
            self.do_GET()

        def do_DELETE(self) -> None:
            self.do_GET()

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served = Wire(url=f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _asked(request: BaseHTTPRequestHandler) -> Asked:
    parts = urlsplit(request.path)
    length = int(request.headers.get("Content-Length") or 0)
    return Asked(
        method=request.command,
        path=parts.path,
        query=dict(parse_qsl(parts.query, keep_blank_values=True)),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=request.rfile.read(length),
        pairs=tuple(parse_qsl(parts.query, keep_blank_values=True)),
    )

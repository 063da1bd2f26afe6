"""Hand-written web servers on the loopback, as friendly or as hostile as a test wants them."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Answer:
    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Place:
    """An HTTP server: `answers` by path, or one function of the request.

    `asked` remembers every request, `sent` every body that was posted, before it is answered.
    """

    answers: dict[str, Answer | Callable[[str, Message], Answer]] = field(default_factory=dict)
    asked: list[tuple[str, Message]] = field(default_factory=list)
    sent: list[bytes] = field(default_factory=list)
    port: int = 0

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def answer(self, path: str, headers: Message) -> Answer:
        self.asked.append((path, headers))
        found = self.answers.get(path, Answer(status=404))
        return found if isinstance(found, Answer) else found(path, headers)


@contextmanager
def place(tls: ssl.SSLContext | None = None) -> Iterator[Place]:
    served = Place()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            served.sent.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.do_GET()

        def do_GET(self) -> None:
            answer = served.answer(self.path, self.headers)
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *args: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *args: Any) -> None:
            """A client that hangs up early is what several tests are about."""

    server = Server(("127.0.0.1", 0), Handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    served.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def raw_place(speak: Callable[[socket.socket, threading.Event], None]) -> Iterator[str]:
    """A server that says whatever `speak(connection, over)` sends after the request's head; yields its address."""
    over = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            try:
                speak(connection, over)
            except (BrokenPipeError, ConnectionResetError):
                return

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    finally:
        over.set()
        with socket.socket() as waker:
            waker.connect_ex(listener.getsockname())
        thread.join()
        listener.close()

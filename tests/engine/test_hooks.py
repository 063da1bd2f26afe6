"""The web server that places send to: what it takes, what it refuses, and how little a refusal costs."""

import json
import socket
import threading
from collections.abc import AsyncIterator, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

import httpx
import pytest
from starlette.requests import Request

import bot.engine.hooks
from bot.engine.hooks import MOST_BYTES, Hooks, Rate, Refusals
from bot.engine.web import WebServer
from bot.errors import GiveUp, NotBelieved, Retry
from bot.flow.receive import Received
from bot.store.arrivals import Added

JSON = {"content-type": "application/json"}
MIB = 1024 * 1024


@dataclass
class Taker:
    """Takes what comes, or raises what it was told to."""

    fault: Exception | None = None
    bodies: list[bytes] = field(default_factory=list)

    def __call__(self, headers: Mapping[str, str], body: bytes) -> Received:
        if self.fault:
            raise self.fault
        self.bodies.append(body)
        return Received(added=Added(new=1), problems=("[1].id is missing",))


@contextmanager
def serving(taker: Taker, *, most_a_second: float = 100) -> Iterator[int]:
    hooks = Hooks({"/hooks/shop": taker, "/hooks/žofie": taker}, most_a_second=most_a_second)
    server = WebServer(hooks.routes(), host="127.0.0.1", port=0)
    try:
        yield server.start()
    finally:
        server.stop()
        hooks.stop()


@pytest.fixture
def taker() -> Taker:
    return Taker()


@pytest.fixture
def port(taker: Taker) -> Iterator[int]:
    with serving(taker) as opened:
        yield opened


def post(
    port: int, body: bytes = b"{}", *, path: str = "/hooks/shop", headers: Mapping[str, str] = JSON
) -> httpx.Response:
    url = f"http://127.0.0.1:{port}{path}"
    return httpx.post(url, content=body, headers=dict(headers), trust_env=False, timeout=60)


def test_what_became_of_a_delivery_is_said(taker: Taker, port: int) -> None:
    answer = post(port, b'{"id": 1}')
    assert answer.status_code == 200
    assert answer.json() == {
        "again": False,
        "new": 1,
        "edited": 0,
        "known": 0,
        "deleted": 0,
        "problems": ["[1].id is missing"],
    }
    assert taker.bodies == [b'{"id": 1}']


def test_a_name_beyond_ascii_is_an_address_too(taker: Taker, port: int) -> None:
    assert post(port, path="/hooks/%C5%BEofie").status_code == 200


@pytest.mark.parametrize(
    ("fault", "status", "said"),
    [
        (NotBelieved("no signature fits"), 401, "no signature fits"),
        (GiveUp("[3].id is missing"), 400, "[3].id is missing"),
    ],
)
def test_a_refusal_says_why(taker: Taker, port: int, fault: Exception, status: int, said: str) -> None:
    taker.fault = fault
    answer = post(port)
    assert (answer.status_code, answer.json()) == (status, {"error": said})


def test_a_busy_database_is_said_with_a_time_and_without_a_reason(taker: Taker, port: int) -> None:
    taker.fault = Retry("sqlite at /var/secret.db is locked", after=timedelta(seconds=2.5))
    answer = post(port)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "3")
    assert "sqlite" not in answer.text


def test_an_unknown_address_and_another_method(port: int) -> None:
    assert post(port, path="/hooks/other").status_code == 404
    assert httpx.get(f"http://127.0.0.1:{port}/hooks/shop", trust_env=False).status_code == 405


@pytest.mark.parametrize("kind", ["text/plain", "", "application/x-www-form-urlencoded", "multipart/form-data", "json"])
def test_another_content_type_is_refused_unread(taker: Taker, port: int, kind: str) -> None:
    assert post(port, headers={"content-type": kind}).status_code == 415
    assert post(port, headers={"content-type": "application/json", "content-encoding": "gzip"}).status_code == 415
    assert taker.bodies == []


@pytest.mark.parametrize(
    "kind", ["application/json; charset=utf-8", "Application/JSON", "application/vnd.shop.v2+json"]
)
def test_json_goes_by_several_names(port: int, kind: str) -> None:
    assert post(port, headers={"content-type": kind}).status_code == 200


def test_a_body_of_exactly_the_most_is_taken_and_one_byte_more_is_not(taker: Taker, port: int) -> None:
    assert post(port, b"x" * MOST_BYTES).status_code == 200
    assert post(port, b"x" * (MOST_BYTES + 1)).status_code == 413
    assert [len(body) for body in taker.bodies] == [MOST_BYTES]


def pour(port: int, head: bytes, piece: bytes, most: int) -> tuple[int, bytes]:
    """Send pieces until the other side hangs up or `most` bytes went out: how many it took, and its answer."""
    sent = 0
    with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
        line.sendall(b"POST /hooks/shop HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" + head + b"\r\n")
        try:
            while sent < most:
                sent += line.send(piece)
            answer = line.recv(4096)
        except (BrokenPipeError, ConnectionResetError):
            answer = b""
    return sent, answer


HUNDRED = 100 * MIB


@pytest.mark.parametrize(
    ("head", "piece"),
    [
        (b"Content-Length: %d\r\n" % HUNDRED, b"x" * 65536),
        (b"Transfer-Encoding: chunked\r\n", b"10000\r\n" + b"x" * 65536 + b"\r\n"),
    ],
    ids=["declared", "in chunks"],
)
def test_of_a_hundred_megabytes_less_than_five_are_read(
    taker: Taker, port: int, monkeypatch: pytest.MonkeyPatch, head: bytes, piece: bytes
) -> None:
    read = 0
    stream = Request.stream

    async def counted(request: Request) -> AsyncIterator[bytes]:
        nonlocal read
        async for chunk in stream(request):
            read += len(chunk)
            yield chunk

    monkeypatch.setattr(Request, "stream", counted)
    sent, _ = pour(port, head, piece, HUNDRED)
    assert read < 5 * MIB
    assert sent < 32 * MIB, "it hung up; the kernel's buffers on both sides had taken some more"
    assert taker.bodies == []
    assert post(port).status_code == 200


def test_what_follows_the_length_that_was_said_is_not_taken_for_the_body(taker: Taker, port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
        line.sendall(
            b"POST /hooks/shop HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n"
        )
        line.sendall(b"{}" + b"x" * 1000)
        assert line.recv(4096).split(b" ")[1] in (b"200", b"400")
    assert taker.bodies in ([b"{}"], [])
    assert post(port).status_code == 200


def test_a_body_that_trickles_is_cut_off(taker: Taker, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bot.engine.hooks, "MOST_SECONDS", 0.3)
    with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
        line.sendall(
            b"POST /hooks/shop HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"
        )
        assert b" 408 " in line.recv(4096).split(b"\r\n")[0]
    assert taker.bodies == []


def test_senders_that_trickle_do_not_keep_others_out_for_longer_than_that(
    taker: Taker, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.engine.hooks, "MOST_SECONDS", 0.5)
    slow = [socket.create_connection(("127.0.0.1", port), timeout=60) for _ in range(80)]
    head = b"POST /hooks/shop HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"
    for line in slow:
        line.sendall(head)
    statuses = [post(port).status_code for _ in range(3)]
    assert 200 in statuses
    assert set(statuses) <= {200, 503}
    for line in slow:
        line.close()


@pytest.fixture
def within_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long the test takes, no bucket fills again."""
    monkeypatch.setattr(bot.engine.hooks, "Rate", partial(Rate, monotonic=lambda: 0.0))


@pytest.mark.usefixtures("within_a_moment")
def test_more_than_the_rate_is_put_off_and_nobody_else_with_it(taker: Taker) -> None:
    with serving(taker, most_a_second=5) as port:
        assert [post(port).status_code for _ in range(8)] == [200] * 5 + [429] * 3
        assert post(port, path="/hooks/%C5%BEofie").status_code == 200


@pytest.mark.usefixtures("within_a_moment")
def test_whoever_cannot_sign_uses_up_nothing(taker: Taker) -> None:
    with serving(taker, most_a_second=5) as port:
        taker.fault = NotBelieved("no")
        assert {post(port).status_code for _ in range(12)} == {401}
        taker.fault = None
        assert post(port).status_code == 200


def test_a_hundred_at_once_are_all_answered(taker: Taker, port: int) -> None:
    with ThreadPoolExecutor(100) as pool:
        statuses = list(pool.map(lambda number: post(port, json.dumps(number).encode()).status_code, range(100)))
    assert statuses == [200] * 100
    assert len(taker.bodies) == 100


def test_a_rate_fills_again_with_time() -> None:
    now = [0.0]
    rate = Rate(2, monotonic=lambda: now[0])
    assert [rate.take() for _ in range(3)] == [True, True, False]
    now[0] = 0.5
    assert [rate.take() for _ in range(2)] == [True, False]
    now[0] = 99.0
    assert [rate.take() for _ in range(3)] == [True, True, False]


def test_refusals_are_counted_in_the_log_and_do_not_flood_it(caplog: pytest.LogCaptureFixture) -> None:
    now = [0.0]
    refusals = Refusals(monotonic=lambda: now[0])
    for second in range(130):
        now[0] = float(second)
        refusals.note("/hooks/shop", "no signature fits")
    refusals.note("/hooks/other", "no signature fits")
    told = [(record.__dict__["path"], record.__dict__["times"]) for record in caplog.records]
    assert told == [("/hooks/shop", 1), ("/hooks/shop", 60), ("/hooks/shop", 60), ("/hooks/other", 1)]


def test_stopping_lets_what_is_being_stored_finish(taker: Taker) -> None:
    begun, may_end = threading.Event(), threading.Event()

    class Slow(Taker):
        def __call__(self, headers: Mapping[str, str], body: bytes) -> Received:
            begun.set()
            may_end.wait(30)
            return super().__call__(headers, body)

    slow = Slow()
    hooks = Hooks({"/hooks/shop": slow})
    server = WebServer(hooks.routes(), host="127.0.0.1", port=0)
    port = server.start()
    sending = threading.Thread(target=post, args=(port,))
    sending.start()
    assert begun.wait(30)
    threading.Timer(0.2, may_end.set).start()
    server.stop()
    hooks.stop()
    sending.join(10)
    assert slow.bodies == [b"{}"]

"""What goes out through the one door: the same checks as for what comes in, and no way round them."""

import gzip
import socket
import threading
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.errors import GiveUp, Retry
from bot.sources.net.fetch import SOON, Limits, post
from tests.sources.loopback import Answer, Place, place, raw_place


@pytest.fixture
def web() -> Iterator[Place]:
    with place() as served:
        yield served


def test_body_and_headers_arrive_and_the_answer_comes_back(web: Place) -> None:
    web.answers["/in"] = Answer(status=201, body=b"taken", headers={"X-Place": "1"})
    answer = post(web.url("/in"), b"\x00words", headers={"Content-Type": "text/plain"}, allow_private=True)
    assert (answer.status, answer.body, answer.headers["x-place"]) == (201, b"taken", "1")
    assert web.sent == [b"\x00words"]
    assert web.asked[0][1].get_all("Content-Type") == ["text/plain"]
    assert web.asked[0][1].get_all("Content-Length") == ["6"]


def test_login_in_the_address_is_sent_and_not_handed_back(web: Place) -> None:
    web.answers["/"] = Answer()
    answer = post(web.url().replace("http://", "http://me:hunter2@"), b"", allow_private=True)
    assert web.asked[0][1]["Authorization"].startswith("Basic ")
    assert "hunter2" not in answer.url


@pytest.mark.parametrize("status", [400, 401, 404, 409, 410, 422])
def test_refusal_is_handed_over_to_be_read(web: Place, status: int) -> None:
    web.answers["/"] = Answer(status=status, body=b"because")
    answer = post(web.url(), b"words", allow_private=True)
    assert (answer.status, answer.body) == (status, b"because")


@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 307, 308])
def test_no_redirect_is_followed(web: Place, status: int) -> None:
    web.answers["/"] = Answer(status=status, headers={"Location": web.url("/elsewhere")})
    with pytest.raises(GiveUp, match=rf"^127\.0\.0\.1 redirects \({status}\)"):
        post(web.url(), b"words", allow_private=True)
    assert [path for path, _ in web.asked] == ["/"]


@pytest.mark.parametrize(
    ("status", "ambiguous"), [(408, False), (425, False), (429, False), (500, True), (502, True), (503, True)]
)
def test_trouble_is_retried_when_the_place_asks(web: Place, status: int, ambiguous: bool) -> None:
    web.answers["/"] = Answer(status=status, headers={"Retry-After": "77"})
    with pytest.raises(Retry) as caught:
        post(web.url(), b"words", allow_private=True)
    assert (caught.value.after, caught.value.ambiguous) == (timedelta(seconds=77), ambiguous)


def test_place_that_names_no_time_is_tried_again_soon_because_a_person_waits(web: Place) -> None:
    web.answers["/"] = Answer(status=503)
    with pytest.raises(Retry) as caught:
        post(web.url(), b"words", allow_private=True)
    assert caught.value.after == SOON


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1/", "http://10.0.0.1/", "http://169.254.169.254/latest", "http://[::1]/", "ftp://x.example"],
)
def test_private_addresses_and_other_schemes_are_refused(url: str) -> None:
    with pytest.raises(GiveUp):
        post(url, b"words")


def test_nothing_reaches_a_private_address_that_was_not_allowed(web: Place) -> None:
    with pytest.raises(GiveUp, match="not on the public internet"):
        post(web.url(), b"words")
    assert web.asked == []


def test_address_of_a_clouds_metadata_is_refused_even_where_private_ones_are_allowed() -> None:
    with pytest.raises(GiveUp, match="not on the public internet"):
        post("http://169.254.169.254/latest", b"words", allow_private=True)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(status=201, body=b"x" * 1001),
        Answer(status=201, body=gzip.compress(bytes(9_000_000)), headers={"Content-Encoding": "gzip"}),
        Answer(status=201, body=b"not gzip", headers={"Content-Encoding": "gzip"}),
        Answer(status=201, body=b"x", headers={"Content-Encoding": "br"}),
    ],
    ids=["huge", "bomb", "damaged", "other coding"],
)
def test_body_that_cannot_be_read_does_not_make_a_taken_answer_untaken(web: Place, answer: Answer) -> None:
    web.answers["/"] = answer
    taken = post(web.url(), b"words", limits=Limits(max_bytes=1000), allow_private=True)
    assert (taken.status, taken.body) == (201, b"")


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\n\r\n"], ids=["in the head", "in the body"])
def test_slow_place_is_cut_off_at_the_deadline_and_may_have_taken_it(head: bytes) -> None:
    def speak(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(head)
        while not over.wait(0.02):
            connection.sendall(b"x")

    with raw_place(speak) as url:
        started = time.monotonic()
        with pytest.raises(Retry, match="deadline") as caught:
            post(url, b"words", limits=Limits(deadline=timedelta(seconds=0.4)), allow_private=True)
        assert 0.35 < time.monotonic() - started < 30
    assert caught.value.ambiguous


def test_place_that_hangs_up_may_have_taken_it() -> None:
    def speak(connection: socket.socket, over: threading.Event) -> None:
        connection.shutdown(socket.SHUT_RDWR)

    with raw_place(speak) as url, pytest.raises(Retry) as caught:
        post(url, b"words", allow_private=True)
    assert caught.value.ambiguous


def test_place_that_cannot_be_reached_has_not_taken_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(Retry, match="cannot be reached") as caught:
        post(f"http://127.0.0.1:{port}/", b"words", allow_private=True)
    assert not caught.value.ambiguous


@pytest.mark.parametrize(("name", "value"), [("X", "\u0416"), ("X", "a\r\nY: b")])
def test_header_that_http_cannot_carry_is_not_sent(web: Place, name: str, value: str) -> None:
    with pytest.raises(GiveUp, match="HTTP cannot carry"):
        post(web.url(), b"words", headers={name: value}, allow_private=True)
    assert web.asked == []

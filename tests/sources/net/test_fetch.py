import gzip
import socket
import ssl
import sys
import threading
import time
import traceback
import tracemalloc
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from email.message import Message
from pathlib import Path

import pytest

from bot.errors import GiveUp, Retry
from bot.sources.net import dial
from bot.sources.net.address import Zone, zone
from bot.sources.net.fetch import LONGEST_PAUSE, MIB, PAUSE, Limits, fetch, pause, post, ssl_context
from tests.sources.loopback import Answer, Place, place, raw_place

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
connects: list[object] | None = None


def _note_connect(event: str, arguments: tuple[object, ...]) -> None:
    if event == "socket.connect" and connects is not None:
        connects.append(arguments[1])


sys.addaudithook(_note_connect)


@pytest.fixture
def connected() -> Iterator[list[object]]:
    """Every address that this process tries to connect to during the test, seen by the interpreter itself."""
    global connects
    connects = []
    yield connects
    connects = None


@pytest.fixture
def web() -> Iterator[Place]:
    with place() as served:
        yield served


def loopback(host: str, port: int) -> Sequence[str]:
    return ["127.0.0.1"]


def test_answer_comes_with_status_headers_body_and_address(web: Place) -> None:
    web.answers["/feed"] = Answer(body=b"hello", headers={"ETag": '"1"'})
    answer = fetch(web.url("/feed"), allow_private=True)
    assert (answer.status, answer.body, answer.headers["etag"], answer.url) == (200, b"hello", '"1"', web.url("/feed"))


def test_unchanged_answer_is_handed_over_as_304(web: Place) -> None:
    web.answers["/feed"] = Answer(status=304, headers={"Content-Encoding": "gzip"})
    answer = fetch(web.url("/feed"), headers={"If-None-Match": '"1"'}, allow_private=True)
    assert (answer.status, answer.body) == (304, b"")
    assert web.asked[0][1]["If-None-Match"] == '"1"'


def test_callers_headers_replace_ours(web: Place) -> None:
    web.answers["/"] = Answer()
    fetch(web.url(), headers={"User-Agent": "other"}, allow_private=True)
    assert web.asked[0][1].get_all("User-Agent") == ["other"]


@pytest.mark.parametrize(("name", "value"), [("X", "\u0416"), ("X", "a\r\nY: b"), ("\u0416", "x"), ("X Y", "x")])
def test_header_that_http_cannot_carry_is_a_persons_to_mend(web: Place, name: str, value: str) -> None:
    with pytest.raises(GiveUp, match="HTTP cannot carry") as caught:
        fetch(web.url(), headers={name: value}, allow_private=True)
    assert caught.value.__suppress_context__
    assert web.asked == []


def test_gzip_body_is_decoded(web: Place) -> None:
    plain = bytes(range(256)) * 2000
    web.answers["/"] = Answer(body=gzip.compress(plain), headers={"Content-Encoding": "gzip"})
    assert fetch(web.url(), allow_private=True).body == plain


# What the other side may say


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 410, 418, 300, 304 + 1])
def test_refusal_is_final_and_says_so_in_a_sentence(web: Place, status: int) -> None:
    web.answers["/secret-path"] = Answer(status=status)
    with pytest.raises(GiveUp, match=rf"^127\.0\.0\.1 [a-z ]+\({status}\)$"):
        fetch(web.url("/secret-path"), allow_private=True)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 599])
def test_trouble_is_retried_when_the_place_asks(web: Place, status: int) -> None:
    web.answers["/"] = Answer(status=status, headers={"Retry-After": "77"})
    with pytest.raises(Retry) as caught:
        fetch(web.url(), allow_private=True)
    assert caught.value.after == timedelta(seconds=77)
    assert caught.value.asked


@pytest.mark.parametrize(("status", "asked"), [(429, True), (503, False)])
def test_a_place_without_a_time_asks_for_rest_by_its_status_only(web: Place, status: int, asked: bool) -> None:
    web.answers["/"] = Answer(status=status)
    for call in (lambda: fetch(web.url(), allow_private=True), lambda: post(web.url(), b"", allow_private=True)):
        with pytest.raises(Retry) as caught:
            call()
        assert caught.value.asked is asked


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("120", timedelta(seconds=120)),
        (" 0 ", timedelta(0)),
        ("Mon, 01 Jun 2026 12:10:00 GMT", timedelta(minutes=10)),
        ("Mon, 01 Jun 2026 12:10:00 -0000", timedelta(minutes=10)),
        ("Mon, 01 Jun 2026 11:00:00 GMT", timedelta(0)),
        ("Sun, 31 Dec 9999 23:59:59 GMT", LONGEST_PAUSE),
        ("9" * 5000, LONGEST_PAUSE),
        ("", PAUSE),
        ("soon", PAUSE),
        ("-5", PAUSE),
        ("²", PAUSE),
        ("Mon, 99 Jun 2026 12:10:00 GMT", PAUSE),
        ("Mon, 01 Jun 99999999999999999999 00:00:00 GMT", PAUSE),
    ],
)
def test_retry_after_is_understood(header: str, wait: timedelta) -> None:
    assert pause(header, NOON) == wait


def test_refused_connection_is_retried() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(Retry, match=r"cannot be reached"):
        fetch(f"http://127.0.0.1:{port}/", allow_private=True)


def test_answer_that_breaks_off_is_retried_and_never_handed_over() -> None:
    def speak(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<rss>half")

    with raw_place(speak) as url, pytest.raises(Retry, match="broke off"):
        fetch(url, allow_private=True)


@pytest.mark.parametrize("noise", [b"\x00\xff\xfe" * 99, b"SSH-2.0-OpenSSH\r\n", b"", b"HTTP/1.1 200 OK\r\n" * 9])
def test_what_is_not_http_is_retried(noise: bytes) -> None:
    def speak(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(noise)

    with raw_place(speak) as url, pytest.raises(Retry):
        fetch(url, allow_private=True)


def test_endless_header_is_retried() -> None:
    def speak(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while not over.is_set():
            connection.sendall(b"X: " + b"x" * 60_000 + b"\r\n")

    with raw_place(speak) as url, pytest.raises(Retry):
        fetch(url, allow_private=True)


# What a body may cost


def test_body_of_exactly_the_cap_is_taken_and_one_byte_more_is_not(web: Place) -> None:
    web.answers["/full"] = Answer(body=b"x" * 1000)
    web.answers["/over"] = Answer(body=b"x" * 1001)
    limits = Limits(max_bytes=1000)
    assert len(fetch(web.url("/full"), limits=limits, allow_private=True).body) == 1000
    with pytest.raises(GiveUp, match="more than"):
        fetch(web.url("/over"), limits=limits, allow_private=True)


def test_default_cap_is_ten_mebibytes(web: Place) -> None:
    web.answers["/over"] = Answer(body=b"x" * (10 * MIB + 1))
    with pytest.raises(GiveUp, match=r"more than 10 MiB"):
        fetch(web.url("/over"), allow_private=True)


def test_gzip_bomb_stops_at_the_cap_and_does_not_unfold_in_memory(web: Place) -> None:
    bomb = gzip.compress(bytes(200 * MIB), compresslevel=9)
    assert len(bomb) < MIB
    web.answers["/"] = Answer(body=bomb, headers={"Content-Encoding": "gzip"})
    tracemalloc.start()
    try:
        with pytest.raises(GiveUp, match="more than 10 MiB"):
            fetch(web.url(), allow_private=True)
        assert tracemalloc.get_traced_memory()[1] < 24 * MIB
    finally:
        tracemalloc.stop()


def test_endless_gzip_that_decodes_to_nothing_stops_at_the_cap(web: Place) -> None:
    empty_blocks = gzip.compress(b"")[:10] + b"\x00\x00\x00\xff\xff" * 300_000
    web.answers["/"] = Answer(body=empty_blocks, headers={"Content-Encoding": "gzip"})
    with pytest.raises(GiveUp, match="more than 1 MiB"):
        fetch(web.url(), limits=Limits(max_bytes=MIB), allow_private=True)


@pytest.mark.parametrize(
    "body",
    [gzip.compress(b"x" * 99)[:-4], b"not gzip", gzip.compress(b"a") * 2],
    ids=["cut", "none", "two members"],  # the bytes hold the second at which they were made
)
def test_damaged_gzip_is_retried(web: Place, body: bytes) -> None:
    web.answers["/"] = Answer(body=body, headers={"Content-Encoding": "gzip"})
    with pytest.raises(Retry, match="damaged"):
        fetch(web.url(), allow_private=True)


@pytest.mark.parametrize("coding", ["br", "gzip, gzip", "deflate", "zstd"])
def test_coding_that_was_not_asked_for_is_refused(web: Place, coding: str) -> None:
    web.answers["/"] = Answer(body=b"x", headers={"Content-Encoding": coding})
    with pytest.raises(GiveUp, match="not asked for"):
        fetch(web.url(), allow_private=True)


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\n\r\n"], ids=["in the head", "in the body"])
def test_slow_loris_is_cut_off_at_the_deadline(head: bytes) -> None:
    def speak(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(head)
        while not over.wait(0.02):
            connection.sendall(b"x")

    with raw_place(speak) as url:
        started = time.monotonic()
        with pytest.raises(Retry, match="deadline"):
            fetch(url, limits=Limits(deadline=timedelta(seconds=0.4)), allow_private=True)
        assert 0.35 < time.monotonic() - started < 30


def test_slow_tls_handshake_is_cut_off_at_the_deadline() -> None:
    def speak(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(b"\x16\x03\x03\x40\x00")
        while not over.wait(0.02):
            connection.sendall(b"\0")

    with raw_place(speak) as url:
        started = time.monotonic()
        limits = Limits(deadline=timedelta(seconds=0.4))
        with pytest.raises(Retry):
            fetch(url.replace("http:", "https:"), limits=limits, allow_private=True)
        assert 0.35 < time.monotonic() - started < 30


def test_slow_resolver_is_cut_off_at_the_deadline() -> None:
    over = threading.Event()

    def stuck(host: str, port: int) -> Sequence[str]:
        over.wait(60)
        return ["127.0.0.1"]

    started = time.monotonic()
    with pytest.raises(Retry, match="deadline"):
        fetch("http://feeds.example/", limits=Limits(deadline=timedelta(seconds=0.2)), resolve=stuck)
    assert time.monotonic() - started < 30
    over.set()


def test_endless_redirects_share_one_deadline(web: Place) -> None:
    def slow(path: str, headers: Message) -> Answer:
        time.sleep(0.15)
        return Answer(status=302, headers={"Location": "/"})

    web.answers["/"] = slow
    started = time.monotonic()
    limits = Limits(deadline=timedelta(seconds=0.4), max_redirects=100)
    with pytest.raises(Retry, match="deadline"):
        fetch(web.url(), limits=limits, allow_private=True)
    assert time.monotonic() - started < 30


# Where a fetch may go

INSIDE = """
http://127.0.0.1/ http://127.0.0.1:22/ http://127.1/ http://127.0.1/ http://2130706433/ http://0x7f000001/
http://0x7f.0.0.1/ http://0177.0.0.1/ http://017700000001/ http://0/ http://0.0.0.0/ http://localhost/ http://LOCALHOST/
http://user@127.0.0.1/ http://good.example@127.0.0.1/ http://127.0.0.1#@good.example/ http://127。0。0。1/ http://10.0.0.1/
http://172.16.0.1/ http://192.168.0.1/ http://169.254.169.254/latest/meta-data/ http://100.64.0.1/ http://192.0.0.192/
http://198.18.0.1/ http://224.0.0.1/ http://255.255.255.255/ http://[::1]/ http://[::]/ http://[::ffff:127.0.0.1]/
http://[::ffff:7f00:1]/ http://[::127.0.0.1]/ http://[64:ff9b::7f00:1]/ http://[64:ff9b:1::7f00:1]/ http://[2002:7f00:1::]/
http://[2001:0:4136:e378::1]/ http://[fe80::1]/ http://[fc00::1]/ http://[ff02::1]/ http://[2001:db8::1]/ https://127.0.0.1/
file:///etc/passwd ftp://127.0.0.1/ gopher://127.0.0.1:70/_x unix:///run/docker.sock data:text/xml,<rss/> //127.0.0.1/
http:///etc/passwd http://.example/ http://127.0.0.1:99999/ http://[::1 javascript:alert(1)
"""


@pytest.mark.parametrize("url", INSIDE.split())
def test_address_inside_is_refused_without_a_connection(url: str, connected: list[object]) -> None:
    with pytest.raises(GiveUp):
        fetch(url)
    assert connected == []


@pytest.fixture
def first_hop_is_public(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first address checked counts as public, so that a loopback server can stand in for a place on the internet."""
    verdicts = iter([Zone.PUBLIC])
    monkeypatch.setattr(dial, "zone", lambda address: next(verdicts, None) or zone(address))


def resolve_example(host: str, port: int) -> Sequence[str]:
    return ["127.0.0.1"] if host.endswith(".example") else dial.resolve(host, port)


@pytest.mark.parametrize("url", INSIDE.split())
@pytest.mark.usefixtures("first_hop_is_public")
def test_redirect_to_an_address_inside_is_refused(web: Place, connected: list[object], url: str) -> None:
    web.answers["/"] = Answer(status=302, headers={"Location": url.encode().decode("latin-1")})
    with pytest.raises(GiveUp):
        fetch(f"http://feeds.example:{web.port}/", resolve=resolve_example)
    assert connected == [("127.0.0.1", web.port)]


@pytest.mark.usefixtures("first_hop_is_public")
def test_name_that_turns_inside_between_two_hops_is_refused(web: Place, connected: list[object]) -> None:
    web.answers["/"] = Answer(status=302, headers={"Location": "/again"})
    with pytest.raises(GiveUp, match="not on the public internet"):
        fetch(f"http://feeds.example:{web.port}/", resolve=loopback)
    assert connected == [("127.0.0.1", web.port)]


def test_name_is_resolved_once_and_the_checked_address_is_connected_to(web: Place, connected: list[object]) -> None:
    web.answers["/"] = Answer(body=b"ok")
    answers = iter([["127.0.0.1"], ["127.0.0.2"]])
    fetch(f"http://feeds.example:{web.port}/", allow_private=True, resolve=lambda *_: next(answers))
    assert connected == [("127.0.0.1", web.port)]
    assert next(answers) == ["127.0.0.2"]


def test_one_address_inside_among_public_ones_condemns_the_name(connected: list[object]) -> None:
    with pytest.raises(GiveUp, match="allow_private = true permits it"):
        fetch("http://feeds.example/", resolve=lambda *_: ["93.184.216.34", "10.0.0.1"])
    assert connected == []


def test_private_addresses_may_be_allowed_but_a_clouds_key_server_not(connected: list[object]) -> None:
    with pytest.raises(GiveUp, match=r"internet$"):
        fetch("http://169.254.169.254/", allow_private=True)
    assert connected == []


def test_second_address_is_tried_when_the_first_does_not_answer(web: Place) -> None:
    web.answers["/"] = Answer(body=b"ok")
    url = f"http://feeds.example:{web.port}/"
    assert fetch(url, allow_private=True, resolve=lambda *_: ["127.0.0.9", "127.0.0.1"]).body == b"ok"


@pytest.mark.parametrize("failure", [socket.gaierror(-2, "unknown"), UnicodeError("label too long"), None])
def test_name_without_an_address_is_retried(failure: Exception | None) -> None:
    def none(host: str, port: int) -> Sequence[str]:
        if failure:
            raise failure
        return []

    with pytest.raises(Retry, match=r"feeds\.example"):
        fetch("http://feeds.example/", resolve=none)


def test_redirects_are_followed_three_times_and_no_more(web: Place) -> None:
    for step in range(4):
        web.answers[f"/{step}"] = Answer(status=301, headers={"Location": f"/{step + 1}"})
    web.answers["/4"] = Answer(body=b"end")
    assert fetch(web.url("/1"), allow_private=True).url == web.url("/4")
    with pytest.raises(GiveUp, match="redirects more than 3 times"):
        fetch(web.url("/0"), allow_private=True)


# Secrets


def test_login_in_the_address_is_sent_as_basic_authentication(web: Place) -> None:
    web.answers["/"] = Answer()
    answer = fetch(f"http://us%40er:p%3Ass@127.0.0.1:{web.port}/", allow_private=True)
    assert web.asked[0][1]["Authorization"] == "Basic dXNAZXI6cDpzcw=="
    assert answer.url == web.url()


def test_secrets_stay_with_their_origin(web: Place) -> None:
    web.answers["/here"] = Answer(status=302, headers={"Location": "/there"})
    web.answers["/there"] = Answer(
        status=302, headers={"Location": f"http://sly:login@other.example:{web.port}/elsewhere"}
    )
    web.answers["/elsewhere"] = Answer(body=b"ok")
    secrets = {"X-Api-Key": "k", "Cookie": "c", "If-None-Match": '"1"', "Accept": "text/xml"}
    fetch(f"http://me:key@feeds.example:{web.port}/here", headers=secrets, allow_private=True, resolve=loopback)
    ours = {"host", "accept-encoding", "user-agent"}
    sent = [{name.lower() for name in headers} - ours for _, headers in web.asked]
    everything = {"accept", "authorization", "cookie", "if-none-match", "x-api-key"}
    assert sent == [everything, everything, {"accept"}]


FAILING = {
    "http://hunter:hunter2@127.0.0.1:1/hunter2?key=hunter2": True,
    "http://hunter:hunter2@127.0.0.1/hunter2": False,
    "ftp://hunter:hunter2@feeds.example/hunter2": False,
    "http://hunter:hunter2@[feeds.example/hunter2": False,
    "http://hunter:hunter2@feeds.example:hunter2/": False,
    "http://hunter:hunter2@/hunter2": False,
}


@pytest.mark.parametrize("url", FAILING)
def test_no_error_and_no_traceback_shows_a_secret_of_the_address(url: str) -> None:
    with pytest.raises((Retry, GiveUp)) as caught:
        fetch(url, allow_private=FAILING[url])
    printed = "".join(traceback.format_exception(caught.value))
    assert "hunter2" not in "\n".join(line for line in printed.splitlines() if not line.startswith("    "))


def test_proxy_of_the_environment_is_not_used(web: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    web.answers["/"] = Answer(body=b"direct")
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert fetch(web.url(), allow_private=True).body == b"direct"


# TLS

TLS = Path(__file__).parent / "tls"


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SSL_CERT_FILE", str(TLS / "cert.pem"))
    ssl_context.cache_clear()
    yield
    ssl_context.cache_clear()


@pytest.fixture
def secure_web() -> Iterator[Place]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / "cert.pem", TLS / "key.pem")
    with place(context) as served:
        served.answers["/"] = Answer(body=b"ok")
        yield served


@pytest.mark.usefixtures("trusted")
def test_certificate_is_verified_against_the_name_though_the_address_is_dialled(secure_web: Place) -> None:
    url = f"https://feeds.example:{secure_web.port}/"
    assert fetch(url, allow_private=True, resolve=loopback).body == b"ok"
    with pytest.raises(Retry, match=r"other\.example has no valid certificate"):
        fetch(url.replace("feeds", "other"), allow_private=True, resolve=loopback)


def test_unknown_authority_is_not_trusted(secure_web: Place) -> None:
    with pytest.raises(Retry, match="has no valid certificate"):
        fetch(f"https://feeds.example:{secure_web.port}/", allow_private=True, resolve=loopback)
    assert secure_web.asked == []

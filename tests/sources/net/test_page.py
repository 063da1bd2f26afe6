"""A page that a person named: what is read of it, and where the reader does not go."""

import time
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.page import PageWords
from bot.errors import GiveUp, Refused, Retry
from bot.sources.net import page
from bot.sources.net.fetch import Fetched
from bot.sources.net.page import Pages, address_of, origin_of, words_of
from tests.sources.loopback import Answer, place


def html(body: str | bytes, kind: str = "text/html; charset=utf-8") -> PageWords:
    raw = body if isinstance(body, bytes) else body.encode()
    return words_of(Fetched(status=200, headers={"content-type": kind}, body=raw, url="https://forum.test/1"))


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("HTTPS://Forum.TEST:443", "https://forum.test/"),
        ("https://forum.test/a?utm_source=x&b=2&fbclid=9", "https://forum.test/a?b=2"),
        ("https://forum.test/a?b=2&c=%20x", "https://forum.test/a?b=2&c=%20x"),
        ("https://forum.test/a#comment-5", "https://forum.test/a#comment-5"),
        ("http://forum.test:8080/A", "http://forum.test:8080/A"),
        (" http://[2001:DB8::1]:80/ ", "http://[2001:db8::1]/"),
    ],
)
def test_one_page_has_one_spelling(typed: str, stored: str) -> None:
    assert address_of(typed) == stored
    assert address_of(stored) == stored


@pytest.mark.parametrize(
    "typed",
    ["", "forum.test/1", "javascript:alert(1)", "ftp://x.test/", "https://", "https://x.test/a b", "http://x:y/"],
)
def test_what_is_no_web_address_is_refused(typed: str) -> None:
    with pytest.raises(Refused, match="should begin with https://"):
        address_of(typed)


def test_a_login_in_the_address_is_refused() -> None:
    with pytest.raises(Refused, match="Leave the login out"):
        address_of("https://ana:secret@forum.test/")


def test_the_part_that_its_author_wrote_is_proposed() -> None:
    read = html(
        "<html><head><title>Charged &amp; charged | Forum</title><meta name=author content='Wren Q.'>"
        "<meta property='og:title' content='Charged twice'><meta name=description content='A summary'></head>"
        "<body><nav>Home Login</nav><article><p>They charged me <b>twice</b>.</p><script>x()</script></article>"
        "<footer>Imprint</footer></body></html>"
    )
    assert read == PageWords(title="Charged twice", text="They charged me twice.", author="Wren Q.")


def test_without_such_a_part_the_summary_is_and_else_the_whole() -> None:
    assert html("<title>T</title><meta name=description content='A summary'><p>Body</p>").text == "A summary"
    assert html("<title>T</title><p>Body</p>") == PageWords(title="T", text="Body")
    assert html("<main><h1>Hi</h1>there</main><aside>ads</aside>").text == "Hi\n\nthere"


def test_letters_come_as_the_page_says() -> None:
    assert html("<p>Ärger</p>".encode("latin-1"), "text/html; charset=iso-8859-1").text == "Ärger"
    assert html('<meta charset="iso-8859-1"><p>Ärger</p>'.encode("latin-1"), "text/html").text == "Ärger"
    assert html("<p>Ärger</p>", "text/html; charset=no-such-thing").text == "Ärger"
    assert html("just words", "text/plain").text == "just words"


def test_what_is_no_text_is_left_to_the_person() -> None:
    with pytest.raises(GiveUp, match="not a page of text"):
        html(b"\x89PNG", "image/png")


@given(st.binary(max_size=3_000))
def test_any_bytes_are_read_without_a_fault(body: bytes) -> None:
    read = html(body)
    assert "\x00" not in read.title + read.text + read.author


@pytest.mark.parametrize("bomb", ["<!--" * 200_000, "<a " * 200_000, "<article>" * 100_000, "<meta " * 100_000 + ">"])
def test_a_page_made_to_be_slow_is_read_quickly(bomb: str) -> None:
    began = time.process_time()
    html(bomb)
    assert time.process_time() - began < 5


def test_only_private_places_that_the_operator_named_are_read() -> None:
    with place() as served:
        served.answers["/post"] = Answer(body=b"<p>Hello</p>", headers={"Content-Type": "text/html"})
        served.answers["/away"] = Answer(status=302, headers={"Location": "/post"})
        named = Pages(private_origins=frozenset({origin_of(served.url())}))
        assert named.read(served.url("/post")).text == "Hello"
        with pytest.raises(GiveUp, match="redirects more than 0 times"):
            named.read(served.url("/away"))
        asked = len(served.asked)
        with pytest.raises(GiveUp):
            Pages().read(served.url("/post"))
        with pytest.raises(GiveUp):
            Pages(private_origins=frozenset({"http://127.0.0.1:1"})).read(served.url("/post"))
        assert len(served.asked) == asked, "nothing was sent there"


def test_a_page_that_never_ends_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "DEADLINE", timedelta(seconds=0.3))
    with place() as served:
        served.answers["/slow"] = lambda _path, _headers: time.sleep(1) or Answer()  # type: ignore[func-returns-value]
        named = Pages(private_origins=frozenset({origin_of(served.url())}))
        with pytest.raises(Retry, match="before the deadline"):
            named.read(served.url("/slow"))

"""A feed that takes our answers: what is sent, how the place's answers are read, and what a bad place can do."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import Message

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from bot.errors import GiveUp, Retry
from bot.sources.base import Answerable
from bot.sources.feed import AnsweringFeed, FeedSource
from bot.sources.formats.fields import MAX_SENTENCE
from bot.sources.net.callback import LIMITS, Callback
from bot.sources.net.fetch import Limits
from tests.contracts.feeds import Post, rss
from tests.sources.loopback import Answer, Place, place

SECRET = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # the Standard Webhooks specification's own example


@pytest.fixture
def web() -> Iterator[Place]:
    with place() as served:
        yield served


def source(web: Place, *, allow_private: bool = True, limits: Limits = LIMITS) -> AnsweringFeed:
    callback = Callback(
        url=web.url("/answers?k=hunter2"),
        secret=SECRET,
        headers=(("User-Agent", "Acme"),),
        allow_private=allow_private,
        limits=limits,
    )
    return AnsweringFeed(name="forum", url=web.url("/feed"), allow_private=allow_private, callback=callback)


def answered(web: Place, body: object = None, status: int = 200, **headers: str) -> Answer:
    """What the place says to every reply from now on."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    web.answers["/answers?k=hunter2"] = Answer(status=status, body=raw, headers=headers)
    return web.answers["/answers?k=hunter2"]


def test_it_is_the_feed_that_it_was_and_takes_answers(web: Place) -> None:
    web.answers["/feed"] = Answer(body=rss([Post(id="urn:1", text="Hello")]))
    ours = source(web)
    assert isinstance(ours, Answerable)
    assert [item.external_id for item in ours.poll("", datetime.now(UTC)).items] == ["urn:1"]
    assert not isinstance(FeedSource(name="forum", url=ours.url), Answerable)


def test_what_is_sent_says_all_that_a_place_needs(web: Place) -> None:
    answered(web)
    source(web).reply("urn:1", "Žluťoučký 🐎 \ud83d\n“sorry”", key="k1")
    (path, headers), (body,) = web.asked[0], web.sent
    assert json.loads(body) == {
        "type": "earshot.reply",
        "external_id": "urn:1",
        "text": "Žluťoučký 🐎 \ud83d\n“sorry”",
        "key": "k1",
    }
    assert (headers["Content-Type"], headers["User-Agent"], headers["webhook-id"]) == ("application/json", "Acme", "k1")
    assert path == "/answers?k=hunter2"


def test_a_place_can_verify_it_with_the_standards_own_library(web: Place) -> None:
    answered(web)
    source(web).reply("urn:1", "Sorry", key="k1")
    headers = dict(web.asked[0][1].items())
    assert Webhook(SECRET).verify(web.sent[0], headers)["text"] == "Sorry"
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(web.sent[0].replace(b"Sorry", b"Worry"), headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET[:-4] + "AAAA").verify(web.sent[0], headers)


@pytest.mark.parametrize("status", [200, 201, 202, 409])
def test_taken_now_or_before_is_taken(web: Place, status: int) -> None:
    answered(web, {"permalink": "https://forum.example/1#a"}, status)
    assert source(web).reply("urn:1", "Sorry", key="k1").permalink == "https://forum.example/1#a"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"thanks",
        b"[1]",
        b"{}",
        b"[" * 60_000,
        b'{"permalink": 5}',
        b'{"permalink": "javascript:alert(1)"}',
        b'{"permalink": "file:///etc/passwd"}',
        b'{"permalink": "data:text/html,x"}',
        b'{"permalink": "//forum.example/1"}',
        b'{"permalink": "https://"}',
        b'{"permalink": "https://bank.example@evil.example/"}',
        b'{"permalink": "https://forum.example/a b"}',
        b'{"permalink": "https://forum.example:port/"}',
        b'{"permalink": "https://forum.example/' + b"x" * 3_000 + b'"}',
        b"x" * 70_000,
    ],
    ids=lambda body: body[:40].decode(),
)
def test_a_link_that_is_none_is_left_out_and_the_answer_stands(web: Place, body: bytes) -> None:
    answered(web, body, 201)
    assert source(web).reply("urn:1", "Sorry", key="k1").permalink == ""


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 413, 422])
def test_a_refusal_with_a_sentence_is_that_sentence(web: Place, status: int) -> None:
    answered(web, {"error": "The thread\n is \u0000 locked."}, status)
    with pytest.raises(GiveUp, match=r"^The thread is locked\.$"):
        source(web).reply("urn:1", "Sorry", key="k1")


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "127.0.0.1 does not accept our signature (401): is the secret the same on both sides?"),
        (403, "127.0.0.1 does not let us answer (403)"),
        (404, "127.0.0.1 does not know this post any more (404)"),
        (422, "127.0.0.1 refuses our answer (422)"),
    ],
)
@pytest.mark.parametrize("body", [{}, {"error": 5}, {"error": " "}, []])
def test_a_refusal_without_a_sentence_gets_ours(web: Place, status: int, words: str, body: object) -> None:
    answered(web, body, status)
    with pytest.raises(GiveUp) as caught:
        source(web).reply("urn:1", "Sorry", key="k1")
    assert caught.value.reason == words


def test_an_endless_sentence_is_cut_and_marked(web: Place) -> None:
    answered(web, {"error": "no " * 2_000}, 422)
    with pytest.raises(GiveUp) as caught:
        source(web).reply("urn:1", "Sorry", key="k1")
    assert len(caught.value.reason) == MAX_SENTENCE
    assert caught.value.reason.endswith("…")


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_place_in_trouble_is_tried_again(web: Place, status: int) -> None:
    answered(web, {"error": "later"}, status, **{"Retry-After": "9"})
    with pytest.raises(Retry) as caught:
        source(web).reply("urn:1", "Sorry", key="k1")
    assert caught.value.after == timedelta(seconds=9)


def test_a_redirect_does_not_carry_the_answer_away(web: Place) -> None:
    answered(web, {}, 307, Location=web.url("/elsewhere"))
    with pytest.raises(GiveUp, match="redirects"):
        source(web).reply("urn:1", "Sorry", key="k1")
    assert len(web.asked) == 1


def test_a_private_address_needs_permission(web: Place) -> None:
    answered(web)
    with pytest.raises(GiveUp, match="not on the public internet; allow_private = true permits it"):
        source(web, allow_private=False).reply("urn:1", "Sorry", key="k1")
    assert web.asked == []


def test_ten_slow_places_fit_into_the_lease_of_two_minutes() -> None:
    assert LIMITS.deadline * 10 < timedelta(minutes=2)


def test_every_try_is_signed_anew_under_the_same_id(web: Place) -> None:
    def verified(path: str, headers: Message) -> Answer:
        Webhook(SECRET).verify(web.sent[-1], dict(headers.items()))
        return Answer(status=503 if len(web.sent) == 1 else 200)

    web.answers["/answers?k=hunter2"] = verified
    ours = source(web)
    with pytest.raises(Retry):
        ours.reply("urn:1", "Sorry", key="k1")
    ours.reply("urn:1", "Sorry", key="k1")
    assert [headers["webhook-id"] for _, headers in web.asked] == ["k1", "k1"]
    assert web.sent[0] == web.sent[1]


def test_neither_address_nor_secret_shows(web: Place) -> None:
    answered(web, {}, 422)
    ours = source(web)
    assert "hunter2" not in repr(ours)
    assert SECRET not in repr(ours)
    with pytest.raises(GiveUp) as caught:
        ours.reply("urn:1", "Sorry", key="k1")
    assert "hunter2" not in str(caught.value)

"""What every source must do to which its place sends by itself. A new one adds RECEIVERS to its file in `cases` and passes."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.mention import MAX_TEXT, clean
from bot.errors import GiveUp, NotBelieved
from bot.sources.base import Delivery, Receiving, Source
from bot.sources.kinds import kinds
from tests.contracts.case import Receiver, ReceiverCase, receivers
from tests.contracts.feeds import Post
from tests.hook_sender import Sent
from tests.hostile.texts import HORRORS

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def post(number: int, text: str = "", *, ago: timedelta = timedelta(hours=1)) -> Post:
    return Post(id=f"urn:post:{number}", text=text or f"text of {number}", at=NOW - ago, author="jo")


@pytest.fixture(params=receivers(), ids=lambda made: made.__name__)
def case(request: pytest.FixtureRequest) -> Iterator[ReceiverCase]:
    made: Receiver = request.param
    with made() as opened:
        yield opened


def take(case: ReceiverCase, sent: Sent, now: datetime = NOW) -> Delivery:
    return case.source.receive(sent.headers, sent.body, now)


def test_it_is_a_source_that_receives(case: ReceiverCase) -> None:
    assert isinstance(case.source, Receiving)
    assert isinstance(case.source, Source)
    assert case.source.kind in kinds()


def test_there_is_nothing_to_poll(case: ReceiverCase) -> None:
    for cursor in ("", "x", "\ud800"):
        batch = case.source.poll(cursor, NOW)
        assert (batch.items, batch.more) == ((), False)


def test_a_post_comes_as_it_was_written(case: ReceiverCase) -> None:
    written = replace(post(1, "Two\n\nparagraphs & a <b>"), title="A title", link="https://x.example/1")
    delivery = take(case, case.send([written], NOW))
    (item,) = delivery.items
    assert (item.external_id, item.text, item.title) == (written.id, written.text, written.title)
    assert (item.author, item.url, item.posted_at) == ("jo", written.link, written.at)
    assert (delivery.gone, delivery.problems) == ((), ())


def test_a_delivery_keeps_the_id_that_its_sender_gave_it(case: ReceiverCase) -> None:
    assert take(case, case.send([post(1)], NOW, id="msg_again")).id == "msg_again"


def test_several_posts_come_in_one_delivery(case: ReceiverCase) -> None:
    posts = [post(number) for number in range(50)]
    assert [item.external_id for item in take(case, case.send(posts, NOW)).items] == [each.id for each in posts]


def test_what_is_taken_down_is_told(case: ReceiverCase) -> None:
    delivery = take(case, case.take_down(post(1), NOW))
    assert (tuple(delivery.gone), delivery.items) == ((post(1).id,), ())


@pytest.mark.parametrize("off", [timedelta(minutes=6), -timedelta(minutes=6), timedelta(days=9_000)])
def test_a_time_that_is_not_ours_is_not_believed(case: ReceiverCase, off: timedelta) -> None:
    with pytest.raises(NotBelieved, match="five minutes"):
        take(case, case.send([post(1)], NOW), NOW + off)


@pytest.mark.parametrize("off", [timedelta(minutes=4), -timedelta(minutes=4)])
def test_clocks_may_differ_a_little(case: ReceiverCase, off: timedelta) -> None:
    assert take(case, case.send([post(1)], NOW), NOW + off).items


def test_a_stranger_is_not_believed(case: ReceiverCase) -> None:
    with pytest.raises(NotBelieved, match="signature"):
        take(case, case.stranger([post(1)], NOW))


def test_one_changed_byte_is_not_believed(case: ReceiverCase) -> None:
    sent = case.send([post(1)], NOW)
    for position in range(0, len(sent.body), 7):
        body = bytearray(sent.body)
        body[position] ^= 1
        with pytest.raises(NotBelieved):
            take(case, replace(sent, body=bytes(body)))
    with pytest.raises(NotBelieved):
        take(case, replace(sent, headers={**sent.headers, "webhook-id": "msg_other"}))


HEADERS = [
    {"webhook-signature": ""},
    {"webhook-signature": "v1"},
    {"webhook-signature": "v1,"},
    {"webhook-signature": "v1,not base64!"},
    {"webhook-signature": "v2,AAAA"},
    {"webhook-signature": "v1,\udc80"},
    {"webhook-signature": " " * 9_000},
    {"webhook-id": ""},
    {"webhook-id": "x" * 9_000},
    {"webhook-id": "a\nb"},
    {"webhook-timestamp": ""},
    {"webhook-timestamp": "soon"},
    {"webhook-timestamp": "nan"},
    {"webhook-timestamp": "-1"},
    {"webhook-timestamp": "9" * 5_000},
    {"webhook-timestamp": "٣" * 10},
]


@pytest.mark.parametrize("wrong", HEADERS, ids=lambda wrong: str(wrong)[:40])
def test_headers_of_nonsense_are_not_believed(case: ReceiverCase, wrong: dict[str, str]) -> None:
    sent = case.send([post(1)], NOW)
    with pytest.raises(NotBelieved):
        take(case, replace(sent, headers={**sent.headers, **wrong}))
    with pytest.raises(NotBelieved):
        take(case, replace(sent, headers={name: each for name, each in sent.headers.items() if name not in wrong}))


NONSENSE = [
    b"",
    b"{",
    b"null",
    b"3",
    b'"text"',
    b"{}",
    b"[1, null]",
    b"[[]]",
    b'{"id": "1"}',
    b'{"batch": {"events": 3}}',
    b"[" * 9_000,
    b'{"id": ' + b"9" * 9_000 + b"}",
    b"\xef\xbb\xbf{",
]


@pytest.mark.parametrize("body", NONSENSE, ids=lambda body: repr(body[:30]))
def test_a_believed_body_of_nonsense_is_given_up_on_with_a_reason(case: ReceiverCase, body: bytes) -> None:
    with pytest.raises(GiveUp) as caught:
        take(case, case.say(body, NOW))
    assert not isinstance(caught.value, NotBelieved)
    assert caught.value.reason


def test_a_bad_post_is_named_and_spares_the_good_ones(case: ReceiverCase) -> None:
    delivery = take(case, case.send([post(1), replace(post(2), text=""), post(3)], NOW))
    assert [item.external_id for item in delivery.items] == [post(1).id, post(3).id]
    (problem,) = delivery.problems
    assert "[1]" in problem
    assert "no text" in problem


def test_any_text_arrives_clean(case: ReceiverCase) -> None:
    horrors = [
        replace(post(number, horror), title=horror[:900], author=horror[:900])
        for number, horror in enumerate(HORRORS.values(), start=1)
    ]
    items = take(case, case.send(horrors, NOW)).items
    assert len(items) == len(HORRORS)
    for item in items:
        assert item.text
        for text in (item.text, item.title, item.author, item.author_name):
            assert clean(text) == text
            assert len(text) <= MAX_TEXT
            text.encode()


def test_the_secret_does_not_show(case: ReceiverCase) -> None:
    assert "whsec_" not in repr(case.source)

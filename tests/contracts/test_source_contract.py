"""What every source must do, whatever it reads. A new source adds a `Case` here and passes."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

import pytest

from bot.domain.mention import MAX_TEXT, clean
from bot.errors import GiveUp, Retry
from bot.sources.base import Batch, Source
from bot.sources.feed import FeedSource
from tests.contracts.feeds import Post, Render, atom, json_feed, rss
from tests.sources.loopback import Answer, Place, place

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def post(number: int, text: str = "", *, ago: timedelta = timedelta(hours=1)) -> Post:
    return Post(id=f"urn:post:{number}", text=text or f"text of {number}", at=NOW - ago, author="jo")


class Case(Protocol):
    """A place that the test controls, and the source that reads it."""

    source: Source

    def publish(self, posts: Sequence[Post]) -> None:
        """The place shows these posts now, newest first."""

    def say(self, body: bytes) -> None:
        """The place answers with these bytes instead."""

    def refuse(self, status: int) -> None: ...


class FeedCase:
    def __init__(self, web: Place, render: Render) -> None:
        self._web = web
        self._render = render
        self.source: Source = FeedSource(name="feed", url=web.url("/feed"), allow_private=True)

    def publish(self, posts: Sequence[Post]) -> None:
        self.say(self._render(posts))

    def say(self, body: bytes) -> None:
        self._web.answers["/feed"] = Answer(body=body)

    def refuse(self, status: int) -> None:
        self._web.answers["/feed"] = Answer(status=status)


@pytest.fixture(params=[rss, atom, json_feed], ids=lambda render: render.__name__)
def case(request: pytest.FixtureRequest) -> Iterator[Case]:
    with place() as web:
        yield FeedCase(web, request.param)


def ids(batch: Batch) -> set[str]:
    return {item.external_id for item in batch.items}


def test_it_is_a_source_with_a_name_a_kind_and_a_rhythm(case: Case) -> None:
    assert isinstance(case.source, Source)
    assert case.source.name
    assert case.source.kind
    assert case.source.every > timedelta(0)


def test_empty_place_gives_nothing_and_a_cursor_to_go_on_with(case: Case) -> None:
    case.publish([])
    first = case.source.poll("", NOW)
    assert (first.items, first.problems) == ((), ())
    case.publish([post(1)])
    assert ids(case.source.poll(first.cursor, NOW)) == {"urn:post:1"}


def test_post_comes_as_it_was_written(case: Case) -> None:
    written = replace(post(1, "Two\n\nparagraphs & a <b>"), title="A title", link="https://x.example/1")
    case.publish([written])
    (item,) = case.source.poll("", NOW).items
    assert (item.external_id, item.text, item.title) == (written.id, written.text, "A title")
    assert (item.url, item.author_name, item.posted_at) == ("https://x.example/1", "jo", written.at)


def test_nothing_is_lost_while_a_short_window_slides_over_the_posts(case: Case) -> None:
    """The place shows its newest five only; between two polls three new ones appear."""
    seen: set[str] = set()
    cursor = ""
    posts = [post(number, ago=timedelta(minutes=100 - number)) for number in range(20)]
    for upto in range(3, 21, 3):
        case.publish(posts[max(0, upto - 5) : upto][::-1])
        batch = case.source.poll(cursor, NOW)
        cursor = batch.cursor
        seen |= ids(batch)
    assert seen == {f"urn:post:{number}" for number in range(18)}


def test_batch_that_was_never_stored_comes_again(case: Case) -> None:
    case.publish([post(2), post(1)])
    first = case.source.poll("", NOW)
    assert ids(case.source.poll("", NOW)) == ids(first) == {"urn:post:1", "urn:post:2"}
    case.publish([post(3), post(2), post(1)])
    lost = case.source.poll(first.cursor, NOW)
    again = case.source.poll(first.cursor, NOW + timedelta(hours=2))
    assert again.items == lost.items
    assert "urn:post:3" in ids(lost)


def test_unchanged_place_costs_nothing_new_and_loses_nothing(case: Case) -> None:
    case.publish([post(1)])
    cursor = case.source.poll("", NOW).cursor
    for _ in range(3):
        batch = case.source.poll(cursor, NOW)
        assert ids(batch) <= {"urn:post:1"}
        cursor = batch.cursor
    case.publish([post(2), post(1)])
    assert "urn:post:2" in ids(case.source.poll(cursor, NOW))


def test_edited_post_is_handed_over_again_under_its_id(case: Case) -> None:
    case.publish([post(1, "before")])
    cursor = case.source.poll("", NOW).cursor
    case.publish([post(1, "after")])
    assert [(item.external_id, item.text) for item in case.source.poll(cursor, NOW).items] == [("urn:post:1", "after")]


def test_first_poll_does_not_flood_and_what_it_left_out_stays_out(case: Case) -> None:
    old = [post(number, ago=timedelta(days=3)) for number in range(50)]
    case.publish([post(100), *old])
    first = case.source.poll("", NOW)
    assert ids(first) == {"urn:post:100"}
    case.publish([post(101), post(100), *old])
    assert ids(case.source.poll(first.cursor, NOW)) <= {"urn:post:100", "urn:post:101"}


def test_post_that_appears_late_with_an_old_date_is_not_lost(case: Case) -> None:
    case.publish([post(1)])
    cursor = case.source.poll("", NOW).cursor
    case.publish([post(1), post(2, ago=timedelta(days=9))])
    assert "urn:post:2" in ids(case.source.poll(cursor, NOW))


@pytest.mark.parametrize("garbage", ["x", "[]", '{"start":1}', "\ud800"])
def test_cursor_that_is_garbage_starts_over(case: Case, garbage: str) -> None:
    case.publish([post(1)])
    assert ids(case.source.poll(garbage, NOW)) == {"urn:post:1"}


@pytest.mark.parametrize("body", [b"\x00\xff" * 99, b"<html><p>Back soon</p></html>", b"{}", b""])
def test_place_that_talks_nonsense_is_a_retry_or_a_give_up(case: Case, body: bytes) -> None:
    case.say(body)
    with pytest.raises((Retry, GiveUp)):
        case.source.poll("", NOW)


@pytest.mark.parametrize(("status", "error"), [(404, GiveUp), (410, GiveUp), (401, GiveUp), (429, Retry), (503, Retry)])
def test_place_that_refuses_says_whether_to_come_again(case: Case, status: int, error: type[Exception]) -> None:
    case.refuse(status)
    with pytest.raises(error):
        case.source.poll("", NOW)


HORRORS = {
    "control characters": "a\x00b\x07c\x1b[31md",
    "right to left": "\u202eabc\u202c مرحبا שלום",
    "zalgo": "Z" + "\u0301\u0335\u0489" * 1_500,
    "emoji with joiners": "👩‍👩‍👧‍👦🏳️‍🌈👍🏿",
    "lone surrogate": "a\ud83dz",
    "noncharacters": "\ufdd0\uffff\U0010ffff",
    "one long line": "x" * 1_000_000,
    "looks like markup": "<script>alert(1)</script> &lt;b&gt; ]]> <![CDATA[ <!-- {{x}}",
    "looks like Slack": "<!channel> <@U123> <https://evil.example|bank> @here",
    "not composed": "e\u0301a\u0308",
}


def test_any_text_arrives_clean_and_beside_good_ones(case: Case) -> None:
    horrors = [
        replace(post(number, horror), title=horror[:900], author=horror[:900])
        for number, horror in enumerate(HORRORS.values())
    ]
    case.publish([*horrors, post(100)])
    items = {item.external_id: item for item in case.source.poll("", NOW).items}
    assert items.pop("urn:post:100").text == "text of 100"
    assert len(items) == len(HORRORS)
    for item in items.values():
        assert item.text
        for text in (item.text, item.title, item.author_name):
            assert clean(text) == text
            assert len(text) <= MAX_TEXT
            text.encode()


def test_what_looks_like_markup_is_still_there_as_text(case: Case) -> None:
    text = "Use <b> and &amp; & <!channel>"
    case.publish([post(1, text)])
    assert [item.text for item in case.source.poll("", NOW).items] == [text]


def test_bad_posts_are_named_without_their_text_and_good_ones_kept(case: Case) -> None:
    case.publish([post(1), replace(post(2), text="", author="hunter2"), post(3)])
    batch = case.source.poll("", NOW)
    assert ids(batch) == {"urn:post:1", "urn:post:3"}
    assert batch.problems == ("entry 2 has no text",)


def test_missing_and_future_dates_leave_the_post_without_one(case: Case) -> None:
    case.publish([replace(post(1), at=None), post(2, ago=-timedelta(days=2))])
    batch = case.source.poll("", NOW)
    assert {item.external_id: item.posted_at for item in batch.items} == {"urn:post:1": None, "urn:post:2": None}

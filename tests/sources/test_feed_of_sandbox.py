"""The demo's feeds, written by other hands, are read back to the last sign."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import sandbox
from bot.domain.mention import Incoming
from bot.sources.feed import FeedSource
from sandbox.places.board import Board, Shown
from sandbox.places.feeds import render_feed
from sandbox.places.stream import Format, load_stream
from tests.sources.loopback import Answer, Place, place

START = datetime(2026, 6, 1, tzinfo=UTC)
END = START + timedelta(days=3)
STORY = Path(sandbox.__file__).parent / "demo" / "mentions.jsonl"


@pytest.fixture
def web() -> Iterator[Place]:
    with place() as served:
        yield served


def told_board() -> Board:
    """The demo when its story is over."""
    times = iter([START])
    return Board(load_stream(STORY), speed=1.0, clock=lambda: next(times, END))


@pytest.mark.parametrize("form", Format)
def test_posts_of_the_demo_come_back_as_they_were_written(web: Place, form: Format) -> None:
    board = told_board()
    places = [spot for spot in board.places if spot.format is form]
    assert places
    for spot in places:
        shown = board.visible(spot.name)
        web.answers["/feed"] = Answer(body=render_feed(spot, shown, "https://places.example"))
        source = FeedSource(name="demo", url=web.url("/feed"), allow_private=True, first_lookback=timedelta(days=999))
        batch = source.poll("", END)
        assert batch.problems == ()
        read = {item.external_id.rpartition(":")[2]: item for item in batch.items}
        assert [parts(read[one.post.id]) for one in shown] == [expected(one) for one in shown]
        assert {key for key, item in read.items() if item.parent} == {one.post.id for one in shown if one.post.reply_to}


def parts(item: Incoming) -> tuple[object, ...]:
    return item.text, item.author, item.author_name, item.url, item.rating, item.reach, item.posted_at


def expected(one: Shown) -> tuple[object, ...]:
    post = one.post
    reach = post.points if post.followers is None else post.followers
    url = f"https://places.example{post.url}"
    return one.text.strip(), post.author, post.author_name, url, one.stars, reach, one.published.replace(microsecond=0)

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import GiveUp
from bot.sources.base import Answerable, Listening
from bot.sources.formats.fields import digest
from bot.sources.formats.newest_first import Mark, Rest
from bot.sources.instagram import InstagramTable
from tests.contracts.cases.meta import instagram_at
from tests.sources.fake_graph import HANDLE, PERMALINK, FakeInstagram, date
from tests.sources.wire import Wire, wire

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
RECENT = NOW - timedelta(hours=1)


@pytest.fixture
def place() -> FakeInstagram:
    return FakeInstagram()


@pytest.fixture
def served(place: FakeInstagram) -> Iterator[Wire]:
    with wire(place.speak) as opened:
        yield opened


def test_a_reply_comes_with_its_comment_and_reads_the_same_when_looked_up(place: FakeInstagram, served: Wire) -> None:
    reply = place.comment("12", "Mine too.", RECENT, "sam")
    place.comments = [place.comment("11", "It broke.", RECENT - timedelta(hours=1), replies={"data": [reply]})]
    source = instagram_at(served)
    top, under = source.poll("", NOW).items
    assert (top.external_id, top.parent, top.thread) == ("11", "Our new kettle!", "11")
    assert (under.external_id, under.parent, under.thread) == ("12@11", "It broke.", "11")
    assert (under.author, under.author_url) == ("sam", "https://www.instagram.com/sam")
    assert under.url == f"{PERMALINK}c/12/"
    reply["parent_id"] = "11"
    assert source.look_again(["12@11"], NOW).items == (under,)


def test_our_own_comments_are_no_mentions(place: FakeInstagram, served: Wire) -> None:
    nameless = place.comment("13", "Sorry, too.", RECENT, HANDLE)
    place.comments = [place.made("12", "Sorry.") | {"timestamp": date(RECENT)}, nameless]
    batch = instagram_at(served).poll("", NOW)
    assert (batch.items, batch.problems) == ((), ())


def test_comments_beyond_the_first_page_of_a_post_are_read_as_far_as_they_are_new(
    place: FakeInstagram, served: Wire
) -> None:
    place.comments = [place.comment(str(n), "t", NOW - timedelta(minutes=30 * n)) for n in range(1, 101)]
    batch = instagram_at(served).poll("", NOW)
    assert [item.external_id for item in batch.items] == [str(n) for n in range(48, 0, -1)]
    assert len([path for path in served.paths() if path.endswith("/300")]) == 1


def test_a_post_that_is_gone_before_its_comments_were_read_stops_nothing(place: FakeInstagram, served: Wire) -> None:
    rest = Rest(shelf="post:gone", page="25", until=RECENT)
    mark = Mark(place=digest("2000")[:12], start=RECENT, seen=RECENT, rests=(rest,))
    batch = instagram_at(served).poll(mark.text(), NOW)
    assert (batch.items, batch.more) == ((), False)


def test_posts_that_tag_us_come_where_they_are_wanted_and_cannot_be_answered(
    place: FakeInstagram, served: Wire
) -> None:
    place.tags = [
        {"id": "500", "caption": "Broken again.", "permalink": PERMALINK, "timestamp": date(RECENT), "username": "sam"},
        {"id": "501", "permalink": PERMALINK, "timestamp": date(RECENT), "username": "ed"},
    ]
    assert instagram_at(served).poll("", NOW).items == ()
    source = instagram_at(served, tags=True)
    (item,) = source.poll("", NOW).items
    assert (item.external_id, item.text, item.author, item.url) == ("tag:500", "Broken again.", "sam", PERMALINK)
    with pytest.raises(GiveUp, match="answer it there"):
        source.reply("tag:500", "Sorry.", key="k")
    assert source.look_again(["tag:500"], NOW).gone == ()


def test_what_is_too_much_at_once_is_had_in_smaller_pages(place: FakeInstagram, served: Wire) -> None:
    place.comments = [place.comment("11", "It broke.", RECENT)]
    place.gathers = 10
    assert [item.text for item in instagram_at(served).poll("", NOW).items] == ["It broke."]
    assert [each.query.get("limit") for each in served.asked if each.path.endswith("/media")] == ["25", "5", "1"]


def test_an_answer_to_a_reply_goes_under_the_comment_above_it(place: FakeInstagram, served: Wire) -> None:
    place.comments = [place.comment("11", "It broke.", RECENT)]
    replied = instagram_at(served).reply("12@11", "Sorry.", key="k")
    assert list(place.answers) == ["11"]
    assert replied.permalink == f"{PERMALINK}c/1190/"
    source, now = instagram_at(served), datetime.now(UTC)
    for since, found in ((now - timedelta(minutes=10), [replied.permalink]), (now + timedelta(minutes=1), [])):
        assert list(source.find_replies("11", "Sorry.", since=since).permalinks) == found


def test_nothing_is_sent_where_its_post_cannot_be_named_afterwards(place: FakeInstagram, served: Wire) -> None:
    """What fails after the answer was taken would be sent once more."""
    place.comments = []
    with pytest.raises(GiveUp):
        instagram_at(served).reply("11", "Sorry.", key="k")
    assert place.answers == {}


def test_the_table_makes_a_source_that_takes_answers() -> None:
    told = {"name": "Instagram", "kind": "instagram", "account": "2000", "token": "hunter2"}
    source = InstagramTable(**told).build(Listening())
    assert isinstance(source, Answerable)
    assert "hunter2" not in repr(source)
    with pytest.raises(ValueError, match="digits only"):
        InstagramTable(**{**told, "account": "ourbrand"})

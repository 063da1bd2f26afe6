from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.sources.base import Answerable, Listening
from bot.sources.facebook import FacebookTable
from bot.sources.formats.fields import digest
from bot.sources.formats.newest_first import Mark, Rest
from bot.sources.net.graph import VERSION
from tests.contracts.cases.meta import facebook_at
from tests.sources.fake_graph import PAGE, FakeFacebook, date
from tests.sources.wire import Wire, wire

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
RECENT = NOW - timedelta(hours=1)


@pytest.fixture
def place() -> FakeFacebook:
    return FakeFacebook()


@pytest.fixture
def served(place: FakeFacebook) -> Iterator[Wire]:
    with wire(place.speak) as opened:
        yield opened


def test_a_comment_comes_with_the_post_and_a_reply_with_its_comment(place: FakeFacebook, served: Wire) -> None:
    top = place.comment("1_2", "It broke.", RECENT)
    reply = place.comment("1_3", "Mine too.", RECENT, "sam", parent={"id": "1_2", "message": "It broke."})
    place.comments = [reply, top]
    first, second = facebook_at(served).poll("", NOW).items
    assert (first.external_id, first.parent, first.thread) == ("1_2", "Our new kettle!", "1_2")
    assert (second.external_id, second.parent, second.thread) == ("1_3@1_2", "It broke.", "1_2")
    assert (first.author_name, first.reach) == ("jo", 2)
    assert first.url == "https://www.facebook.com/x?comment_id=1_2"


def test_our_own_comments_and_posts_and_wordless_ones_are_no_mentions(place: FakeFacebook, served: Wire) -> None:
    ours = place.made("1_3", "Sorry.") | {"created_time": date(RECENT)}
    sticker = place.comment("1_4", "", RECENT, attachment={"media": {"image": {"src": "https://x.example/s.png"}}})
    place.comments = [ours, sticker, place.comment("1_2", "It broke.", RECENT)]
    batch = facebook_at(served).poll("", NOW)
    assert [item.text for item in batch.items] == ["It broke."]
    assert batch.problems == ()


def test_a_post_that_is_gone_before_its_comments_were_read_stops_nothing(place: FakeFacebook, served: Wire) -> None:
    place.comments = [place.comment(f"1_{n}", "t", RECENT) for n in range(30)]
    mark = Mark(
        place=digest(PAGE)[:12], start=RECENT, seen=RECENT, rests=(Rest(shelf="post:gone", page="", until=RECENT),)
    )
    batch = facebook_at(served).poll(mark.text(), NOW)
    assert (batch.items, batch.more) == ((), False)
    assert len(facebook_at(served).poll(batch.cursor, NOW).items) == 30


def test_a_visitors_post_is_a_mention(place: FakeFacebook, served: Wire) -> None:
    place.posts.append(place.post(f"{PAGE}_2", "Your kettle leaks.", RECENT, "u9"))
    (item,) = facebook_at(served).poll("", NOW).items
    assert (item.external_id, item.text, item.author) == (f"post:{PAGE}_2", "Your kettle leaks.", "u9")
    assert item.author_url == "https://www.facebook.com/u9"


def test_posts_without_news_are_not_looked_through(place: FakeFacebook, served: Wire) -> None:
    source = facebook_at(served)
    place.comments = [place.comment("1_2", "It broke.", RECENT)]
    cursor = source.poll("", NOW).cursor
    place.posts[0]["updated_time"] = date(NOW - timedelta(hours=3))
    served.asked.clear()
    assert source.poll(cursor, NOW).items == ()
    assert served.paths() == [f"/{VERSION}/{PAGE}/feed"]


def test_posts_beyond_the_span_are_left_alone(place: FakeFacebook, served: Wire) -> None:
    old = [place.post(f"{PAGE}_{n}", "News", NOW - timedelta(days=n), PAGE) for n in range(2, 62)]
    for each in old:
        each["updated_time"] = each["created_time"]
    place.posts = [place.posts[0], *old]
    facebook_at(served, posts_for=timedelta(days=20)).poll("", NOW)
    feeds = [each.query.get("after") for each in served.asked if each.path.endswith("/feed")]
    assert feeds == [None]


def test_of_what_a_comment_is_on_no_field_is_asked_that_only_some_have(place: FakeFacebook, served: Wire) -> None:
    """A comment may be on a photo or a video, and those have no message: Meta would refuse the whole question."""
    place.comments = [place.comment("1_2", "It broke.", RECENT)]
    (polled,) = facebook_at(served).poll("", NOW).items
    (looked,) = facebook_at(served).look_again(["1_2"], NOW).items
    assert polled.text == looked.text == "It broke."
    assert polled.parent == looked.parent == "Our new kettle!"


def test_an_answer_to_a_reply_goes_under_the_comment_above_it(place: FakeFacebook, served: Wire) -> None:
    replied = facebook_at(served).reply("1_3@1_2", "Sorry.", key="k")
    assert list(place.answers) == ["1_2"]
    assert replied.permalink == "https://www.facebook.com/1_290"


def test_somebody_elses_same_words_are_not_our_answer(place: FakeFacebook, served: Wire) -> None:
    place.answers["1_2"] = [place.comment("9", "Sorry.", RECENT)]
    assert list(facebook_at(served).find_replies("1_2", "Sorry.", since=LONG_AGO).permalinks) == []


def test_what_stood_there_before_the_answer_was_written_is_not_it(place: FakeFacebook, served: Wire) -> None:
    source = facebook_at(served)
    sent = source.reply("1_2", "Sorry.", key="k").permalink
    now = datetime.now(UTC)
    for since, found in ((now - timedelta(minutes=10), [sent]), (now + timedelta(minutes=1), [])):
        assert list(source.find_replies("1_2", "Sorry.", since=since).permalinks) == found


def test_a_comment_is_looked_up_even_where_its_post_is_not_shown(place: FakeFacebook, served: Wire) -> None:
    place.comments = [place.comment("404_2", "It broke.", RECENT)]
    (looked,) = facebook_at(served).look_again(["404_2"], NOW).items
    assert (looked.text, looked.parent) == ("It broke.", "")


def test_what_is_too_much_at_once_is_had_in_smaller_pages(place: FakeFacebook, served: Wire) -> None:
    place.comments = [place.comment("1_2", "It broke.", RECENT)]
    place.gathers = 5
    assert [item.text for item in facebook_at(served).poll("", NOW).items] == ["It broke."]
    assert [each.query.get("limit") for each in served.asked if each.path.endswith("/feed")] == ["50", "10", "2"]


def test_posts_are_not_looked_up_again(place: FakeFacebook, served: Wire) -> None:
    looked = facebook_at(served).look_again([f"post:{PAGE}_2"], NOW)
    assert (looked.items, looked.gone, served.asked) == ((), (), [])


def test_the_end_of_the_token_is_told(place: FakeFacebook, served: Wire) -> None:
    assert facebook_at(served).poll("", NOW).access_ends_at == place.expires


def test_the_table_makes_a_source_that_takes_answers() -> None:
    told = {"name": "Facebook", "kind": "facebook", "page": "1000", "token": "hunter2"}
    source = FacebookTable(**told).build(Listening())
    assert isinstance(source, Answerable)
    assert "hunter2" not in repr(source)
    for wrong, advice in [({"page": "ourpage"}, "digits only"), ({"version": "23"}, "such as")]:
        with pytest.raises(ValueError, match=advice):
            FacebookTable(**{**told, **wrong})

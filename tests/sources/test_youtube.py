from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from bot.errors import GiveUp, Retry
from bot.sources.base import Answerable, Listening
from bot.sources.formats.fields import digest
from bot.sources.formats.google_day import Spent, day_ends
from bot.sources.formats.newest_first import Mark, Rest
from bot.sources.youtube import YouTubeSource, YouTubeTable
from tests.contracts.cases.youtube import answerer_at, reader_at
from tests.sources.fake_youtube import CHANNEL, KEY, VIDEO, FakeYouTube, comment
from tests.sources.google_places import faults, refused
from tests.sources.wire import Wire, wire

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


@pytest.fixture
def tube() -> FakeYouTube:
    return FakeYouTube()


@pytest.fixture
def served(tube: FakeYouTube) -> Iterator[Wire]:
    with wire(tube.speak) as opened:
        yield opened


@pytest.fixture
def source(served: Wire) -> YouTubeSource:
    return reader_at(served)


def test_a_reply_comes_with_what_it_answers_and_its_thread(tube: FakeYouTube, source: YouTubeSource) -> None:
    tube.tops = [comment("Ug1", "It broke.", ago(hours=2))]
    tube.replies["Ug1"] = [comment("Ug1.r1", "Mine too.", ago(hours=1), "sam")]
    top, reply = source.poll("", NOW).items
    assert (top.external_id, top.parent, top.thread) == (f"{VIDEO}:Ug1", "", f"{VIDEO}:Ug1")
    assert (reply.external_id, reply.parent, reply.thread) == (f"{VIDEO}:Ug1.r1", "It broke.", f"{VIDEO}:Ug1")
    assert reply.url == f"https://www.youtube.com/watch?v={VIDEO}&lc=Ug1.r1"
    assert (reply.author, reply.author_name, reply.reach) == ("UC-sam", "sam", 3)
    again = source.look_again([reply.external_id], NOW)
    assert again.items == (reply,)


def test_a_picture_comes_along_but_not_without_a_word(tube: FakeYouTube, source: YouTubeSource) -> None:
    tube.tops = [comment("Ug2", "", ago(hours=1)), comment("Ug1", "It broke.", ago(hours=2))]
    for each in tube.tops:
        each["snippet"]["imageUrl"] = "https://yt.example/lid.png"
    batch = source.poll("", NOW)
    assert [(item.text, item.media) for item in batch.items] == [("It broke.", ("https://yt.example/lid.png",))]
    assert batch.problems == ()


def test_an_author_is_known_by_the_handle_and_else_by_the_channel(tube: FakeYouTube, source: YouTubeSource) -> None:
    tube.tops = [comment("Ug2", "t", ago(hours=1), "@sam"), comment("Ug1", "t", ago(hours=2), "Sam")]
    assert [(item.author, item.author_name) for item in source.poll("", NOW).items] == [
        ("UC-Sam", "Sam"),
        ("@sam", "@sam"),
    ]


def test_our_own_comments_are_no_mentions(tube: FakeYouTube, source: YouTubeSource) -> None:
    own = {"authorChannelId": {"value": CHANNEL}}
    tube.tops = [comment("Ug2", "News!", ago(hours=1), **own), comment("Ug1", "It broke.", ago(hours=2))]
    tube.replies["Ug1"] = [comment("Ug1.r1", "Sorry.", ago(hours=1), **own)]
    batch = source.poll("", NOW)
    assert [item.text for item in batch.items] == ["It broke."]
    assert batch.problems == ()


def test_a_thread_with_more_replies_than_its_page_shows_is_read_whole(tube: FakeYouTube, source: YouTubeSource) -> None:
    tube.tops = [comment("Ug1", "It broke.", ago(hours=5))]
    tube.replies["Ug1"] = [comment(f"Ug1.r{n}", f"no {n}", ago(minutes=200 - n), "sam") for n in range(60)]
    items = source.poll("", NOW).items
    assert [item.text for item in items] == ["It broke.", *(f"no {n}" for n in range(60))]
    assert {item.parent for item in items[1:]} == {"It broke."}


def test_a_thread_that_is_gone_before_its_replies_were_read_stops_nothing(
    tube: FakeYouTube, source: YouTubeSource
) -> None:
    tube.tops = [comment("Ug1", "It broke.", ago(hours=1))]
    rest = Rest(shelf=f"replies:{VIDEO}:Uggone", until=ago(hours=2))
    mark = Mark(place=digest(CHANNEL)[:12], start=ago(hours=2), seen=ago(hours=2), rests=(rest,))
    batch = source.poll(mark.text(), NOW)
    assert (batch.items, batch.more) == ((), False)
    assert [item.text for item in source.poll(batch.cursor, NOW).items] == ["It broke."]


def test_a_videos_id_that_is_none_does_not_break_the_poll(tube: FakeYouTube, source: YouTubeSource) -> None:
    tube.tops = [
        comment("Ug2", "t", ago(hours=1), videoId="\ud800"),
        comment("Ug1", "t", ago(hours=1), videoId="9" * 499),
    ]
    batch = source.poll("", NOW)
    assert [item.external_id for item in batch.items] == [":Ug2"]
    assert batch.problems == ("a comment had no text or no id",)


def test_a_late_reply_in_an_old_thread_is_found_within_the_hour(tube: FakeYouTube, source: YouTubeSource) -> None:
    threads = [comment(f"Ug{n}", "t", ago(hours=20 - n)) for n in range(20)][::-1]
    tube.tops = threads
    cursor = source.poll("", NOW).cursor
    tube.replies["Ug1"] = [comment("Ug1.r1", "Late.", NOW + timedelta(minutes=1), "sam")]
    soon = source.poll(cursor, NOW + timedelta(minutes=5))
    later = source.poll(soon.cursor, NOW + timedelta(minutes=65))
    assert "Late." in [item.text for item in (*soon.items, *later.items)]


def test_units_are_counted_and_the_last_of_them_is_left_alone(tube: FakeYouTube, served: Wire) -> None:
    tube.tops = [comment("Ug1", "t", ago(hours=1))]
    source = reader_at(served, daily_units=2)
    cursor = source.poll(source.poll("", NOW).cursor, NOW).cursor
    with pytest.raises(Retry, match="2 units") as caught:
        source.poll(cursor, NOW)
    assert tube.units == 2
    assert NOW + caught.value.after == datetime(2026, 6, 2, 7, 1, tzinfo=UTC)
    assert source.poll(cursor, NOW + timedelta(days=1)).items


def test_a_spent_quota_waits_for_the_next_day_in_california(tube: FakeYouTube, source: YouTubeSource) -> None:
    tube.moods.always = refused(403, "quotaExceeded", "The request cannot be completed.")
    with pytest.raises(Retry, match="quota") as caught:
        source.poll("", NOW)
    assert NOW + caught.value.after == datetime(2026, 6, 2, 7, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "then"),
    [
        (datetime(2026, 3, 8, 9, tzinfo=UTC), datetime(2026, 3, 9, 7, 1, tzinfo=UTC)),
        (datetime(2026, 11, 1, 8, tzinfo=UTC), datetime(2026, 11, 2, 8, 1, tzinfo=UTC)),
    ],
)
def test_the_day_there_ends_at_its_own_midnight_also_when_clocks_change(now: datetime, then: datetime) -> None:
    assert now + day_ends(now) == then


@pytest.mark.parametrize("text", ["", "3", '{"day": 1}', '{"day": "x", "units": [], "deep_at": ""}'])
def test_a_count_that_cannot_be_read_begins_at_nothing(text: str) -> None:
    assert Spent.parse(text, NOW) == Spent(day="2026-06-01")


def test_a_bad_key_says_what_google_says_and_not_the_key(served: Wire) -> None:
    with pytest.raises(GiveUp, match="API key not valid") as caught:
        reader_at(served, key="hunter2-wrong").poll("", NOW)
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_an_answer_goes_to_the_thread_and_ours_are_found_among_many(tube: FakeYouTube, served: Wire) -> None:
    source = answerer_at(served)
    tube.tops = [comment("Ug1", "It broke.", ago(hours=5))]
    tube.replies["Ug1"] = [comment(f"Ug1.r{n}", "Sorry.", ago(minutes=200 - n), "sam") for n in range(60)]
    first = source.reply(f"{VIDEO}:Ug1.r3", "Sorry.", key="k")
    assert list(source.find_replies(f"{VIDEO}:Ug1", "Sorry.", since=LONG_AGO).permalinks) == [first.permalink]
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    assert list(source.find_replies(f"{VIDEO}:Ug1", "Sorry.", since=tomorrow).permalinks) == []
    assert tube.ours() == ["Sorry."]
    assert first.permalink == f"https://www.youtube.com/watch?v={VIDEO}&lc=Ug1.r60"


def test_a_consent_that_was_taken_back_is_for_a_person(tube: FakeYouTube, served: Wire) -> None:
    tube.tops = [comment("Ug1", "It broke.", ago(hours=5))]
    with pytest.raises(GiveUp, match="invalid_grant"):
        answerer_at(served, refresh_token="hunter2-old").reply(f"{VIDEO}:Ug1", "Sorry.", key="k")


def test_without_consent_a_channel_is_read_only() -> None:
    told = {"name": "YouTube", "kind": "youtube", "channel": CHANNEL, "api_key": "hunter2"}
    assert not isinstance(YouTubeTable(**told).build(Listening()), Answerable)
    consent = {"client_id": "hunter2", "client_secret": "hunter2", "refresh_token": "hunter2"}
    assert isinstance(answers := YouTubeTable(**told, **consent).build(Listening()), Answerable)
    assert "hunter2" not in repr(answers)
    with pytest.raises(ValueError, match="all of client_id"):
        YouTubeTable(**told, client_id="x")


def test_the_fake_speaks_as_the_api_is_described(tube: FakeYouTube, served: Wire) -> None:
    tube.tops = [comment("Ug1", "It broke.", ago(hours=5))]
    tube.replies["Ug1"] = [comment("Ug1.r1", "t", ago(hours=1))]
    base = f"{served.url}/youtube/v3"
    threads = {"key": KEY, "allThreadsRelatedToChannelId": CHANNEL}
    listed = httpx.get(f"{base}/commentThreads", params=threads, trust_env=False).json()
    assert faults("youtube.v3", "CommentThreadListResponse", listed) == []
    replies = httpx.get(f"{base}/comments", params={"key": KEY, "parentId": "Ug1"}, trust_env=False).json()
    assert faults("youtube.v3", "CommentListResponse", replies) == []

"""What is particular to Discourse; the contract suite tests the rest."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from bot.errors import GiveUp, Retry
from bot.sources.base import Answerable, Listening
from bot.sources.discourse import AnsweringDiscourse, DiscourseSource, DiscourseTable
from bot.sources.net.api import Api
from tests.sources.discourse_place import KEY, USER, DiscoursePlace, Pages, discourse_place, forum_post
from tests.sources.loopback import Answer
from tests.sources.wire import said

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
THEN = NOW - timedelta(hours=1)


@pytest.fixture
def place() -> Iterator[DiscoursePlace]:
    with discourse_place() as opened:
        yield opened


def source(place: DiscoursePlace, key: str = KEY, **more: Any) -> AnsweringDiscourse:
    api = Api(base=place.served.url, headers=(("Api-Key", key), ("Api-Username", USER)), allow_private=True)
    return AnsweringDiscourse(name="forum", api=api, username=USER, **more)


def stand(place: DiscoursePlace, id: int, raw: str = "It broke.", at: datetime = THEN, **more: Any) -> None:
    place.posts[id] = forum_post(id, raw, at, **more)


def test_everything_that_a_post_says_is_kept(place: DiscoursePlace) -> None:
    cooked = '<p>It broke. <img class="emoji" src="/images/emoji/x.png"> <img src="/uploads/1.png"></p>'
    stand(place, 7, topic=12, number=3, name="Jo", topic_title="Lids", cooked=cooked)
    (item,) = source(place).poll("", NOW).items
    assert (item.external_id, item.title, item.author, item.author_name) == ("12/3/7", "Lids", "jo", "Jo")
    assert item.url == f"{place.served.url}/t/12/3"
    assert item.author_url == f"{place.served.url}/u/jo"
    assert item.media == (f"{place.served.url}/uploads/1.png",)
    assert (item.thread, item.posted_at) == ("12", THEN)


def test_a_quote_is_what_the_post_speaks_of(place: DiscoursePlace) -> None:
    stand(place, 7, '[quote="ana, post:1, topic:12"]\nThe lid.\n[/quote]\n\nMine too.')
    stand(place, 8, "[quote]only that[/quote]")
    items = source(place).poll("", NOW).items
    assert [(item.text, item.parent) for item in items] == [
        ("Mine too.", "The lid."),
        ("[quote]only that[/quote]", "only that"),
    ]


def test_a_reply_brings_what_it_answers_from_the_same_page_or_from_the_forum(place: DiscoursePlace) -> None:
    stand(place, 1, "An old post", THEN - timedelta(days=9), topic=12, number=1)
    stand(place, 60, "A", topic=12, number=2, reply_to_post_number=1)
    stand(place, 61, "B", topic=12, number=3, reply_to_post_number=2)
    stand(place, 62, "C", topic=12, number=4, reply_to_post_number=99)
    assert [item.parent for item in source(place).poll("", NOW).items] == ["An old post", "A", ""]
    assert [path for path in place.served.paths() if "by_number" in path] == [
        "/posts/by_number/12/1.json",
        "/posts/by_number/12/99.json",
    ]


def test_a_reply_to_our_answer_is_named_by_its_address_as_we_know_it(place: DiscoursePlace) -> None:
    stand(place, 7, topic=12)
    replied = source(place).reply("12/1/7", "Sorry.", key="k")
    stand(place, 20, "Thanks", topic=12, number=9, reply_to_post_number=2, reply_to_user={"username": "Support"})
    item = source(place).poll("", NOW).items[-1]
    assert (item.thread, item.parent) == (replied.permalink, "Sorry.")


def test_more_replies_than_can_be_asked_about_wait_for_the_next_poll(place: DiscoursePlace) -> None:
    for id in range(1, 46):
        stand(place, id, f"reply {id}", topic=id, number=5, reply_to_post_number=4)
    cursor, found, sizes, more = "", [], [], True
    while more:
        batch = source(place).poll(cursor, NOW)
        cursor, more = batch.cursor, batch.more
        sizes.append(len(batch.items))
        found += [item.text for item in batch.items]
    assert found == [f"reply {id}" for id in range(1, 46)]
    assert sizes == [20, 20, 5]


def test_ids_of_private_messages_leave_no_gap(place: DiscoursePlace) -> None:
    stand(place, 10)
    cursor = source(place).poll("", NOW).cursor
    stand(place, 400, at=THEN + timedelta(minutes=1))
    place.hidden = set(range(11, 400)) | set(range(401, 430))
    found, more = [], True
    while more:
        batch = source(place).poll(cursor, NOW)
        cursor, more = batch.cursor, batch.more
        found += [item.external_id for item in batch.items]
    assert "1400/1/400" in found


def test_posts_hidden_behind_a_page_of_private_messages_are_found(place: DiscoursePlace) -> None:
    stand(place, 10)
    cursor = source(place).poll("", NOW).cursor
    stand(place, 60, at=THEN + timedelta(minutes=1))
    place.hidden = set(range(61, 130))
    batch = source(place).poll(cursor, NOW)
    assert "1060/1/60" in [item.external_id for item in batch.items]
    assert not batch.more


@pytest.mark.parametrize("pages", list(Pages))
def test_pages_of_every_age_leave_out_no_post_and_call_none_gone(place: DiscoursePlace, pages: Pages) -> None:
    place.pages = pages
    stand(place, 10)
    cursor = source(place).poll("", NOW).cursor
    for id in range(11, 400):
        stand(place, id, at=THEN + timedelta(minutes=1))
    found, more = set[str](), True
    while more:
        batch = source(place).poll(cursor, NOW)
        cursor, more = batch.cursor, batch.more
        found |= {item.external_id for item in batch.items}
    expected = [f"{1_000 + id}/1/{id}" for id in range(10, 400)]
    assert found == set(expected)
    for first in range(0, len(expected), 10):
        asked = expected[first : first + 10]
        looked = source(place).look_again(asked, NOW)
        assert [item.external_id for item in looked.items] == asked
        assert not looked.gone


@pytest.mark.parametrize("pages", list(Pages))
def test_a_first_poll_of_a_large_forum_finds_where_to_begin(place: DiscoursePlace, pages: Pages) -> None:
    place.pages = pages
    for id in range(1, 3_001):
        place.posts[id] = {**forum_post(1, "x", NOW - timedelta(minutes=3_001 - id)), "id": id}
    found, cursor, more = [], "", True
    while more:
        batch = source(place).poll(cursor, NOW)
        cursor, more = batch.cursor, batch.more
        found += [int(item.external_id.rpartition("/")[2]) for item in batch.items]
    assert found == list(range(3_001 - 24 * 60, 3_001))
    assert len(place.served.asked) < 70


def test_what_is_ours_deleted_or_the_forums_own_note_stays_out(place: DiscoursePlace) -> None:
    stand(place, 1, yours=True)
    stand(place, 2, username=USER.upper())
    stand(place, 3, user_deleted=True)
    stand(place, 4, deleted_at=THEN.isoformat())
    stand(place, 5, post_type=3)
    stand(place, 6, post_type=4)
    stand(place, 7)
    items = source(place).poll("", NOW).items
    assert [item.external_id for item in items] == ["1007/1/7"]


def test_a_post_whose_author_took_it_down_is_gone(place: DiscoursePlace) -> None:
    stand(place, 7)
    stand(place, 200)
    source(place).poll("", NOW)
    stand(place, 7, "(post deleted by author)", user_deleted=True)
    looked = source(place).look_again(["1007/1/7", "1200/1/200", "what?"], NOW)
    assert [item.external_id for item in looked.items] == ["1200/1/200"]
    assert looked.gone == ("1007/1/7",)


def test_of_a_forum_of_others_only_what_names_us_is_read(place: DiscoursePlace) -> None:
    stand(place, 1, "my #QuietPip is loud")
    stand(place, 2, "my drill is loud")
    stand(place, 3, "is it loud?", topic_title="Quiet Pip or another?")
    items = source(place, names=("Quiet Pip",)).poll("", NOW).items
    assert [item.external_id for item in items] == ["1001/1/1", "1003/1/3"]


def test_an_answer_says_what_it_answers(place: DiscoursePlace) -> None:
    stand(place, 7, topic=12, number=4)
    replied = source(place).reply("12/4/7", "Sorry *again*.", key="k")
    (answer,) = place.ours()
    assert (answer["topic_id"], answer["reply_to_post_number"]) == (12, 4)
    assert answer["cooked"] == "<p>Sorry *again*.</p>\n"
    assert replied.permalink == f"{place.served.url}/t/12/5"


def test_our_answer_is_found_among_very_many(place: DiscoursePlace) -> None:
    stand(place, 1, topic=12)
    for id in range(2, 60):
        stand(place, id, "Sorry.", topic=12, number=id, reply_to_post_number=1)
    first = source(place).reply("12/1/1", "Sorry.", key="k")
    assert list(source(place).find_replies("12/1/1", "Sorry.", since=LONG_AGO).permalinks) == [first.permalink]
    assert list(source(place).find_replies("12/1/1", "Sorry!", since=LONG_AGO).permalinks) == []
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    assert list(source(place).find_replies("12/1/1", "Sorry.", since=tomorrow).permalinks) == []


def test_a_post_with_very_many_replies_is_for_a_person(place: DiscoursePlace) -> None:
    stand(place, 1, topic=12)
    for id in range(2, 230):
        stand(place, id, "Thanks.", topic=12, number=id, reply_to_post_number=1)
    with pytest.raises(GiveUp, match="cannot be told whether our answer is among them: look"):
        source(place).find_replies("12/1/1", "Sorry.", since=LONG_AGO)


def test_an_answer_that_waits_for_a_moderator_has_no_address(place: DiscoursePlace) -> None:
    stand(place, 7, topic=12)
    place.turns.append(said({"success": True, "action": "enqueued", "pending_post": {"id": 5}}))
    assert source(place).reply("12/1/7", "Sorry.", key="k").permalink == ""


def test_a_broken_answer_to_our_answer_is_ambiguous(place: DiscoursePlace) -> None:
    stand(place, 7, topic=12)
    for body in (b"{", b"{}", b"[]", b"null", b""):
        place.turns.append(Answer(body=body))
        with pytest.raises(Retry) as caught:
            source(place).reply("12/1/7", "Sorry.", key="k")
        assert caught.value.ambiguous, body


def test_a_post_that_is_gone_cannot_be_answered(place: DiscoursePlace) -> None:
    with pytest.raises(GiveUp, match="has this post no more"):
        source(place).reply("12/1/7", "Sorry.", key="k")


def test_a_bad_key_is_the_forums_reason_and_does_not_show(place: DiscoursePlace) -> None:
    wrong = source(place, key="hunter2-wrong")
    with pytest.raises(GiveUp, match=r"The API username or key is invalid\.") as caught:
        wrong.poll("", NOW)
    assert "hunter2" not in str(caught.value)
    assert "hunter2" not in repr(wrong)


def test_another_forum_starts_over(place: DiscoursePlace) -> None:
    stand(place, 7)
    cursor = json.loads(source(place).poll("", NOW).cursor)
    for change in ({"of": "else"}, {"after": True}, {"after": -1}, {"behind": 3}, {"start": "2026-06-01"}):
        assert len(source(place).poll(json.dumps(cursor | change), NOW).items) == 1, change


def test_single_odd_values_do_not_stop_the_rest(place: DiscoursePlace) -> None:
    stand(place, 1)
    stand(place, 2, name=[], cooked=5, topic_title={}, reply_to_user="x", username=None, created_at="soon")
    place.posts[3] = {"id": 3, "topic_id": "x", "post_number": 1}
    assert [item.external_id for item in source(place).poll("", NOW).items] == ["1001/1/1", "1002/1/2"]


def table(**more: Any) -> DiscourseTable:
    return DiscourseTable.model_validate(
        {"name": "forum", "kind": "discourse", "url": "https://forum.example/", **more}
    )


def test_with_a_key_it_answers_and_without_one_it_reads() -> None:
    listening = Listening(names=("Quiet Pip",), own=frozenset({"@Hr"}))
    reading = table(search=True).build(listening)
    assert isinstance(reading, DiscourseSource)
    assert not isinstance(reading, Answerable)
    assert (reading.api.base, reading.names) == ("https://forum.example", ("Quiet Pip",))
    answering = table(username="Support", api_key=KEY, reply_max=900).build(listening)
    assert isinstance(answering, AnsweringDiscourse)
    assert (answering.max_answer, answering.names, answering.username) == (900, (), "Support")
    assert table(username="Support", api_key=KEY).secrets() == (KEY,)


def test_a_key_without_its_user_is_a_fault() -> None:
    with pytest.raises(ValidationError, match="belong together"):
        table(api_key=KEY)


def test_an_address_with_a_login_is_refused_because_it_would_stand_in_links() -> None:
    with pytest.raises(ValidationError, match="leave the login out"):
        DiscourseTable.model_validate({"kind": "discourse", "name": "f", "url": "https://me:secret@forum.example"})

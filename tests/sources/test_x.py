import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from bot.errors import AlreadySaid, GiveUp, Retry
from bot.sources.base import Answerable, Listening, Priced, Revisable
from bot.sources.formats.x_posts import weighted_length
from bot.sources.x import AnsweringX, X, XTable, queries_of
from tests.contracts.cases.x import AT, OURS, XPlace, snowflake, table
from tests.contracts.feeds import Post
from tests.sources.loopback import Answer
from tests.sources.wire import Asked, Wire, said, wire

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
HEARD = Listening(names=("Simmerwick",))
RECORDINGS = Path(__file__).resolve().parents[3] / "shared" / "recordings"
MENTION = snowflake(AT)


def post(number: int, *, ago: timedelta = timedelta(hours=1), author: str = "jo") -> Post:
    return Post(id=f"urn:post:{number}", text=f"text of {number}", at=NOW - ago, author=author)


@pytest.fixture
def place() -> XPlace:
    return XPlace()


@pytest.fixture
def web(place: XPlace) -> Iterator[Wire]:
    with wire(place.speak) as served:
        yield served


def source(web: Wire, **keys: Any) -> AnsweringX:
    built = table(web.url, **keys).build(HEARD)
    assert isinstance(built, AnsweringX)
    return built


def tweet(**told: Any) -> dict[str, Any]:
    return {"id": MENTION, "text": "hello", "author_id": "7", "created_at": "2026-06-01T11:00:00.000Z", **told}


def only(told: dict[str, Any], **includes: Any) -> Any:
    """The one item of a place that shows this post."""
    page = {"data": [told], "includes": includes, "meta": {"result_count": 1}}
    with wire(lambda _: said(page)) as web:
        (item,) = source(web).poll("", NOW).items
    return item


# Reading


def test_a_mention_comes_with_its_author_reach_and_conversation(place: XPlace, web: Wire) -> None:
    place.show([post(5)])
    (item,) = source(web).poll("", NOW).items
    assert (item.author, item.author_name, item.reach, item.language) == ("jo", "jo", 8_100, "en")
    assert item.author_url == "https://x.com/jo"
    assert item.url == f"https://x.com/jo/status/{item.external_id}"
    assert item.thread == item.external_id


def test_what_it_answers_and_quotes_comes_as_its_parent() -> None:
    named = [{"type": "replied_to", "id": "5"}, {"type": "quoted", "id": "6"}]
    others = [{"id": "6", "text": "A quote"}, {"id": "5", "text": "A &amp; B"}]
    assert only(tweet(referenced_tweets=named), tweets=others).parent == "A & B\n\nA quote"


def test_addresses_are_whole_and_those_of_its_pictures_stand_with_the_media() -> None:
    urls = [
        {"url": "https://t.co/aa", "expanded_url": "https://simmerwick.example/kettle?a=1&b=2"},
        {"url": "https://t.co/bb", "expanded_url": "https://x.com/jo/status/1/photo/1", "media_key": "3_1"},
    ]
    told = tweet(
        text="Look &lt;here&gt; https://t.co/aa https://t.co/bb",
        entities={"urls": urls},
        attachments={"media_keys": ["3_1", "7_2"]},
    )
    media = [
        {"media_key": "3_1", "type": "photo", "url": "https://pbs.example/1.jpg"},
        {"media_key": "7_2", "type": "video", "preview_image_url": "https://pbs.example/2.jpg"},
    ]
    item = only(told, media=media)
    assert item.text == "Look <here> https://simmerwick.example/kettle?a=1&b=2"
    assert item.media == ("https://pbs.example/1.jpg", "https://pbs.example/2.jpg")


def test_a_long_post_comes_whole() -> None:
    assert (
        only(tweet(text="It be…", note_tweet={"text": "It began in May. " * 40})).text
        == ("It began in May. " * 40).strip()
    )


def test_our_own_posts_are_no_mentions() -> None:
    page = {"data": [tweet(author_id=OURS)], "meta": {"result_count": 1}}
    with wire(lambda _: said(page)) as web:
        assert source(web).poll("", NOW).items == ()


@pytest.mark.parametrize("id", [None, "\ud800", "../1", "", "9" * 40, {"a": 1}])
def test_a_post_without_an_id_is_left_out(id: object) -> None:
    with wire(lambda _: said({"data": [tweet(id=id), tweet()], "meta": {"result_count": 2}})) as web:
        assert [item.external_id for item in source(web).poll("", NOW).items] == [MENTION]


def test_names_are_searched_for_where_that_is_wished(place: XPlace, web: Wire) -> None:
    source(web).poll("", NOW)
    assert web.paths() == [f"/2/users/{OURS}/mentions"]
    source(web, search=True).poll("", NOW)
    searched = web.asked[-1]
    assert searched.path == "/2/tweets/search/recent"
    assert searched.query["query"] == f'("Simmerwick") -is:retweet -from:{OURS}'


def test_queries_hold_as_many_words_as_x_permits() -> None:
    words = [f"word number {number}" for number in range(60)]
    queries = queries_of(words, OURS)
    assert 1 < len(queries) < 5
    assert all(len(query) <= 512 for query in queries)
    assert re.findall(r'"([^"]+)"', "".join(queries)) == words


def test_what_is_young_is_read_again_and_paid_again_and_nothing_else(place: XPlace, web: Wire) -> None:
    hears = source(web)
    place.show([post(1)])
    cursor = hears.poll("", NOW).cursor
    again = hears.poll(cursor, NOW)
    assert (again.items, again.cost) == ((), 0)
    place.show([post(2, ago=timedelta(seconds=30))])
    cursor = hears.poll(again.cursor, NOW).cursor
    later = hears.poll(cursor, NOW + timedelta(seconds=300))
    assert len(later.items) == 1
    assert hears.poll(later.cursor, NOW + timedelta(seconds=600)).items == ()


def test_a_post_that_the_index_knew_late_is_heard_at_the_next_poll(place: XPlace, web: Wire) -> None:
    place.show([post(2, ago=timedelta(seconds=30))])
    hears = source(web)
    cursor = hears.poll("", NOW).cursor
    place.show([post(2, ago=timedelta(seconds=30)), post(1, ago=timedelta(seconds=60))])
    assert len(hears.poll(cursor, NOW + timedelta(minutes=5)).items) == 2


def test_a_search_that_a_full_poll_did_not_come_to_misses_nothing(place: XPlace) -> None:
    """Five pages of mentions come first; what the search finds is older than all of them."""
    searched = XPlace()
    place.show([post(number, ago=timedelta(minutes=900 - number)) for number in range(500)])
    searched.show([post(999, ago=timedelta(hours=20))])

    def speak(asked: Asked) -> Answer | None:
        return (searched if "search" in asked.path else place).speak(asked)

    with wire(speak) as web:
        hears = source(web, search=True, user_price=0)
        first = hears.poll("", NOW)
        second = hears.poll(first.cursor, NOW)
    assert (len(first.items), first.more) == (500, True)
    assert [item.text for item in second.items] == ["text of 999"]


@pytest.mark.skipif(not RECORDINGS.is_dir(), reason="the recordings lie beside the repository")
def test_recorded_pages_of_the_real_service_are_read() -> None:
    """tweepy's own recordings of 2022, in which only ids and texts were asked for."""
    for file, search in (
        ("x_test_client_get_users_mentions.yaml", False),
        ("x_test_client_search_recent_tweets.yaml", True),
    ):
        body = yaml.safe_load((RECORDINGS / file).read_text())["interactions"][0]["response"]["body"]["string"]
        assert isinstance(body, bytes)
        answers = [Answer(body=body, headers={"Content-Encoding": "gzip"}), said({"meta": {"result_count": 0}})]
        pages = answers if not search else [answers[1], *answers]
        with wire(lambda _, pages=pages: pages.pop(0) if len(pages) > 1 else pages[0]) as web:  # type: ignore[misc]
            hears = replace(source(web, search=search), first_lookback=timedelta(days=3_000))
            batch = hears.poll("", datetime(2022, 10, 8, tzinfo=UTC))
        assert len(batch.items) == 10
        assert batch.problems == ()
        assert all(item.text and item.url.endswith(item.external_id) for item in batch.items)
        assert [item.external_id for item in batch.items] == sorted(item.external_id for item in batch.items)


# Money


def test_a_poll_says_what_it_cost(place: XPlace, web: Wire) -> None:
    place.show([post(1), post(2), post(3, author="ann")])
    hears = source(web)
    batch = hears.poll("", NOW)
    assert batch.cost == 3 * 1_000 + 2 * 10_000
    assert hears.poll(batch.cursor, NOW).cost == 0


def test_what_a_search_finds_costs_more(place: XPlace, web: Wire) -> None:
    place.show([post(1)])
    assert source(web, search=True, user_price=0).poll("", NOW).cost == 1_000 + 5_000


def test_the_cap_is_in_millionths_of_a_dollar_and_must_be_there(web: Wire) -> None:
    priced = source(web, spend_cap=12.5)
    assert isinstance(priced, Priced)
    assert priced.monthly_cap == 12_500_000
    for cap in (0, -1, float("nan")):
        with pytest.raises(ValidationError):
            table(web.url, spend_cap=cap)
    with pytest.raises(ValidationError, match="spend_cap"):
        XTable.model_validate({"kind": "x", "name": "X", "bearer_token": "b", "user_id": "1"})


def test_nothing_is_looked_up_again_unless_that_is_wished(web: Wire) -> None:
    assert source(web).look_again_for == timedelta(0)
    looks = source(web, look_again="1d")
    assert isinstance(looks, Revisable)
    assert looks.look_again_for == timedelta(days=1)


def test_a_look_for_an_answer_costs_what_was_read_also_where_it_finds_none(place: XPlace, web: Wire) -> None:
    answers = source(web)
    assert answers.reply(MENTION, "Sorry.", key="k1").cost == 15_000
    assert answers.reply(MENTION, "See https://simmerwick.example", key="k2").cost == 200_000
    assert answers.find_replies(MENTION, "Sorry.", since=LONG_AGO).cost == 2_000
    missed = answers.find_replies(MENTION, "Another text", since=LONG_AGO)
    assert (list(missed.permalinks), missed.cost) == ([], 2_000)


def test_an_answer_that_may_stand_there_is_counted_and_one_that_does_not_is_not(place: XPlace, web: Wire) -> None:
    place.next_reply += [(True, None), (False, Answer(status=429))]
    costs = list[int]()
    for _ in range(2):
        with pytest.raises(Retry) as caught:
            source(web).reply(MENTION, "Sorry.", key="k1")
        costs.append(caught.value.cost)
    assert costs == [15_000, 0]


def test_what_was_paid_before_x_failed_goes_with_the_fault(place: XPlace) -> None:
    def speak(asked: Asked) -> Answer | None:
        return Answer(status=402) if "pagination_token" in asked.query else place.speak(asked)

    with wire(speak) as web:
        source(web).reply(MENTION, "Sorry.", key="k1")
        place.ours += [place.ours[0] | {"id": str(int(place.ours[0]["id"]) + each)} for each in range(1, 101)]
        with pytest.raises(GiveUp) as caught:
            source(web).find_replies(MENTION, "Sorry again.", since=LONG_AGO)
    assert caught.value.cost == 100_000


def test_only_what_was_written_since_the_answer_is_read_and_paid(place: XPlace, web: Wire) -> None:
    """However busy the account was before: its ids tell the time."""
    written = datetime.now(UTC)
    older = {"author_id": OURS, "text": "other", "referenced_tweets": []}
    place.ours += [older | {"id": snowflake(written - timedelta(hours=1), each)} for each in range(5_000)]
    answers = source(web)
    first = answers.reply(MENTION, "Sorry.", key="k1")
    found = answers.find_replies(MENTION, "Sorry.", since=written - timedelta(minutes=10))
    assert (list(found.permalinks), found.cost) == ([first.permalink], 1_000)


def test_an_account_that_wrote_too_much_since_is_for_a_person(place: XPlace, web: Wire) -> None:
    since = datetime.now(UTC) - timedelta(days=1)
    later = {"author_id": OURS, "text": "other", "referenced_tweets": []}
    place.ours += [later | {"id": snowflake(since, each)} for each in range(1, 1_200)]
    with pytest.raises(GiveUp, match="cannot be told whether our answer is there: look") as caught:
        source(web).find_replies(MENTION, "Sorry.", since=since)
    assert caught.value.cost == 1_000_000


def test_what_was_paid_before_x_wanted_a_rest_is_kept_and_the_rest_comes_later(place: XPlace) -> None:
    """A page that was read is money: it is neither thrown away nor forgotten in the count."""
    refused = [False, True, True, False, False, False]
    reset = str(int(datetime.now(UTC).timestamp()) + 600)

    def speak(asked: Asked) -> Answer | None:
        is_refused = refused.pop(0) if refused else False
        return Answer(status=429, headers={"x-rate-limit-reset": reset}) if is_refused else place.speak(asked)

    place.show([post(number, ago=timedelta(minutes=300 - number)) for number in range(150)])
    with wire(speak) as web:
        hears = source(web, user_price=0)
        first = hears.poll("", NOW)
        assert (len(first.items), first.cost, first.more) == (100, 100_000, True)
        assert first.retry_after is not None
        assert timedelta(seconds=550) < first.retry_after <= timedelta(seconds=601)
        with pytest.raises(Retry):
            hears.poll(first.cursor, NOW)
        second = hears.poll(first.cursor, NOW)
    assert (len(second.items), second.more) == (50, False)
    assert len({item.external_id for item in (*first.items, *second.items)}) == 150


def test_one_poll_reads_five_pages_at_the_most(place: XPlace, web: Wire) -> None:
    place.show([post(number, ago=timedelta(minutes=900 - number)) for number in range(720)])
    hears = source(web, user_price=0)
    first = hears.poll("", NOW)
    assert (first.cost, first.more) == (500_000, True)
    second = hears.poll(first.cursor, NOW)
    assert (len({item.external_id for item in (*first.items, *second.items)}), second.more) == (720, False)


def test_the_latest_version_of_an_edited_post_is_looked_up_and_paid(place: XPlace, web: Wire) -> None:
    hears = source(web, look_again="1d", user_price=0)
    place.show([post(1)])
    place.show([replace(post(1), text="edited")])
    looked = hears.look_again([snowflake(NOW - timedelta(hours=1), 1)], NOW)
    assert [item.text for item in looked.items] == ["edited"]
    assert looked.cost == 2 * 5_000


# Refusals


@pytest.mark.parametrize(
    ("status", "told", "words"),
    [
        (401, {}, "does not accept our keys"),
        (402, {"detail": "Your enrolled account does not have any credits."}, "does not have any credits"),
        (403, {"detail": "You are not permitted to perform this action."}, "You are not permitted"),
        (403, {}, "may the app read and write"),
        (400, {"errors": [{"message": "Invalid 'since_id'"}]}, "Invalid 'since_id'"),
        (302, [1, None], "refuses us"),
    ],
)
def test_a_refusal_says_what_to_mend(status: int, told: object, words: str) -> None:
    with wire(lambda _: said(told, status, Location="https://elsewhere.example/")) as web:
        with pytest.raises(GiveUp, match=words):
            source(web).poll("", NOW)
        # Once from where the cursor was, and once from the newest page.
        assert len(web.asked) <= 2


@pytest.mark.parametrize("header", ["", "x", "٣", "-5", "1" * 30, "12"])
def test_a_strange_window_is_waited_for_as_usual(header: str) -> None:
    headers = {"x-rate-limit-reset": header.encode().decode("latin-1")} if header else {}
    with wire(lambda _: Answer(status=429, headers=headers)) as web, pytest.raises(Retry) as caught:
        source(web).poll("", NOW)
    assert timedelta(seconds=1) <= caught.value.after <= timedelta(minutes=5)
    assert caught.value.asked


# Answering


def test_requests_are_signed_in_the_users_name(place: XPlace, web: Wire) -> None:
    source(web).reply(MENTION, "Sorry.", key="k1")
    assert all(asked.headers["authorization"].startswith("OAuth oauth_nonce=") for asked in web.asked)
    assert all(f'oauth_token="{OURS}-hunter2"' in asked.headers["authorization"] for asked in web.asked)


def test_a_bearer_token_alone_can_read_and_not_answer(place: XPlace, web: Wire) -> None:
    none = dict.fromkeys(("consumer_key", "consumer_secret", "access_token", "access_token_secret"), "")
    built = table(web.url, **none, bearer_token="a-bearer", user_id=OURS).build(HEARD)
    assert isinstance(built, X)
    assert not isinstance(built, Answerable)
    place.show([post(1)])
    assert len(built.poll("", NOW).items) == 1
    assert web.asked[0].headers["authorization"] == "Bearer a-bearer"


def test_our_answer_is_known_again_behind_names_entities_and_short_addresses(place: XPlace, web: Wire) -> None:
    urls = [{"url": "https://t.co/aa", "expanded_url": "https://simmerwick.example/help"}]
    ours = {
        "id": snowflake(NOW),
        "author_id": OURS,
        "entities": {"urls": urls},
        "text": "@jo @ann A &amp; B: https://t.co/aa",
    }
    place.ours.append(ours | {"referenced_tweets": [{"type": "replied_to", "id": MENTION}]})
    answers = source(web)
    text = "A & B: https://simmerwick.example/help"
    (found,) = answers.find_replies(MENTION, text, since=LONG_AGO).permalinks
    assert found == f"https://x.com/i/web/status/{ours['id']}"
    assert list(answers.find_replies(snowflake(AT, 9), text, since=LONG_AGO).permalinks) == []
    assert list(answers.find_replies(MENTION, "Another text", since=LONG_AGO).permalinks) == []


def test_a_text_that_x_has_already_is_refused_with_advice(place: XPlace, web: Wire) -> None:
    duplicate = said({"detail": "You are not allowed to create a Tweet with duplicate content."}, 403)
    place.next_reply.append((False, duplicate))
    with pytest.raises(AlreadySaid, match="duplicate content\\. Write it in other words"):
        source(web).reply(MENTION, "Sorry.", key="k1")


def test_a_text_that_is_too_long_as_x_counts_is_refused_before_anything_is_asked(web: Wire) -> None:
    with pytest.raises(GiveUp, match="X counts 282 signs in it and takes 280"):
        source(web).reply(MENTION, "急" * 141, key="k1")
    assert web.asked == []


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("a" * 280, 280),
        ("急", 2),
        ("é", 1),
        ("e\u0301", 1),
        ("👩‍👩‍👧‍👦", 2),
        ("🏳️‍🌈 ok", 5),
        ("🇨🇿", 2),
        ("“so” – it’s…", 13),
        ("see https://simmerwick.example/a/very/long/path?with=a&query=of#its-own", 27),
        ("simmerwick.com/help and us@simmerwick.com", 45),
        ("no.Then it broke", 16),
        ("www.simmerwick.de or simmerwick.co.uk/a-path or simmerwick.de/help", 77),
        ("simmerwick.de, it broke.So I am at us@mail.simmerwick.de", 56),
        ("", 0),
    ],
)
def test_texts_are_as_long_as_x_counts_them(text: str, length: int) -> None:
    assert weighted_length(text) == length


def test_a_nonsense_confirmation_is_looked_for_again(place: XPlace) -> None:
    def speak(asked: Asked) -> Answer | None:
        return Answer(body=b'{"data": {"id": "../x"}}') if asked.method == "POST" else place.speak(asked)

    with wire(speak) as web, pytest.raises(Retry) as caught:
        source(web).reply(MENTION, "Sorry.", key="k1")
    assert caught.value.ambiguous


# Configuration


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"access_token_secret": ""}, "set all four"),
        (
            dict.fromkeys(("consumer_key", "consumer_secret", "access_token", "access_token_secret"), ""),
            "or bearer_token",
        ),
        ({"access_token": "no-number"}, "set user_id"),
        ({"user_id": "@simmerwick"}, "user_id"),
        ({"reply_max": 100}, "reply_max"),
    ],
)
def test_a_table_that_cannot_work_says_what_is_missing(keys: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        table("https://localhost", **keys)


def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tweepy", None)
    with pytest.raises(GiveUp, match=r"pip install 'earshot\[x\]'"):
        table("https://localhost").build(HEARD)


def test_no_key_is_in_any_error_or_representation(web: Wire) -> None:
    built = source(web, bearer_token="hunter2-d")
    assert "hunter2" not in repr(built)
    assert set(table(web.url).secrets()) == {"hunter2-a", "hunter2-b", f"{OURS}-hunter2", "hunter2-c"}

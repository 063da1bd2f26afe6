from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from bot.errors import GiveUp, Retry
from bot.sources.base import Listening
from bot.sources.stack_exchange import StackExchange
from tests.contracts.cases.stack_exchange import StackExchangePlace, table
from tests.contracts.feeds import Post
from tests.sources.wire import Wire, said, wire

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
HEARD = Listening(names=("Simmerwick",))


def post(number: int, *, title: str = "", ago: timedelta = timedelta(hours=1)) -> Post:
    return Post(id=f"urn:post:{number}", text="It leaks.", title=title, at=NOW - ago, author="Jo & Ann")


@pytest.fixture
def place() -> StackExchangePlace:
    return StackExchangePlace()


@pytest.fixture
def web(place: StackExchangePlace) -> Iterator[Wire]:
    with wire(place.speak) as served:
        yield served


def source(web: Wire, listening: Listening = HEARD, **keys: Any) -> StackExchange:
    built = table(web.url, **keys).build(listening)
    assert isinstance(built, StackExchange)
    return built


def test_an_answer_comes_with_the_question(place: StackExchangePlace, web: Wire) -> None:
    place.posts = [post(5)]
    (item,) = source(web).poll("", NOW).items
    assert (item.external_id, item.thread) == ("answer:1005", "question:1")
    assert item.parent == 'A "kettle"?\nWell?'
    assert item.url == "https://stackoverflow.com/a/1005"
    assert (item.author, item.author_name, item.reach) == ("77", "Jo & Ann", 4)
    assert item.author_url == "https://stackoverflow.com/users/77/jo"


def test_a_question_is_its_own_conversation(place: StackExchangePlace, web: Wire) -> None:
    place.posts = [post(5, title="Why <b>?")]
    (item,) = source(web).poll("", NOW).items
    assert (item.external_id, item.thread, item.title) == ("question:1005", "question:1005", "Why <b>?")


def test_words_are_phrases_and_tags_are_asked_for_by_themselves(web: Wire) -> None:
    source(web, tags=["kettles"], words=["tea pot"]).poll("", NOW)
    assert [(asked.path, asked.query.get("q") or asked.query.get("tagged")) for asked in web.asked] == [
        ("/search/excerpts", '"tea pot"'),
        ("/search/excerpts", '"Simmerwick"'),
        ("/questions", "kettles"),
    ]
    assert all(asked.query["key"] == "hunter2" and asked.query["site"] == "stackoverflow" for asked in web.asked)


def test_a_source_of_tags_alone_searches_for_no_names(place: StackExchangePlace, web: Wire) -> None:
    place.posts = [post(5, title="Descaling"), post(6)]
    items = source(web, tags=["kettles"], names=False).poll("", NOW).items
    assert [item.external_id for item in items] == ["question:1005"]
    assert "/search/excerpts" not in web.paths()


def test_a_source_of_nothing_is_refused() -> None:
    with pytest.raises(ValidationError, match="write words or tags to look for"):
        table("http://localhost", names=False)


def test_what_it_asks_for_as_a_pause_is_kept(place: StackExchangePlace, web: Wire) -> None:
    place.beside = {"quota_remaining": 200, "backoff": 45}
    assert source(web).poll("", NOW).retry_after == timedelta(seconds=45)
    place.beside = {"quota_remaining": 200, "backoff": 10**9}
    assert source(web).poll("", NOW).retry_after == timedelta(days=1)


def test_when_the_quota_ends_it_rests_until_midnight_utc(place: StackExchangePlace, web: Wire) -> None:
    place.posts = [post(5)]
    place.beside = {"quota_remaining": 2}
    batch = source(web).poll("", NOW)
    assert len(batch.items) == 1
    assert len(web.asked) == 3
    assert batch.retry_after == timedelta(hours=12)


def test_a_throttled_address_comes_again_when_it_may() -> None:
    reason = "too many requests from this IP, more requests available in 1234 seconds"
    told = {"error_id": 502, "error_name": "throttle_violation", "error_message": reason}
    with wire(lambda _: said(told, 400)) as web, pytest.raises(Retry) as caught:
        source(web).poll("", NOW)
    assert caught.value.after == timedelta(seconds=1_234)


def test_a_refused_question_says_the_places_reason() -> None:
    told = {"error_id": 400, "error_name": "bad_parameter", "error_message": "No site found for name `stackoverfloe`"}
    with (
        wire(lambda _: said(told, 400)) as web,
        pytest.raises(GiveUp, match="No site found for name `stackoverfloe`") as up,
    ):
        source(web).poll("", NOW)
    assert "hunter2" not in up.value.reason


def test_what_piled_up_comes_a_page_at_a_time_from_the_oldest_on(place: StackExchangePlace, web: Wire) -> None:
    """More than a page of each sort: what one search shows beyond the end of another's page waits for it."""
    written = [
        post(number, title="Kettle" if number % 3 else "", ago=timedelta(minutes=2 * (500 - number)))
        for number in range(1, 500)
    ]
    place.posts = written[::-1]
    found, cursor, batches = list[str](), "", 0
    hears = source(web, tags=["kettles"])
    while True:
        batch = hears.poll(cursor, NOW)
        found += [item.external_id for item in batch.items]
        cursor, batches = batch.cursor, batches + 1
        if not batch.more:
            break
        assert batches < 20
    expected = [f"{'question' if number % 3 else 'answer'}:{1_000 + number}" for number in range(1, 500)]
    assert list(dict.fromkeys(found)) == expected


def test_a_crowded_second_does_not_hold_the_source_up_for_ever(place: StackExchangePlace, web: Wire) -> None:
    crowd = [post(number) for number in range(1, 150)]
    place.posts = [*crowd, post(900, ago=timedelta(minutes=1))]
    hears, cursor, found, problems = source(web), "", set[str](), list[str]()
    for _ in range(5):
        batch = hears.poll(cursor, NOW)
        found |= {item.external_id for item in batch.items}
        cursor, problems = batch.cursor, [*problems, *batch.problems]
    assert "answer:1900" in found
    assert not batch.more
    assert set(problems) == {"more than 100 posts of one second; others of it are left out"}

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.errors import GiveUp
from bot.sources.base import Listening
from bot.sources.hacker_news import PAGE, HackerNews
from tests.contracts.cases.hacker_news import HackerNewsPlace, table
from tests.contracts.feeds import Post
from tests.sources.loopback import Answer
from tests.sources.wire import Asked, Wire, said, wire

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
HEARD = Listening(names=("Simmerwick", "Simmer Wick"), themes=("kettle repair",))


def post(number: int, *, title: str = "", text: str = "It boils.", ago: timedelta = timedelta(hours=1)) -> Post:
    return Post(id=f"urn:post:{number}", text=text, title=title, at=NOW - ago, author="jo")


@pytest.fixture
def place() -> HackerNewsPlace:
    return HackerNewsPlace()


@pytest.fixture
def web(place: HackerNewsPlace) -> Iterator[Wire]:
    with wire(place.speak) as served:
        yield served


def source(web: Wire, listening: Listening = HEARD, **keys: Any) -> HackerNews:
    built = table(web.url).model_copy(update=keys).build(listening)
    assert isinstance(built, HackerNews)
    return built


def test_a_comment_comes_with_what_it_answers_and_its_conversation(place: HackerNewsPlace, web: Wire) -> None:
    place.show([post(5)])
    (item,) = source(web).poll("", NOW).items
    assert (item.external_id, item.thread, item.parent) == ("1/1005", "1", "A kettle")
    assert item.url == "https://news.ycombinator.com/item?id=1005"
    assert (item.author, item.author_url) == ("jo", "https://news.ycombinator.com/user?id=jo")
    assert (item.title, item.reach) == ("", None)


def test_a_story_comes_with_its_points(place: HackerNewsPlace, web: Wire) -> None:
    place.show([post(5, title="Show HN: a kettle")])
    (item,) = source(web).poll("", NOW).items
    assert (item.external_id, item.thread, item.reach, item.title) == ("1005", "1005", 7, "Show HN: a kettle")


def test_a_story_that_is_a_link_has_the_link_for_its_text(web: Wire) -> None:
    hit = {"objectID": "9", "author": "jo", "created_at_i": int(NOW.timestamp()), "title": "Kettles", "points": 3}
    speak = {"hits": [hit | {"url": "https://simmerwick.example/kettles", "story_text": None}], "nbHits": 1}
    with wire(lambda _: said(speak)) as other:
        (item,) = source(other).poll("", NOW).items
    assert (item.title, item.text) == ("Kettles", "https://simmerwick.example/kettles")


def test_every_name_and_theme_is_searched_for_as_a_phrase(web: Wire) -> None:
    source(web, words=("#kettle",)).poll("", NOW)
    searches = [asked.query for asked in web.asked if asked.path == "/api/v1/search_by_date"]
    assert [query["query"] for query in searches] == ['"#kettle"', '"Simmerwick"', '"Simmer Wick"', '"kettle repair"']
    assert {query["advancedSyntax"] for query in searches} == {"true"}  # without it quotes mean nothing there


def test_a_title_with_entities_reads_the_same_from_both_interfaces(place: HackerNewsPlace, web: Wire) -> None:
    place.show([post(5, title="Kettles & lids")])
    (polled,) = source(web).poll("", NOW).items
    place.show([post(5, title="Kettles &amp; lids")])
    (looked,) = source(web).look_again([polled.external_id], NOW).items
    assert polled.title == looked.title == "Kettles & lids"


def test_a_post_that_two_words_find_comes_once(place: HackerNewsPlace, web: Wire) -> None:
    place.show([post(5)])
    assert len(source(web).poll("", NOW).items) == 1


def test_more_than_a_page_comes_in_pieces_from_the_oldest_on(place: HackerNewsPlace, web: Wire) -> None:
    """The search shows its newest first: the window is made smaller until all of it can be seen."""
    written = [post(number, ago=timedelta(minutes=3 * (400 - number))) for number in range(1, 400)]
    place.show(written[::-1])
    found, cursor = list[str](), ""
    for _ in range(60):
        batch = source(web, Listening(names=("Simmerwick",))).poll(cursor, NOW)
        assert len(batch.items) <= PAGE
        found += [item.external_id for item in batch.items]
        cursor = batch.cursor
        if not batch.more:
            break
    assert list(dict.fromkeys(found)) == [f"1/{1_000 + number}" for number in range(1, 400)]
    searches = web.paths().count("/api/v1/search_by_date")
    assert searches < 50, "each piece takes a few questions"


def test_a_crowded_second_does_not_hold_the_source_up_for_ever(place: HackerNewsPlace, web: Wire) -> None:
    place.show([*(post(number) for number in range(1, 2 * PAGE)), post(900, ago=timedelta(minutes=1))])
    cursor, problems = "", list[str]()
    for _ in range(60):
        batch = source(web).poll(cursor, NOW)
        cursor, problems = batch.cursor, [*problems, *batch.problems]
        if not batch.more:
            break
    assert "1/1900" in {item.external_id for item in batch.items}
    assert "49 posts of one second were left out" in problems


def test_without_the_parents_the_posts_come_all_the_same_and_it_is_said(place: HackerNewsPlace) -> None:
    def speak(asked: Asked) -> Answer | None:
        return Answer(status=503) if asked.path.startswith("/v0/item/") else place.speak(asked)

    place.show([post(5)])
    with wire(speak) as web:
        batch = source(web).poll("", NOW)
    assert [item.parent for item in batch.items] == [""]
    (problem,) = batch.problems
    assert "1 answered posts could not be read" in problem


def test_dead_is_gone_and_unknown_says_nothing(place: HackerNewsPlace) -> None:
    items = {"7": {"id": 7, "dead": True, "by": "jo", "text": "spam"}, "8": None}

    def speak(asked: Asked) -> Answer | None:
        number = asked.path.removeprefix("/v0/item/").removesuffix(".json")
        return said(items[number]) if number in items else place.speak(asked)

    with wire(speak) as web:
        looked = source(web).look_again(["1/7", "1/8"], NOW)
    assert (looked.gone, looked.items) == (("1/7",), ())


def test_with_nothing_to_search_for_it_says_what_to_write(web: Wire) -> None:
    with pytest.raises(GiveUp, match="nothing to search for: name the company"):
        table(web.url).build(Listening())


def test_the_first_poll_asks_for_its_lookback_only_and_the_next_for_a_little_before_the_newest(
    place: HackerNewsPlace, web: Wire
) -> None:
    place.show([post(5)])
    hears = replace(source(web, Listening(names=("Simmerwick",))), first_lookback=timedelta(hours=6))
    cursor = hears.poll("", NOW).cursor
    hears.poll(cursor, NOW)
    windows = [asked.query["numericFilters"] for asked in web.asked if "numericFilters" in asked.query]
    first, second = NOW - timedelta(hours=6), NOW - timedelta(hours=1, minutes=10)
    assert [window.split(",")[0] for window in windows] == [
        f"created_at_i>={int(first.timestamp())}",
        f"created_at_i>={int(second.timestamp())}",
    ]

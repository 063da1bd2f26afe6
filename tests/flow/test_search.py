"""Finding mentions among all there ever were, their authors, and bringing back what a rule kept out."""

from zoneinfo import ZoneInfo

import pytest

from bot.domain.author import AuthorHistory
from bot.domain.card import Subscription
from bot.domain.label import Score
from bot.domain.lifecycle import Action, State
from bot.domain.routing import Outcome, Rule
from bot.errors import Refused
from bot.flow import search, subscribe
from bot.flow.desk import answering, bringing_back, correcting, deciding, moving
from bot.flow.search import Asked
from bot.store.database import Database
from tests.fakes import START, MovedClock, policy, post
from tests.world import World, posts

SPAM = Rule(name="spam", outcome=Outcome.FILTER, words=("free crypto",))
UTC = ZoneInfo("UTC")


@pytest.fixture
def world(database: Database, clock: MovedClock) -> World:
    return World(database, clock, policy(rules=[SPAM]))


def found(world: World, text: str, page: int = 0) -> list[int]:
    asked = Asked(text=text, zone=UTC, page=page)
    return [line.mention_id for line in search.find(world.desk, asked, permalink=world.slack.permalink).lines]


def author(world: World, name: str) -> AuthorHistory:
    return search.author_history(world.desk, name, permalink=world.slack.permalink)


def test_words_are_found_in_text_title_and_author(world: World) -> None:
    world.arrive(
        post(1, "billing: charged TWICE", title="Why"),
        post(2, "outage", title="Charged twice, again"),
        post(3, "billing", author="twice_bitten", author_name="Charged Battery"),
    )
    world.run()
    assert found(world, "charged twice") == [3, 2, 1]
    assert found(world, '"charged twice"') == [2, 1]
    assert found(world, "charged outage") == [2]
    assert found(world, "nothing of this") == []


def test_signs_that_databases_read_otherwise_are_letters_here(world: World) -> None:
    world.arrive(post(1, "billing 100% wrong"), post(2, "billing 1000 wrong"), post(3, "a_b \\ 'c'"), post(4, "axb"))
    world.think()
    assert found(world, "100%") == [1]
    assert found(world, "a_b") == [3]
    assert found(world, "\\ 'c'") == [3]


def test_letters_beyond_ascii_are_found_in_either_case(world: World) -> None:
    world.arrive(post(1, "ÄRGER mit der billing"), post(2, "Привет, billing"))
    world.think()
    assert found(world, "ärger") == [1]
    assert found(world, "привет") == [2]


def test_each_condition_narrows_the_search(world: World) -> None:
    world.arrive(post(1, "billing awful"), post(2, "outage"), post(3, "free crypto billing"))
    world.arrive(post(4, "billing", url="https://blog.test/4", author="@Wren"), source="blog")
    world.run()
    world.claim("UANA", 1)
    deciding.decide(world.desk, world.click("UANA", 2), Action.LET_STAND, "fair")
    for text, expected in {
        "state:claimed": [1],
        "state:closed": [2],
        "state:kept-out": [3],
        "state:live": [4, 1],
        "source:blog": [4],
        "source:Forum": [3, 2, 1],
        "author:wren": [4],
        "author:@WREN": [4],
        'author:"customer 1"': [1],
        "team:care": [2],
        "topic:outage": [2],
        "from:2026-06-01": [4, 3, 2, 1],
        "to:2026-05-31": [],
        "billing state:live source:blog": [4],
    }.items():
        assert found(world, text) == expected, text


def test_a_topic_is_searched_as_people_corrected_it(world: World) -> None:
    world.arrive(post(1, "billing"))
    world.run()
    moving.reroute(world.desk, world.click("UANA"), "care", topic="praise")
    assert (found(world, "topic:praise"), found(world, "topic:billing")) == ([1], [])


def test_many_are_read_page_by_page_newest_first(world: World) -> None:
    world.arrive(*posts(search.SIZE + 3))
    world.think()
    first, second = found(world, "billing"), found(world, "billing", page=1)
    assert first + second == list(range(search.SIZE + 3, 0, -1))
    assert found(world, "billing", page=9) == second


def test_a_search_that_cannot_be_read_is_refused_with_what_can_be(world: World) -> None:
    with pytest.raises(Refused, match="no state"):
        found(world, "state:sleeping")
    with pytest.raises(Refused, match="There are: Forum"):
        found(world, "source:nowhere")


def test_an_author_is_told_source_by_source(world: World) -> None:
    for number in range(1, 6):
        world.arrive(post(number, f"billing {'awful' if number < 3 else ''}", author="wren", author_name="Wren Q."))
    world.arrive(post(6, "billing", author="@Wren", author_name="Another"), source="blog")
    world.arrive(post(7, "billing", author="wrenegade"))
    world.run()
    answering.answer_elsewhere(
        world.desk, world.click("UANA", 2), text="We refunded it.", link="https://forum.test/2#a"
    )
    correcting.correct_score(world.desk, world.click("UANA", 5), Score.DETRACTOR)
    here, there = author(world, "WREN").at
    assert (here.source, here.handle, here.name, here.total) == ("forum", "wren", "Wren Q.", 5)
    assert dict(here.ends) == {State.OPEN: 4, State.ANSWERED: 1}
    assert [line.mention_id for line in here.lines] == [5, 4, 3]
    assert [(said.to, said.by, said.text) for said in here.answers] == [(2, "UANA", "We refunded it.")]
    assert "estimated" in here.score
    assert (there.source, there.handle, there.total) == ("blog", "@Wren", 1)
    assert author(world, "nobody").at == ()


def test_authors_without_a_handle_are_told_apart_by_name(world: World) -> None:
    world.arrive(post(1, "billing", author="", author_name="Ana"), post(2, "billing", author="", author_name="Bo"))
    world.think()
    [ana] = author(world, "ana").at
    assert (ana.handle, ana.total) == ("Ana", 1)


def test_what_a_rule_kept_out_is_brought_into_a_channel(world: World) -> None:
    wish = Subscription(id=0, channel="C9", created_by="UZED", created_at=START)
    subscribe.subscribe(world.desk, wish, "k")
    world.arrive(post(1, "free crypto, says a customer whom it really cost money"))
    world.run()
    assert world.record().state is State.FILTERED
    click = world.click("UANA")
    card = bringing_back.bring_back(world.desk, click, "care", "a real customer")
    bringing_back.bring_back(world.desk, click, "care", "a real customer")
    world.run()
    assert (card.state, card.place.name, card.route_why) == (State.OPEN, "care", "a real customer")
    assert len(world.slack.shown("#care")) == 1
    assert len(world.slack.shown("C9")) == 1
    assert {promise.kind for promise in world.record().promises} == {"decision", "answer"}
    assert world.whats().count(Action.REOPEN) == 1
    world.ledger()


def test_what_is_in_a_channel_is_not_brought_there_again(world: World) -> None:
    world.arrive(post(1, "free crypto"), post(2, "billing"))
    world.run()
    bringing_back.bring_back(world.desk, world.click("UANA"), "care")
    for mention_id in (1, 2):
        with pytest.raises(Refused, match="not possible now: it is open"):
            bringing_back.bring_back(world.desk, world.click("UBEN", mention_id), "billing")
    deciding.decide(world.desk, world.click("UANA", 2), Action.LET_STAND, "fair")
    with pytest.raises(Refused, match="in a channel already"):
        bringing_back.bring_back(world.desk, world.click("UBEN", 2), "billing")
    with pytest.raises(Refused, match="not configured"):
        bringing_back.bring_back(world.desk, world.click("UBEN"), "gone")


def test_a_later_post_of_a_conversation_leads_to_the_card_that_shows_it(world: World) -> None:
    world.arrive(post(1, "billing", author="wren", thread="t1"))
    world.run()
    world.clock.minutes(5)
    world.arrive(post(2, "billing, once more", author="wren", thread="t1"))
    world.run()
    asked = Asked(text="more", zone=UTC)
    [line] = search.find(world.desk, asked, permalink=world.slack.permalink).lines
    assert line.state is State.FOLDED
    assert line.permalink == world.slack.permalink("CBILLING", world.slack.shown("#billing")[0].ts)

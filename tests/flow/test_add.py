"""What people bring in by hand goes the way of every mention, once."""

from dataclasses import replace

import pytest

from bot.domain.event import EARSHOT
from bot.domain.lifecycle import State
from bot.domain.mention import Incoming
from bot.domain.page import BY_HAND, SLACK, Here
from bot.errors import Refused
from bot.flow import add
from bot.flow.add import Brought
from bot.store import events
from bot.store.database import Database
from tests.fakes import MovedClock, post
from tests.world import World

URL = "https://reviews.test/4"
WRITTEN = Incoming(external_id=URL, text="billing is awful", author="Wren Q.", url=URL)


@pytest.fixture
def world(database: Database, clock: MovedClock) -> World:
    return World(database, clock)


def bring(world: World, item: Incoming = WRITTEN, *, key: str = "k1", source: str = BY_HAND) -> tuple[int, bool]:
    return add.add(world.desk, Brought(source=source, item=item, by="UANA", key=key))


def find(world: World, source: str, external_id: str, *urls: str) -> Here | None:
    return add.find_here(world.desk, source, external_id, list(urls), permalink=world.slack.permalink)


def test_it_is_judged_routed_promised_and_posted_like_any_other(world: World) -> None:
    mention_id, is_new = bring(world)
    world.run()
    card = world.card(mention_id)
    assert is_new
    assert (card.state, card.place.name, card.mention.added_by) == (State.OPEN, "billing", "UANA")
    assert len(world.slack.shown("#billing")) == 1
    assert len(card.promises) == 2
    assert [(event.what, event.actor) for event in world.log(mention_id)][:2] == [
        ("ingested", "UANA"),
        ("judge", EARSHOT),
    ]
    assert world.ledger().posted == 1


def test_the_second_time_it_is_here_already(world: World) -> None:
    first, _ = bring(world)
    world.run()
    assert bring(world, replace(WRITTEN, text="other words for it"), key="k2") == (first, False)
    assert bring(world, key="k1") == (first, True), "the same dialog delivered twice says twice that it was added"
    assert world.record(first).mention.text == "billing is awful", "nobody but its author edits a post"
    assert world.record(first).mention.edited_at is None
    assert world.ledger().ingested == 1


def test_what_a_source_brought_is_known_by_its_address(world: World) -> None:
    world.arrive(post(1, "billing", url="https://reviews.test/4/"))
    world.run()
    assert bring(world) == (1, False)
    known = find(world, BY_HAND, URL, URL)
    assert known is not None
    assert known.permalink == world.slack.permalink("CBILLING", world.slack.shown("#billing")[0].ts)
    assert find(world, BY_HAND, "https://reviews.test/5", "https://reviews.test/5") is None


def test_a_message_is_known_by_its_place_and_not_by_its_words(world: World) -> None:
    said = Incoming(external_id="C1/17.5", text="billing is awful")
    first, _ = bring(world, said, source=SLACK)
    assert bring(world, replace(said, external_id="C1/18.5"), key="k2", source=SLACK)[1] is True
    known = find(world, SLACK, "C1/17.5")
    assert known is not None
    assert (known.card.mention.id, known.permalink) == (first, "")


def test_our_own_cards_are_known(world: World) -> None:
    world.arrive(post(1, "billing"))
    world.run()
    [shown] = world.slack.shown("#billing")
    known = add.find_posted(world.desk, "CBILLING", shown.ts, permalink=world.slack.permalink)
    assert known is not None
    assert known.card.mention.id == 1
    assert add.find_posted(world.desk, "CBILLING", "1.1", permalink=world.slack.permalink) is None


def test_without_words_it_is_refused(world: World) -> None:
    with pytest.raises(Refused, match="Paste their words"):
        bring(world, replace(WRITTEN, text=" \x00\n "))
    assert world.ledger().ingested == 0


def test_a_better_model_may_still_move_it(world: World) -> None:
    """To bring a mention in says nothing about whose it is: it is judged again as if nobody had touched it."""
    mention_id, _ = bring(world)
    world.run()
    assert not touched(world, mention_id)
    world.claim("UANA", mention_id)
    assert touched(world, mention_id)


def touched(world: World, mention_id: int) -> bool:
    with world.db.read() as session:
        return events.has_person(session, mention_id)

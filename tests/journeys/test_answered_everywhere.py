"""Every kind that takes answers, answered from Slack: refused once with the place's reason on the card, sent again with its
confirmation lost, and then one answer stands at the place, as the place itself tells it.

One office hears all of them; each step is taken at all before anybody looks, so that all of them wait once. A test is of a step,
and names the places at which it fails. The callbacks of feeds and webhooks, which share their way out, are in
test_answers_at_the_source.py and test_webhook.py.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from sandbox.person import Person
from tests.contracts.case import AnswererCase, Trait, answerers
from tests.contracts.feeds import Post
from tests.databases import sqlite_factory
from tests.fakes import START
from tests.journeys.elsewhere import cards_from, office_hearing, soon
from tests.journeys.office import Card, fill

SORRY = "I am sorry. I work for Acme, and the second charge goes back to you today."
REASON = "The thread is locked."
ELSEWHERE = {"forum", "callback", "webhook_callback"}

MADE = {made.__name__: made for made in answerers() if made.__name__ not in ELSEWHERE}
SAY_WHY = [made.__name__ for made in answerers(Trait.SAYS_WHY) if made.__name__ in MADE]


@dataclass(frozen=True, kw_only=True)
class World:
    """The places, and the card that came from each."""

    places: Mapping[str, AnswererCase]
    cards: Mapping[str, Card]

    def standing(self) -> Mapping[str, list[str]]:
        return {name: each.standing() for name, each in self.places.items()}


@dataclass(frozen=True, kw_only=True)
class Seen:
    """The cards and the places after a step, by the name of the case."""

    cards: Mapping[str, str]
    answers: Mapping[str, list[str]]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[World]:
    with ExitStack() as stack:
        places = {name: stack.enter_context(made()) for name, made in MADE.items()}
        complaint = Post(id="urn:post:1", text="It broke, says jo", at=START - timedelta(hours=1), author="jo")
        for each in places.values():
            # Where the case has a way to write; elsewhere a post stands there from the beginning.
            getattr(each, "publish", lambda _: None)([complaint])
        make = stack.enter_context(sqlite_factory(tmp_path_factory.mktemp("everywhere"), sqlite_template))
        office = stack.enter_context(office_hearing(places, make()))
        yield World(places=places, cards=cards_from(office, MADE, ["#billing", "#triage"]))


@pytest.fixture(scope="module")
def ana(world: World) -> Person:
    return next(iter(world.cards.values())).office.person("ana")


@pytest.fixture(scope="module")
def refused(world: World, ana: Person) -> Seen:
    for name, card in world.cards.items():
        world.places[name].refuse_once(REASON)
        card.click(ana, "claim")
        assert not fill(ana, card.dialog(ana, "answer"), answer__text=SORRY)
    return Seen(cards=soon(world.cards, "Answer not sent"), answers=world.standing())


@pytest.fixture(scope="module")
def answered(world: World, ana: Person, refused: Seen) -> Seen:
    for name in refused.cards:
        world.places[name].lose_next_reply()
        world.cards[name].click(ana, "retry_reply")
    return Seen(cards=soon(world.cards, "Reopen"), answers=world.standing())


def test_a_refused_answer_waits_on_its_card(world: World, refused: Seen) -> None:
    assert MADE.keys() - world.cards.keys() == set(), "whose post never came"
    assert MADE.keys() - refused.cards.keys() == set(), "whose refusal is on no card"
    assert [name for name, card in refused.cards.items() if "Send again" not in card] == []
    assert {name: standing for name, standing in refused.answers.items() if standing} == {}


def test_the_card_says_the_places_own_reason(refused: Seen) -> None:
    assert [name for name in SAY_WHY if REASON not in refused.cards.get(name, "")] == []


def test_sent_again_it_stands_at_the_place_once_though_its_confirmation_is_lost(answered: Seen) -> None:
    assert MADE.keys() - answered.cards.keys() == set(), "whose card never says that it is answered"
    assert [name for name, card in answered.cards.items() if SORRY not in card] == []
    assert {name: standing for name, standing in answered.answers.items() if standing != [SORRY]} == {}

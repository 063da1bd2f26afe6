"""The heart of it on PostgreSQL: from a feed to a card, eight people at once, and an answer."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from sandbox.person import Person
from tests.databases import Cluster, postgres_factory
from tests.journeys.office import Office, fill, open_office, until

EIGHT = ("ana", "ben", "cleo", "dan", "eve", "fay", "gus", "hal")


@pytest.fixture(scope="module")
def postgres_office(cluster: Cluster) -> Iterator[Office]:
    with postgres_factory(cluster) as make, open_office(make.new()) as opened:
        yield opened


def test_a_post_becomes_a_card(postgres_office: Office) -> None:
    postgres_office.publish("appery", "The billing is awful, says ape", stars="1")
    postgres_office.card("says ape").shows("Unclaimed", "★☆☆☆☆ 1 of 5")


def test_of_eight_people_one_wins(postgres_office: Office) -> None:
    office = postgres_office
    people = [office.person(handle) for handle in EIGHT]
    office.hears("billing awful, says bee")
    card = office.card("says bee")
    with office.cards_stay_as_they_are(), ThreadPoolExecutor(len(people)) as crowd:
        list(crowd.map(lambda person: card.click(person, "claim"), people))
        until(lambda: sum(bool(told(person)) for person in people) == 7, "seven people to be told")
    card.shows("Claimed")
    assert len([event for event in office.log(card) if event.what == "claim"]) == 1


def told(person: Person) -> list[str]:
    """What a person was told of the one who has it."""
    messages = person.messages("#billing")
    return [each["text"] for each in messages if each.get("is_ephemeral") and "has this one since" in each["text"]]


def test_an_answer_is_sent_once(postgres_office: Office) -> None:
    office = postgres_office
    ana = office.person("ana")
    office.hears("billing awful, says cow", source="forum")
    card = office.card("says cow")
    with office.everything_twice():
        assert not fill(ana, card.dialog(ana, "answer"), answer__text="Sorry, says Acme.")
    card.shows("Answered", "See it on forum.test")
    assert [text for _, text, _ in office.forum.sends] == ["Sorry, says Acme."]
    card.click(ana, "reopen")
    card.shows("Unclaimed")


def test_time_passes(postgres_office: Office) -> None:
    office = postgres_office
    office.hears("billing awful, says doe")
    card = office.card("says doe")
    office.clock.forward(minutes=61)
    office.settle()
    card.shows("Late:", "Escalated to level 1 of 2")

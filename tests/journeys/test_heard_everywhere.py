"""One post in every kind of place: its card, what stands beside it, its edit, and what is said when it is taken down.

Every place is polled by one office; each step is taken at all of them before anybody looks, so that all of them wait once.
A test is of a step, and names the places at which it fails. A webhook's posts are in test_webhook.py.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from tests.contracts.case import ReaderCase, Trait, readers
from tests.contracts.feeds import Post
from tests.databases import sqlite_factory
from tests.fakes import START
from tests.journeys.elsewhere import cards_from, office_hearing, soon
from tests.journeys.office import Card, Office

FIRST, THEN = "billing awful, says jo", "billing worse, says jo"
GONE = "The author took this post down"


def names_of(*traits: Trait) -> list[str]:
    """Names of the cases with any of these traits; of all without one."""
    found = [each for trait in traits or (None,) for each in readers(trait)]
    return sorted({each.__name__ for each in found})


EVERY = names_of()
EDITED = names_of(Trait.TELLS_EDITS, Trait.LOOKS_AGAIN)
WITHDRAWN = names_of(Trait.TELLS_DELETES, Trait.LOOKS_AGAIN)


BESIDE = {
    "app_store_connect": ("★☆☆☆☆ 1 of 5", "Open on apps.apple.com"),
    "app_store_rss": ("★☆☆☆☆ 1 of 5", "Open on apps.apple.com"),
    "bluesky": ("jo (jo.example)", "reach 3", "Open on bsky.app"),
    "facebook": ("reach 2", "In reply to", "Our new kettle!", "Open on facebook.com"),
    "github_discussions": ("Open on github.example",),
    "github_issues": ("Open on github.example",),
    "hacker_news": ("In reply to", "A kettle", "Open on news.ycombinator.com"),
    "instagram": ("reach 2", "In reply to", "Our new kettle!", "Open on instagram.com"),
    "mail": ("jo (jo@customer.example)",),
    "mastodon": ("reach 12", "Open on social.example"),
    "play": ("★★☆☆☆ 2 of 5", "Open on play.google.com"),
    "reddit": ("reach 4", "In reply to", "A kettle", "Open on reddit.com"),
    "stack_exchange": ("reach 4", "In reply to", 'A "kettle"?', "Open on stackoverflow.com"),
    "trustpilot": ("★★☆☆☆ 2 of 5", "Open on trustpilot.com"),
    "x": ("reach 8,100", "Open on x.com"),
    "youtube": ("reach 3", "Open on youtube.com"),
    "zendesk": ("jo (1@customer.example)", "Open on 127.0.0.1"),
}
"""What stands on the card beside the post, where its place tells it: stars, reach, what it answers, the way there."""


@dataclass(frozen=True, kw_only=True)
class World:
    """The office, the places, and the card that came from each."""

    office: Office
    places: Mapping[str, ReaderCase]
    cards: Mapping[str, Card]

    def show(self, names: list[str], *texts: str) -> None:
        """At these places stands a post with this text now, or none."""
        for name in names:
            self.places[name].publish([written(text) for text in texts])

    def later(self) -> None:
        """Long enough for a second look at every post."""
        self.office.clock.forward(minutes=20)
        self.office.bot.hearing.look_again()

    def soon(self, names: list[str], words: str) -> Mapping[str, str]:
        return soon({name: self.cards[name] for name in names if name in self.cards}, words)


def written(text: str) -> Post:
    return Post(id="urn:post:1", text=text, at=START - timedelta(hours=1), author="jo")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[World]:
    with ExitStack() as stack:
        places = {made.__name__: stack.enter_context(made()) for made in readers()}
        for each in places.values():
            each.publish([written(FIRST)])
        make = stack.enter_context(sqlite_factory(tmp_path_factory.mktemp("everywhere"), sqlite_template))
        office = stack.enter_context(office_hearing(places, make()))
        yield World(office=office, places=places, cards=cards_from(office, EVERY, ["#billing"]))


@pytest.fixture(scope="module")
def heard(world: World) -> Mapping[str, str]:
    return world.soon(EVERY, FIRST)


@pytest.fixture(scope="module")
def edited(world: World, heard: Mapping[str, str]) -> Mapping[str, str]:
    world.show(EDITED, THEN)
    world.later()
    return world.soon(EDITED, THEN)


@pytest.fixture(scope="module")
def withdrawn(world: World, edited: Mapping[str, str]) -> Mapping[str, str]:
    world.show(WITHDRAWN)
    world.later()
    return world.soon(WITHDRAWN, GONE)


def test_a_post_becomes_a_card(heard: Mapping[str, str]) -> None:
    assert set(EVERY) - heard.keys() == set()


def test_the_card_shows_what_its_place_tells_beside_it(heard: Mapping[str, str]) -> None:
    lacking = {name: [each for each in words if each not in heard.get(name, "")] for name, words in BESIDE.items()}
    assert {name: words for name, words in lacking.items() if words} == {}


def test_an_edit_at_the_place_reaches_the_card(edited: Mapping[str, str]) -> None:
    assert set(EDITED) - edited.keys() == set()
    assert [name for name, card in edited.items() if FIRST in card] == []


def test_a_post_that_is_taken_down_is_so_on_its_card(withdrawn: Mapping[str, str]) -> None:
    assert set(WITHDRAWN) - withdrawn.keys() == set()

"""An office that hears many places at once: those of the contract suite's cases, each under the name of its case."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

import bot.app
from bot.config import Config
from bot.sources.base import Source
from bot.store.database import Database
from sandbox.person import visible_text
from tests.journeys.office import PATIENCE, Card, Office, is_card, open_office, until

OFTEN = timedelta(seconds=16)
"""Two seconds of ours: many places are asked at once, and each step waits for the last of them."""

DAYS = timedelta(days=3)
LONG = 3 * PATIENCE
"""A test waits so long for many places together."""


@contextmanager
def office_hearing(places: Mapping[str, Any], database: Database) -> Iterator[Office]:
    """`places` are cases of the contract suite, whose sources are dataclasses."""
    configured = bot.app.build_sources
    sources = {name: _as_configured(each.source, name) for name, each in places.items()}

    def with_places(config: Config) -> dict[str, Source]:
        return {**configured(config), **sources}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bot.app, "build_sources", with_places)
        with open_office(database) as office:
            yield office


def _as_configured(source: Any, name: str) -> Source:
    """Also where a second look is paid for, and off unless it is asked for."""
    looks = {} if getattr(source, "look_again_for", DAYS) else {"look_again_for": DAYS}
    configured: Source = replace(source, name=name, every=OFTEN, **looks)
    return configured


def cards_from(office: Office, names: Iterable[str], channels: Iterable[str]) -> dict[str, Card]:
    """The first card from each place, once there is one; without those from which none comes."""
    wanted, found = set(names), dict[str, Card]()

    def have_all() -> bool:
        for channel in channels:
            for each in filter(is_card, office.slack.messages(channel)):
                text = visible_text(each)
                for name in wanted - found.keys():
                    if re.search(rf" on {name}\b", text):
                        found[name] = Card(office, channel, each["ts"])
        return found.keys() == wanted

    with suppress(AssertionError):
        until(have_all, "a card from each place", within=LONG)
    return found


def soon(cards: Mapping[str, Card], words: str) -> dict[str, str]:
    """What each card shows once these words stand on it; without those on which they never do."""
    found = dict[str, str]()

    def have_all() -> bool:
        for name, text in _texts(cards).items():
            if words in text:
                found[name] = text
        return found.keys() == cards.keys()

    with suppress(AssertionError):
        until(have_all, words, within=LONG)
    return found


def _texts(cards: Mapping[str, Card]) -> dict[str, str]:
    """One look at each channel for all of its cards."""
    office = next(iter(cards.values())).office
    shown = {
        (channel, each["ts"]): each
        for channel in {card.channel for card in cards.values()}
        for each in office.slack.messages(channel)
    }
    return {name: visible_text(shown[card.channel, card.ts]) for name, card in cards.items()}

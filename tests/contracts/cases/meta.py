"""A Facebook Page and an Instagram account on hand-written servers, under one post of ours each."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from bot.sources.facebook import FacebookSource
from bot.sources.instagram import InstagramSource
from bot.sources.net.graph import VERSION, Graph
from tests.contracts.case import Trait, with_traits
from tests.contracts.feeds import Post
from tests.sources.fake_graph import (
    ACCOUNT,
    PAGE,
    SECRET,
    TOKEN,
    FakeFacebook,
    FakeInstagram,
    refused,
)
from tests.sources.wire import Wire, wire


def graph_at(served: Wire, *, token: str = TOKEN, version: str = VERSION) -> Graph:
    return Graph(token=token, app_secret=SECRET, version=version, base=f"{served.url}/", allow_private=True)


def facebook_at(served: Wire, **keys: Any) -> FacebookSource:
    return FacebookSource(**{"name": "Facebook", "page": PAGE, "graph": graph_at(served), **keys})


def instagram_at(served: Wire, **keys: Any) -> InstagramSource:
    return InstagramSource(**{"name": "Instagram", "account": ACCOUNT, "graph": graph_at(served), **keys})


class MetaCase:
    post = "7700"
    neighbour = "7701@7700"

    def __init__(self, place: FakeFacebook | FakeInstagram, source: FacebookSource | InstagramSource) -> None:
        self._place = place
        self.source = source
        self.publish = place.publish
        self.say = place.moods.say
        self.refuse = place.moods.refuse

    def external_id(self, post: Post) -> str:
        return self._place.id_of(post)

    def standing(self) -> list[str]:
        return self._place.ours()

    def lose_next_reply(self) -> None:
        self._place.moods.loses_next = True

    def be_busy_once(self) -> None:
        self._place.moods.next_refusal = refused(2, 0, "Service temporarily unavailable", 503)

    def refuse_once(self, reason: str) -> None:
        self._place.moods.next_refusal = refused(200, 0, reason)


Made = tuple[FakeFacebook | FakeInstagram, Callable[[Wire], FacebookSource | InstagramSource]]


@contextmanager
def _opened(made: Made) -> Iterator[MetaCase]:
    place, build = made
    now = datetime.now(UTC)
    place.comments = [place.comment(MetaCase.post, "It broke.", now), place.comment("7701", "Mine too.", now)]
    with wire(place.speak) as served:
        yield MetaCase(place, build(served))


@with_traits(Trait.UNDATED, Trait.TELLS_EDITS, Trait.LOOKS_AGAIN, Trait.OVER_HTTP)
def facebook() -> object:
    return _opened((FakeFacebook(), facebook_at))


@with_traits(Trait.KEYLESS, Trait.LINKS, Trait.SAYS_WHY)
def facebook_answers() -> object:
    return _opened((FakeFacebook(), facebook_at))


@with_traits(Trait.UNDATED, Trait.TELLS_EDITS, Trait.LOOKS_AGAIN, Trait.OVER_HTTP)
def instagram() -> object:
    return _opened((FakeInstagram(), instagram_at))


@with_traits(Trait.KEYLESS, Trait.LINKS, Trait.SAYS_WHY)
def instagram_answers() -> object:
    return _opened((FakeInstagram(), instagram_at))


READERS = (facebook, instagram)
ANSWERERS = (facebook_answers, instagram_answers)

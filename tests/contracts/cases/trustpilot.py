"""Trustpilot on a hand-written server: a token, reviews page by page, one reply a review."""

from collections.abc import Iterator
from contextlib import contextmanager

from bot.sources.trustpilot import TrustpilotSource, open_api
from tests.contracts.case import Trait, with_traits
from tests.contracts.feeds import Post
from tests.sources.fake_trustpilot import KEY, SECRET, UNIT, USER, FakeTrustpilot, id_of
from tests.sources.wire import said, wire


class TrustpilotCase:
    def __init__(self, place: FakeTrustpilot, url: str) -> None:
        api = open_api(f"{url}/v1/", KEY, SECRET, allow_private=True)
        self.source = TrustpilotSource(name="Trustpilot", unit=UNIT, user=USER, api=api)
        self._place = place
        self.publish = place.publish
        self.say = place.moods.say
        self.refuse = place.moods.refuse
        self.post, self.neighbour = "post1", "post2"

    def external_id(self, post: Post) -> str:
        return id_of(post)

    def standing(self) -> list[str]:
        return list(self._place.replies.values())

    def lose_next_reply(self) -> None:
        self._place.moods.loses_next = True

    def be_busy_once(self) -> None:
        self._place.moods.next_refusal = said({}, 503)

    def refuse_once(self, reason: str) -> None:
        self._place.moods.next_refusal = said({"message": reason}, 403)


@contextmanager
def _trustpilot() -> Iterator[TrustpilotCase]:
    place = FakeTrustpilot()
    place.publish([Post(id="post1", text="It broke."), Post(id="post2", text="Mine too.")])
    with wire(place.speak) as served:
        yield TrustpilotCase(place, served.url)


@with_traits(Trait.TITLES, Trait.UNDATED, Trait.EMPTY, Trait.SHORT_WINDOW, Trait.OVER_HTTP)
def trustpilot() -> object:
    return _trustpilot()


@with_traits(Trait.LINKS, Trait.SAYS_WHY, Trait.ONE_ANSWER)
def trustpilot_replies() -> object:
    return _trustpilot()


READERS = (trustpilot,)
ANSWERERS = (trustpilot_replies,)

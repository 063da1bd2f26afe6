"""The App Store on a hand-written server: the RSS, and App Store Connect, which checks our signature."""

from collections.abc import Iterator
from contextlib import contextmanager

from bot.sources.app_store import AppleKey, AppStoreConnectSource, AppStoreSource
from bot.sources.base import Source
from bot.sources.net.api import Api
from tests.contracts.case import Trait, with_traits
from tests.contracts.feeds import Post
from tests.sources.fake_app_store import APP, ISSUER, KEY_ID, PRIVATE, FakeAppStore, id_of, refused
from tests.sources.loopback import Answer
from tests.sources.wire import Wire, wire


def rss_at(served: Wire, *countries: str) -> AppStoreSource:
    api = Api(base=f"{served.url}/", allow_private=True)
    return AppStoreSource(name="App Store", app=APP, countries=countries or ("us",), api=api)


def connect_at(served: Wire, *, issuer: str = ISSUER) -> AppStoreConnectSource:
    key = AppleKey(issuer=issuer, id=KEY_ID, private=PRIVATE)
    api = Api(base=f"{served.url}/v1/", allow_private=True)
    return AppStoreConnectSource(name="App Store", app=APP, key=key, api=api)


class AppStoreCase:
    post, neighbour = "post", "other"

    def __init__(self, place: FakeAppStore, source: Source) -> None:
        self._place = place
        self.source = source
        self.publish = place.publish
        self.say = place.moods.say
        self.refuse = place.moods.refuse

    def external_id(self, post: Post) -> str:
        return id_of(post)

    def standing(self) -> list[str]:
        return list(self._place.answers.values())

    def lose_next_reply(self) -> None:
        self._place.moods.loses_next = True

    def be_busy_once(self) -> None:
        self._place.moods.next_refusal = Answer(status=503)

    def refuse_once(self, reason: str) -> None:
        self._place.moods.next_refusal = refused(409, reason)


@with_traits(Trait.TITLES, Trait.UNDATED, Trait.EMPTY, Trait.TELLS_EDITS, Trait.SHORT_WINDOW, Trait.OVER_HTTP)
@contextmanager
def app_store_rss() -> Iterator[AppStoreCase]:
    place = FakeAppStore()
    with wire(place.speak) as served:
        yield AppStoreCase(place, rss_at(served))


@contextmanager
def _connect() -> Iterator[AppStoreCase]:
    place = FakeAppStore()
    place.publish([Post(id="post", text="It broke."), Post(id="other", text="Mine too.")])
    with wire(place.speak) as served:
        yield AppStoreCase(place, connect_at(served))


@with_traits(Trait.TITLES, Trait.UNDATED, Trait.EMPTY, Trait.TELLS_EDITS, Trait.LOOKS_AGAIN, Trait.OVER_HTTP)
def app_store_connect() -> object:
    return _connect()


@with_traits(Trait.LINKS, Trait.SAYS_WHY, Trait.ONE_ANSWER)
def app_store_connect_answers() -> object:
    return _connect()


READERS = (app_store_rss, app_store_connect)
ANSWERERS = (app_store_connect_answers,)

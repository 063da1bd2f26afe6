"""Google Play's reviews, on a hand-written server; the token endpoint is on it, too."""

from collections.abc import Iterator
from contextlib import contextmanager

from bot.sources.base import Listening, Source
from bot.sources.google_play import GooglePlaySource, GooglePlayTable
from tests.contracts.case import Trait, with_traits
from tests.contracts.feeds import Post
from tests.sources.fake_play import PACKAGE, FakePlay, id_of
from tests.sources.google_places import refused, service_account
from tests.sources.loopback import Answer
from tests.sources.wire import Wire, wire


def source_at(served: Wire) -> GooglePlaySource:
    account = service_account(served.url)
    told = {"name": "Play", "kind": "google_play", "package": PACKAGE, "service_account": account}
    built = GooglePlayTable(**told, allow_private=True).build(Listening())
    assert isinstance(built, GooglePlaySource)
    return GooglePlaySource(**{**vars(built), "base": f"{served.url}/"})


class PlayCase:
    post, neighbour = "gp:post", "gp:other"

    def __init__(self, place: FakePlay, source: GooglePlaySource) -> None:
        self._place = place
        self.source: Source = source
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
        self._place.moods.next_refusal = refused(400, "replyRefused", reason)


@contextmanager
def _play() -> Iterator[PlayCase]:
    place = FakePlay()
    place.publish([Post(id="post", text="It broke."), Post(id="other", text="Mine too.")])
    with wire(place.speak) as served:
        yield PlayCase(place, source_at(served))


@with_traits(
    Trait.TITLES, Trait.UNDATED, Trait.EMPTY, Trait.TELLS_EDITS, Trait.LOOKS_AGAIN, Trait.OVER_HTTP, Trait.BARE
)
def play() -> object:
    return _play()


@with_traits(Trait.LINKS, Trait.SAYS_WHY, Trait.ONE_ANSWER)
def play_answers() -> object:
    return _play()


READERS = (play,)
ANSWERERS = (play_answers,)

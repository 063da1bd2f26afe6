"""YouTube's comments, on a hand-written server; the token endpoint is on it, too."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from google.oauth2.credentials import Credentials

from bot.sources.base import Source
from bot.sources.net.door_google import GoogleDoor, Login
from bot.sources.youtube import AnsweringYouTube, YouTubeSource
from tests.contracts.case import Trait, with_traits
from tests.contracts.feeds import Post
from tests.sources.fake_youtube import CHANNEL, KEY, VIDEO, FakeYouTube, comment, id_of
from tests.sources.google_places import refused
from tests.sources.loopback import Answer
from tests.sources.wire import Wire, wire


def reader_at(served: Wire, **keys: object) -> YouTubeSource:
    told = {"name": "YouTube", "channel": CHANNEL, "key": KEY, "base": f"{served.url}/"}
    return YouTubeSource(**{**told, "door": GoogleDoor(allow_private=True), **keys})  # type: ignore[arg-type]


def answerer_at(served: Wire, *, refresh_token: str = "hunter2-refresh") -> AnsweringYouTube:
    consent = Credentials(
        None, refresh_token=refresh_token, token_uri=f"{served.url}/token", client_id="id", client_secret="hunter2"
    )
    door = GoogleDoor(login=Login(consent, allow_private=True), allow_private=True)
    return AnsweringYouTube(**{**vars(reader_at(served)), "door": door})


class YouTubeCase:
    post = f"{VIDEO}:Ugpost"
    neighbour = f"{VIDEO}:Ugpost.jo"

    def __init__(self, place: FakeYouTube, source: Source) -> None:
        self._place = place
        self.source = source
        self.publish = place.publish
        self.say = place.moods.say
        self.refuse = place.moods.refuse

    def external_id(self, post: Post) -> str:
        return f"{VIDEO}:{id_of(post)}"

    def standing(self) -> list[str]:
        return self._place.ours()

    def lose_next_reply(self) -> None:
        self._place.moods.loses_next = True

    def be_busy_once(self) -> None:
        self._place.moods.next_refusal = Answer(status=503)

    def refuse_once(self, reason: str) -> None:
        self._place.moods.next_refusal = refused(403, "forbidden", reason)


@with_traits(Trait.UNDATED, Trait.EMPTY, Trait.TELLS_EDITS, Trait.LOOKS_AGAIN, Trait.OVER_HTTP)
@contextmanager
def youtube() -> Iterator[YouTubeCase]:
    place = FakeYouTube()
    with wire(place.speak) as served:
        yield YouTubeCase(place, reader_at(served))


@with_traits(Trait.KEYLESS, Trait.LINKS, Trait.SAYS_WHY)
@contextmanager
def youtube_answers() -> Iterator[YouTubeCase]:
    place = FakeYouTube()
    now = datetime.now().astimezone()
    place.tops = [comment("Ugpost", "It broke.", now)]
    place.replies["Ugpost"] = [comment("Ugpost.jo", "Mine too.", now)]
    with wire(place.speak) as served:
        yield YouTubeCase(place, answerer_at(served))


READERS = (youtube,)
ANSWERERS = (youtube_answers,)

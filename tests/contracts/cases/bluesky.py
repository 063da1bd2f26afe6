"""Bluesky, on a hand-written server that speaks XRPC."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from bot.sources.bluesky import BlueskySource
from bot.sources.formats.bluesky_server import BlueskyServer
from tests.contracts.case import Trait, number_of, with_traits
from tests.contracts.feeds import Post
from tests.sources.bluesky_place import HANDLE, LOST, PASSWORD, BlueskyPlace, bluesky_place, refusal, uri, view
from tests.sources.loopback import Answer


class BlueskyCase:
    post, neighbour = uri("post7"), uri("post8")

    def __init__(self, place: BlueskyPlace) -> None:
        self._place = place
        server = BlueskyServer(service=place.served.url, handle=HANDLE, password=PASSWORD, allow_private=True)
        source = BlueskySource(name="sky", server=server)
        self.source: Any = source

    def publish(self, posts: Sequence[Post]) -> None:
        self._place.posts = {self.external_id(each): self._view(each) for each in posts}
        self._place.noticed = list(self._place.posts)

    def _view(self, post: Post) -> dict[str, Any]:
        assert post.at is not None
        shown = view(f"post{number_of(post)}", post.text, post.at)
        shown["author"]["displayName"] = post.author.encode("utf-8", "replace").decode()
        return shown

    def external_id(self, post: Post) -> str:
        return uri(f"post{number_of(post)}")

    def say(self, body: bytes) -> None:
        self._place.instead = Answer(body=body, headers={"Content-Type": "application/json"})

    def refuse(self, status: int, retry_after: str = "") -> None:
        self._place.instead = Answer(status=status, headers={"Retry-After": retry_after} if retry_after else {})

    def standing(self) -> list[str]:
        return [str(each["text"]) for each in self._place.records.values()]

    def lose_next_reply(self) -> None:
        self._place.turns.append(LOST)

    def be_busy_once(self) -> None:
        self._place.turns.append(Answer(status=503))

    def refuse_once(self, reason: str) -> None:
        self._place.turns.append(refusal("InvalidRequest", reason))


@with_traits(Trait.EMPTY, Trait.LOOKS_AGAIN, Trait.OVER_HTTP)
@contextmanager
def bluesky() -> Iterator[BlueskyCase]:
    with bluesky_place() as place:
        yield BlueskyCase(place)


@with_traits(Trait.LINKS, Trait.SAYS_WHY)
@contextmanager
def bluesky_answers() -> Iterator[BlueskyCase]:
    with bluesky_place() as place:
        for rkey in ("post7", "post8"):
            place.posts[uri(rkey)] = view(rkey, "@support it broke", datetime(2026, 6, 1, tzinfo=UTC))
        yield BlueskyCase(place)


READERS = (bluesky,)
ANSWERERS = (bluesky_answers,)

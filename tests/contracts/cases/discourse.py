"""Discourse, on a hand-written forum: with the pages of today's ones, and with those of older ones."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from bot.sources.discourse import AnsweringDiscourse
from bot.sources.formats.markup import plain_text
from bot.sources.net.api import Api
from tests.contracts.case import Trait, number_of, with_traits
from tests.contracts.feeds import Post
from tests.sources.discourse_place import KEY, LOST, USER, DiscoursePlace, Pages, discourse_place, forum_post
from tests.sources.loopback import Answer
from tests.sources.wire import said


class DiscourseCase:
    post, neighbour = "12/1/7", "12/2/8"

    def __init__(self, place: DiscoursePlace) -> None:
        self._place = place
        api = Api(base=place.served.url, headers=(("Api-Key", KEY), ("Api-Username", USER)), allow_private=True)
        self.source: Any = AnsweringDiscourse(name="forum", api=api, username=USER)

    def publish(self, posts: Sequence[Post]) -> None:
        self._place.posts = {
            number_of(each): forum_post(number_of(each), each.text, each.at, topic_title=each.title, name=each.author)
            for each in posts
        }

    def external_id(self, post: Post) -> str:
        return f"{number_of(post) + 1_000}/1/{number_of(post)}"

    def say(self, body: bytes) -> None:
        self._place.instead = Answer(body=body)

    def refuse(self, status: int, retry_after: str = "") -> None:
        self._place.instead = Answer(status=status, headers={"Retry-After": retry_after} if retry_after else {})

    def standing(self) -> list[str]:
        return [plain_text(each["cooked"]).text for each in self._place.ours()]

    def lose_next_reply(self) -> None:
        self._place.turns.append(LOST)

    def be_busy_once(self) -> None:
        self._place.turns.append(said({"errors": ["slow down"], "error_type": "rate_limit"}, 429))

    def refuse_once(self, reason: str) -> None:
        self._place.turns.append(said({"action": "create_post", "errors": [reason]}, 422))


TRAITS = (Trait.TITLES, Trait.UNDATED, Trait.EMPTY, Trait.LOOKS_AGAIN, Trait.OVER_HTTP)


@with_traits(*TRAITS)
@contextmanager
def discourse() -> Iterator[DiscourseCase]:
    with discourse_place() as place:
        yield DiscourseCase(place)


@with_traits(*TRAITS)
@contextmanager
def discourse_of_yesterday() -> Iterator[DiscourseCase]:
    with discourse_place() as place:
        place.pages = Pages.UP_TO
        yield DiscourseCase(place)


@with_traits(*TRAITS)
@contextmanager
def discourse_of_old() -> Iterator[DiscourseCase]:
    with discourse_place() as place:
        place.pages = Pages.WINDOW
        yield DiscourseCase(place)


@with_traits(Trait.KEYLESS, Trait.LINKS, Trait.SAYS_WHY)
@contextmanager
def discourse_answers() -> Iterator[DiscourseCase]:
    with discourse_place() as place:
        for id, number in ((7, 1), (8, 2)):
            place.posts[id] = forum_post(id, "It broke.", datetime(2026, 6, 1, tzinfo=UTC), topic=12, number=number)
        yield DiscourseCase(place)


READERS = (discourse, discourse_of_yesterday, discourse_of_old)
ANSWERERS = (discourse_answers,)

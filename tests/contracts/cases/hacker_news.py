"""Hacker News: a hand-written server with the two interfaces that are read, shaped as their descriptions say."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from html import escape
from typing import Any

from bot.sources.base import Listening, Source
from bot.sources.hacker_news import HackerNewsTable
from tests.contracts.case import Trait, number_of, with_traits
from tests.contracts.feeds import Post
from tests.sources.loopback import Answer
from tests.sources.wire import Asked, Wire, said, wire

STORY = 1
"""Under which every comment of the suite stands. The suite counts from 1, so its posts have higher numbers here."""


def id_of(post: Post) -> int:
    return 1_000 + number_of(post)


def markup(text: str) -> str:
    return escape(text).replace("\n\n", "<p>")


class HackerNewsPlace:
    """`instead` is said to every request where it is set."""

    def __init__(self) -> None:
        self.posts: list[Post] = []
        self.known: set[int] = set()
        self.instead: Answer | None = None

    def speak(self, asked: Asked) -> Answer:
        if self.instead:
            return self.instead
        if asked.path == "/api/v1/search_by_date":
            return said(self._search(asked))
        return said(self._item(int(asked.path.removeprefix("/v0/item/").removesuffix(".json"))))

    def show(self, posts: Sequence[Post]) -> None:
        self.posts = list(posts)
        self.known |= {id_of(post) for post in posts}

    def _search(self, asked: Asked) -> dict[str, Any]:
        low, high = (int(found) for found in re.findall(r"created_at_i[<>]=(\d+)", asked.query["numericFilters"]))
        within = [post for post in self.posts if post.at and low <= int(post.at.timestamp()) <= high]
        newest_first = sorted(within, key=lambda post: post.at or datetime.min.replace(tzinfo=UTC), reverse=True)
        shown = newest_first[: int(asked.query["hitsPerPage"])]
        return {"hits": [self._hit(post) for post in shown], "nbHits": len(within), "page": 0, "nbPages": 1}

    def _hit(self, post: Post) -> dict[str, Any]:
        number = id_of(post)
        at = int(post.at.timestamp()) if post.at else None
        every = {"objectID": str(number), "author": post.author, "created_at_i": at}
        if post.title:
            told = {"title": post.title, "story_text": markup(post.text), "points": 7, "num_comments": 0}
            return every | told | {"_tags": ["story", f"author_{post.author}", f"story_{number}"]}
        told = {"comment_text": markup(post.text), "parent_id": STORY, "story_id": STORY, "story_title": "A kettle"}
        return every | told | {"points": None, "_tags": ["comment", f"author_{post.author}", f"story_{STORY}"]}

    def _item(self, number: int) -> dict[str, Any] | None:
        if number == STORY:
            return {"id": STORY, "type": "story", "by": "ann", "title": "A kettle", "time": 1_780_000_000, "score": 3}
        post = next((post for post in self.posts if id_of(post) == number), None)
        if post is None:
            return {"id": number, "deleted": True, "time": 1_780_000_000} if number in self.known else None
        told = {
            "id": number,
            "by": post.author,
            "text": markup(post.text),
            "time": int(post.at.timestamp() if post.at else 0),
        }
        if post.title:
            return told | {"type": "story", "title": post.title, "score": 7}
        return told | {"type": "comment", "parent": STORY}


class HackerNewsCase:
    def __init__(self, place: HackerNewsPlace, web: Wire) -> None:
        self._place = place
        self.source: Source = table(web.url).build(Listening(names=("Simmerwick",)))

    def publish(self, posts: Sequence[Post]) -> None:
        self._place.show(posts)

    def external_id(self, post: Post) -> str:
        return str(id_of(post)) if post.title else f"{STORY}/{id_of(post)}"

    def say(self, body: bytes) -> None:
        self._place.instead = Answer(body=body)

    def refuse(self, status: int, retry_after: str = "") -> None:
        headers = {"Retry-After": retry_after} if retry_after else {}
        self._place.instead = Answer(status=status, headers=headers)


def table(url: str) -> HackerNewsTable:
    return HackerNewsTable(
        kind="hacker_news", name="Hacker News", allow_private=True, search_url=f"{url}/", posts_url=f"{url}/"
    )


@with_traits(Trait.TITLES, Trait.EMPTY, Trait.LOOKS_AGAIN, Trait.OVER_HTTP)
@contextmanager
def hacker_news() -> Iterator[HackerNewsCase]:
    place = HackerNewsPlace()
    with wire(place.speak) as web:
        yield HackerNewsCase(place, web)


READERS = (hacker_news,)

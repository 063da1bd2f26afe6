"""Stack Exchange: a hand-written server with the calls that are read, gzip as the real one (shapes from memory)."""

import gzip
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from html import escape
from typing import Any

from bot.sources.base import Listening, Source
from bot.sources.stack_exchange import StackExchangeTable
from tests.contracts.case import Trait, number_of, with_traits
from tests.contracts.feeds import Post
from tests.sources.loopback import Answer
from tests.sources.wire import Asked, Wire, said, wire

QUESTION = 1
"""That every answer of the suite answers."""


def id_of(post: Post) -> int:
    return 1_000 + number_of(post)


def sort_of(post: Post) -> str:
    return "question" if post.title else "answer"


def seconds(post: Post) -> int | None:
    return int(post.at.timestamp()) if post.at else None


class StackExchangePlace:
    """`instead` is said to every request where it is set, `beside` stands in every answer."""

    def __init__(self) -> None:
        self.posts: list[Post] = []
        self.instead: Answer | None = None
        self.beside: dict[str, Any] = {"quota_max": 300, "quota_remaining": 299}

    def speak(self, asked: Asked) -> Answer:
        if self.instead:
            return self.instead
        answer = said(self._page(asked) | self.beside)
        return replace(answer, body=gzip.compress(answer.body), headers=answer.headers | {"Content-Encoding": "gzip"})

    def _page(self, asked: Asked) -> dict[str, Any]:
        path, _, ids = asked.path.removeprefix("/").partition("/")
        if path == "search" or not ids:
            return self._search(asked, questions_only=path == "questions")
        wanted = set(map(int, ids.split(";")))
        found = [self._whole(post) for post in self.posts if id_of(post) in wanted and f"{sort_of(post)}s" == path]
        if path == "questions" and QUESTION in wanted:
            link = "https://stackoverflow.com/questions/1/kettle"
            found.append(
                {"question_id": QUESTION, "title": "A &quot;kettle&quot;?", "body": "<p>Well?</p>", "link": link}
            )
        return {"items": found, "has_more": False}

    def _search(self, asked: Asked, *, questions_only: bool) -> dict[str, Any]:
        size, since = int(asked.query["pagesize"]), int(asked.query["fromdate"])
        found = [post for post in self.posts if (seconds(post) or 0) >= since and (post.title or not questions_only)]
        oldest_first = sorted(found, key=lambda post: seconds(post) or 0)
        items = [self._excerpt(post) for post in oldest_first[:size]]
        return {"items": items, "has_more": len(found) > size}

    def _excerpt(self, post: Post) -> dict[str, Any]:
        told = {"item_type": sort_of(post), "excerpt": "…", "creation_date": seconds(post)}
        ids = {"question_id": id_of(post)} if post.title else {"question_id": QUESTION, "answer_id": id_of(post)}
        return told | ids

    def _whole(self, post: Post) -> dict[str, Any]:
        owner = {"user_id": 77, "display_name": escape(post.author), "link": "https://stackoverflow.com/users/77/jo"}
        paragraphs = "".join(f"<p>{escape(part)}</p>\n" for part in post.text.split("\n\n")) if post.text else ""
        told = {"owner": owner, "score": 4, "creation_date": seconds(post), "body": paragraphs}
        if not post.title:
            return told | {"answer_id": id_of(post), "question_id": QUESTION}
        link = f"https://stackoverflow.com/questions/{id_of(post)}/kettle"
        return told | {"question_id": id_of(post), "title": escape(post.title), "link": link}


class StackExchangeCase:
    def __init__(self, place: StackExchangePlace, web: Wire) -> None:
        self._place = place
        self.source: Source = table(web.url).build(Listening(names=("Simmerwick",)))

    def publish(self, posts: Sequence[Post]) -> None:
        self._place.posts = list(posts)

    def external_id(self, post: Post) -> str:
        return f"{sort_of(post)}:{id_of(post)}"

    def say(self, body: bytes) -> None:
        self._place.instead = Answer(body=body)

    def refuse(self, status: int, retry_after: str = "") -> None:
        headers = {"Retry-After": retry_after} if retry_after else {}
        self._place.instead = Answer(status=status, headers=headers)


def table(url: str, **keys: Any) -> StackExchangeTable:
    known = {"name": "Stack Overflow", "allow_private": True, "api_url": f"{url}/", "key": "hunter2"}
    return StackExchangeTable(kind="stack_exchange", **{**known, **keys})


@with_traits(Trait.TITLES, Trait.EMPTY, Trait.LOOKS_AGAIN, Trait.OVER_HTTP)
@contextmanager
def stack_exchange() -> Iterator[StackExchangeCase]:
    place = StackExchangePlace()
    with wire(place.speak) as web:
        yield StackExchangeCase(place, web)


READERS = (stack_exchange,)

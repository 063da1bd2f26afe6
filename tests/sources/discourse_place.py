"""A forum that speaks the part of Discourse's interface that we use, written by hand after its documentation and source.

What is written in Markdown is shown as markdown-it shows it, the library that Discourse uses (here its Python edition).
"""

import json
import re
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from markdown_it import MarkdownIt

from tests.sources.loopback import Answer
from tests.sources.wire import Asked, Wire, said, wire

KEY, USER = "hunter2-key", "support"
LOST = "lost"
COOK = MarkdownIt("commonmark", {"html": True, "breaks": True}).enable(["strikethrough", "table"])


def forum_post(
    id: int, raw: str, at: datetime | None, *, topic: int = 0, number: int = 1, **more: Any
) -> dict[str, Any]:
    return {
        "id": id,
        "topic_id": topic or id + 1_000,
        "post_number": number,
        "post_type": 1,
        "username": "jo",
        "name": "",
        "created_at": at and at.isoformat(),
        "raw": raw,
        "cooked": COOK.render(raw),
        "topic_title": "",
        "reply_to_post_number": None,
        "yours": False,
    } | more


class Pages(StrEnum):
    """What `before` brings, by the versions of the forum (app/controllers/posts_controller.rb)."""

    BELOW = "the fifty newest posts below it: today's, by LatestPostsQuery"
    UP_TO = "the fifty newest posts up to it: until 2026"
    WINDOW = "what of the fifty ids up to it may be read: until 2022"


@dataclass
class DiscoursePlace:
    """`posts` by id; `hidden` ids belong to private messages. `pages` are by age, see `Pages`."""

    posts: dict[int, dict[str, Any]] = field(default_factory=dict)
    hidden: set[int] = field(default_factory=set)
    turns: deque[Answer | str] = field(default_factory=deque)
    instead: Answer | None = None
    pages: Pages = Pages.BELOW
    served: Wire = field(default_factory=lambda: Wire(url=""))

    def speak(self, asked: Asked) -> Answer | None:
        if self.instead is not None:
            return self.instead
        if asked.headers.get("api-key", KEY) != KEY:
            return said({"errors": ["The API username or key is invalid."], "error_type": "invalid_access"}, 403)
        if asked.method == "POST":
            return self._post(asked)
        if asked.path == "/posts.json":
            return said({"latest_posts": self._latest(asked)})
        if match := re.fullmatch(r"/posts/by_number/(\d+)/(\d+)\.json", asked.path):
            found = [each for each in self.posts.values() if _numbers(each) == (int(match[1]), int(match[2]))]
            return said(found[0]) if found else said({"errors": ["not found"]}, 404)
        match = re.fullmatch(r"/posts/(\d+)(/replies)?\.json", asked.path)
        post = self.posts.get(int(match[1])) if match else None
        if match is None or post is None:
            return said({"errors": ["The requested URL or resource could not be found."]}, 404)
        return said(self._replies(post, int(asked.query.get("after", "1")))) if match[2] else said(post)

    def _latest(self, asked: Asked) -> list[dict[str, Any]]:
        last = max([0, *self.posts, *self.hidden])
        before = int(asked.query.get("before", last + (self.pages is Pages.BELOW)))
        top = before - (self.pages is Pages.BELOW)
        ids = [id for id in self.posts if id <= top and (self.pages is not Pages.WINDOW or id > before - 50)]
        return [self.posts[id] for id in sorted(ids, reverse=True)[:50]]

    def _replies(self, post: dict[str, Any], after: int) -> list[dict[str, Any]]:
        """As the forum gives them: by twenties and without what was typed."""
        topic, number = _numbers(post)
        found = [each for each in self.posts.values() if each["topic_id"] == topic]
        direct = [each for each in found if each["reply_to_post_number"] == number and each["post_number"] > after]
        direct.sort(key=lambda each: int(each["post_number"]))
        return [{name: value for name, value in each.items() if name != "raw"} for each in direct[:20]]

    def _post(self, asked: Asked) -> Answer | None:
        assert asked.headers["api-username"] == USER
        turn = self.turns.popleft() if self.turns else None
        if isinstance(turn, Answer):
            return turn
        body = json.loads(asked.body)
        topic = body["topic_id"]
        number = 1 + max(each["post_number"] for each in self.posts.values() if each["topic_id"] == topic)
        id = max(self.posts) + 1
        own = {"username": USER, "yours": True, "reply_to_post_number": body["reply_to_post_number"]}
        self.posts[id] = forum_post(id, body["raw"], datetime.now(UTC), topic=topic, number=number, **own)
        return None if turn == LOST else said(self.posts[id])

    def ours(self) -> list[dict[str, Any]]:
        return [each for each in self.posts.values() if each["username"] == USER]


def _numbers(post: dict[str, Any]) -> tuple[int, int]:
    return int(post["topic_id"]), int(post["post_number"])


@contextmanager
def discourse_place() -> Iterator[DiscoursePlace]:
    place = DiscoursePlace()
    with wire(place.speak) as served:
        place.served = served
        yield place

"""A hand-written Google Play that speaks androidpublisher v3 over HTTP, as far as reviews go."""

import json
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from tests.contracts.feeds import Post
from tests.sources.google_places import TOKEN, refused, token
from tests.sources.loopback import Answer
from tests.sources.moods import Moods
from tests.sources.wire import Asked, said

PACKAGE = "com.example.pip"
_PATH = re.compile(rf"/androidpublisher/v3/applications/{re.escape(PACKAGE)}/reviews(?:/([^/]+?))?(:reply)?")
PAGE = 25


def review(id: str, text: str, at: datetime | None, author: str = "", **more: object) -> dict[str, Any]:
    """A review as the API gives it; `more` goes into the user's comment."""
    comment = {"text": text, "starRating": 2, "reviewerLanguage": "en", **more}
    if at:
        comment["lastModified"] = {"seconds": str(int(at.timestamp())), "nanos": 0}
    return {"reviewId": id, "authorName": author, "comments": [{"userComment": comment}]}


class FakePlay:
    def __init__(self) -> None:
        self.reviews: dict[str, dict[str, Any]] = {}
        self.answers: dict[str, str] = {}
        self.moods = Moods()

    def publish(self, posts: Sequence[Post]) -> None:
        self.show([review(id_of(post), _written(post), post.at, post.author) for post in posts])

    def show(self, reviews: Sequence[dict[str, Any]]) -> None:
        self.reviews = {each["reviewId"]: each for each in reviews}

    def speak(self, asked: Asked) -> Answer | None:
        if asked.path == "/token":
            return token(asked)
        if self.moods.always:
            return self.moods.always
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return refused(401, "authError", "Request had invalid authentication credentials.")
        match = _PATH.fullmatch(unquote(asked.path))
        if match is None:
            return refused(404, "notFound", f"Package not found: {asked.path}")
        if match[2]:
            return self._take(match[1], asked)
        return self._one(match[1]) if match[1] else self._list(asked)

    def _list(self, asked: Asked) -> Answer:
        begin = int(asked.query.get("token", "0"))
        shown = [self._shown(id_) for id_ in self.reviews]
        size = min(PAGE, int(asked.query["maxResults"]))
        answer: dict[str, Any] = {"reviews": shown[begin : begin + size]} if shown else {}
        if begin + size < len(shown):
            answer["tokenPagination"] = {"nextPageToken": str(begin + size)}
        return said(answer)

    def _one(self, id: str) -> Answer:
        return said(self._shown(id)) if id in self.reviews else refused(404, "notFound", "Review not found.")

    def _shown(self, id: str) -> dict[str, Any]:
        shown = self.reviews[id]
        if id not in self.answers:
            return shown
        answered = {"developerComment": {"text": self.answers[id], "lastModified": {"seconds": "1780000000"}}}
        return shown | {"comments": [*shown["comments"], answered]}

    def _take(self, id: str, asked: Asked) -> Answer | None:
        if refusal := self.moods.refusal():
            return refusal
        text = json.loads(asked.body)["replyText"]
        self.answers[id] = text
        if self.moods.lost():
            return None
        return said({"result": {"replyText": text, "lastEdited": {"seconds": "1780000000", "nanos": 0}}})


def id_of(post: Post) -> str:
    return "gp:" + post.id.replace(":", "-")


def _written(post: Post) -> str:
    return f"{post.title}\t{post.text}" if post.title else post.text

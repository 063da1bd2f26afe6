"""A hand-written Trustpilot: tokens for an application, reviews page by page, one reply a review."""

import base64
import json
from collections.abc import Sequence
from datetime import UTC
from typing import Any

from tests.contracts.feeds import Post
from tests.sources.loopback import Answer
from tests.sources.moods import Moods
from tests.sources.wire import Asked, said

UNIT, USER, KEY, SECRET = "unit1", "user1", "key1", "hunter2"
LOGIN = base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()
AT_MOST = 100


def id_of(post: Post) -> str:
    """Ids there are letters and digits."""
    return "".join(ch for ch in post.id if ch.isalnum())


class FakeTrustpilot:
    def __init__(self) -> None:
        self.posts: list[Post] = []
        self.replies: dict[str, str] = {}
        self.moods = Moods()
        self.tokens: list[str] = []

    def publish(self, posts: Sequence[Post]) -> None:
        self.posts = list(posts)

    def speak(self, asked: Asked) -> Answer | None:
        if asked.path.endswith("/accesstoken"):
            return self._grant(asked)
        if self.moods.always:
            return self.moods.always
        if asked.headers.get("authorization", "").removeprefix("Bearer ") not in self.tokens:
            return said({"message": "Invalid access token"}, 401)
        if asked.path == f"/v1/private/business-units/{UNIT}/reviews":
            return self._list(asked)
        return self._take(asked)

    def _grant(self, asked: Asked) -> Answer:
        is_ours = asked.headers.get("authorization") == f"Basic {LOGIN}"
        if not is_ours or asked.form != {"grant_type": "client_credentials"}:
            return said({"reason": "Unknown application"}, 401)
        self.tokens.append(f"granted-{len(self.tokens)}")
        return said({"access_token": self.tokens[-1], "expires_in": "359999"})

    def _list(self, asked: Asked) -> Answer:
        assert asked.query["orderBy"] == "createdat.desc"
        size, page = min(int(asked.query["perPage"]), AT_MOST), int(asked.query["page"])
        return said({"links": [], "reviews": [_review(each) for each in self.posts[size * (page - 1) : size * page]]})

    def _take(self, asked: Asked) -> Answer | None:
        review = asked.path.removeprefix("/v1/private/reviews/").removesuffix("/reply")
        body = json.loads(asked.body)
        assert body["authorBusinessUserId"] == USER
        if refusal := self.moods.refusal():
            return refusal
        if review not in {id_of(each) for each in self.posts}:
            return said({"message": "Review not found"}, 404)
        self.replies[review] = body["message"]
        return None if self.moods.lost() else Answer(status=201)


def _review(post: Post) -> dict[str, Any]:
    at = post.at.astimezone(UTC).isoformat().replace("+00:00", "Z") if post.at else None
    consumer = {"id": "c0ffee", "displayName": post.author}
    told = {"id": id_of(post), "title": post.title, "text": post.text, "createdAt": at, "updatedAt": None}
    return {**told, "stars": 2, "language": "en", "consumer": consumer, "companyReply": None}

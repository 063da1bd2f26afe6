"""A hand-written App Store: the RSS of its storefronts, and App Store Connect's interface to reviews."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.contracts.feeds import Post
from tests.sources.loopback import Answer
from tests.sources.moods import Moods
from tests.sources.wire import Asked, said

APP = "123456789"
ISSUER = "issuer-1"
KEY_ID = "KEY1"
RSS_SIZE = 50
CONNECT_SIZE = 30

_KEY = ec.generate_private_key(ec.SECP256R1())
PRIVATE = _KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
).decode()


def refused(status: int, detail: str) -> Answer:
    """An error as App Store Connect gives it."""
    return said({"errors": [{"status": str(status), "code": "X", "title": "Refused.", "detail": detail}]}, status)


def _label(text: object) -> dict[str, object]:
    return {"label": text}


class FakeAppStore:
    def __init__(self) -> None:
        self.posts: list[Post] = []
        self.answers: dict[str, str] = {}
        self.more: dict[str, object] = {}
        self.moods = Moods()

    def publish(self, posts: Sequence[Post]) -> None:
        self.posts = list(posts)

    def speak(self, asked: Asked) -> Answer | None:
        if self.moods.always:
            return self.moods.always
        parts = asked.path.strip("/").split("/")
        if "rss" in parts:
            return self._rss(parts)
        if not _is_ours(asked.headers.get("authorization", "")):
            return refused(401, "Provide a properly configured and signed bearer token.")
        return self._connect(parts[1:], asked)

    def _rss(self, parts: list[str]) -> Answer:
        number = int(parts[3].removeprefix("page="))
        if parts[2] != "customerreviews" or parts[4] != f"id={APP}" or not 1 <= number <= 10:
            return Answer(status=400)
        shown = [self._entry(post) for post in self.posts[(number - 1) * RSS_SIZE : number * RSS_SIZE]]
        entry = {"entry": shown if len(shown) > 1 else shown[0]} if shown else {}
        return said({"feed": {"author": {"name": _label("iTunes Store")}, **entry, "title": _label("Reviews")}})

    def _entry(self, post: Post) -> dict[str, Any]:
        return {
            "author": {"uri": _label("https://itunes.apple.com/us/reviews/id1"), "name": _label(post.author)},
            "updated": _label(post.at.isoformat() if post.at else ""),
            "im:rating": _label("1"),
            "im:voteCount": _label("7"),
            "id": _label(id_of(post)),
            "title": _label(post.title),
            "content": {**_label(post.text), "attributes": {"type": "text"}},
            **self.more,
        }

    def _connect(self, parts: list[str], asked: Asked) -> Answer | None:
        if asked.method == "POST" and parts == ["customerReviewResponses"]:
            return self._take(asked)
        if parts == ["apps", APP, "customerReviews"]:
            return self._list(asked)
        known = {id_of(post): post for post in self.posts}
        post = known.get(parts[1]) if parts[0] == "customerReviews" else None
        if post is None:
            return refused(404, "There is no resource of this id.")
        if parts[2:] == ["response"]:
            return self._response(parts[1])
        return said({"data": _resource(post)})

    def _list(self, asked: Asked) -> Answer:
        assert asked.query["sort"] == "-createdDate"
        begin = int(asked.query.get("cursor", "0"))
        shown = [_resource(post) for post in self.posts[begin : begin + CONNECT_SIZE]]
        more = begin + CONNECT_SIZE < len(self.posts)
        next_ = f"https://elsewhere.example/v1/apps/{APP}/customerReviews?cursor={begin + CONNECT_SIZE}&limit=200"
        return said({"data": shown, "links": {"self": "x", **({"next": next_} if more else {})}})

    def _response(self, id: str) -> Answer:
        if id not in self.answers:
            return refused(404, "There is no response.")
        said_ = {"responseBody": self.answers[id], "state": "PENDING_PUBLISH"}
        return said({"data": {"type": "customerReviewResponses", "id": f"r-{id}", "attributes": said_}})

    def _take(self, asked: Asked) -> Answer | None:
        if refusal := self.moods.refusal():
            return refusal
        told = json.loads(asked.body)["data"]
        id_ = told["relationships"]["review"]["data"]["id"]
        self.answers[id_] = told["attributes"]["responseBody"]
        if self.moods.lost():
            return None
        return said({"data": {"type": "customerReviewResponses", "id": f"r-{id_}"}}, 201)


def _resource(post: Post) -> dict[str, Any]:
    told = {"rating": 1, "title": post.title, "body": post.text, "reviewerNickname": post.author, "territory": "DEU"}
    return {
        "type": "customerReviews",
        "id": id_of(post),
        "attributes": told | {"createdDate": _date(post.at) if post.at else None},
    }


def _date(at: datetime) -> str:
    return at.isoformat()


def _is_ours(authorization: str) -> bool:
    """Whether Apple would believe the token: signed by the key that it names, for it, and for 20 minutes at the most."""
    try:
        token = authorization.removeprefix("Bearer ")
        told = jwt.decode(token, _KEY.public_key(), algorithms=["ES256"], audience="appstoreconnect-v1", issuer=ISSUER)
    except jwt.PyJWTError:
        return False
    return jwt.get_unverified_header(token)["kid"] == KEY_ID and told["exp"] - told["iat"] <= 20 * 60


def id_of(post: Post) -> str:
    return post.id.replace(":", "-")

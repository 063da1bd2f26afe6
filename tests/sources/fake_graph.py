"""A hand-written Graph API: a Facebook Page and an Instagram account, each with one post under which the test comments."""

import hashlib
import hmac
import json
import math
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.sources.net.graph import VERSION
from tests.contracts.feeds import Post
from tests.sources.loopback import Answer
from tests.sources.moods import Moods
from tests.sources.wire import Asked, said

TOKEN = "hunter2-page"
SECRET = "hunter2-app"
APP = "4000"
PROOFS = {
    token: hmac.new(SECRET.encode(), token.encode(), hashlib.sha256).hexdigest() for token in (TOKEN, f"{APP}|{SECRET}")
}
PROOF = PROOFS[TOKEN]
PAGE = "1000"
ACCOUNT = "2000"
HANDLE = "ourbrand"
WRITER = {"from": {"id": "7770001", "username": HANDLE}, "user": {"id": ACCOUNT}}
"""Of our own comments: `from` has an id that is ours for this app only; `user`, which others' comments lack, the account's."""
PERMALINK = "https://www.instagram.com/p/abc/"
SIZE = 25
NOT_THERE = (100, 33, "Object does not exist, cannot be loaded due to missing permissions")
_AFTER = re.compile(r"comments\.[^{]*after\((\w+)\)")


def refused(code: int, subcode: int, message: str, status: int = 400) -> Answer:
    """An error as the Graph API gives it."""
    error = {"message": message, "type": "OAuthException", "code": code, "error_subcode": subcode, "fbtrace_id": "A"}
    return said({"error": error}, status)


def date(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")


class FakeGraph:
    """What both have: errors, tokens and edges with pages."""

    def __init__(self) -> None:
        self.moods = Moods()
        self.expires = datetime(2026, 8, 1, tzinfo=UTC)
        self.answers: dict[str, list[dict[str, Any]]] = {}
        self.comments: list[dict[str, Any]] = []
        self.at_debug: Answer | None = None
        self.gathers = 10_000
        """How many posts, times their comments, Meta gathers for one answer."""

    def speak(self, asked: Asked) -> Answer | None:
        if self.moods.always:
            return self.moods.always
        proof = asked.query.get("appsecret_proof") or (json.loads(asked.body or b"{}").get("appsecret_proof"))
        token = asked.headers.get("authorization", "").removeprefix("Bearer ")
        if token not in PROOFS or proof != PROOFS[token]:
            return refused(190, 463, "Error validating access token: Session has expired.")
        version, _, path = asked.path.strip("/").partition("/")
        if version != VERSION:
            return refused(2635, 0, "You are calling a deprecated version of the API.")
        if path == "app":
            return said({"id": APP})
        if path == "debug_token" and token == TOKEN:
            return refused(100, 0, "(#100) You must provide an app access token")
        if path == "debug_token" and self.at_debug:
            return self.at_debug
        if path == "debug_token":
            told = {"is_valid": True, "expires_at": 0, "data_access_expires_at": int(self.expires.timestamp())}
            return said({"data": told})
        return self._take(path, asked) if asked.method == "POST" else self._show(path, asked)

    def _show(self, path: str, asked: Asked) -> Answer:
        if "object{message" in asked.query.get("fields", ""):
            return refused(100, 0, "(#100) Tried accessing nonexisting field (message) on node type (Photo)")
        sizes = [asked.query.get("limit", "1"), *re.findall(r"limit\((\d+)\)", asked.query.get("fields", ""))]
        if math.prod(map(int, sizes[:2])) > self.gathers:
            return refused(1, 0, "Please reduce the amount of data you're asking for, then retry your request", 500)
        found = self.shown(path, asked)
        return refused(*NOT_THERE) if found is None else said(found)

    def shown(self, path: str, asked: Asked) -> object | None:
        raise NotImplementedError

    def _take(self, path: str, asked: Asked) -> Answer | None:
        id_, _, edge = path.partition("/")
        if refusal := self.moods.refusal():
            return refusal
        if edge not in ("comments", "replies"):
            return refused(100, 0, "Unsupported post request.")
        answers = self.answers.setdefault(id_, [])
        answers.append(self.made(f"{id_}9{len(answers)}", json.loads(asked.body)["message"]))
        return None if self.moods.lost() else said({"id": answers[-1]["id"]})

    def made(self, id: str, text: str) -> dict[str, Any]:
        raise NotImplementedError


def paged(things: Sequence[Any], after: str, size: int = SIZE) -> dict[str, Any]:
    """An edge; the link to its next page leads elsewhere, where no token may go."""
    begin = int(after or 0)
    shown = list(things[begin : begin + size])
    if begin + size >= len(things):
        return {"data": shown, **({"paging": {"cursors": {"after": "x"}}} if shown else {})}
    cursors = {"before": str(begin), "after": str(begin + size)}
    return {"data": shown, "paging": {"cursors": cursors, "next": "https://elsewhere.example/?after=1"}}


def after_in(asked: Asked) -> str:
    match = _AFTER.search(asked.query["fields"])
    return match[1] if match else ""


class FakeFacebook(FakeGraph):
    def __init__(self) -> None:
        super().__init__()
        self.posts = [self.post(f"{PAGE}_1", "Our new kettle!", datetime(2026, 5, 20, tzinfo=UTC), PAGE)]

    def publish(self, posts: Sequence[Post]) -> None:
        self.comments = [self.comment(self.id_of(post), post.text, post.at, post.author) for post in posts]

    def id_of(self, post: Post) -> str:
        """As Meta makes them: that of the post that is commented on, and an own one."""
        return f"1_{id_of(post)}"

    def post(self, id: str, text: str, at: datetime, author: str) -> dict[str, Any]:
        told = {"id": id, "message": text, "created_time": date(at), "from": {"id": author, "name": "Somebody"}}
        return told | {"permalink_url": f"https://www.facebook.com/{id}", "updated_time": date(at + timedelta(days=99))}

    def comment(self, id: str, text: str, at: datetime | None, author: str = "jo", **more: object) -> dict[str, Any]:
        told = {"id": id, "message": text, "from": {"id": f"u{len(author)}", "name": author}, "like_count": 2}
        told |= {"permalink_url": f"https://www.facebook.com/x?comment_id={id}"} | (
            {"created_time": date(at)} if at else {}
        )
        return told | more

    def made(self, id: str, text: str) -> dict[str, Any]:
        told = {"id": id, "message": text, "from": {"id": PAGE, "name": "Us"}}
        return told | {"created_time": date(datetime.now(UTC))}

    def ours(self) -> list[str]:
        return [each["message"] for answers in self.answers.values() for each in answers if each["from"]["id"] == PAGE]

    def shown(self, path: str, asked: Asked) -> object | None:
        id_, _, edge = path.partition("/")
        edges = {"feed": self.posts, "tagged": [], "comments": self.answers.get(id_, [])}
        if edge:
            return paged(edges[edge], asked.query.get("after", ""))
        if id_ == self.posts[0]["id"]:
            comments = {"comments": paged(self.comments, after_in(asked))} if self.comments else {}
            return {"id": id_, "message": self.posts[0]["message"], **comments}
        if any(each["id"] == id_ for each in self.posts):
            return {"id": id_}
        return next((each for each in self.comments if each["id"] == id_), None)


class FakeInstagram(FakeGraph):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[dict[str, Any]] = []
        self.media = {
            "id": "300",
            "caption": "Our new kettle!",
            "permalink": PERMALINK,
            "timestamp": "2026-05-20T00:00:00+0000",
            "username": HANDLE,
        }

    def publish(self, posts: Sequence[Post]) -> None:
        self.comments = [self.comment(self.id_of(post), post.text, post.at, post.author) for post in posts]

    def id_of(self, post: Post) -> str:
        return id_of(post)

    def comment(self, id: str, text: str, at: datetime | None, author: str = "jo", **more: object) -> dict[str, Any]:
        told = {"id": id, "text": text, "username": author, "from": {"id": f"u{len(author)}", "username": author}}
        return told | {"like_count": 2} | ({"timestamp": date(at)} if at else {}) | more

    def made(self, id: str, text: str) -> dict[str, Any]:
        told = {"id": id, "text": text, "username": HANDLE, **WRITER}
        return told | {"timestamp": date(datetime.now(UTC))}

    def ours(self) -> list[str]:
        return [each["text"] for answers in self.answers.values() for each in answers if "user" in each]

    def shown(self, path: str, asked: Asked) -> object | None:
        id_, _, edge = path.partition("/")
        comments = {"comments": paged(self.comments, after_in(asked))} if self.comments else {}
        edges = {"media": [self.media | comments], "tags": self.tags, "replies": self.answers.get(id_, [])}
        if edge:
            return paged(edges[edge], asked.query.get("after", ""))
        if id_ == self.media["id"]:
            return self.media | comments
        replies = [reply for each in self.comments for reply in each.get("replies", {}).get("data", [])]
        found = next((each for each in [*self.comments, *replies] if each["id"] == id_), None)
        shown = {"media": self.media}
        return found and {name: value for name, value in found.items() if name != "replies"} | shown


def id_of(post: Post) -> str:
    return "77" + "".join(ch for ch in post.id if ch.isdigit())

"""A server that speaks the part of XRPC that we use, written by hand after Bluesky's lexicons."""

import base64
import json
import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.sources.loopback import Answer
from tests.sources.wire import Asked, Wire, said, wire

HANDLE, PASSWORD = "support.example", "hunter2-abcd-efgh"
US, JO = "did:plc:support", "did:plc:jo"
COLLECTION = "app.bsky.feed.post"
LOST = "lost"


def uri(rkey: str, did: str = JO) -> str:
    return f"at://{did}/{COLLECTION}/{rkey}"


def view(rkey: str, text: str, at: datetime, *, did: str = JO, **record: Any) -> dict[str, Any]:
    """A post as getPosts tells it."""
    # JSON of the place is made of CBOR, which has no lone surrogates.
    written = text.encode("utf-8", "replace").decode()
    return {
        "uri": uri(rkey, did),
        "cid": f"cid-{rkey}",
        "author": {"did": did, "handle": f"{did.rpartition(':')[2]}.example", "displayName": ""},
        "record": {"$type": COLLECTION, "text": written, "createdAt": at.isoformat(), "langs": ["en"]} | record,
        "indexedAt": at.isoformat(),
    }


def token(lasts: int, name: str) -> str:
    """A JWT whose signature nobody checks; `lasts` seconds from now."""
    parts = ({"alg": "none"}, {"exp": int(time.time()) + lasts, "jti": name})
    return ".".join(
        [*(base64.urlsafe_b64encode(json.dumps(each).encode()).decode().rstrip("=") for each in parts), "c2ln"]
    )


@dataclass
class BlueskyPlace:
    """`posts` are all there are, by address; `noticed` the addresses in our notifications; `records` our answers by key."""

    posts: dict[str, dict[str, Any]] = field(default_factory=dict)
    noticed: list[str] = field(default_factory=list)
    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    followers: dict[str, Any] = field(default_factory=dict)
    turns: deque[Answer | str] = field(default_factory=deque)
    arrive_first: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Records that another hand puts right before our next one."""
    instead: Answer | None = None
    lasts: int = 7_200
    ended: int = 400
    """The status for a session that was ended: 400 from a server of accounts (PDS), 401 from those behind it."""
    refuses_all: bool = False
    search_fails: Answer | None = None
    sessions: list[str] = field(default_factory=list)
    served: Wire = field(default_factory=lambda: Wire(url=""))

    def speak(self, asked: Asked) -> Answer | None:
        if self.instead is not None:
            return self.instead
        method = asked.path.removeprefix("/xrpc/")
        if method == "com.atproto.server.createSession":
            return self._log_in(json.loads(asked.body))
        if method == "com.atproto.server.refreshSession":
            return self._session()
        if self.refuses_all or asked.headers.get("authorization") != f"Bearer {self.sessions[-1]}":
            return refusal("InvalidToken", "Token has been revoked", self.ended)
        answer = getattr(self, f"_{method.rpartition('.')[2]}")(asked)
        assert answer is None or isinstance(answer, Answer)
        return answer

    def _log_in(self, body: Mapping[str, str]) -> Answer:
        if body != {"identifier": HANDLE, "password": PASSWORD}:
            return said({"error": "AuthenticationRequired", "message": "Invalid identifier or password"}, 401)
        return self._session()

    def _session(self) -> Answer:
        self.sessions.append(token(self.lasts, str(len(self.sessions))))
        return said(
            {"did": US, "handle": HANDLE, "accessJwt": self.sessions[-1], "refreshJwt": token(99_999, "refresh")}
        )

    def _listNotifications(self, asked: Asked) -> Answer:  # noqa: N802 - the method's own name
        assert {value for name, value in asked.pairs if name == "reasons"} == {"mention", "reply", "quote"}
        found = [self.posts[each] for each in self.noticed if each in self.posts]
        listed, following = self._page(found, asked)
        kept = ("uri", "cid", "author", "record", "indexedAt")
        return said({"notifications": [{name: each[name] for name in kept} for each in listed]} | following)

    def _searchPosts(self, asked: Asked) -> Answer:  # noqa: N802
        if self.search_fails is not None:
            return self.search_fails
        wanted = asked.query["q"].strip('"').casefold()
        assert asked.query["sort"] == "latest"
        found = [each for each in self.posts.values() if wanted in each["record"]["text"].casefold()]
        since = datetime.fromisoformat(asked.query["since"])
        listed, following = self._page(
            [each for each in found if datetime.fromisoformat(each["indexedAt"]) >= since], asked
        )
        return said({"posts": listed} | following)

    def _page(self, found: list[dict[str, Any]], asked: Asked) -> tuple[list[dict[str, Any]], dict[str, str]]:
        newest_first = sorted(found, key=lambda each: str(each["indexedAt"]), reverse=True)
        first, size = int(asked.query.get("cursor", "0")), int(asked.query["limit"])
        assert size <= 100
        more = first + size < len(newest_first)
        return newest_first[first : first + size], {"cursor": str(first + size)} if more else {}

    def _getPosts(self, asked: Asked) -> Answer:  # noqa: N802
        wanted = [value for name, value in asked.pairs if name == "uris"]
        assert 0 < len(wanted) <= 25
        return said({"posts": [self.posts[each] for each in wanted if each in self.posts]})

    def _getProfiles(self, asked: Asked) -> Answer:  # noqa: N802
        wanted = [value for name, value in asked.pairs if name == "actors"]
        assert 0 < len(wanted) <= 25
        return said({"profiles": [{"did": each, "followersCount": self.followers.get(each, 3)} for each in wanted]})

    def _getRecord(self, asked: Asked) -> Answer:  # noqa: N802
        rkey = asked.query["rkey"]
        if rkey not in self.records:
            return refusal("RecordNotFound", f"Could not locate record: {uri(rkey, US)}")
        return said({"uri": uri(rkey, US), "cid": f"cid-{rkey}", "value": self.records[rkey]})

    def _putRecord(self, asked: Asked) -> Answer | None:  # noqa: N802
        turn = self.turns.popleft() if self.turns else None
        if isinstance(turn, Answer):
            return turn
        body = json.loads(asked.body)
        assert (body["repo"], body["collection"]) == (US, COLLECTION)
        self.records |= self.arrive_first
        if "swapRecord" in body and body["rkey"] in self.records:
            return refusal("InvalidSwap", "Record was at another commit")
        self.records[body["rkey"]] = body["record"]
        return None if turn == LOST else said({"uri": uri(body["rkey"], US), "cid": "cid-answer"})


def refusal(name: str, message: str, status: int = 400) -> Answer:
    return said({"error": name, "message": message}, status)


@contextmanager
def bluesky_place() -> Iterator[BlueskyPlace]:
    place = BlueskyPlace()
    with wire(place.speak) as served:
        place.served = served
        yield place

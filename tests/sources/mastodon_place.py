"""A server that speaks the part of the Mastodon API that we use, written by hand after its documentation.

Pages are as a real server gives them: newest first, `min_id` gives those right after a post, `since_id` the newest after it.
The shapes of answers and the order of pages are those of the recordings in Mastodon.py's source distribution.
"""

import html
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

from tests.sources.loopback import Answer
from tests.sources.wire import Asked, Wire, said, wire

TOKEN = "hunter2-token"
US = {
    "id": "1",
    "username": "support",
    "acct": "support",
    "display_name": "Support",
    "url": "https://social.example/@support",
}
LOST = "lost"


def account(id: str, acct: str, **more: Any) -> dict[str, Any]:
    page = f"https://social.example/@{acct}"
    return {"id": id, "acct": acct, "display_name": "", "url": page, "followers_count": 12} | more


def status(id: int, text: str, at: datetime | None, **more: Any) -> dict[str, Any]:
    """A status whose text is put into HTML as a server does it."""
    paragraphs = "".join(f"<p>{html.escape(each).replace(chr(10), '<br />')}</p>" for each in text.split("\n\n"))
    return {
        "id": str(id),
        "created_at": at and at.isoformat(),
        "content": paragraphs if text else "",
        "spoiler_text": "",
        "visibility": "public",
        "language": "en",
        "uri": f"https://social.example/users/jo/statuses/{id}",
        "url": f"https://social.example/@jo/{id}",
        "in_reply_to_id": None,
        "account": account("2", "jo"),
        "media_attachments": [],
    } | more


@dataclass
class MastodonPlace:
    """`statuses` and `notified` (notification id → status id) are what stands there; `turns` what happens to our answers."""

    statuses: dict[int, dict[str, Any]] = field(default_factory=dict)
    notified: dict[int, int] = field(default_factory=dict)
    filtered: set[int] = field(default_factory=set)
    """Ids of notifications that the account's policy keeps back from whoever does not ask for them."""
    answers: list[dict[str, Any]] = field(default_factory=list)
    keys: dict[str, dict[str, Any]] = field(default_factory=dict)
    turns: deque[Answer | str] = field(default_factory=deque)
    instead: Answer | None = None
    gives_many: bool = True
    pages_back: bool = False
    served: Wire = field(default_factory=lambda: Wire(url=""))

    def speak(self, asked: Asked) -> Answer | None:
        if self.instead is not None:
            return self.instead
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return said({"error": "The access token is invalid"}, 401)
        if asked.method == "POST":
            return self._post(asked)
        for start, answer in self._addresses().items():
            if asked.path.startswith(start):
                return answer(asked)
        return said({"error": "Record not found"}, 404)

    def _addresses(self) -> dict[str, Callable[[Asked], Answer]]:
        return {
            "/api/v1/notifications": self._notifications,
            "/api/v1/timelines/tag/": self._tag,
            "/api/v2/search": self._search,
            "/api/v1/accounts/verify_credentials": lambda _: said(US),
            "/api/v1/statuses": self._statuses,
        }

    def _notifications(self, asked: Asked) -> Answer:
        assert dict(asked.pairs)["types[]"] == "mention"
        shown = self.notified if asked.query.get("include_filtered") == "true" else self.notified.keys() - self.filtered
        ids = self._page(sorted(shown), asked)
        listed = [(each, self.statuses[self.notified[each]]) for each in ids]
        return said(
            [{"id": str(id), "type": "mention", "account": post["account"], "status": post} for id, post in listed]
        )

    def _tag(self, asked: Asked) -> Answer:
        tag = "#" + asked.path.rpartition("/")[2]
        found = [id for id, each in self.statuses.items() if tag in each["content"].casefold()]
        return said([self.statuses[each] for each in self._page(sorted(found), asked)])

    def _search(self, asked: Asked) -> Answer:
        """The search gives the newest above min_id."""
        assert asked.query["type"] == "statuses"
        wanted = asked.query["q"].strip('"').casefold()
        found = sorted(id for id, each in self.statuses.items() if wanted in each["content"].casefold())
        bounds = {"since_id": asked.query.get("min_id", "0"), "max_id": asked.query.get("max_id", "")}
        ids = _bounded(found, bounds, int(asked.query["limit"]))
        return said({"accounts": [], "hashtags": [], "statuses": [self.statuses[each] for each in ids]})

    def _statuses(self, asked: Asked) -> Answer:
        parts = asked.path.removeprefix("/api/v1/statuses").strip("/").split("/")
        if parts == [""]:
            ids = [int(value) for name, value in asked.pairs if name == "id[]"]
            if not self.gives_many:
                return said({"error": "Record not found"}, 404)
            return said([self.statuses[each] for each in ids if each in self.statuses])
        post = self.statuses.get(int(parts[0]))
        if post is None:
            return said({"error": "Record not found"}, 404)
        if parts[1:] == ["context"]:
            return said({"ancestors": self._above(post), "descendants": self._below(post)})
        return said(post)

    def _above(self, post: Mapping[str, Any]) -> list[dict[str, Any]]:
        parent = self.statuses.get(int(post["in_reply_to_id"] or 0))
        return [*self._above(parent), parent] if parent else []

    def _below(self, post: Mapping[str, Any]) -> list[dict[str, Any]]:
        direct = [each for each in self.statuses.values() if each["in_reply_to_id"] == post["id"]]
        return [found for each in direct for found in (each, *self._below(each))]

    def _post(self, asked: Asked) -> Answer | None:
        turn = self.turns.popleft() if self.turns else None
        if isinstance(turn, Answer):
            return turn
        key = asked.headers["idempotency-key"]
        posted = self.keys.get(key) or self._take(
            {name: value[-1] for name, value in parse_qs(asked.body.decode()).items()}
        )
        self.keys[key] = posted
        return None if turn == LOST else said(posted)

    def _take(self, form: Mapping[str, str]) -> dict[str, Any]:
        id = max([1_000_000, *self.statuses]) + 1
        own = {"account": US, "in_reply_to_id": form["in_reply_to_id"], "visibility": form["visibility"]}
        address, now = f"https://social.example/@support/{id}", datetime.now(UTC)
        self.statuses[id] = status(id, form["status"], now, url=address, **own)
        self.answers.append(self.statuses[id] | {"text": form["status"]})
        return self.statuses[id]

    def _page(self, ids: list[int], asked: Asked) -> list[int]:
        bounds = dict(asked.query)
        if self.pages_back and "min_id" in bounds:
            bounds["since_id"] = bounds.pop("min_id")
        return _bounded(ids, bounds, int(asked.query["limit"]))


def _bounded(ids: list[int], bounds: Mapping[str, str], limit: int) -> list[int]:
    above = max(int(bounds.get("min_id") or 0), int(bounds.get("since_id") or 0))
    found = [each for each in ids if each > above and (not bounds.get("max_id") or each < int(bounds["max_id"]))]
    return (found[:limit] if bounds.get("min_id") else found[-limit:])[::-1]


@contextmanager
def mastodon_place() -> Iterator[MastodonPlace]:
    place = MastodonPlace()
    with wire(place.speak) as served:
        place.served = served
        yield place

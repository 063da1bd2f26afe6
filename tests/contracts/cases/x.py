"""X: a hand-written server with the calls that are used, in the shapes of tweepy's recordings (2022) and X's pages."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any

from bot.sources.base import Answerable, Listening, Source
from bot.sources.x import XTable
from tests.contracts.case import Trait, number_of, with_traits
from tests.contracts.feeds import Post
from tests.sources.loopback import Answer
from tests.sources.wire import Asked, Wire, said, wire

OURS = "42"
START = datetime(2010, 11, 4, 1, 42, 54, 657_000, tzinfo=UTC)
AT = datetime(2026, 6, 1, 11, tzinfo=UTC)


def snowflake(at: datetime, number: int = 0) -> str:
    """The id of the post with this number; one millisecond for each, because ids there rise with time."""
    return str(((at - START) // timedelta(milliseconds=1) + number) << 22)


class XPlace:
    """`instead` is said to every request where it is set; `next_reply` is said once to an answer, after it was taken or not."""

    def __init__(self) -> None:
        self.versions: dict[str, list[tuple[str, Post]]] = {}
        self.shown: list[str] = []
        self.ours: list[dict[str, Any]] = []
        self.instead: Answer | None = None
        self.next_reply: list[tuple[bool, Answer | None]] = []

    def show(self, posts: Sequence[Post]) -> None:
        self.shown = []
        for post in posts:
            first = snowflake(post.at or AT, number_of(post))
            versions = self.versions.setdefault(first, [(first, post)])
            if versions[-1][1].text != post.text:
                # An edit is a new post, written now.
                versions.append((str(int(first) + (len(versions) * 60_000 << 22)), post))
            self.shown.append(first)

    def speak(self, asked: Asked) -> Answer | None:
        if self.instead:
            return self.instead
        if asked.method == "POST":
            return self._take(asked)
        if asked.path == "/2/tweets":
            return said(self._looked(asked.query["ids"].split(","), asked))
        is_own = asked.path == f"/2/users/{OURS}/tweets"
        tweets = self.ours[::-1] if is_own else [self._tweet(first) for first in self.shown]
        return said(self._page([each for each in tweets if int(each["id"]) > int(asked.query["since_id"])], asked))

    def _page(self, tweets: list[dict[str, Any]], asked: Asked) -> dict[str, Any]:
        newest_first = sorted(tweets, key=lambda each: int(each["id"]), reverse=True)
        token = asked.query.get("pagination_token") or asked.query.get("next_token") or "p0"
        start, size = int(token[1:]), int(asked.query["max_results"])
        page = newest_first[start : start + size]
        further = {"next_token": f"p{start + size}"} if start + size < len(newest_first) else {}
        if not page:
            return {"meta": {"result_count": 0}}
        return self._with_users(page, asked) | {"meta": {"result_count": len(page), **further}}

    def _looked(self, ids: list[str], asked: Asked) -> dict[str, Any]:
        there = [self._tweet(first, id) for first in self.shown for id, _ in self.versions[first] if id in ids]
        kind = "https://api.twitter.com/2/problems/resource-not-found"
        missing = set(ids) - {each["id"] for each in there}
        errors = [{"type": kind, "resource_id": id, "value": id} for id in sorted(missing)]
        return (self._with_users(there, asked) if there else {}) | ({"errors": errors} if errors else {})

    def _with_users(self, tweets: list[dict[str, Any]], asked: Asked) -> dict[str, Any]:
        names = {each["author_id"]: each.pop("_name", "us") for each in map(dict, tweets)}
        users = [
            {"id": id, "username": name, "name": name, "public_metrics": {"followers_count": 8_100}}
            for id, name in names.items()
        ]
        kept = [{key: value for key, value in each.items() if key != "_name"} for each in tweets]
        return {"data": kept} | (
            {"includes": {"users": users}} if "author_id" in asked.query.get("expansions", "") else {}
        )

    def _tweet(self, first: str, version: str = "") -> dict[str, Any]:
        """As it stands now, or a version of it: each keeps its id and text."""
        versions = self.versions[first]
        id, post = next((each for each in versions if each[0] == version), versions[-1])
        return {
            "id": id,
            "edit_history_tweet_ids": [each for each, _ in versions],
            "text": escape(post.text, quote=False),
            "author_id": f"9{abs(hash(post.author)) % 10**6}",
            "_name": post.author,
            "conversation_id": first,
            "created_at": post.at.isoformat() if post.at else None,
            "lang": "en",
        }

    def _take(self, asked: Asked) -> Answer | None:
        import json

        told = json.loads(asked.body)
        takes, answer = self.next_reply.pop(0) if self.next_reply else (True, Answer())
        if not takes:
            return answer
        id = snowflake(max(datetime.now(UTC), AT + timedelta(minutes=10)), len(self.ours))
        under = [{"type": "replied_to", "id": told["reply"]["in_reply_to_tweet_id"]}]
        text = f"@jo {escape(told['text'], quote=False)}"
        self.ours.append(
            {"id": id, "text": text, "author_id": OURS, "referenced_tweets": under, "written": told["text"]}
        )
        return answer and said({"data": {"id": id, "text": text, "edit_history_tweet_ids": [id]}}, 201)


class XCase:
    post, neighbour = snowflake(AT), snowflake(AT, 1)

    def __init__(self, place: XPlace, web: Wire) -> None:
        self._place = place
        self.source: Source = table(web.url).build(Listening(names=("Simmerwick",)))

    def publish(self, posts: Sequence[Post]) -> None:
        self._place.show(posts)

    def external_id(self, post: Post) -> str:
        return snowflake(post.at or AT, number_of(post))

    def say(self, body: bytes) -> None:
        self._place.instead = Answer(body=body)

    def refuse(self, status: int, retry_after: str = "") -> None:
        headers = {"Retry-After": retry_after} if retry_after else {}
        self._place.instead = Answer(status=status, headers=headers)


class XAnswers(XCase):
    source: Answerable

    def standing(self) -> list[str]:
        return [each["written"] for each in self._place.ours]

    def lose_next_reply(self) -> None:
        self._place.next_reply.append((True, None))

    def be_busy_once(self) -> None:
        self._place.next_reply.append((False, Answer(status=503)))

    def refuse_once(self, reason: str) -> None:
        self._place.next_reply.append((False, said({"title": "Forbidden", "status": 403, "detail": reason}, 403)))


def table(url: str, **keys: Any) -> XTable:
    known = {
        "name": "X",
        "spend_cap": 20.0,
        "consumer_key": "hunter2-a",
        "consumer_secret": "hunter2-b",
        "access_token": f"{OURS}-hunter2",
        "access_token_secret": "hunter2-c",
        "api_url": url,
        "allow_private": True,
    }
    return XTable(kind="x", **{**known, **keys})


@with_traits(Trait.EMPTY, Trait.TELLS_EDITS, Trait.LOOKS_AGAIN, Trait.OVER_HTTP)
@contextmanager
def x() -> Iterator[XCase]:
    place = XPlace()
    with wire(place.speak) as web:
        yield XCase(place, web)


@with_traits(Trait.KEYLESS, Trait.LINKS, Trait.SAYS_WHY)
@contextmanager
def x_answers() -> Iterator[XAnswers]:
    place = XPlace()
    with wire(place.speak) as web:
        yield XAnswers(place, web)


READERS = (x,)
ANSWERERS = (x_answers,)

"""Reddit: a hand-written server with the calls that are used, in the shapes of praw's recordings."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from bot.sources.base import Answerable, Listening, Source
from bot.sources.reddit import RedditTable
from tests.contracts.case import Trait, number_of, with_traits
from tests.contracts.feeds import Post
from tests.sources.loopback import Answer
from tests.sources.wire import Asked, Wire, said, wire

OURS = "Simmerwick_Care"
SUBMISSION = "t3_kettle"
"""Under which every comment of the suite stands."""


def name_of(post: Post) -> str:
    return f"{'t3' if post.title else 't1'}_p{number_of(post)}"


def listing(things: Sequence[dict[str, Any]], after: str | None = None) -> dict[str, Any]:
    children = [{"kind": thing["name"][:2], "data": thing} for thing in things]
    return {"kind": "Listing", "data": {"after": after, "dist": len(children), "children": children, "before": None}}


class RedditPlace:
    """`instead` is said to every request where it is set; `next_reply` once to an answer: whether it was taken, and what is
    said. A post that is shown no more was taken down by its author.
    """

    def __init__(self) -> None:
        self.posts: list[Post] = []
        self.known: dict[str, Post] = {}
        self.ours: list[dict[str, Any]] = []
        self.instead: Answer | None = None
        self.next_reply: list[tuple[bool, Answer | None]] = []
        self.limits = {"x-ratelimit-remaining": "95.0", "x-ratelimit-used": "5", "x-ratelimit-reset": "53"}

    def show(self, posts: Sequence[Post]) -> None:
        self.posts = list(posts)
        self.known |= {name_of(post): post for post in posts}

    def speak(self, asked: Asked) -> Answer | None:
        if self.instead:
            return self.instead
        if asked.path == "/api/v1/access_token":
            return said({"access_token": "a-token", "token_type": "bearer", "expires_in": 86_400, "scope": "*"})
        if asked.path == "/api/comment/":
            return self._take(asked)
        if asked.path == "/api/info":
            names = asked.query["id"].split(",")
            return self._listed([thing for name in names if (thing := self._named(name))], asked)
        return self._listed(self._shelf(asked.path), asked)

    def _shelf(self, path: str) -> list[dict[str, Any]]:
        if path == f"/user/{OURS}/comments":
            return self.ours[::-1]
        shown = {"/message/mentions": False, "/search": True}.get(path)
        found = [post for post in self.posts if bool(post.title) is shown]
        newest_first = sorted(found, key=lambda post: post.at or datetime.min.replace(tzinfo=UTC), reverse=True)
        return [self._inbox(post) if path == "/message/mentions" else self._whole(post) for post in newest_first]

    def _listed(self, things: list[dict[str, Any]], asked: Asked) -> Answer:
        names = [thing["name"] for thing in things]
        start = names.index(asked.query["after"]) + 1 if "after" in asked.query else 0
        size = int(asked.query.get("limit", 100))
        page = things[start : start + size]
        after = page[-1]["name"] if start + size < len(things) else None
        return said(listing(page, after), **self.limits)

    def _named(self, name: str) -> dict[str, Any] | None:
        if name == SUBMISSION:
            return {"name": SUBMISSION, "title": "A kettle", "selftext": "Which one?", "author": "ann", "score": 3}
        post = self.known.get(name)
        if post is None:
            return None
        whole = self._whole(next((shown for shown in self.posts if name_of(shown) == name), post))
        if post in self.posts or name in map(name_of, self.posts):
            return whole
        return whole | {"author": "[deleted]", "selftext" if post.title else "body": "[deleted]"}

    def _whole(self, post: Post) -> dict[str, Any]:
        name, at = name_of(post), post.at.timestamp() if post.at else None
        both = {"name": name, "id": name[3:], "author": post.author, "score": 4, "created_utc": at, "subreddit": "tea"}
        if post.title:
            return both | {"title": post.title, "selftext": post.text, "permalink": f"/r/tea/comments/{name[3:]}/x/"}
        place = {"link_id": SUBMISSION, "parent_id": SUBMISSION, "permalink": f"/r/tea/comments/kettle/x/{name[3:]}/"}
        return both | place | {"body": post.text}

    def _inbox(self, post: Post) -> dict[str, Any]:
        """The inbox knows neither the submission's name nor the permalink, as praw's recording of 2019 shows."""
        told = self._whole(post)
        context = f"{told.pop('permalink')}?context=3"
        told.pop("link_id")
        return told | {"context": context, "type": "username_mention", "was_comment": True}

    def _take(self, asked: Asked) -> Answer | None:
        takes, answer = self.next_reply.pop(0) if self.next_reply else (True, Answer())
        if not takes:
            return answer
        form = asked.form
        name = f"t1_o{len(self.ours)}"
        place = {
            "link_id": SUBMISSION,
            "parent_id": form["thing_id"],
            "permalink": f"/r/tea/comments/kettle/x/{name[3:]}/",
        }
        thing = {
            "name": name,
            "author": OURS,
            "body": form["text"],
            "score": 1,
            "created_utc": datetime.now(UTC).timestamp(),
            **place,
        }
        self.ours.append(thing)
        things = [{"kind": "t1", "data": thing}]
        return answer and said({"json": {"errors": [], "data": {"things": things}}}, **self.limits)


class RedditCase:
    post, neighbour = "t1_p1", "t1_p2"

    def __init__(self, place: RedditPlace, web: Wire) -> None:
        self._place = place
        self.source: Source = table(web.url, search=True).build(Listening(names=("Simmerwick",)))

    def publish(self, posts: Sequence[Post]) -> None:
        self._place.show(posts)

    def external_id(self, post: Post) -> str:
        return name_of(post)

    def say(self, body: bytes) -> None:
        self._place.instead = Answer(body=body)

    def refuse(self, status: int, retry_after: str = "") -> None:
        headers = {"Retry-After": retry_after} if retry_after else {}
        self._place.instead = Answer(status=status, headers=headers)


class RedditAnswers(RedditCase):
    source: Answerable

    def standing(self) -> list[str]:
        return [thing["body"] for thing in self._place.ours]

    def lose_next_reply(self) -> None:
        self._place.next_reply.append((True, None))

    def be_busy_once(self) -> None:
        self._place.next_reply.append((False, Answer(status=503)))

    def refuse_once(self, reason: str) -> None:
        errors = [["THREAD_LOCKED", reason, "parent"]]
        self._place.next_reply.append((False, said({"json": {"errors": errors}})))


def table(url: str, **keys: Any) -> RedditTable:
    known = {
        "name": "Reddit",
        "client_id": "an-app",
        "client_secret": "hunter2-a",
        "username": OURS,
        "password": "hunter2-b",
        "api_url": url,
        "login_url": url,
        "allow_private": True,
    }
    return RedditTable(kind="reddit", **{**known, **keys})


@with_traits(Trait.TITLES, Trait.EMPTY, Trait.LOOKS_AGAIN, Trait.OVER_HTTP)
@contextmanager
def reddit() -> Iterator[RedditCase]:
    place = RedditPlace()
    with wire(place.speak) as web:
        yield RedditCase(place, web)


@with_traits(Trait.KEYLESS, Trait.LINKS, Trait.SAYS_WHY)
@contextmanager
def reddit_answers() -> Iterator[RedditAnswers]:
    place = RedditPlace()
    with wire(place.speak) as web:
        yield RedditAnswers(place, web)


READERS = (reddit,)
ANSWERERS = (reddit_answers,)

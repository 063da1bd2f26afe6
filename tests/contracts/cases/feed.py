"""Feeds in their three formats, on a hand-written server; and their callback, with the sandbox's forum behind it."""

import functools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

from bot.sources.base import Answerable, Source
from bot.sources.feed import AnsweringFeed, FeedSource
from bot.sources.net.callback import Callback
from sandbox.places import routes
from sandbox.serve import running_sandbox
from tests.answering_place import SECRET, Door, our_answers
from tests.contracts.case import Trait, with_traits
from tests.contracts.feeds import Post, Render, atom, json_feed, rss
from tests.sources.loopback import Answer, Place, place

DEMO = Path(__file__).parents[3] / "sandbox" / "demo"


class FeedCase:
    def __init__(self, web: Place, render: Render) -> None:
        self._web = web
        self._render = render
        self.source: Source = FeedSource(name="feed", url=web.url("/feed"), allow_private=True)

    def publish(self, posts: Sequence[Post]) -> None:
        self.say(self._render(posts))

    def external_id(self, post: Post) -> str:
        return post.id

    def say(self, body: bytes) -> None:
        self._web.answers["/feed"] = Answer(body=body)

    def refuse(self, status: int, retry_after: str = "") -> None:
        headers = {"Retry-After": retry_after} if retry_after else {}
        self._web.answers["/feed"] = Answer(status=status, headers=headers)


@contextmanager
def _feed(render: Render) -> Iterator[FeedCase]:
    with place() as web:
        yield FeedCase(web, render)


def _reader(render: Render) -> object:
    made = functools.partial(_feed, render)
    made.__name__ = f"feed_{render.__name__}"  # type: ignore[attr-defined]
    return with_traits(
        Trait.TITLES,
        Trait.LINKS,
        Trait.UNDATED,
        Trait.EMPTY,
        Trait.SHORT_WINDOW,
        Trait.LATE,
        Trait.TELLS_EDITS,
        Trait.OVER_HTTP,
    )(made)


class CallbackCase:
    post = "tag:hobnob.example,2026:hobnob-001"

    def __init__(self, url: str, door: Door) -> None:
        callback = Callback(url=f"{url}/places/hobnob/answers", secret=SECRET, allow_private=True)
        feed = f"{url}/places/hobnob/feed"
        self.source: Answerable = AnsweringFeed(name="Hob Nob", url=feed, allow_private=True, callback=callback)
        self._page = f"{url}/places/hobnob/hobnob-001"
        self._door = door
        self.lose_next_reply = door.lose_next_reply

    def standing(self) -> list[str]:
        return our_answers(httpx.get(self._page, trust_env=False).text)

    def be_busy_once(self) -> None:
        self._door.say_once(503)

    def refuse_once(self, reason: str) -> None:
        self._door.say_once(422, reason)


@with_traits(Trait.KEYS, Trait.LINKS, Trait.SAYS_WHY)
@contextmanager
def callback() -> Iterator[CallbackCase]:
    door = Door()
    places = door.put_before(routes(DEMO / "mentions.jsonl", speed=1.0, company="Simmerwick", reply_secret=SECRET))
    seed = {"manifest": DEMO / "slack-manifest.yaml", "workspace": DEMO / "workspace.toml"}
    with running_sandbox(**seed, extra_routes=places) as sandbox:
        yield CallbackCase(sandbox.url, door)


READERS = tuple(_reader(render) for render in (rss, atom, json_feed))
ANSWERERS = (callback,)

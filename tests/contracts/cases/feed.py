"""Feeds in their three formats, on a hand-written server; and their callback, with the sandbox's forum behind it."""

import functools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from bot.sources.base import Answerable, Source
from bot.sources.feed import AnsweringFeed, FeedSource
from bot.sources.net.callback import Callback
from tests.contracts.callbacks import CallbackCase, answering_forum
from tests.contracts.case import Trait, with_traits
from tests.contracts.feeds import Post, Render, atom, json_feed, rss
from tests.sources.loopback import Answer, Place, place


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


@with_traits(Trait.LINKS, Trait.SAYS_WHY)
@contextmanager
def callback() -> Iterator[CallbackCase]:
    def feed(forum: str, to: Callback) -> Answerable:
        return AnsweringFeed(name="Hob Nob", url=f"{forum}/feed", allow_private=True, callback=to)

    with answering_forum(feed) as case:
        yield case


READERS = tuple(_reader(render) for render in (rss, atom, json_feed))
ANSWERERS = (callback,)

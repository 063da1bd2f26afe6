"""The generic webhook: senders that sign, in our form and in one of their own; and its callback."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from bot.sources.base import Answerable, Receiving
from bot.sources.formats.webhook_body import Shape
from bot.sources.net.callback import Callback
from bot.sources.webhook import AnsweringWebhook, WebhookSource
from tests.contracts.callbacks import CallbackCase, answering_forum
from tests.contracts.case import Trait, with_traits
from tests.contracts.feeds import Post
from tests.hook_sender import OTHER_SECRET, SECRET, Sent, signed


class OwnForm:
    """A sender that writes as docs/sources/webhook.md says."""

    def __init__(self) -> None:
        self.source: Receiving = WebhookSource(name="hook", secrets=(SECRET,))

    def send(self, posts: Sequence[Post], at: datetime, *, id: str = "", secret: str = SECRET) -> Sent:
        return signed([self._mention(post) for post in posts], at, id=id, secret=secret)

    def take_down(self, post: Post, at: datetime) -> Sent:
        return signed({"type": "mention.deleted", "id": post.id}, at)

    def stranger(self, posts: Sequence[Post], at: datetime) -> Sent:
        return self.send(posts, at, secret=OTHER_SECRET)

    def say(self, body: bytes, at: datetime) -> Sent:
        return signed(body, at)

    @staticmethod
    def _mention(post: Post) -> dict[str, Any]:
        return {
            "id": post.id,
            "text": post.text,
            "title": post.title,
            "url": post.link,
            "author": {"handle": post.author},
            "posted_at": post.at and post.at.isoformat(),
        }


class MappedForm(OwnForm):
    """A review service that knows nothing of us; its fields are mapped."""

    def __init__(self) -> None:
        paths = {
            "type": "event",
            "id": "review.number",
            "text": "review.body.message",
            "title": "review.body.head",
            "url": "review.links.0",
            "author": "by",
            "posted_at": "review.time",
        }
        shape = Shape(paths=paths, items="batch.events", deleted="review.removed")
        self.source = WebhookSource(name="reviews", secrets=(OTHER_SECRET, SECRET), shape=shape)

    def send(self, posts: Sequence[Post], at: datetime, *, id: str = "", secret: str = SECRET) -> Sent:
        events = [self._event(post) for post in posts]
        return signed({"batch": {"events": events}}, at, id=id, secret=secret)

    def take_down(self, post: Post, at: datetime) -> Sent:
        gone = {"event": "review.removed", "review": {"number": post.id}}
        return signed({"batch": {"events": [gone]}}, at)

    def stranger(self, posts: Sequence[Post], at: datetime) -> Sent:
        return self.send(posts, at, secret="whsec_" + "c29tZSBvdGhlciBzZWNyZXQgYWx0b2dldGhlcg==")

    @staticmethod
    def _event(post: Post) -> dict[str, Any]:
        body = {"message": post.text, "head": post.title}
        review = {"number": post.id, "body": body, "links": [post.link], "time": post.at and post.at.timestamp()}
        return {"event": "review.created", "review": review, "by": post.author}


@contextmanager
def own_form() -> Iterator[OwnForm]:
    yield OwnForm()


@contextmanager
def mapped_form() -> Iterator[MappedForm]:
    yield MappedForm()


@with_traits(Trait.LINKS, Trait.SAYS_WHY)
@contextmanager
def webhook_callback() -> Iterator[CallbackCase]:
    def hook(forum: str, to: Callback) -> Answerable:
        return AnsweringWebhook(name="Hob Nob", secrets=(SECRET,), callback=to)

    with answering_forum(hook) as case:
        yield case


RECEIVERS = (own_form, mapped_form)
ANSWERERS = (webhook_callback,)

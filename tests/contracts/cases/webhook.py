"""The generic webhook: senders that sign, in our form and in one of their own; and its callback."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from bot.sources.base import Answerable, Receiving
from bot.sources.formats.webhook_body import Shape
from bot.sources.net.callback import Callback
from bot.sources.webhook import AnsweringWebhook, WebhookSource
from sandbox.places import routes
from sandbox.serve import running_sandbox
from tests.answering_place import Door, our_answers
from tests.contracts.case import Trait, with_traits
from tests.contracts.feeds import Post
from tests.hook_sender import OTHER_SECRET, SECRET, Sent, signed

DEMO = Path(__file__).parents[3] / "sandbox" / "demo"


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


class CallbackCase:
    post = "tag:hobnob.example,2026:hobnob-001"

    def __init__(self, url: str, door: Door) -> None:
        callback = Callback(url=f"{url}/places/hobnob/answers", secret=SECRET, allow_private=True)
        self.source: Answerable = AnsweringWebhook(name="Hob Nob", secrets=(SECRET,), callback=callback)
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
def webhook_callback() -> Iterator[CallbackCase]:
    door = Door()
    places = door.put_before(routes(DEMO / "mentions.jsonl", speed=1.0, company="Simmerwick", reply_secret=SECRET))
    seed = {"manifest": DEMO / "slack-manifest.yaml", "workspace": DEMO / "workspace.toml"}
    with running_sandbox(**seed, extra_routes=places) as sandbox:
        yield CallbackCase(sandbox.url, door)


RECEIVERS = (own_form, mapped_form)
ANSWERERS = (webhook_callback,)

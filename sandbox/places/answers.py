"""What the company answers under customers' posts: taken where the signature is right, kept once, never part of a feed.

This is the other side of a source's `reply_url` (docs/configuration.md), as small as a real place could write it.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError

from sandbox.places.board import Board, Shown
from sandbox.places.feeds import tag
from sandbox.places.stream import Place

REPLY = "earshot.reply"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One answer of the company. `number` counts from 1 in its place, and is what its link ends in."""

    number: int
    place: str
    post: str
    text: str
    at: datetime

    @property
    def anchor(self) -> str:
        return f"answer-{self.number}"

    @property
    def url(self) -> str:
        return f"/places/{self.place}/{self.post}#{self.anchor}"


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What a request asks for; `key` is its webhook-id."""

    external_id: str
    text: str
    key: str


class RefusedAnswer(Exception):
    """The place does not take it; the sentence is for the person who wrote the answer."""

    def __init__(self, sentence: str, status: int) -> None:
        super().__init__(sentence)
        self.status = status


class Answers:
    """The company's answers in all places, by place and key."""

    def __init__(self, board: Board, *, company: str, secret: str, clock: Callable[[], datetime]) -> None:
        """Without a `secret` nobody can sign, and no place takes answers."""
        self.company = company
        self._board = board
        self._webhook = Webhook(secret) if secret else None
        self._clock = clock
        self._kept: dict[tuple[str, str], Answer] = {}

    def under(self, shown: Shown) -> list[Answer]:
        """Oldest first."""
        return [each for each in self._kept.values() if (each.place, each.post) == (shown.post.place, shown.post.id)]

    def taken_by(self, place: Place) -> bool:
        return place.answers and self._webhook is not None

    def take(self, place: Place, body: bytes, headers: Mapping[str, str]) -> tuple[Answer, bool]:
        """The answer, and whether it is new: the same key again leaves the first as it was. Raises RefusedAnswer."""
        reply = self._verified(place, body, headers)
        known = self._kept.get((place.name, reply.key))
        if known is not None:
            return known, False
        post = next((one.post for one in self._board.visible(place.name) if tag(one) == reply.external_id), None)
        if post is None:
            raise RefusedAnswer("There is no such post (any more).", 404)
        _refuse_too_long(place, reply.text)
        number = sum(name == place.name for name, _ in self._kept) + 1
        answer = Answer(number=number, place=place.name, post=post.id, text=reply.text, at=self._clock())
        self._kept[place.name, reply.key] = answer
        return answer, True

    def _verified(self, place: Place, body: bytes, headers: Mapping[str, str]) -> Reply:
        if self._webhook is None or not place.answers:
            raise RefusedAnswer(f"{place.title} takes no answers from companies.", 403)
        try:
            self._webhook.verify(body, dict(headers), json_parse=False)
        except (WebhookVerificationError, ValueError):  # ValueError: a signature or body that cannot be decoded
            raise RefusedAnswer("The signature of this answer is wrong or too old.", 401) from None
        return _reply(body, headers["webhook-id"])


def _reply(body: bytes, key: str) -> Reply:
    try:
        said: Any = json.loads(body)
    except (ValueError, RecursionError):
        raise RefusedAnswer("This is not JSON.", 400) from None
    wanted = said if isinstance(said, dict) and said.get("type") == REPLY else {}
    external_id, text = wanted.get("external_id"), wanted.get("text")
    if not isinstance(external_id, str) or not isinstance(text, str) or wanted.get("key") != key:
        raise RefusedAnswer(f"This is no {REPLY} with external_id, text and key.", 400)
    if not text.strip():
        raise RefusedAnswer("There is nothing in this answer.", 422)
    return Reply(external_id=external_id, text=text, key=key)


def _refuse_too_long(place: Place, text: str) -> None:
    if place.answer_limit and len(text) > place.answer_limit:
        most = f"{place.title} takes answers of {place.answer_limit} characters at most"
        raise RefusedAnswer(f"{most}, and this one has {len(text)}.", 422)

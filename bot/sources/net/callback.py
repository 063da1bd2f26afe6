"""Answers by callback: one signed POST to an address that the place names.

The request is signed by the Standard Webhooks scheme (https://www.standardwebhooks.com), so that whoever runs the place
can check it with a library that exists already. What the place has to do is in docs/configuration.md.
"""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Self

import httpx
from pydantic import Field, model_validator
from standardwebhooks import Webhook

from bot.errors import GiveUp
from bot.sources.base import Replied
from bot.sources.formats.fields import sentence, web_address
from bot.sources.net.fetch import Fetched, Limits, post
from bot.sources.table import Secret, SourceTable
from bot.values import HttpUrlOrEmpty, SigningSecret

LIMITS = Limits(deadline=timedelta(seconds=10), max_bytes=64 * 1024)
"""An answer needs a sentence, and it has to come while the answer is leased."""

ALREADY_THERE = 409
REASONS = {
    401: "does not accept our signature (401): is the secret the same on both sides?",
    403: "does not let us answer (403)",
    404: "does not know this post any more (404)",
    410: "does not know this post any more (410)",
}


@dataclass(frozen=True, kw_only=True)
class Callback:
    """The address for our answers. Neither it nor the secret shows in its representation or an error."""

    url: str = field(repr=False)
    secret: str = field(repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    allow_private: bool = False
    limits: Limits = LIMITS

    def send(self, external_id: str, text: str, *, key: str) -> Replied:
        """Send one answer. Raises Retry and GiveUp as `fetch.post` does, and GiveUp with the place's own reason.

        `key` is the request's webhook-id and stays the same in every try: by it the place knows what it has already.
        """
        body = json.dumps({"type": "earshot.reply", "external_id": external_id, "text": text, "key": key})
        answer = post(
            self.url,
            body.encode("ascii"),
            headers={**dict(self.headers), "content-type": "application/json", **self._signed(body, key)},
            limits=self.limits,
            allow_private=self.allow_private,
        )
        said = _said(answer)
        if answer.status < 300 or answer.status == ALREADY_THERE:
            return Replied(permalink=_permalink(said))
        raise GiveUp(_reason(said, answer))

    def _signed(self, body: str, key: str) -> dict[str, str]:
        now = datetime.now(UTC)
        return {
            "webhook-id": key,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(self.secret).sign(key, now, body),
        }


class CallbackTable(SourceTable):
    """The keys of a source whose answers go to a callback; a kind builds its table on this.

    The address may hold a key; `reply_max` is how many characters an answer may have, 0 where the place sets no limit.
    """

    reply_url: Annotated[HttpUrlOrEmpty, Field(repr=False)] = ""
    reply_secret: Annotated[Secret, SigningSecret] = ""
    reply_max: Annotated[int, Field(ge=0, le=3_000)] = 0

    @model_validator(mode="after")
    def _signs_its_answers(self) -> Self:
        if self.reply_url and not self.reply_secret:
            raise ValueError("add reply_secret: the place must be able to tell our answers from a stranger's")
        if self.reply_secret and not self.reply_url:
            raise ValueError("add reply_url, or take reply_secret out: there is nothing to sign")
        if self.reply_max and not self.reply_url:
            raise ValueError("add reply_url, or take reply_max out: no answer is sent there")
        return self

    def callback(self, headers: tuple[tuple[str, str], ...] = ()) -> Callback | None:
        """Where answers go; None where the source only reads."""
        if not self.reply_url:
            return None
        return Callback(url=self.reply_url, secret=self.reply_secret, headers=headers, allow_private=self.allow_private)


def _said(answer: Fetched) -> dict[str, Any]:
    """The JSON object in the body; an empty one for anything else, because a place need not say more than its status."""
    try:
        said = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _permalink(said: dict[str, Any]) -> str:
    """The answer's own address, where it is one that a person can open without being led astray; else nothing."""
    written = said.get("permalink")
    address = web_address(written, "") if isinstance(written, str) else ""
    try:
        parsed = httpx.URL(address)
    except httpx.InvalidURL:
        return ""
    return address if parsed.host and not parsed.userinfo else ""


def _reason(said: dict[str, Any], answer: Fetched) -> str:
    """The place's sentence, on one line and marked where it is cut, or ours by the status."""
    host = httpx.URL(answer.url).host
    told = said.get("error")
    why = sentence(told) if isinstance(told, str) else ""
    return why or f"{host} {REASONS.get(answer.status, f'refuses our answer ({answer.status})')}"

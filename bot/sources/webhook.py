"""A generic signed webhook: whatever can sign sends its posts to us, by the Standard Webhooks scheme.

The scheme (https://www.standardwebhooks.com) has libraries in most languages. What a sender has to do stands in
docs/sources/webhook.md.
"""

import base64
import binascii
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator
from standardwebhooks import Webhook

from bot.errors import NotBelieved
from bot.sources.base import Batch, Delivery, Listening, Replied, Source
from bot.sources.formats.webhook_body import DELETED, OWN_PATHS, Shape, read_body
from bot.sources.net.callback import Callback, CallbackTable
from bot.sources.table import Secret
from bot.values import Said, SigningSecret

TOLERANCE = timedelta(minutes=5)
"""How far a timestamp may be from our clock, either way: that of the scheme's libraries."""
MOST_SIGNATURES = 10

_ID = re.compile(r"[\x21-\x7e]{1,256}")
_TIMESTAMP = re.compile(r"[0-9]{1,10}")


@dataclass(frozen=True, kw_only=True)
class WebhookSource:
    """A place that sends by itself. Any of `secrets` is believed, so that they can be changed without a gap."""

    name: str
    secrets: tuple[str, ...] = field(repr=False)
    shape: Shape = field(default_factory=Shape)
    every: timedelta = timedelta(minutes=5)
    first_lookback: timedelta = timedelta(hours=24)
    kind: ClassVar[str] = "webhook"

    def poll(self, cursor: str, now: datetime) -> Batch:  # noqa: ARG002 - there is nothing to ask
        return Batch(items=(), cursor=cursor)

    def receive(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Delivery:
        """Raises NotBelieved, and GiveUp for a body that cannot be read, as the contract of a receiving source says."""
        delivery_id = self._proven(headers, body, now)
        posts = read_body(body, self.shape, now)
        return Delivery(id=delivery_id, items=posts.items, gone=posts.gone, problems=posts.problems)

    def _proven(self, headers: Mapping[str, str], body: bytes, now: datetime) -> str:
        """The delivery's id, once a signature of it, the time and the body is found to be by one of our secrets."""
        delivery_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        if not _ID.fullmatch(delivery_id) or not _TIMESTAMP.fullmatch(timestamp):
            raise NotBelieved(
                "webhook-id, webhook-timestamp and webhook-signature are wanted, as Standard Webhooks says"
            )
        sent_at = datetime.fromtimestamp(int(timestamp), UTC)
        if abs(now - sent_at) > TOLERANCE:
            raise NotBelieved("webhook-timestamp is more than five minutes from our clock")
        if not self._is_signed(delivery_id, sent_at, body, headers.get("webhook-signature", "")):
            raise NotBelieved("no webhook-signature fits: is the secret the same on both sides?")
        return delivery_id

    def _is_signed(self, delivery_id: str, sent_at: datetime, body: bytes, said: str) -> bool:
        """Every signature is held against every secret, in constant time and to the end: the time taken says nothing."""
        try:
            text = body.decode()
        except UnicodeDecodeError:
            return False
        given = [_decoded(each) for each in said.split(" ")[:MOST_SIGNATURES]]
        ours = [_decoded(Webhook(secret).sign(delivery_id, sent_at, text)) for secret in self.secrets]
        found = [hmac.compare_digest(one, other) for one in ours for other in given]
        return any(found)


def _decoded(signature: str) -> bytes:
    """The bytes of `v1,BASE64`; empty, which no signature of ours is, for anything else."""
    version, _, encoded = signature.partition(",")
    try:
        return base64.b64decode(encoded, validate=True) if version == "v1" else b""
    except (binascii.Error, ValueError):
        return b""


@dataclass(frozen=True, kw_only=True)
class AnsweringWebhook(WebhookSource):
    """A webhook whose place also takes our answers."""

    callback: Callback
    max_answer: int | None = None

    def reply(self, external_id: str, text: str, *, key: str) -> Replied:
        """Raises Retry and GiveUp as the contract of an answerable source says."""
        return self.callback.send(external_id, text, key=key)


class WebhookTable(CallbackTable):
    """`secret_before` is the secret that was shared until lately; both are believed while it stands there."""

    kind: Literal["webhook"]
    secret: Annotated[Secret, SigningSecret]
    secret_before: Annotated[Secret, SigningSecret] = ""
    fields: dict[str, Said] = Field(default_factory=dict)
    items: str = ""
    deleted: Said = DELETED

    @model_validator(mode="after")
    def _maps_what_there_is(self) -> Self:
        unknown = sorted(self.fields.keys() - OWN_PATHS.keys())
        if unknown:
            raise ValueError(f"fields: there is no {unknown[0]}; a mention has {', '.join(OWN_PATHS)}")
        return self

    def build(self, listening: Listening) -> Source:  # noqa: ARG002 - it takes what it is sent
        source = WebhookSource(
            name=self.name,
            secrets=tuple(filter(None, (self.secret, self.secret_before))),
            shape=Shape(paths=self.fields, items=self.items, deleted=self.deleted),
            every=self.every,
            first_lookback=self.first_lookback,
        )
        callback = self.callback()
        if callback is None:
            return source
        return AnsweringWebhook(**vars(source), callback=callback, max_answer=self.reply_max or None)

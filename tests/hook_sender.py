"""A sender of signed webhooks, as whoever runs a place writes one with the scheme's library."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count

from standardwebhooks import Webhook

SECRET = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # the Standard Webhooks specification's own example
OTHER_SECRET = "whsec_" + "bm90IHRoZSBzZWNyZXQgdGhhdCB3YXMgYWdyZWVk"

_numbers = count(1)


@dataclass(frozen=True, kw_only=True)
class Sent:
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


def signed(said: object, at: datetime, *, id: str = "", secret: str = SECRET) -> Sent:
    """One delivery; `said` is sent as JSON, or as it is where it is bytes already."""
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    delivery = id or f"msg_{next(_numbers)}"
    headers = {
        "content-type": "application/json",
        "webhook-id": delivery,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(delivery, at.astimezone(UTC), body.decode("utf-8", "replace")),
    }
    return Sent(headers=headers, body=body)

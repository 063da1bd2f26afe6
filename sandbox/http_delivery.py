"""Signed HTTP: what the app gets at its request URL instead of through a socket."""

import hashlib
import hmac
import json
from typing import Any
from urllib.parse import urlencode

import httpx

from sandbox.delivery import Attempt, NotDelivered, PayloadType
from sandbox.ids import Clock, secret_name


def signature(secret: str, timestamp: str, body: str) -> str:
    """Slack's `v0` signature of a request."""
    digest = hmac.new(secret.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return f"v0={digest}"


class HttpDelivery:
    """Posts to one request URL, which must first have answered the `url_verification` challenge."""

    def __init__(self, url: str, signing_secret: str, clock: Clock) -> None:
        self._url = url
        self._secret = signing_secret
        self._clock = clock
        self._client = httpx.AsyncClient(trust_env=False, follow_redirects=False)

    async def verify(self, token: str, *, within: float = 3.0) -> bool:
        """Whether the URL answers Slack's challenge."""
        challenge = secret_name(32)
        body = json.dumps({"token": token, "challenge": challenge, "type": "url_verification"})
        answer = await self._post(body, "application/json", attempt=Attempt(), within=within)
        return answer.is_success and challenge in answer.text

    async def deliver(
        self, kind: PayloadType, payload: dict[str, Any], *, attempt: Attempt, within: float
    ) -> dict[str, Any] | None:
        """Post one payload; any 2xx within the time is the ack, and its body the answer."""
        body, content_type = _encoded(kind, payload)
        answer = await self._post(body, content_type, attempt=attempt, within=within)
        if not answer.is_success:
            raise NotDelivered("http_error", "http_error")
        if not answer.text.strip():
            return None
        if "json" not in answer.headers.get("content-type", ""):
            return {"text": answer.text}
        parsed = answer.json()
        return parsed if isinstance(parsed, dict) else None

    async def close(self) -> None:
        await self._client.aclose()

    async def _post(self, body: str, content_type: str, *, attempt: Attempt, within: float) -> httpx.Response:
        timestamp = str(int(self._clock()))
        headers = {
            "content-type": content_type,
            "user-agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "x-slack-request-timestamp": timestamp,
            "x-slack-signature": signature(self._secret, timestamp, body),
        }
        if attempt.number:
            headers |= {"x-slack-retry-num": str(attempt.number), "x-slack-retry-reason": attempt.reason}
        try:
            return await self._client.post(self._url, content=body, headers=headers, timeout=within)
        except httpx.TimeoutException as error:
            raise NotDelivered("http_timeout") from error
        except httpx.TransportError as error:
            raise NotDelivered("connection_failed", "dispatch_failed") from error


def _encoded(kind: PayloadType, payload: dict[str, Any]) -> tuple[str, str]:
    match kind:
        case PayloadType.EVENT:
            return json.dumps(payload), "application/json"
        case PayloadType.INTERACTIVE:
            return urlencode({"payload": json.dumps(payload)}), "application/x-www-form-urlencoded"
        case PayloadType.COMMAND:
            return urlencode(payload), "application/x-www-form-urlencoded"

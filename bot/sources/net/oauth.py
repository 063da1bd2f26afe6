"""Access tokens of OAuth 2 (RFC 6749), asked for through the one door and kept while they are good."""

import base64
import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

from bot.errors import GiveUp, Retry
from bot.sources.formats.fields import sentence
from bot.sources.formats.json_values import text_at, whole_number
from bot.sources.net.fetch import MIB, PAUSE, TRY_AGAIN, Fetched, Limits, asks_for_rest, exchange, only_asking, pause

LIMITS = Limits(deadline=timedelta(seconds=10), max_bytes=MIB)
MARGIN = 60.0
"""Seconds before its end from which a token is not used any more: it has to last for a whole login."""
SHORTEST = 300
"""Seconds that a token is kept of which the place does not say how long it lasts."""
LONGEST = 86_400
PASSING = frozenset({"temporarily_unavailable", "server_error", "slow_down"})
ADVICE = {
    "invalid_client": "client_id or client_secret is wrong or has run out: make a new secret",
    "invalid_grant": "the refresh token is not good (any more): consent again and take the new one",
    "unauthorized_client": "the application lacks a permission, or a person's consent",
    "invalid_scope": "scope is not one that the application may ask for",
}
"""By the names that RFC 6749 gives to refusals."""


class Manner(StrEnum):
    """How a request for a token is written: as the standard says, with the client in the body or in a header, or in JSON."""

    FORM = "form"
    BASIC = "basic"
    JSON = "json"


@dataclass(frozen=True, kw_only=True)
class Client:
    """What asks for tokens: an application for itself, or with a person's consent where there is a `refresh_token`.

    `advice` is what a person may look at where the place names no reason that is known.
    """

    address: str = field(repr=False)
    client_id: str
    client_secret: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    scope: str = ""
    manner: Manner = Manner.FORM
    advice: str
    allow_private: bool = False

    @property
    def host(self) -> str:
        return urlsplit(self.address).hostname or ""

    def ask(self, refresh_token: str) -> dict[str, Any]:
        """What the place grants, a usable token in it. Raises Retry, which is never `ambiguous`, and GiveUp where a person has
        to mend something.
        """
        headers, body = self._request(refresh_token)
        with only_asking():
            answer = exchange(
                "POST", self.address, body, headers=headers, limits=LIMITS, allow_private=self.allow_private
            )
        told = _told(answer)
        if not 200 <= answer.status < 300:
            raise self._refusal(answer, told, refresh_token)
        if not _is_token(text_at(told, "access_token")):
            raise Retry(f"{self.host} answers without a token that could be sent", after=PAUSE)
        return told

    def _request(self, refresh_token: str) -> tuple[Mapping[str, str], bytes]:
        headers = {"accept": "application/json", "content-type": "application/x-www-form-urlencoded"}
        asked = {
            "grant_type": "refresh_token" if refresh_token else "client_credentials",
            "refresh_token": refresh_token,
            "scope": self.scope,
        }
        if self.manner is Manner.BASIC:
            shown = f"{quote_plus(self.client_id)}:{quote_plus(self.client_secret)}"
            headers["authorization"] = f"Basic {base64.b64encode(shown.encode()).decode()}"
        else:
            asked |= {"client_id": self.client_id, "client_secret": self.client_secret}
        asked = {key: value for key, value in asked.items() if value}
        if self.manner is Manner.JSON:
            return headers | {"content-type": "application/json"}, json.dumps(asked).encode()
        return headers, urlencode(asked).encode()

    def _refusal(self, answer: Fetched, told: dict[str, Any], refresh_token: str) -> Retry | GiveUp:
        secrets = (refresh_token, self.refresh_token, self.client_secret)
        name, said = (sentence(text_at(told, key), hiding=secrets) for key in ("error", "error_description"))
        if answer.status in TRY_AGAIN or answer.status >= 500 or name in PASSING:
            wait = pause(answer.headers.get("retry-after", ""), datetime.now(UTC))
            asked = asks_for_rest(answer.status, answer.headers)
            return Retry(f"{self.host} is not able to give tokens now ({answer.status})", after=wait, asked=asked)
        advice = ADVICE.get(name, self.advice)
        return GiveUp(
            f"{self.host} gives no token ({name[:40] or answer.status}): {advice}{said and '. It says: '}{said}"
        )


class Tokens:
    """A client's access token, kept while it is good, for all threads. Shows nothing of itself. `clock` counts seconds.

    A place may give a new refresh token with each answer: it is used from then on, and lost when we end.
    """

    def __init__(self, client: Client, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._clock = clock
        self._lock = threading.Lock()
        self._token, self._good_until = "", 0.0
        self._refresh_token = client.refresh_token
        self._ends_at: datetime | None = None

    @property
    def ends_at(self) -> datetime | None:
        """When the consent runs out, where the place says so."""
        return self._ends_at

    def current(self) -> tuple[str, bool]:
        """A token, and whether it was asked for just now. Raises as `Client.ask` does."""
        with self._lock:
            if self._token and self._clock() < self._good_until:
                return self._token, False
            self._renew()
            return self._token, True

    def forget(self, token: str) -> None:
        """It was refused, so it is not handed out again."""
        with self._lock:
            if self._token == token:
                self._token = ""

    def _renew(self) -> None:
        used, self._token = self._refresh_token, ""
        try:
            granted = self._client.ask(used)
        except GiveUp:
            # The one of the configuration may have been made anew, or live longer than what came after it.
            self._refresh_token = self._client.refresh_token
            raise
        following = text_at(granted, "refresh_token")
        if used and _is_token(following):
            self._refresh_token = following
        life = max(min(whole_number(granted.get("expires_in")) or SHORTEST, LONGEST), 0)
        left = whole_number(granted.get("refresh_token_expires_in"))
        self._ends_at = datetime.now(UTC) + timedelta(seconds=min(left, 366 * LONGEST)) if left and left > 0 else None
        self._token = text_at(granted, "access_token")
        self._good_until = self._clock() + max(life - MARGIN, life / 2)


def _is_token(text: str) -> bool:
    """Whether it can be sent: the places' are of ASCII letters without a space."""
    return bool(text) and text.isascii() and text.isprintable() and " " not in text


def _told(answer: Fetched) -> dict[str, Any]:
    """Empty for what is no object."""
    try:
        told = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}

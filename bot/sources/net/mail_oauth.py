"""How a mailbox is logged into: with a password, or with access tokens (OAuth 2, RFC 6749) that come through the one door.

Both mail protocols take a token in the same words, XOAUTH2, which is Google's and Microsoft's own and older than the standard.
"""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from bot.errors import GiveUp, Retry
from bot.sources.formats.fields import line
from bot.sources.formats.json_values import text_at, whole_number
from bot.sources.net.fetch import MIB, PAUSE, TRY_AGAIN, Fetched, Limits, asks_for_rest, exchange, only_asking, pause

LIMITS = Limits(deadline=timedelta(seconds=10), max_bytes=MIB)
MARGIN = 60.0
"""Seconds before its end from which a token is not used any more: it has to last for a whole login."""
SHORTEST = 300
"""Seconds that a token is kept of which the place does not say how long it lasts."""
LONGEST = 86_400
LONGEST_REASON = 300
PASSING = frozenset({"temporarily_unavailable", "server_error", "slow_down"})
ADVICE = {
    "invalid_client": "client_id or client_secret is wrong or has run out: make a new secret",
    "invalid_grant": "the refresh token is not good (any more): consent again and take the new one",
    "unauthorized_client": "the application lacks a permission, or a person's consent",
    "invalid_scope": "scope is not one that the application may ask for",
}
"""By the names that RFC 6749 gives to refusals."""


class TokenRefusedError(Exception):
    """A mail server does not let us in with a token. `reason` are its own words, empty where they are not to be shown."""

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, kw_only=True)
class Client:
    """What asks for tokens: an application for itself, or with a person's consent where there is a `refresh_token`."""

    login_url: str = field(repr=False)
    client_id: str
    client_secret: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    scope: str = ""
    allow_private: bool = False

    @property
    def host(self) -> str:
        return urlsplit(self.login_url).hostname or ""

    def ask(self, refresh_token: str) -> dict[str, Any]:
        """What the place grants, a usable token in it. Raises Retry, and GiveUp where a person has to mend something."""
        form = {
            "grant_type": "refresh_token" if refresh_token else "client_credentials",
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "refresh_token": refresh_token,
            "scope": self.scope,
        }
        body = urlencode({key: value for key, value in form.items() if value}).encode()
        kind = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
        with only_asking():
            answer = exchange(
                "POST", self.login_url, body, headers=kind, limits=LIMITS, allow_private=self.allow_private
            )
        told = _told(answer)
        if not 200 <= answer.status < 300:
            raise self._refusal(answer, told, refresh_token)
        if not _is_token(text_at(told, "access_token")):
            raise Retry(f"{self.host} answers without a token that could be sent", after=PAUSE)
        return told

    def _refusal(self, answer: Fetched, told: dict[str, Any], refresh_token: str) -> Retry | GiveUp:
        name = line(text_at(told, "error"))[:40]
        if answer.status in TRY_AGAIN or answer.status >= 500 or name in PASSING:
            wait = pause(answer.headers.get("retry-after", ""), datetime.now(UTC))
            asked = asks_for_rest(answer.status, answer.headers)
            return Retry(f"{self.host} is not able to give tokens now ({answer.status})", after=wait, asked=asked)
        advice = ADVICE.get(name, "are login_url, client_id and scope right?")
        said = text_at(told, "error_description")
        for secret in filter(None, (refresh_token, self.refresh_token, self.client_secret)):
            said = said.replace(secret, "…")
        said = line(said)
        said = said if len(said) <= LONGEST_REASON else said[: LONGEST_REASON - 1] + "…"
        return GiveUp(f"{self.host} gives no token ({name or answer.status}): {advice}{said and '. It says: '}{said}")


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

    def log_in(self, attempt: Callable[[str], None]) -> None:
        """Log in by `attempt`, which raises TokenRefusedError: with the token that is kept, once more with a new one.

        Raises TokenRefusedError where a new one is refused too, and Retry and GiveUp where there is none to be had.
        """
        if self._is_let_in(attempt, may_be_old=True):
            return
        self._is_let_in(attempt, may_be_old=False)

    def _is_let_in(self, attempt: Callable[[str], None], *, may_be_old: bool) -> bool:
        """False where a token was refused that may have been too old; the refusal itself where it was new."""
        token, is_new = self._current()
        try:
            attempt(token)
        except TokenRefusedError:
            self._forget(token)
            if is_new or not may_be_old:
                raise
            return False
        except Retry:
            # Some servers call a token that has run out a fault of the moment (tried with Dovecot).
            self._forget(token)
            raise
        return True

    def _current(self) -> tuple[str, bool]:
        """The token, and whether it was asked for just now."""
        with self._lock:
            if self._token and self._clock() < self._good_until:
                return self._token, False
            self._renew()
            return self._token, True

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

    def _forget(self, token: str) -> None:
        with self._lock:
            if self._token == token:
                self._token = ""


@dataclass(frozen=True, kw_only=True)
class Login:
    """Who logs in: with tokens where there are some, else with the password."""

    user: str
    password: str = field(default="", repr=False)
    tokens: Tokens | None = field(default=None, repr=False)


def bearer(user: str, token: str) -> str:
    """What XOAUTH2 says, before base64."""
    return f"user={user}\1auth=Bearer {token}\1\1"


def _is_token(text: str) -> bool:
    """Whether it can be sent: Google's and Microsoft's are of ASCII letters without a space."""
    return bool(text) and text.isascii() and text.isprintable() and " " not in text


def _told(answer: Fetched) -> dict[str, Any]:
    """Empty for what is no object."""
    try:
        told = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}

"""Access tokens for an application of ours (OAuth 2's client credentials, RFC 6749 section 4.4), kept while they are good.

This flow has no refresh tokens: once a token has run out the same is asked again.
"""

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx

from bot.errors import GiveUp, Retry
from bot.sources.formats.fields import line
from bot.sources.formats.json_values import inner, text_at, whole_number
from bot.sources.net.fetch import PAUSE, Limits, only_asking, post

LIMITS = Limits(deadline=timedelta(seconds=10))
MARGIN = 60
"""Seconds before its end from which a token is not used any more."""
UNSAID = 1_800
"""Seconds that a token is kept where the place does not say how long it lives."""
LONGEST = 86_400
LONGEST_REASON = 300


@dataclass
class _Kept:
    token: str = ""
    until: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass(frozen=True, kw_only=True)
class Grant:
    """Where tokens are had, and for what; nothing secret shows. `advice` is what a person may look at where none is given."""

    address: str
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    advice: str
    allow_private: bool = False
    clock: Callable[[], float] = field(default=time.monotonic, repr=False, compare=False)
    _kept: _Kept = field(default_factory=_Kept, init=False, repr=False, compare=False)

    def current(self) -> tuple[str, bool]:
        """A token, and whether it is one from earlier. Raises GiveUp, and Retry, which is never `ambiguous`."""
        with self._kept.lock:
            if self._kept.token and self.clock() < self._kept.until:
                return self._kept.token, True
            self._kept.token, lives = self._ask()
            self._kept.until = self.clock() + lives
            return self._kept.token, False

    def forget(self, token: str) -> None:
        """It was refused, so it is not handed out again."""
        with self._kept.lock:
            if self._kept.token == token:
                self._kept.token = ""

    def _ask(self) -> tuple[str, float]:
        host = httpx.URL(self.address).host
        with only_asking():
            answer = post(
                self.address, self.body, headers=self.headers, limits=LIMITS, allow_private=self.allow_private
            )
        told = _told(answer.body)
        if not 200 <= answer.status < 300:
            said = line(text_at(told, "error_description") or text_at(told, "error"))[:LONGEST_REASON]
            raise GiveUp(f"{host} gives no token ({answer.status}){said and ': '}{said}: {self.advice}")
        token = text_at(told, "access_token")
        if not token or not token.isascii() or not token.isprintable() or " " in token:
            raise Retry(f"{host} answers without a token", after=PAUSE)
        lives = min(max(whole_number(inner(told, "expires_in")) or UNSAID, 1), LONGEST)
        return token, max(lives - MARGIN, lives / 2)


def _told(body: bytes) -> Any:
    try:
        return json.loads(body or b"null")
    except (ValueError, RecursionError):
        return None

"""A small client for places that answer in JSON, through the one door; for those whose library would add nothing."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import httpx

from bot.errors import GiveUp, Retry
from bot.sources.net.fetch import PAUSE, REFUSALS, SOON, TRY_AGAIN, Fetched, Limits, asks_for_rest, exchange, pause
from bot.sources.net.oauth import Tokens

Query = Mapping[str, str | int]
UNAUTHORIZED = 401


@dataclass(frozen=True, kw_only=True)
class Answered:
    """`value` is the JSON that was said, None for an empty body. Its shape is not checked: what strangers wrote is in it."""

    status: int
    value: Any
    headers: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Api:
    """`base` is what every path is put behind; `headers` go with every request. Neither shows in a representation or an error.

    With `tokens` one of them goes along, too.
    """

    base: str = field(repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    tokens: Tokens | None = field(default=None, repr=False)
    allow_private: bool = False
    limits: Limits | None = None

    @property
    def host(self) -> str:
        return httpx.URL(self.base).host

    def get(self, path: str, query: Query | None = None, *, accept: frozenset[int] = frozenset()) -> Answered:
        """Raises Retry and GiveUp by the status, except for those that `accept` names."""
        answer = self._ask("GET", f"{path}?{urlencode(query)}" if query else path, None, {})
        return self._read(answer, accept, sending=False)

    def send(
        self,
        method: str,
        path: str,
        body: object,
        *,
        headers: Mapping[str, str] | None = None,
        accept: frozenset[int] = frozenset(),
    ) -> Answered:
        """As `get`, with `body` as JSON. A Retry is `ambiguous` where the place may have done it already."""
        kind = {"content-type": "application/json"}
        answer = self._ask(method, path, json.dumps(body).encode(), {**kind, **(headers or {})})
        return self._read(answer, accept, sending=True)

    def _ask(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Fetched:
        if self.tokens is None:
            return self._exchange(method, path, body, headers)
        token, is_new = self.tokens.current()
        answer = self._exchange(method, path, body, {**headers, "authorization": f"Bearer {token}"})
        if answer.status != UNAUTHORIZED:
            return answer
        self.tokens.forget(token)
        if is_new:
            return answer
        # It may have been revoked while we kept it. What was asked with it was not done, so it is safe to ask again.
        token, _ = self.tokens.current()
        return self._exchange(method, path, body, {**headers, "authorization": f"Bearer {token}"})

    def _exchange(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Fetched:
        return exchange(
            method,
            self.base + path,
            body,
            headers={"accept": "application/json", **dict(self.headers), **headers},
            limits=self.limits,
            allow_private=self.allow_private,
        )

    def _read(self, answer: Fetched, accept: frozenset[int], *, sending: bool) -> Answered:
        if answer.status not in accept:
            self._refuse(answer, sending=sending)
        return Answered(status=answer.status, value=self._value(answer, sending=sending), headers=answer.headers)

    def _refuse(self, answer: Fetched, *, sending: bool) -> None:
        if answer.status in TRY_AGAIN or answer.status >= 500:
            otherwise = SOON if sending else PAUSE
            wait = pause(answer.headers.get("retry-after", ""), datetime.now(UTC), otherwise=otherwise)
            said = f"{self.host} is not able to answer now ({answer.status})"
            asked = asks_for_rest(answer.status, answer.headers)
            raise Retry(said, after=wait, ambiguous=sending and answer.status >= 500, asked=asked)
        if answer.status in REFUSALS:
            raise GiveUp(f"{self.host} {REFUSALS[answer.status]}")
        if not 200 <= answer.status < 300:
            raise GiveUp(f"{self.host} answers with an unexpected status ({answer.status})")

    def _value(self, answer: Fetched, *, sending: bool) -> Any:
        if not answer.body.strip():
            return None
        try:
            return json.loads(answer.body)
        except (ValueError, RecursionError):
            if not 200 <= answer.status < 300:
                return None
            raise Retry(f"{self.host} does not answer in JSON", after=PAUSE, ambiguous=sending) from None

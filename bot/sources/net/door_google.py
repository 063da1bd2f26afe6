"""The one door to the network, for Google's own client library, and its errors as ours. Imported only where it is used."""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httplib2
from google.auth import exceptions, transport
from googleapiclient import discovery
from googleapiclient.errors import HttpError
from googleapiclient.http import HttpRequest

from bot.errors import GiveUp, Retry
from bot.sources.formats.fields import line, sentence
from bot.sources.formats.json_values import list_at, text_at
from bot.sources.net.door_httpx import WRITTEN_BY_THE_DOOR
from bot.sources.net.fetch import PAUSE, SOON, TRY_AGAIN, Limits, asks_for_rest, exchange, only_asking, pause

LIMITS = Limits(deadline=timedelta(seconds=10))
TOO_FAST = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED"})
SPENT = frozenset({"quotaExceeded", "dailyLimitExceeded"})
"""Reasons that mean: nothing more today."""


@dataclass(frozen=True, kw_only=True)
class _Said:
    """What google-auth reads of an answer."""

    status: int
    headers: Mapping[str, str]
    data: bytes


class Login:
    """An access token, fetched when it is needed and kept while it is valid. Shows nothing of itself."""

    def __init__(self, credentials: Any, *, allow_private: bool = False) -> None:
        self._credentials = credentials
        self._allow_private = allow_private
        self._lock = threading.Lock()

    def token(self) -> str:
        """Raises Retry, and GiveUp where Google does not accept what we log in with."""
        with self._lock:
            if not self._credentials.valid:
                self._refresh()
            return str(self._credentials.token)

    def _refresh(self) -> None:
        try:
            self._credentials.refresh(_TokenDoor(self._allow_private))
        except exceptions.RefreshError as error:
            said = error.args[0] if error.args and isinstance(error.args[0], str) else ""
            if error.retryable:
                raise Retry(f"Google's login is not able to answer now ({line(said)[:40]})", after=PAUSE) from None
            raise GiveUp(f"Google does not accept the login ({sentence(said)}): make a new one") from None
        except (exceptions.GoogleAuthError, ValueError, TypeError, AttributeError, RecursionError):
            raise Retry("Google's login does not answer as it should", after=PAUSE) from None


class _TokenDoor(transport.Request):
    def __init__(self, allow_private: bool) -> None:
        self._allow_private = allow_private

    def __call__(
        self,
        url: str,
        method: str = "GET",
        body: bytes | str | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: int | None = None,  # noqa: ARG002 - the library's own parameter, which the door decides on itself
        **_: object,
    ) -> _Said:
        sent = body.encode() if isinstance(body, str) else body
        with only_asking():
            answer = exchange(method, url, sent, headers=headers, limits=LIMITS, allow_private=self._allow_private)
        if answer.status in TRY_AGAIN or answer.status >= 500:
            # Before the library sees it: that would try again at once and sleep in between.
            wait = pause(answer.headers.get("retry-after", ""), datetime.now(UTC))
            asked = asks_for_rest(answer.status, answer.headers)
            raise Retry(f"Google's login is not able to answer now ({answer.status})", after=wait, asked=asked)
        return _Said(status=answer.status, headers=answer.headers, data=answer.body)


@dataclass(frozen=True, kw_only=True)
class GoogleDoor:
    """What the library takes for an httplib2.Http. Without a `login` nothing but the library's own key goes along."""

    login: Login | None = field(default=None, repr=False)
    allow_private: bool = False

    def request(
        self,
        uri: str,
        method: str = "GET",
        body: bytes | str | None = None,
        headers: Mapping[str, str] | None = None,
        **_: object,
    ) -> tuple[httplib2.Response, bytes]:
        kept = {name: value for name, value in (headers or {}).items() if name.lower() not in WRITTEN_BY_THE_DOOR}
        if self.login:
            kept["authorization"] = f"Bearer {self.login.token()}"
        sent = body.encode() if isinstance(body, str) else body
        answer = exchange(method, uri, sent, headers=kept, limits=LIMITS, allow_private=self.allow_private)
        told = {name.lower(): value for name, value in answer.headers.items() if name.lower() != "content-encoding"}
        return httplib2.Response({**told, "status": str(answer.status)}), answer.body


@dataclass(frozen=True, kw_only=True)
class Api:
    """One of Google's APIs as the description inside the library has it. `base` is where it is."""

    name: str
    version: str
    base: str
    door: GoogleDoor = field(repr=False)
    key: str = field(default="", repr=False)

    def service(self) -> Any:
        return discovery.build(
            self.name,
            self.version,
            http=self.door,
            developerKey=self.key or None,
            client_options={"api_endpoint": self.base},
            cache_discovery=False,
            static_discovery=True,
        )


def asked(request: HttpRequest, *, day_ends: Callable[[], timedelta] = lambda: PAUSE) -> dict[str, Any]:
    """What a request that only reads is answered; `day_ends` is how long it is until a spent quota is new."""
    return _execute(request, sending=False, day_ends=day_ends)


def found(request: HttpRequest, *, day_ends: Callable[[], timedelta] = lambda: PAUSE) -> dict[str, Any] | None:
    """As `asked`; None where there is nothing of that id."""
    try:
        return _answer(request, sending=False)
    except HttpError as error:
        if int(error.resp.status) == 404:
            return None
        raise _translated(error, sending=False, day_ends=day_ends) from None


def sent(request: HttpRequest, *, day_ends: Callable[[], timedelta] = lambda: PAUSE) -> dict[str, Any]:
    """What a request that writes is answered. Its Retry is `ambiguous` where it may have been carried out."""
    return _execute(request, sending=True, day_ends=day_ends)


def _execute(request: HttpRequest, *, sending: bool, day_ends: Callable[[], timedelta]) -> dict[str, Any]:
    try:
        return _answer(request, sending=sending)
    except HttpError as error:
        # Not chained: the error holds the address, and that holds the key.
        raise _translated(error, sending=sending, day_ends=day_ends) from None


def _answer(request: HttpRequest, *, sending: bool) -> dict[str, Any]:
    try:
        answer = request.execute(num_retries=0)
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
        # The library itself stumbles over an error whose parts are not what they should be.
        raise Retry("Google does not answer in its own form", after=PAUSE, ambiguous=sending) from None
    if not isinstance(answer, dict):
        raise Retry("Google answers with something else than was asked for", after=PAUSE, ambiguous=sending)
    return answer


def _translated(error: HttpError, *, sending: bool, day_ends: Callable[[], timedelta]) -> Retry | GiveUp:
    status = int(error.resp.status)
    reason, message = _words(error)
    if reason in SPENT:
        return Retry(f"today's quota at Google is used up ({reason})", after=day_ends(), asked=True)
    if status in TRY_AGAIN or status >= 500 or reason in TOO_FAST:
        otherwise = SOON if sending else PAUSE
        wait = pause(str(error.resp.get("retry-after", "")), datetime.now(UTC), otherwise=otherwise)
        said = f"Google is not able to answer now ({status})"
        asked = reason in TOO_FAST or asks_for_rest(status, error.resp)
        return Retry(said, after=wait, ambiguous=sending and status >= 500, asked=asked)
    if status == 401:
        return GiveUp(f"Google does not accept the login (401){message and ': '}{message}")
    return GiveUp(f"Google refuses ({status}){message and ': '}{message}")


def _words(error: HttpError) -> tuple[str, str]:
    """The reason's own name and the sentence for people, where the body has them."""
    try:
        said = json.loads(error.content)
    except (ValueError, TypeError, RecursionError):
        return "", ""
    first = next(iter(list_at(said, "error", "errors")), None)
    reason = text_at(first, "reason") or text_at(said, "error", "status")
    return reason, sentence(text_at(said, "error", "message"))

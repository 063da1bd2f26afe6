"""Talk with Bluesky, by atproto and through the one door."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from bot.errors import GiveUp, Retry
from bot.sources.formats.fields import line, sentence
from bot.sources.formats.json_values import text_of, whole_number
from bot.sources.net.door_httpx import HttpxDoor
from bot.sources.net.fetch import PAUSE, SOON, TRY_AGAIN, asks_for_rest, only_asking, pause

RUN_OUT = frozenset({"ExpiredToken", "InvalidToken"})
NO_PASSWORD = "{host} does not accept the handle and the app password: make one under Settings, Privacy and security, App passwords"


class RefusedError(Exception):
    """What the place says no to, by the name that it gives it; `bluesky_server` and its source decide what that means."""

    def __init__(self, name: str, reason: str, *, has_run_out: bool = False) -> None:
        super().__init__(name)
        self.name = name
        self.reason = reason
        self.has_run_out = has_run_out
        """Whether it is our session that is not accepted (any more)."""


@dataclass(kw_only=True)
class BlueskyServer:
    """One account's session, kept in memory: logging in is limited to 30 in five minutes and 300 a day.

    Everything raises Retry and GiveUp; RefusedError where the place gives a name to what is wrong with the question.
    """

    service: str
    handle: str
    password: str = field(repr=False)
    allow_private: bool = False
    _client: Any = field(default=None, repr=False)
    _did: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def host(self) -> str:
        return urlsplit(self.service).hostname or ""

    @property
    def did(self) -> str:
        """The account's lasting id."""
        self._connected()
        return self._did

    def ask(self, method: str, query: Mapping[str, Any]) -> dict[str, Any]:
        return self._invoke(lambda client, wrap: client.invoke_query(method, params=wrap(dict(query))), sending=False)

    def send(self, method: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """A Retry is `ambiguous` where the place may have done it."""
        kind = {"input_encoding": "application/json"}
        return self._invoke(
            lambda client, wrap: client.invoke_procedure(method, data=wrap(dict(body)), **kind), sending=True
        )

    def _invoke(self, call: Callable[[Any, Any], Any], *, sending: bool) -> dict[str, Any]:
        client = self._connected()
        from atproto_client.models.dot_dict import DotDict  # type: ignore[import-untyped]

        try:
            return self._content(call, client, DotDict, sending=sending)
        except RefusedError as error:
            if not error.has_run_out:
                raise
        # The session was ended from the other side: once more with a new one.
        self._forget(client)
        try:
            return self._content(call, self._connected(), DotDict, sending=sending)
        except RefusedError as error:
            if not error.has_run_out:
                raise
            raise self._locked_out(error) from error

    def _content(self, call: Callable[[Any, Any], Any], client: Any, wrap: Any, *, sending: bool) -> dict[str, Any]:
        with self._translated(sending=sending):
            content = call(client, wrap).content
        if not isinstance(content, dict):
            raise self._nonsense(sending=sending)
        return content

    def _connected(self) -> Any:
        with self._lock:
            if self._client is None:
                self._client = self._logged_in()
            return self._client

    def _forget(self, client: Any) -> None:
        with self._lock:
            if self._client is client:
                self._client = None

    def _logged_in(self) -> Any:
        from atproto_client import Client  # type: ignore[import-untyped]
        from atproto_client.request import Request  # type: ignore[import-untyped]

        door = HttpxDoor(allow_private=self.allow_private)
        client = Client(base_url=self.service, request=Request(transport=door, trust_env=False))
        client.on_session_change(self._remember)
        try:
            with only_asking(), self._translated(sending=False):
                client.login(self.handle, self.password, fetch_bsky_profile=False)
        except RefusedError as error:
            raise self._locked_out(error) from error
        return client

    def _locked_out(self, error: RefusedError) -> GiveUp:
        return GiveUp(f"{NO_PASSWORD.format(host=self.host)} ({error.reason or error.name})")

    def _remember(self, event: object, session: Any) -> None:  # noqa: ARG002 - the library's own form
        self._did = session.did

    @contextmanager
    def _translated(self, *, sending: bool) -> Iterator[None]:
        from atproto_client.exceptions import RequestErrorBase  # type: ignore[import-untyped]
        from atproto_core.exceptions import AtProtocolError  # type: ignore[import-untyped]

        try:
            yield
        except RequestErrorBase as error:
            if error.response is None:
                raise self._nonsense(sending=sending) from error
            raise self._refusal(error.response, sending=sending) from error
        except (AtProtocolError, ValueError, TypeError, KeyError, AttributeError, OverflowError, OSError) as error:
            # The library reads what the place says by strict models, and not all that goes wrong there is its own error.
            raise self._nonsense(sending=sending) from error

    def _nonsense(self, *, sending: bool) -> Retry:
        return Retry(f"{self.host} does not answer as Bluesky does", after=PAUSE, ambiguous=sending)

    def _refusal(self, response: Any, *, sending: bool) -> Exception:
        status, headers = response.status_code, response.headers
        if status in TRY_AGAIN or status >= 500:
            wait = pause(_until(headers), datetime.now(UTC), otherwise=SOON if sending else PAUSE)
            said = f"{self.host} is not able to answer now ({status})"
            asked = asks_for_rest(status, headers)
            return Retry(said, after=wait, ambiguous=sending and status >= 500, asked=asked)
        name, reason = _words(response.content)
        if status == 401 or (status == 400 and name):
            # A server of accounts says 400 to a session that has run out; those behind it say 401.
            return RefusedError(name or str(status), reason, has_run_out=status == 401 or name in RUN_OUT)
        return GiveUp(f"{self.host} refuses it ({reason or status})")


def _words(content: object) -> tuple[str, str]:
    """The name of what is wrong, and the place's sentence about it."""
    told = content if isinstance(content, dict) else getattr(content, "__dict__", {})
    return line(text_of(told.get("error"))), sentence(text_of(told.get("message")))


def _until(headers: Mapping[str, str]) -> str:
    """Retry-After, or the moment at which Bluesky says that its limit is over."""
    if "retry-after" in headers:
        return headers["retry-after"]
    reset = whole_number(headers.get("ratelimit-reset", ""))
    return "" if reset is None else str(max(0, reset - int(datetime.now(UTC).timestamp())))

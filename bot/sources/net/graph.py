"""Meta's Graph API: what Facebook Pages and professional accounts on Instagram are asked and answered by.

Codes of errors are those of https://developers.facebook.com/docs/graph-api/guides/error-handling.
"""

import hashlib
import hmac
import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bot.errors import GiveUp, Retry
from bot.sources.formats.dates import read_date
from bot.sources.formats.fields import sentence
from bot.sources.formats.json_values import inner, list_at, text_at, whole_number
from bot.sources.net.api import Answered, Api, Query
from bot.sources.net.fetch import PAUSE, SOON, TRY_AGAIN, Limits, asks_for_rest, pause

log = logging.getLogger(__name__)

BASE = "https://graph.facebook.com/"
VERSION = "v26.0"
"""Of July 2026. Each is there for some two years; v23.0 ends in October 2027."""
LIMITS = Limits(deadline=timedelta(seconds=10))
REFUSED = frozenset(range(400, 500)) - TRY_AGAIN | {500}
"""What may hold an error of theirs in words."""
TOO_FAST = frozenset({4, 17, 32, 341, 613})
BUSINESS_TOO_FAST = range(80_000, 80_100)
PASSING = frozenset({1, 2})
"""Errors of theirs that go away."""
TOO_MUCH = "reduce the amount of data"
"""In the words of one that does not: it has the code 1, the status 500, and no code of its own."""
BAD_TOKEN = frozenset({102, 190})
NO_PERMISSION = frozenset({3, 10, *range(200, 300)})
NOT_THERE = (100, 33)
"""Code and subcode of an id that is gone, or that we may not see."""
ASK_AGAIN = timedelta(days=1)
A_PAGE = 100
MOST_PAGES = 10
SMALLER = 5


class TooMuchError(Retry):
    """What was asked for is more than Meta gathers for one answer: a smaller page may be had at once."""


@dataclass(frozen=True, kw_only=True)
class Graph:
    """A token's way into the API; neither it nor the app's secret shows. With the secret every request proves that it is ours."""

    token: str = field(repr=False)
    app_secret: str = field(default="", repr=False)
    version: str = VERSION
    base: str = field(default=BASE, repr=False)
    allow_private: bool = False
    hidden: tuple[str, ...] = field(default=(), repr=False)
    """What is asked about, and shows no more than they do."""

    def get(self, path: str, query: Query | None = None) -> dict[str, Any]:
        """One object. Raises Retry and GiveUp, with Meta's own reason."""
        found = self.find(path, query)
        if found is None:
            raise GiveUp("Meta knows nothing of this id, or the token may not see it")
        return found

    def find(self, path: str, query: Query | None = None) -> dict[str, Any] | None:
        """As `get`; None where the id is gone."""
        answer = self._api.get(path, {**(query or {}), **self._proof}, accept=REFUSED)
        code = whole_number(inner(answer.value, "error", "code"))
        if (code, whole_number(inner(answer.value, "error", "error_subcode"))) == NOT_THERE:
            return None
        return _object(self._granted(answer, sending=False), sending=False)

    def page(self, read: Callable[[int], dict[str, Any] | None], size: int) -> dict[str, Any] | None:
        """What `read` gets with a page of this size, or with one a fifth of it where that is too much, down to a single thing."""
        while True:
            try:
                return read(size)
            except TooMuchError:
                if size == 1:
                    raise
                size = max(size // SMALLER, 1)

    def send(self, path: str, told: dict[str, str]) -> str:
        """Write something; its id. A Retry is `ambiguous` where it may stand already."""
        answer = self._api.send("POST", path, {**told, **self._proof}, accept=REFUSED)
        made = text_at(_object(self._granted(answer, sending=True), sending=True), "id")
        if not made:
            raise Retry("Meta does not say that it took the answer", after=PAUSE, ambiguous=True)
        return made

    def all_of(self, path: str, fields: str) -> Iterator[Any]:
        """Everything on an edge. Raises GiveUp where that is more than can be gone through."""
        after = ""
        for _ in range(MOST_PAGES):
            page = self.get(path, {"fields": fields, "limit": A_PAGE, **({"after": after} if after else {})})
            yield from rows(page)
            after = next_after(page)
            if not after:
                return
        raise GiveUp("there are so many comments that it cannot be told whether our answer is among them: look there")

    def require(self, edge: str) -> None:
        """Raises GiveUp where the token may not read this edge (any more): then an id that is not there says nothing."""
        self.get(edge, {"fields": "id", "limit": 1})

    def ends_at(self) -> datetime | None:
        """When the token runs out, or the leave to see what people wrote does; None for never."""
        said = self._as_app().get("debug_token", {"input_token": self.token})
        moments = (read_date(text_at(said, "data", key)) for key in ("expires_at", "data_access_expires_at"))
        return min((moment for moment in moments if moment), default=None)

    def _as_app(self) -> "Graph":
        """The app that the token is of: Meta tells it of its tokens, and not every token of itself. Needs the app's secret."""
        if not self.app_secret:
            return self
        app = text_at(self.get("app", {"fields": "id"}), "id")
        return replace(self, token=f"{app}|{self.app_secret}", hidden=(self.token,))

    def _granted(self, answer: Answered, *, sending: bool) -> Answered:
        error = inner(answer.value, "error")
        if answer.status not in REFUSED and error is None:
            return answer
        code = whole_number(inner(error, "code")) or 0
        told = text_at(error, "error_user_msg") or text_at(error, "message")
        # Meta quotes a token that it cannot read ("Malformed access token ..."), and what it says stands in the channel.
        why = sentence(told, hiding=(*self.hidden, self.token, self.app_secret))
        reason = f": {why}" if why else ""
        if code in TOO_FAST or code in BUSINESS_TOO_FAST:
            raise Retry(f"Meta asks us to slow down ({code})", after=_regained(answer), asked=True)
        if code in PASSING or inner(error, "is_transient") is True or answer.status >= 500:
            fault = TooMuchError if TOO_MUCH in told.casefold() else Retry
            wait = pause(answer.headers.get("retry-after", ""), datetime.now(UTC), otherwise=SOON if sending else PAUSE)
            asked = asks_for_rest(answer.status, answer.headers)
            said = f"Meta is not able to answer now ({code or answer.status})"
            raise fault(said, after=wait, ambiguous=sending, asked=asked)
        if code in BAD_TOKEN or answer.status == 401:
            raise GiveUp(f"the access token is not valid any more, make a new one{reason}")
        if code in NO_PERMISSION:
            raise GiveUp(f"the access token lacks a permission{reason}")
        raise GiveUp(f"Meta refuses ({code or answer.status}){reason}")

    @property
    def _api(self) -> Api:
        headers = (("authorization", f"Bearer {self.token}"),)
        return Api(base=f"{self.base}{self.version}/", headers=headers, allow_private=self.allow_private, limits=LIMITS)

    @property
    def _proof(self) -> dict[str, str]:
        if not self.app_secret:
            return {}
        proof = hmac.new(self.app_secret.encode(), self.token.encode(), hashlib.sha256).hexdigest()
        return {"appsecret_proof": proof}


@dataclass(frozen=True, kw_only=True)
class Access:
    """When the token ends, as it was said at `asked`."""

    asked: datetime
    ends: datetime | None = None

    def text(self) -> str:
        return json.dumps({"asked": self.asked.isoformat(), "ends": self.ends.isoformat() if self.ends else ""})

    @classmethod
    def known(cls, graph: Graph, aside: str, now: datetime) -> "Access":
        """What was said within the last day, else asked anew. That it cannot be told is no reason not to read."""
        try:
            raw = json.loads(aside)
            asked, ends = datetime.fromisoformat(raw["asked"]), read_date(str(raw["ends"]))
            if timedelta(0) <= now - asked < ASK_AGAIN:
                return cls(asked=asked, ends=ends)
        except (ValueError, TypeError, KeyError, RecursionError):
            pass  # nothing was said yet
        try:
            return cls(asked=now, ends=graph.ends_at())
        except (Retry, GiveUp) as fault:
            log.info("token_end_unknown", extra={"reason": fault.reason})
            return cls(asked=now)


def rows(answer: Any) -> list[Any]:
    """What an edge holds. Raises Retry where it is something else."""
    if not isinstance(inner(answer, "data"), list):
        raise Retry("Meta answers with something else than was asked for", after=PAUSE)
    return list_at(answer, "data")


def next_after(answer: Any) -> str:
    """The name of an edge's next page. Its link is never followed: it could lead our token elsewhere."""
    link = text_at(answer, "paging", "next")
    if not link:
        return ""
    try:
        linked = parse_qs(urlsplit(link).query).get("after", [""])[0]
    except ValueError:
        linked = ""
    return text_at(answer, "paging", "cursors", "after") or linked


def _object(answer: Answered, *, sending: bool) -> dict[str, Any]:
    if not isinstance(answer.value, dict):
        raise Retry("Meta answers with something else than was asked for", after=PAUSE, ambiguous=sending)
    return answer.value


def _regained(answer: Answered) -> timedelta:
    """How long until we are heard again: the header for businesses says it in minutes."""
    try:
        usage = json.loads(answer.headers.get("x-business-use-case-usage", ""))
        minutes = [
            whole_number(inner(each, "estimated_time_to_regain_access")) for uses in usage.values() for each in uses
        ]
    except (ValueError, TypeError, AttributeError, RecursionError):
        minutes = []
    longest = max((number for number in minutes if number), default=0)
    return min(timedelta(minutes=max(longest, 0)), timedelta(days=1)) or PAUSE

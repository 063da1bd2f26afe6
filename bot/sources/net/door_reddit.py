"""Praw's way to the network: through the one door, with Reddit's refusals as ours.

Left to itself praw sleeps where Reddit sets limits and sends again after a fault, a comment too. Here nothing sleeps and
nothing is sent twice: whatever is not a good answer ends the call, before praw sees it.
"""

import json
from collections.abc import Mapping
from contextlib import nullcontext
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import requests
from prawcore import Requestor

from bot.errors import GiveUp, Retry
from bot.sources.formats.fields import sentence
from bot.sources.formats.json_values import object_of, text_of
from bot.sources.net.fetch import LONGEST_PAUSE, PAUSE, SOON, TRY_AGAIN, asks_for_rest, only_asking

TOKEN_PATH = "/api/v1/access_token"
REFUSALS = {
    401: "Reddit does not accept the login (401): are client id, client secret, username and password those of a script app?",
    403: "Reddit does not let this account in (403), because it is banned there, the place is private or the app lacks a scope",
    404: "Reddit has nothing there (404)",
    410: "Reddit says that it is gone for good (410)",
}


class RedditDoor(Requestor):
    """`wait` is how long Reddit asked us to be quiet, where the last answer left nothing of our limit."""

    wait: timedelta | None = None

    def request(self, *args: Any, timeout: float | None = None, **kwargs: Any) -> requests.Response:  # noqa: ARG002 - the door has its deadline
        method, url = str(args[0]), str(args[1])
        is_sending = method != "GET" and not url.endswith(TOKEN_PATH)
        with nullcontext() if is_sending else only_asking():
            response = self._http.request(*args, **kwargs | {"allow_redirects": False})
        if not 200 <= response.status_code < 300:
            raise _refusal(response, is_sending=is_sending, path=urlsplit(url).path)
        self._check(response, is_sending=is_sending, url=url)
        self.wait = _wait(response.headers)
        for name in [name for name in response.headers if name.lower().startswith("x-ratelimit")]:
            # So that prawcore does not sleep on them.
            del response.headers[name]
        return response

    def _check(self, response: requests.Response, *, is_sending: bool, url: str) -> None:
        try:
            told = response.json()
        except (ValueError, RecursionError):
            raise Retry("Reddit does not answer in JSON", after=PAUSE, ambiguous=is_sending) from None
        if url.endswith(TOKEN_PATH):
            _check_token(object_of(told))


def _check_token(told: Mapping[str, Any]) -> None:
    if "error" in told:
        raise GiveUp(f"{REFUSALS[401]} It says: {sentence(text_of(told['error']))}")
    well_formed = isinstance(told.get("access_token"), str) and isinstance(told.get("expires_in"), int)
    if not well_formed or not isinstance(told.get("scope"), str):
        raise Retry("Reddit answers without a token", after=PAUSE)
    if not str(told["access_token"]).isascii() or not str(told["access_token"]).isprintable():
        raise Retry("Reddit answers with a token that cannot be sent", after=PAUSE)


def _refusal(response: requests.Response, *, is_sending: bool, path: str) -> Retry | GiveUp:
    status = response.status_code
    if status in TRY_AGAIN or status >= 500:
        named = response.headers.get("retry-after") or response.headers.get("x-ratelimit-reset") or ""
        wait = _seconds(named) or (SOON if is_sending and status >= 500 else PAUSE)
        said = f"Reddit is not able to answer now ({status})"
        asked = asks_for_rest(status, response.headers)
        return Retry(said, after=wait, ambiguous=is_sending and status >= 500, asked=asked)
    if status == 401 and not path.endswith(TOKEN_PATH):
        # Reddit may count one token an account: a newer one, of an answer beside this poll, took the place of ours.
        return Retry("Reddit does not know our token any more (401)", after=SOON)
    if status == 400 and "invalid_grant" in response.text[:1_000]:
        return GiveUp(REFUSALS[401])
    refusal = REFUSALS.get(status, f"Reddit answers with an unexpected status ({status})")
    return GiveUp(f"{refusal}: {_reason(response.content) or path}")


def _reason(body: bytes) -> str:
    try:
        told = object_of(json.loads(body))
    except (ValueError, RecursionError):
        return ""
    return sentence(text_of(told.get("explanation")) or text_of(told.get("reason")))


def _wait(headers: Mapping[str, str]) -> timedelta | None:
    """Until the limit is new, where less than a few requests are left of it."""
    left = headers.get("x-ratelimit-remaining", "")
    try:
        is_used_up = float(left) < 5
    except ValueError:
        return None
    return _seconds(headers.get("x-ratelimit-reset", "")) if is_used_up else None


def _seconds(text: str) -> timedelta | None:
    whole = text.strip().partition(".")[0]
    is_number = whole.isascii() and whole.isdigit()
    return min(timedelta(seconds=int(whole[:9])), LONGEST_PAUSE) if is_number else None

"""The session that tweepy is given: it leads through the one door, and turns X's refusals into ours."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import requests

from bot.errors import AlreadySaid, GiveUp, Retry
from bot.sources.formats.fields import sentence
from bot.sources.formats.json_values import object_of, objects_of, text_of
from bot.sources.net.door_requests import door_session
from bot.sources.net.fetch import LONGEST_PAUSE, PAUSE, SOON, TRY_AGAIN, Limits, asks_for_rest

TWEEPYS_HOST = "https://api.twitter.com"
"""Where tweepy believes X to be."""
LIMITS = Limits(deadline=timedelta(seconds=10))
"""A poll or an answer takes several requests, and all of them have to fit into the time for which it is leased."""


class XDoor:
    """`base` is the address of X's interface."""

    def __init__(self, base: str, *, allow_private: bool) -> None:
        self._session = door_session(limits=LIMITS, allow_private=allow_private)
        self._base = base.rstrip("/")

    def request(self, method: str, url: str, **kwargs: Any) -> requests.Response:
        # Before it is signed, because the address is part of what OAuth 1.0a signs.
        moved = self._base + url.removeprefix(TWEEPYS_HOST)
        response = self._session.request(method, moved, allow_redirects=False, **kwargs)
        if not 200 <= response.status_code < 300:
            raise _refusal(response, is_sending=method != "GET")
        return response


def _refusal(response: requests.Response, *, is_sending: bool) -> Retry | GiveUp:
    status, reason = response.status_code, _reason(response.content)
    if status in TRY_AGAIN or status >= 500:
        wait = _wait(response.headers, otherwise=SOON if is_sending and status >= 500 else PAUSE)
        said = f"X is not able to answer now ({status})"
        asked = asks_for_rest(status, response.headers)
        return Retry(said, after=wait, ambiguous=is_sending and status >= 500, asked=asked)
    if status == 401:
        return GiveUp("X does not accept our keys (401): make new ones in its developer portal, all of one app")
    if status == 403 and "duplicate" in reason.casefold():
        return AlreadySaid(reason)
    if status == 402:
        return GiveUp(f"X wants to be paid first (402): top up the app's credits. {reason}".strip())
    return GiveUp(
        reason or f"X refuses us ({status}); may the app read and write, and was its access token made after that?"
    )


def _reason(body: bytes) -> str:
    """X's own sentence."""
    try:
        told = object_of(json.loads(body))
    except (ValueError, RecursionError):
        return ""
    errors = objects_of(told.get("errors"))
    return sentence(text_of(told.get("detail")) or next((text_of(each.get("message")) for each in errors), ""))


def _wait(headers: Mapping[str, str], *, otherwise: timedelta) -> timedelta:
    """Until the window of fifteen minutes ends, which X names in seconds since 1970; else as Retry-After says."""
    after, reset = headers.get("retry-after", ""), headers.get("x-rate-limit-reset", "")
    if after.isascii() and after.isdigit():
        return min(timedelta(seconds=int(after[:9])), LONGEST_PAUSE)
    if not (reset.isascii() and reset.isdigit()) or len(reset) > 11:
        return otherwise
    wait = timedelta(seconds=int(reset) - datetime.now(UTC).timestamp() + 1)
    return min(max(wait, timedelta(seconds=1)), LONGEST_PAUSE)

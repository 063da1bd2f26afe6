"""Calls to Slack's Web API, with every failure told as Retry or GiveUp."""

import http.client
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.error import URLError

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler
from slack_sdk.web import SlackResponse

from bot.errors import GiveUp, Retry

TIMEOUT_SECONDS = 15
AMBIGUOUS = frozenset({"fatal_error", "internal_error", "service_unavailable", "request_timeout"})
"""After these Slack may have done what was asked."""

LOCKED_OUT = frozenset(
    {"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "team_access_not_granted"}
)
"""The token is at fault, not the message: everything waits until a person mends it, nothing is given up."""

_SENTENCES = {
    "channel_not_found": "the channel does not exist, or is private and Earshot was not invited: /invite @Earshot there",
    "not_in_channel": "Earshot is not in the channel: /invite @Earshot there",
    "is_archived": "the channel is archived",
    "message_not_found": "the message was deleted in Slack",
    "restricted_action": "a workspace setting forbids Earshot to post there",
    "user_not_found": "the person does not exist in this workspace",
    "user_disabled": "the person has left this workspace",
}


def writing_client(token: str, api_url: str) -> WebClient:
    """A client that never sends twice by itself: the default one retries a dropped connection, and the post doubles."""
    return WebClient(token=token, base_url=api_url, timeout=TIMEOUT_SECONDS, retry_handlers=[])


def reading_client(token: str, api_url: str) -> WebClient:
    """For what may be repeated safely: waits and tries again when Slack asks for patience."""
    patient = RateLimitErrorRetryHandler(max_retry_count=2)
    return WebClient(token=token, base_url=api_url, timeout=TIMEOUT_SECONDS, retry_handlers=[patient])


def call(method: Callable[..., SlackResponse], **arguments: Any) -> SlackResponse:
    """One call; raises Retry or GiveUp with a reason for people."""
    try:
        return method(**arguments)
    except SlackApiError as error:
        raise _told(error) from error
    except URLError as error:
        refused = isinstance(error.reason, ConnectionRefusedError | OSError) and not isinstance(
            error.reason, TimeoutError
        )
        raise Retry("Slack cannot be reached", after=timedelta(seconds=5), ambiguous=not refused) from error
    except (OSError, http.client.HTTPException, SlackClientError) as error:
        raise Retry("the connection to Slack broke", after=timedelta(seconds=3), ambiguous=True) from error


def pages(method: Callable[..., SlackResponse], field: str, **arguments: Any) -> Iterator[dict[str, Any]]:
    """Every item of a list that Slack gives in pages."""
    cursor = ""
    while True:
        answer = call(method, cursor=cursor, **arguments) if cursor else call(method, **arguments)
        yield from answer.get(field) or []
        cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            return


def _told(error: SlackApiError) -> Retry | GiveUp:
    response = error.response
    status = response.status_code if isinstance(response, SlackResponse) else 0
    code = str(response.get("error") or "") if isinstance(response, SlackResponse) else ""
    if status == 429 or code in ("ratelimited", "rate_limited"):
        wait = int(response.headers.get("Retry-After") or response.headers.get("retry-after") or 1)
        return Retry("Slack asks for patience", after=timedelta(seconds=wait))
    if status >= 500 or code in AMBIGUOUS or not code:
        return Retry(f"Slack has a problem ({code or status})", after=timedelta(seconds=5), ambiguous=True)
    if code in LOCKED_OUT:
        return Retry(f"Slack refuses the token ({code})", after=timedelta(minutes=1))
    if code == "invalid_blocks":
        detail = "; ".join((response.get("response_metadata") or {}).get("messages") or [])
        return GiveUp(f"Slack refuses the blocks: {detail or 'no reason given'}")
    return GiveUp(_SENTENCES.get(code, f"Slack refuses: {code}"))

"""What a person sees of a refusal, and where: never in the place of a dialog in which they write."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from bot.errors import Refused, Retry
from bot.slack import ids
from bot.slack.blocks.metadata import Origin
from bot.slack.blocks.notices import sentence_message
from bot.slack.floor import TOO_LATE, Floor, Late
from bot.slack.payloads import Act

Json = dict[str, Any]
MODAL: Json = {"type": "modal", "id": "V1", "hash": "h"}


class Screen:
    """Takes dialogs; `stacked` are open already, and Slack lays three over each other at the most."""

    def __init__(self, stacked: int = 1, *, trigger_refused: str = "") -> None:
        self.stacked = stacked
        self.trigger_refused = trigger_refused
        self.calls: list[tuple[str, str]] = []

    def views_open(self, *, trigger_id: str, view: Json) -> Json:
        return self._taken("open", trigger_id, view)

    def views_push(self, *, trigger_id: str, view: Json) -> Json:
        if self.stacked >= 3:
            raise SlackApiError("push_limit_reached", _refused("push_limit_reached"))
        return self._taken("push", trigger_id, view)

    def views_update(self, *, view_id: str, view: Json) -> Json:
        return self._taken("update", view_id, view)

    def chat_postMessage(self, *, channel: str, text: str, blocks: list[Json]) -> None:  # noqa: N802 - the SDK's name
        self.calls.append((f"message to {channel}", text))

    def _taken(self, how: str, _where: str, view: Json) -> Json:
        if self.trigger_refused and how != "update":
            raise SlackApiError(self.trigger_refused, _refused(self.trigger_refused))
        self.calls.append((how, view["blocks"][0]["text"]["text"]))
        return {"view": view}


def _refused(code: str) -> SlackResponse:
    body = {"ok": False, "error": code}
    return SlackResponse(client=None, http_verb="POST", api_url="", req_args={}, data=body, headers={}, status_code=200)


def floor(screen: Screen) -> Floor:
    nothing = cast(Any, SimpleNamespace())
    return Floor(desk=nothing, directory=nothing, client=cast(WebClient, screen), read_page=nothing)


def act(action_id: str, view: Json) -> Act:
    return Act(user="U0000ANA", key="k", trigger="t", action_id=action_id, value="1", origin=Origin("", ""), view=view)


def test_a_refusal_in_a_dialog_lies_over_it_so_that_what_was_typed_stays() -> None:
    screen = Screen()
    floor(screen).refuse(act(ids.ANSWER_INSERT, MODAL), Refused("It is gone."))
    assert screen.calls == [("push", "It is gone.")]


def test_whoever_types_is_not_interrupted() -> None:
    screen = Screen()
    floor(screen).refuse(act(ids.ANSWER_TEXT, MODAL), Retry("busy", after=timedelta(seconds=1)))
    floor(screen).refuse(act(ids.REPLY_TEXT, MODAL), Refused("It is gone."))
    assert screen.calls == []


def test_a_refusal_at_home_is_a_dialog_of_its_own() -> None:
    screen = Screen(stacked=0)
    floor(screen).refuse(act(ids.CLAIM, {"type": "home"}), Refused("It is gone."))
    assert screen.calls == [("open", "It is gone.")]


def test_a_fourth_dialog_takes_the_place_of_the_third() -> None:
    screen = Screen(stacked=3)
    floor(screen).refuse(act(ids.AUTHOR_HISTORY, MODAL), Refused("It is gone."))
    assert screen.calls == [("update", "It is gone.")]


@pytest.mark.parametrize("view", [MODAL, {"type": "home"}])
def test_a_dialog_that_comes_too_late_is_told_of_in_a_direct_message(view: Json) -> None:
    screen = Screen(trigger_refused="expired_trigger_id")
    with pytest.raises(Late) as late:
        floor(screen).show(act(ids.CLAIM, view), view={"blocks": []})
    floor(screen).refuse(act(ids.CLAIM, view), late.value)
    assert screen.calls == [("message to U0000ANA", TOO_LATE)]


@pytest.mark.parametrize("view", [MODAL, {"type": "home"}])
def test_the_second_delivery_of_a_click_opens_no_second_dialog_and_tells_nothing(view: Json) -> None:
    screen = Screen(trigger_refused="exchanged_trigger_id")
    floor(screen).refuse(act(ids.CLAIM, view), Refused("It is gone."))
    assert floor(screen).open("t", view) == {}
    assert screen.calls == []


def test_what_somebody_wrote_calls_nobody_in_a_fallback_text() -> None:
    assert sentence_message("Nobody is called <!channel>.").text == "Nobody is called &lt;!channel&gt;."

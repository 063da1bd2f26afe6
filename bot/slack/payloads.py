"""Slack's payloads read into frozen values: the only place that knows their shapes."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bot.errors import Refused
from bot.slack.blocks.dialogs import OTHER_REASON
from bot.slack.blocks.metadata import Origin

NOT_OURS = "This button is not one of mine any more: use the newest card."
"""To whoever made up a button's value, or kept one from a version that is gone."""

_REFERENCE = re.compile(r"<([@#!]?)([^|<>]+)(?:\|([^<>]*))?>")


@dataclass(frozen=True, kw_only=True)
class Act:
    """One use of a button or menu. `key` is the same for every delivery of it; `view` is the view that it stands in."""

    user: str
    key: str
    trigger: str
    action_id: str
    value: str
    origin: Origin
    respond_to: str = ""
    """Slack's response address for this act; empty in dialogs and Home."""
    view: Mapping[str, Any] = field(default_factory=dict)

    @property
    def in_home(self) -> bool:
        return self.view.get("type") == "home"


@dataclass(frozen=True, kw_only=True)
class Form:
    """A submitted dialog. `values` holds what was filled in, by input id; lists for inputs that take several."""

    user: str
    key: str
    callback_id: str
    memory: Mapping[str, Any]
    values: Mapping[str, Any]
    beneath: str = ""
    """The id of the dialog that this one lay over; empty where there was none."""
    view: Mapping[str, Any] = field(default_factory=dict)
    """The dialog itself, as it was drawn last."""

    def text(self, name: str) -> str:
        return str(self.values.get(name) or "").strip()

    def several(self, name: str) -> tuple[str, ...]:
        return tuple(self.values.get(name) or ())

    def reason(self, preset: str, words: str) -> str:
        """What was chosen among the reasons, with own words after it; these alone where none of the reasons fits."""
        chosen, own_words = self.text(preset), self.text(words)
        return own_words if chosen == OTHER_REASON else "; ".join(part for part in (chosen, own_words) if part)

    @property
    def mention_id(self) -> int:
        return int(self.memory["mention_id"])


@dataclass(frozen=True, kw_only=True)
class Command:
    """A slash command as typed: `name` with its slash, `text` what follows."""

    user: str
    key: str
    name: str
    channel: str
    trigger: str
    respond_to: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Shortcut:
    """A shortcut of ours used on a message; `message` is as Slack shows it, from whomever."""

    user: str
    key: str
    trigger: str
    channel: str
    ts: str
    message: Mapping[str, Any]


def act_of(body: Mapping[str, Any]) -> Act:
    action = body["actions"][0]
    container = body.get("container") or {}
    origin = Origin(str(container.get("channel_id") or ""), str(container.get("message_ts") or ""))
    moment = str(action.get("action_ts") or body.get("trigger_id"))
    user = str(body["user"]["id"])
    return Act(
        user=user,
        key=f"act:{user}:{action['action_id']}:{origin.channel}{origin.ts}{container.get('view_id') or ''}:{moment}",
        trigger=str(body.get("trigger_id") or ""),
        action_id=str(action["action_id"]),
        value=str(_value_of(action) or ""),
        origin=origin,
        respond_to=str(body.get("response_url") or ""),
        view=body.get("view") or {},
    )


def form_of(body: Mapping[str, Any]) -> Form:
    view = body["view"]
    return Form(
        user=str(body["user"]["id"]),
        key=f"form:{view['id']}",
        callback_id=str(view["callback_id"]),
        memory=json.loads(view.get("private_metadata") or "{}"),
        values=filled_in(view),
        beneath=str(view.get("previous_view_id") or ""),
        view=view,
    )


def filled_in(view: Mapping[str, Any]) -> dict[str, Any]:
    """What stands in the inputs of a dialog, by input id; lists for inputs that take several."""
    blocks = (view.get("state") or {}).get("values") or {}
    return {action_id: _value_of(element) for block in blocks.values() for action_id, element in block.items()}


def command_of(body: Mapping[str, Any]) -> Command:
    return Command(
        user=str(body["user_id"]),
        key=f"command:{body['trigger_id']}",
        name=str(body["command"]),
        channel=str(body["channel_id"]),
        trigger=str(body["trigger_id"]),
        respond_to=str(body.get("response_url") or ""),
        text=" ".join(str(body.get("text") or "").split()),
    )


def shortcut_of(body: Mapping[str, Any]) -> Shortcut:
    message = body["message"]
    return Shortcut(
        user=str(body["user"]["id"]),
        key=f"shortcut:{body['trigger_id']}",
        trigger=str(body["trigger_id"]),
        channel=str(body["channel"]["id"]),
        ts=str(body.get("message_ts") or message["ts"]),
        message=message,
    )


def menu_choice(value: str) -> tuple[str, int]:
    """`reroute:12` as ("reroute", 12)."""
    what, _, mention_id = value.partition(":")
    return what, whole_number(mention_id)


def guess_choice(value: str) -> tuple[int, str, str]:
    """`12:care:outage` as (12, "care", "outage")."""
    mention_id, _, guess = value.partition(":")
    department, _, topic = guess.partition(":")
    return whole_number(mention_id), department, topic


def two_numbers(value: str) -> tuple[int, int]:
    """`12:3` as (12, 3)."""
    first, _, second = value.partition(":")
    return whole_number(first), whole_number(second)


def whole_number(text: str) -> int:
    """A number out of our own button; Refused where somebody made one up."""
    if not text.isdecimal():
        raise Refused(NOT_OURS)
    return int(text)


def typed_words(text: str) -> str:
    """A command's text as it was typed: Slack puts references and `&lt;` in place of names, addresses and signs."""
    named = _REFERENCE.sub(lambda match: _as_typed(*match.groups(default="")), text)
    return named.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()


def _as_typed(sign: str, name: str, label: str) -> str:
    if not sign:
        return name  # an address; its label may leave out a part of it
    return f"{'@' if sign == '!' else sign}{(label or name).removeprefix('@')}"


def moment_of(unix_seconds: str) -> datetime:
    return datetime.fromtimestamp(int(unix_seconds), UTC)


def _value_of(element: Mapping[str, Any]) -> Any:
    """What a person chose or typed, whatever kind of element it is."""
    if option := element.get("selected_option"):
        return option["value"]
    if "selected_options" in element:
        return [option["value"] for option in element["selected_options"] or []]
    return element.get("value") or element.get("selected_date_time") or element.get("selected_user")

"""Composition objects: text, options, confirmation dialogs."""

from collections.abc import Iterator, Mapping
from typing import Any

from sandbox.blocks.rules import (
    Field,
    Rule,
    array,
    boolean,
    by_type,
    fault,
    one_of,
    optional,
    record,
    required,
    string,
)


def plain_text(high: int, *, low: int = 1) -> Rule:
    return by_type({"plain_text": _plain(high, low)})


def any_text(high: int, *, low: int = 1) -> Rule:
    return by_type({"plain_text": _plain(high, low), "mrkdwn": _mrkdwn(high, low)})


def mrkdwn(high: int, *, low: int = 1) -> Rule:
    return by_type({"mrkdwn": _mrkdwn(high, low)})


def _plain(high: int, low: int) -> Rule:
    text = required(string(high, low=low))
    return record({"type": required(one_of("plain_text")), "text": text, "emoji": optional(boolean)})


def _mrkdwn(high: int, low: int) -> Rule:
    text = required(string(high, low=low))
    return record({"type": required(one_of("mrkdwn")), "text": text, "verbatim": optional(boolean)})


URL = string(3000, low=1)
ID = string(255)

CONFIRM = record(
    {
        "title": required(plain_text(100)),
        "text": required(any_text(300)),
        "confirm": required(plain_text(30)),
        "deny": required(plain_text(30)),
        "style": optional(one_of("primary", "danger")),
    }
)

_OPTION: Mapping[str, Field] = {
    "text": required(plain_text(75)),
    "value": required(string(150)),
    "description": optional(plain_text(75)),
}
OPTION = record(_OPTION)
OVERFLOW_OPTION = record({**_OPTION, "url": optional(URL)})
MARKED_OPTION = record({**_OPTION, "text": required(any_text(75)), "description": optional(any_text(75))})
OPTION_GROUP = record({"label": required(plain_text(75)), "options": required(array(OPTION, high=100))})
CONVERSATION_FILTER = record(
    {
        "include": optional(array(one_of("im", "mpim", "private", "public"), high=4)),
        "exclude_external_shared_channels": optional(boolean),
        "exclude_bot_users": optional(boolean),
    }
)
DISPATCH_CONFIG = record(
    {"trigger_actions_on": required(array(one_of("on_enter_pressed", "on_character_entered"), high=2))}
)


def initial_is_offered(value: Any, at: str) -> Iterator[str]:
    """Initial options must be among the options, word for word."""
    groups = value.get("option_groups") or []
    offered = [*(value.get("options") or []), *(option for group in groups for option in group["options"])]
    initial = [value["initial_option"]] if value.get("initial_option") else value.get("initial_options") or []
    for option in initial:
        if option not in offered:
            yield fault("initial option was not found in options", at)

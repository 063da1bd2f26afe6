"""What Slack accepts of what blocks build, and the house's rule that customers' words never act as markup.

The sandbox knows Slack's limits on blocks; here is what it cannot know, or what Slack does not say aloud.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from bot.slack.blocks.message import Json, Message
from sandbox.blocks import Surface, check, check_view

OWN_MARKUP = re.compile(
    r"<@[UW][A-Z0-9]+>|<#[CG][A-Z0-9]+>|<!subteam\^S[A-Z0-9]+>"
    r"|<!date\^\d+\^[^|<>]+\|[^<>]+>|<https?://[^\s|<>]+\|Open card>"
)
TEXT = 4_000
TEXTS_IN_ALL = 12_000
"""Slack answers msg_blocks_too_long somewhere above this; it does not say where."""

VIEW_BYTES = 250_000
TABLE_CHARS = 10_000


def faults_of_message(message: Message) -> list[str]:
    faults = check(message.blocks, Surface.MESSAGE) + _of_parts(message.blocks) + _markup(message.text)
    if not 0 < len(message.text) <= TEXT:
        faults.append(f"the fallback text has {len(message.text)} characters")
    if sum(map(len, texts(message.blocks))) > TEXTS_IN_ALL:
        faults.append("the message is too long")
    return faults


def faults_of_view(view: Json) -> list[str]:
    faults = check_view(view, Surface(view["type"])) + _of_parts(view["blocks"])
    if len(json.dumps(view, ensure_ascii=False).encode()) >= VIEW_BYTES:
        faults.append("the view is over 250 kB")
    return faults


def texts(part: Any) -> Iterator[str]:
    """Every string that people can read, in order."""
    for key, value in _walk(part):
        if key in ("text", "fallback", "initial_value") and isinstance(value, str):
            yield value


def said(part: Any) -> str:
    """All that a reader sees, as one string; people and channels by their ids."""
    words = ("text", "user_id", "usergroup_id", "channel_id", "fallback")
    return "".join(value for key, value in _walk(part) if key in words and isinstance(value, str))


def objects(part: Any) -> Iterator[Json]:
    """Every block, element and text object."""
    if isinstance(part, dict):
        yield part
    for value in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from objects(value)


def elements_of(blocks: list[Json]) -> list[Json]:
    """Everything that can be clicked or filled in, in reading order."""
    found: list[Json] = []
    for block in blocks:
        found += block["elements"] if block["type"] == "actions" else []
        found += [block[slot] for slot in ("accessory", "element") if slot in block]
    return found


def _walk(part: Any) -> Iterator[tuple[str, Any]]:
    for one in objects(part):
        yield from one.items()


def _of_parts(blocks: list[Json]) -> list[str]:
    faults = []
    for one in objects(blocks):
        rule = _RULES.get(one.get("type", ""))
        faults += rule(one) if rule else []
    return faults


def _markdown(text: Json) -> list[str]:
    return _markup(text["text"]) + ([] if text["verbatim"] else ["mrkdwn that makes links by itself"])


def _plain(text: Json) -> list[str]:
    return [] if text["emoji"] is False else ["plain text that turns :words: into pictures"]


def _markup(text: str) -> list[str]:
    """Whatever is left between < and > once our own references are gone came from outside."""
    rest = OWN_MARKUP.sub("", text)
    return [f"unescaped markup: {rest[:200]!r}"] if "<" in rest or ">" in rest else []


def _line(line: Json) -> list[str]:
    return [] if line["elements"] else [f"empty {line['type']}"]


def _span(span: Json) -> list[str]:
    return [] if span.get("style", True) else ["empty style"]


def _link(link: Json) -> list[str]:
    return [] if re.match(r"https?://[^\s<>|]+$", link["url"]) else [f"link to {link['url'][:80]!r}"]


def _input(block: Json) -> list[str]:
    """A block that is meant to be a new one for Slack, so that it forgets what was put in, has something more behind its id."""
    named = block["element"]["action_id"]
    same = block["block_id"] == named or block["block_id"].startswith(f"{named}.")
    return [] if same else ["an input whose two ids differ"]


def _choice(element: Json) -> list[str]:
    groups = element.get("option_groups") or [element]
    values = [option["value"] for group in groups for option in group["options"]]
    return [] if len(set(values)) == len(values) else ["option values that are not unique"]


def _table(block: Json) -> list[str]:
    length = sum(len(cell["text"]) for row in block["rows"] for cell in row)
    return [] if length <= TABLE_CHARS else [f"a table of {length} characters"]


_RULES = {
    "mrkdwn": _markdown,
    "plain_text": _plain,
    "rich_text_section": _line,
    "rich_text_quote": _line,
    "text": _span,
    "link": _link,
    "input": _input,
    "static_select": _choice,
    "multi_static_select": _choice,
    "radio_buttons": _choice,
    "table": _table,
}

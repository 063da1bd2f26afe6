"""Slack's documented limits on what blocks build, and its rule that customers' words never act as markup."""

import json
import re
from collections.abc import Iterator
from typing import Any

from bot.slack.blocks.message import Json, Message

OWN_MARKUP = re.compile(
    r"<@[UW][A-Z0-9]+>|<#[CG][A-Z0-9]+>|<!subteam\^S[A-Z0-9]+>"
    r"|<!date\^\d+\^[^|<>]+\|[^<>]+>|<https?://[^\s|<>]+\|Open card>"
)
BLOCKS = {
    "section", "context", "actions", "header", "divider", "input", "rich_text", "table", "data_visualization",
}  # fmt: skip
SPANS = {"text", "link", "user", "usergroup", "channel", "date"}
TEXTS_IN_ALL = 12_000
"""Slack answers msg_blocks_too_long somewhere above this; it does not say where."""


def faults_of_message(message: Message) -> list[str]:
    return [
        *([] if 0 < len(message.text) <= 4_000 else [f"text has {len(message.text)} characters"]),
        *_markup(message.text),
        *_layout(message.blocks, 50),
        *([] if sum(map(len, texts(message.blocks))) <= TEXTS_IN_ALL else ["the message is too long"]),
    ]


def faults_of_view(view: Json) -> list[str]:
    faults = _layout(view["blocks"], 100)
    if view["type"] == "modal":
        faults += _size("title", view["title"]["text"], 24)
        for name in ("submit", "close"):
            if name in view:
                faults += _size(name, view[name]["text"], 24)
        faults += [] if len(view.get("private_metadata", "")) < 3_000 else ["private_metadata is too long"]
        needs_submit = any(block["type"] == "input" for block in view["blocks"])
        faults += [] if not needs_submit or "submit" in view else ["a dialog with inputs needs a submit"]
    return faults + (
        [] if len(json.dumps(view, ensure_ascii=False).encode()) < 250_000 else ["the view is over 250 kB"]
    )


def texts(part: Any) -> Iterator[str]:
    """Every string that people can read, in order."""
    for key, value in walk(part):
        if key in ("text", "fallback", "initial_value") and isinstance(value, str):
            yield value


def said(part: Any) -> str:
    """All that a reader sees, as one string; people and channels by their ids."""
    words = ("text", "user_id", "usergroup_id", "channel_id", "fallback")
    return "".join(value for key, value in walk(part) if key in words and isinstance(value, str))


def walk(part: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(part, dict):
        for key, value in part.items():
            yield key, value
            yield from walk(value)
    elif isinstance(part, list):
        for each in part:
            yield from walk(each)


def elements_of(blocks: list[Json]) -> list[Json]:
    """Everything that can be clicked or filled in, in reading order."""
    found: list[Json] = []
    for block in blocks:
        found += block["elements"] if block["type"] == "actions" else []
        found += [block[slot] for slot in ("accessory", "element") if slot in block]
    return found


def _layout(blocks: list[Json], most: int) -> list[str]:
    faults = [] if 0 < len(blocks) <= most else [f"{len(blocks)} blocks"]
    block_ids = [block["block_id"] for block in blocks if "block_id" in block]
    faults += [] if len(set(block_ids)) == len(block_ids) else ["block ids are not unique"]
    faults += [f"block id {one} is too long" for one in block_ids if len(one) > 255]
    kinds = [block["type"] for block in blocks]
    faults += [f"unknown block {kind}" for kind in kinds if kind not in BLOCKS]
    faults += (
        [] if kinds.count("table") <= 1 and kinds.count("data_visualization") <= 2 else ["too many tables or charts"]
    )
    for block in blocks:
        faults += _CHECKS.get(block["type"], lambda _: [])(block)
        faults += [fault for element in elements_of([block]) for fault in _element(element)]
    return faults


def _section(block: Json) -> list[str]:
    fields = block.get("fields", [])
    faults = [] if len(fields) <= 10 and ("text" in block or fields) else ["section needs a text or up to 10 fields"]
    faults += _text(block["text"], 3_000) if "text" in block else []
    return faults + [fault for one in fields for fault in _text(one, 2_000)]


def _context(block: Json) -> list[str]:
    elements = block["elements"]
    faults = [] if 0 < len(elements) <= 10 else [f"context has {len(elements)} elements"]
    return faults + [fault for one in elements for fault in _text(one, 3_000)]


def _actions(block: Json) -> list[str]:
    elements = block["elements"]
    faults = [] if 0 < len(elements) <= 25 else [f"actions has {len(elements)} elements"]
    action_ids = [one["action_id"] for one in elements]
    return faults + ([] if len(set(action_ids)) == len(action_ids) else ["action ids are not unique in their block"])


def _header(block: Json) -> list[str]:
    return _text(block["text"], 150)


def _input(block: Json) -> list[str]:
    faults = _text(block["label"], 2_000) + (_text(block["hint"], 2_000) if "hint" in block else [])
    return faults + ([] if block["block_id"] == block["element"]["action_id"] else ["an input's two ids differ"])


def _rich(block: Json) -> list[str]:
    faults = [] if block["elements"] else ["empty rich text"]
    for part in block["elements"]:
        lines = part["elements"] if part["type"] == "rich_text_list" else [part]
        faults += [fault for line in lines for fault in _spans(line)]
    return faults


def _spans(line: Json) -> list[str]:
    faults = [] if line["elements"] else [f"empty {line['type']}"]
    allowed = {"text", "link"} if line["type"] == "rich_text_preformatted" else SPANS
    for one in line["elements"]:
        faults += [] if one["type"] in allowed else [f"{one['type']} in {line['type']}"]
        faults += ["empty text"] if one["type"] in ("text", "link") and not one["text"] else []
        faults += _url(one["url"]) if one["type"] == "link" else []
        faults += [] if one.get("style", {"bold": True}) else ["empty style"]
    return faults


def _table(block: Json) -> list[str]:
    rows = block["rows"]
    faults = [] if len(rows) <= 100 and all(0 < len(row) <= 20 for row in rows) else ["table is too large"]
    cells = [cell["text"] for row in rows for cell in row]
    faults += [] if all(cells) and sum(map(len, cells)) <= 10_000 else ["table holds an empty cell or too much text"]
    return faults + ([] if len(block["column_settings"]) <= 20 else ["too many column settings"])


def _chart(block: Json) -> list[str]:
    chart = block["chart"]
    names = [series["name"] for series in chart["series"]]
    labels = chart["axis_config"]["categories"]
    faults = _size("chart title", block["title"], 50)
    faults += [] if 1 <= len(names) <= 6 and len(set(names)) == len(names) else ["series"]
    faults += [] if 1 <= len(labels) <= 20 and len(set(labels)) == len(labels) else ["labels"]
    faults += [fault for each in (*names, *labels) for fault in _size("label", each, 20)]
    for series in chart["series"]:
        faults += [] if [point["label"] for point in series["data"]] == labels else ["points do not match the labels"]
    return faults


def _element(element: Json) -> list[str]:
    faults = _size("action id", element["action_id"], 255)
    if element["type"] == "button":
        faults += _text(element["text"], 75) + _size("button value", element["value"], 2_000)
        faults += _size("label", element.get("accessibility_label", "x"), 75)
        faults += [] if element.get("style", "primary") in ("primary", "danger") else ["button style"]
    if "placeholder" in element:
        faults += _text(element["placeholder"], 150)
    if element["type"] == "plain_text_input":
        faults += [] if len(element.get("initial_value", "")) <= element["max_length"] <= 3_000 else ["initial value"]
    if element["type"].endswith("_select") or element["type"] == "radio_buttons":
        faults += _choice(element)
    return faults


def _choice(element: Json) -> list[str]:
    groups = element.get("option_groups") or [{"options": element["options"]}]
    most = 10 if element["type"] == "radio_buttons" else 100
    faults = [fault for group in groups if "label" in group for fault in _text(group["label"], 75)]
    every = [option for group in groups for option in group["options"]]
    faults += [] if all(0 < len(group["options"]) <= most for group in groups) else ["number of options"]
    values = [option["value"] for option in every]
    faults += [] if len(set(values)) == len(values) else ["option values are not unique"]
    faults += [fault for one in every for fault in [*_text(one["text"], 75), *_size("option value", one["value"], 150)]]
    return faults + (
        [] if element.get("initial_option", every[0]) in every else ["initial option is none of the options"]
    )


def _text(text: Json, most: int) -> list[str]:
    faults = _size(text["type"], text["text"], most)
    if text["type"] == "mrkdwn":
        return faults + _markup(text["text"]) + ([] if text["verbatim"] else ["mrkdwn makes links by itself"])
    return faults + ([] if text["type"] == "plain_text" else [f"text of type {text['type']}"])


def _markup(text: str) -> list[str]:
    """Whatever is left between < and > once our own references are gone came from outside."""
    rest = OWN_MARKUP.sub("", text)
    return [f"unescaped markup: {rest[:200]!r}"] if "<" in rest or ">" in rest else []


def _size(what: str, text: str, most: int) -> list[str]:
    return [] if 0 < len(text) <= most else [f"{what} has {len(text)} of {most} characters"]


def _url(url: str) -> list[str]:
    return [] if re.match(r"https?://[^\s<>|]+$", url) and len(url) <= 3_000 else [f"link to {url[:80]!r}"]


_CHECKS = {
    "section": _section,
    "context": _context,
    "actions": _actions,
    "header": _header,
    "input": _input,
    "rich_text": _rich,
    "table": _table,
    "data_visualization": _chart,
}

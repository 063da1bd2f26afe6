"""Slack's blocks and elements as small functions, so that a surface reads like what people see.

Words of customers go only into `plain_text` and rich text, which show everything as it is; `markdown` is for our own
words, dates and references, and for what `escaped` let through.
"""

from collections.abc import Sequence
from datetime import datetime

from bot.slack.blocks.message import Json
from bot.slack.blocks.text import (
    CUT,
    escape,
    host_of,
    inline,
    is_channel,
    is_group,
    is_user,
    mention,
    plain,
    seconds,
    utc,
    web_link,
)

MAX_OPTIONS = 100
_OPTION_TEXT = 75
_TITLE = 24
_SPOKEN = 3_000
"""Slack cuts a message's text at 4,000 characters in some clients."""


def plain_text(text: str, limit: int = 3_000) -> Json:
    return {"type": "plain_text", "text": plain(text, limit), "emoji": False}


def markdown(text: str) -> Json:
    """Our own words with references and dates. `verbatim` keeps Slack from making links of names and addresses in it."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def header(text: str) -> Json:
    return {"type": "header", "text": plain_text(text, 150)}


def section(text: Json, accessory: Json | None = None) -> Json:
    block: Json = {"type": "section", "text": text}
    return block if accessory is None else block | {"accessory": accessory}


def context(*elements: Json) -> Json:
    return {"type": "context", "elements": list(elements)}


def divider() -> Json:
    return {"type": "divider"}


def actions(elements: Sequence[Json], block_id: str = "") -> Json:
    block: Json = {"type": "actions", "elements": list(elements)}
    return block | {"block_id": block_id} if block_id else block


def button(text: str, action_id: str, value: str, *, style: str = "", label: str = "") -> Json:
    """`label` is what a screen reader says where the text alone does not tell the button from its neighbours."""
    element: Json = {"type": "button", "text": plain_text(text, 75), "action_id": action_id, "value": value}
    if style:
        element["style"] = style
    if label:
        element["accessibility_label"] = plain(label, 75)
    return element


def rich(*parts: Json) -> Json:
    """A rich text block of lines, quotes and preformatted text."""
    return {"type": "rich_text", "elements": list(parts)}


def line(*spans: Json) -> Json:
    return {"type": "rich_text_section", "elements": _shown(spans)}


def quote(*spans: Json) -> Json:
    return {"type": "rich_text_quote", "elements": _shown(spans)}


def preformatted(text: str) -> Json:
    """Text to copy: shown to the letter, with the client's copy button."""
    return {"type": "rich_text_preformatted", "elements": [span(text)]}


def bullets(*lines: Json) -> Json:
    return {"type": "rich_text_list", "style": "bullet", "elements": list(lines)}


def span(text: str, *, bold: bool = False, italic: bool = False) -> Json:
    element: Json = {"type": "text", "text": text}
    style = {name: True for name, wanted in (("bold", bold), ("italic", italic)) if wanted}
    return element | {"style": style} if style else element


def link(url: str, text: str) -> Json:
    return {"type": "link", "url": url, "text": text}


def source_link(url: str, verb: str = "Open on") -> list[Json]:
    """Where a customer's link goes, said in words; nothing where a browser must not follow it."""
    safe = web_link(url)
    return [link(safe, f"{verb} {host_of(safe)}")] if safe else []


def when(moment: datetime) -> Json:
    """A date and time in each reader's own zone."""
    since = seconds(moment)
    if not since:
        return span(utc(moment))
    return {"type": "date", "timestamp": since, "format": "{date_short_pretty} at {time}", "fallback": utc(moment)}


def who(reference: str) -> Json:
    """A person, user group or channel in rich text; any other name as text."""
    if is_user(reference):
        return {"type": "user", "user_id": reference}
    if is_group(reference):
        return {"type": "usergroup", "usergroup_id": reference}
    if is_channel(reference):
        return {"type": "channel", "channel_id": reference}
    return span(inline(reference, 100) or "somebody")


def joined(groups: Sequence[Sequence[Json]], between: str = " · ") -> list[Json]:
    """Groups of spans with `between` them; empty ones fall out."""
    spans: list[Json] = []
    for group in groups:
        if group and spans:
            spans.append(span(between))
        spans.extend(group)
    return spans


def spoken(spans: Sequence[Json]) -> str:
    """The same words as mrkdwn for a message's fallback text, with everything that is not ours escaped.

    Whole spans are left out beyond `_SPOKEN` characters, with a mark: a reference cut in half would be shown as code.
    """
    text = ""
    for one in spans:
        more = _said(one)
        if len(text) + len(more) > _SPOKEN:
            return f"{text} {CUT}"
        text += more
    return text


def option(text: str, value: str) -> Json:
    return {"text": plain_text(text, _OPTION_TEXT), "value": value}


def option_group(label: str, options: Sequence[Json]) -> Json:
    return {"label": plain_text(label, _OPTION_TEXT), "options": list(options)}


def field(label: str, element: Json, *, hint: str = "", optional: bool = False) -> Json:
    """An input whose block id is its action id, so that listeners need one name for it."""
    block: Json = {
        "type": "input",
        "block_id": element["action_id"],
        "label": plain_text(label, 2_000),
        "element": element,
        "optional": optional,
    }
    return block | {"hint": plain_text(hint, 2_000)} if hint else block


def text_input(action_id: str, *, initial: str = "", placeholder: str = "", lines: bool = True) -> Json:
    element: Json = {"type": "plain_text_input", "action_id": action_id, "multiline": lines, "max_length": 3_000}
    if initial:
        element["initial_value"] = initial[:3_000]
    if placeholder:
        element["placeholder"] = plain_text(placeholder, 150)
    return element


def radio(action_id: str, options: Sequence[Json]) -> Json:
    return {"type": "radio_buttons", "action_id": action_id, "options": list(options)}


def modal(callback_id: str, title: str, blocks: Sequence[Json], *, submit: str = "", metadata: str = "") -> Json:
    """A dialog; without `submit` it only informs."""
    view: Json = {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain_text(title, _TITLE),
        "close": plain_text("Cancel" if submit else "Close", _TITLE),
        "blocks": list(blocks),
    }
    if submit:
        view["submit"] = plain_text(submit, _TITLE)
    return view | {"private_metadata": metadata} if metadata else view


def _said(one: Json) -> str:
    if one["type"] in ("user", "usergroup", "channel"):
        return mention(one[f"{one['type']}_id"])
    if one["type"] == "date":
        return f"<!date^{one['timestamp']}^{one['format']}|{one['fallback']}>"
    return escape(one["text"])


def _shown(spans: Sequence[Json]) -> list[Json]:
    """Slack refuses empty text elements, and a section with none."""
    return [one for one in spans if one.get("text") != ""] or [span(" ")]

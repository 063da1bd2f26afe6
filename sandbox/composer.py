"""What Slack's message box makes of what people type: linked names, channels and groups, as text and as blocks."""

import re
from typing import Any

from sandbox.state import State

Json = dict[str, Any]

NAME = re.compile(r"(?<![\w<@#])([@#])([\w.-]*\w)")
TOKEN = re.compile(r"<(@|#|!subteam\^|!)([\w]+)(?:\|[^>]*)?>|(https?://[^\s<>]+)")


def escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def linked(text: str, state: State, *, with_names: bool = False) -> str:
    """Text with `@ana`, `@billing-team`, `#billing` and `@here` as Slack's references.

    With names (`<@U…|ana>`) as slash commands get them.
    """

    def link(match: re.Match[str]) -> str:
        sign, name = match.groups()
        return _reference(sign, name, state, with_names=with_names) or match.group(0)

    return NAME.sub(link, escape(text))


def _reference(sign: str, name: str, state: State, *, with_names: bool) -> str | None:
    label = f"|{name}" if with_names else ""
    if sign == "#":
        channel = state.find_channel(name)
        return f"<#{channel.id}|{name if with_names else ''}>" if channel else None
    if name in ("here", "channel", "everyone"):
        return f"<!{name}>"
    if user := state.find_user(name):
        return f"<@{user.id}{label}>"
    group = next((group for group in state.groups.values() if group.handle == name), None)
    return f"<!subteam^{group.id}{f'|@{name}' if with_names else ''}>" if group else None


def rich_text(text: str) -> list[Json]:
    """The `rich_text` block that goes with a text in which names are linked."""
    parts: list[Json] = []
    position = 0
    for match in TOKEN.finditer(text):
        if match.start() > position:
            parts.append({"type": "text", "text": unescape(text[position : match.start()])})
        parts.append(_part(match))
        position = match.end()
    if position < len(text):
        parts.append({"type": "text", "text": unescape(text[position:])})
    return [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": parts}]}]


def _part(match: re.Match[str]) -> Json:
    sign, name, address = match.groups()
    if address:
        return {"type": "link", "url": unescape(address)}
    match sign:
        case "@":
            return {"type": "user", "user_id": name}
        case "#":
            return {"type": "channel", "channel_id": name}
        case "!":
            return {"type": "broadcast", "range": name}
        case _:
            return {"type": "usergroup", "usergroup_id": name}

"""A message of Slack as plain words: what a person would copy out of it."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

_REFERENCE = re.compile(r"<([@#!]?)([^|<>]+)(?:\|([^<>]*))?>")
_ADDRESS = re.compile(r"https?://[^\s<>|\"]+")
Named = Callable[[str], str]
"""A person's name from their id; empty where nobody knows it."""


def words_of(message: Mapping[str, Any], named: Named) -> str:
    """The text with names in place of references. A message without text is read from its blocks and attachments."""
    text = str(message.get("text") or "").strip() or "\n".join(_texts(message))
    shown = _REFERENCE.sub(lambda match: _shown(match, named), text)
    return shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()


def addresses_in(message: Mapping[str, Any]) -> list[str]:
    """The web addresses that stand in a message, in order, each once."""
    text = str(message.get("text") or "") or "\n".join(_texts(message))
    found = (match.replace("&amp;", "&").rstrip(".,;:!?)") for match in _ADDRESS.findall(text))
    return list(dict.fromkeys(found))


def _shown(match: "re.Match[str]", named: Named) -> str:
    sign, name, label = match.groups(default="")
    if sign == "@":
        return f"@{label or named(name) or name}"
    if sign == "#":
        return f"#{label or name}"
    if sign == "!":
        return label or f"@{name.partition('^')[0]}"
    return f"{label} ({name})" if label and label not in name else name.removeprefix("mailto:")


def _texts(part: Any) -> Iterator[str]:
    """Every text in blocks and attachments, in reading order."""
    if isinstance(part, Mapping):
        for key in ("title", "text", "fallback", "url"):
            if isinstance(part.get(key), str) and part[key].strip():
                yield part[key]
                break
        for key in ("blocks", "attachments", "elements", "text", "fields"):
            yield from _texts(part.get(key))
    elif isinstance(part, list):
        for each in part:
            yield from _texts(each)

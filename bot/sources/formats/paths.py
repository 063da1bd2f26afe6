"""Dotted paths into JSON that strangers wrote: `author.name`, `comments.0.text`."""

from typing import Any


def at(found: Any, path: str) -> Any:
    """The value at a dotted path: a key of that very name first, then step by step; a number steps into a list.

    None where nothing is there.
    """
    if isinstance(found, dict) and path in found:
        return found[path]
    step, _, rest = path.partition(".")
    if isinstance(found, dict) and step in found:
        inner = found[step]
    elif isinstance(found, list) and step.isdecimal() and int(step[:9]) < len(found):
        inner = found[int(step)]
    else:
        return None
    return at(inner, rest) if rest else inner


def as_text(value: Any) -> str:
    """A list of words or numbers becomes lines; objects and lists in lists say nothing here."""
    parts = value if isinstance(value, list) else [value]
    return "\n".join(str(part) for part in parts if isinstance(part, str | int | float) and not isinstance(part, bool))

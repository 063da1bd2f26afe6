"""Single values of JSON that a stranger wrote: whatever is of another type than it should be says nothing."""

from typing import Any


def text_of(value: object) -> str:
    """A text, or a number as text; ids come as either. Lone surrogates, which JSON can hold and no address or text can, go."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "ignore").decode("utf-8")
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def object_of(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def objects_of(value: object) -> list[dict[str, Any]]:
    """The objects in a list."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def whole_number(value: object) -> int | None:
    """An integer of at most 18 digits, also one that is written as a float or a text of digits."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 18:
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 10**18:
        return None
    return int(value) if value == int(value) else None


def inner(value: object, *path: str) -> Any:
    """What stands at a path of keys; None where the path leads nowhere."""
    for key in path:
        value = object_of(value).get(key)
    return value


def text_at(value: object, *path: str) -> str:
    return text_of(inner(value, *path))


def list_at(value: object, *path: str) -> list[Any]:
    found = inner(value, *path)
    return found if isinstance(found, list) else []

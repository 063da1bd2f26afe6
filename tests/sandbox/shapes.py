"""Keeping what is answered, and comparing it with shapes: key paths and the types at their ends."""

from collections.abc import Iterator
from typing import Any

from slack_sdk import WebClient

from sandbox.serve import RunningSandbox

Json = dict[str, Any]

KNOWN_BESIDES: dict[str, str] = {
    "response_metadata.warnings[]": "documented with every warning; few samples were made with one",
    "response_urls[]": "documented in view_submission; the samples show no element",
    "messages[].subtype": "the sampled threads held no reply that was also sent to the channel",
}
"""Paths that Slack documents and the samples do not show."""


def paths(value: Any, at: str = "") -> Iterator[tuple[str, str]]:
    """Every leaf as (key path, JSON type); list elements share one path."""
    if isinstance(value, dict):
        if not value:
            yield at, "object"
        for key, entry in value.items():
            yield from paths(entry, f"{at}.{key}" if at else key)
    elif isinstance(value, list):
        if not value:
            yield f"{at}[]", "null"
        for entry in value:
            yield from paths(entry, f"{at}[]")
    else:
        yield at, type_name(value)


def type_name(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "bool"
        case int():
            return "int"
        case float():
            return "float"
        case _:
            return "string"


def strange(value: Json, shape: dict[str, str]) -> set[str]:
    """The paths that Slack's shape does not have, or has with another type."""
    return {f"{path}: {kind}" for path, kind in paths(value) if not is_known(path, kind, shape)}


def is_known(path: str, kind: str, shape: dict[str, str]) -> bool:
    if path in KNOWN_BESIDES or in_block(path):
        return True
    if path in shape:
        return kind == "null" or shape[path] in ("any", "null", kind)
    if kind in ("null", "object") and any(known.startswith((f"{path}.", f"{path}[]", path)) for known in shape):
        return True
    return any(shape.get(parent) in ("object", "any") for parent in parents(path))


def in_block(path: str) -> bool:
    """Inside of blocks the shapes leave details out, and they are what the app itself sent (`test_blocks.py`)."""
    return "blocks[]." in path or "attachments[]." in path


def parents(path: str) -> Iterator[str]:
    steps = path.replace("[]", ".[]").split(".")
    for length in range(1, len(steps)):
        yield ".".join(steps[:length]).replace(".[]", "[]")


def missing(value: Json, wanted: tuple[str, ...]) -> set[str]:
    present = {path for path, _ in paths(value)}
    return {path for path in wanted if not any(known == path or known.startswith(f"{path}.") for known in present)}


class Recorded(WebClient):
    """Slack's client, which keeps every answer."""

    def __init__(self, sandbox: RunningSandbox, token: str) -> None:
        super().__init__(token=token, base_url=sandbox.api_url, retry_handlers=[])
        self.answers: dict[str, list[Json]] = {}

    def api_call(self, api_method: str, **options: Any) -> Any:
        answer = super().api_call(api_method, **options)
        self.answers.setdefault(api_method, []).append(dict(answer.data))
        return answer

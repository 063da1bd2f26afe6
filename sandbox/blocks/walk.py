"""Walking a layout: every interactive element in it, and the ids that Slack fills in."""

from collections.abc import Iterator
from typing import Any

from sandbox.ids import Ids

Json = dict[str, Any]

ELEMENT_LISTS = ("elements", "actions")
ELEMENT_SLOTS = ("accessory", "element", "slack_button")
NESTED_BLOCKS = ("child_blocks", "elements", "blocks")
ELEMENT_BLOCKS = frozenset({"actions", "context_actions", "card"})
NESTING_BLOCKS = frozenset({"container", "carousel"})
NOT_INTERACTIVE = frozenset({"image", "plain_text", "mrkdwn"})


def elements(layout: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Every interactive element with the block it is in, in reading order."""
    for block in layout:
        kind = block.get("type")
        if kind in NESTING_BLOCKS:
            for name in NESTED_BLOCKS:
                yield from elements(block.get(name) or [])
            continue
        if kind in ELEMENT_BLOCKS:
            for name in ELEMENT_LISTS:
                yield from ((block, element) for element in block.get(name) or [])
        for name in ELEMENT_SLOTS:
            element = block.get(name)
            if isinstance(element, dict) and element.get("type") not in NOT_INTERACTIVE:
                yield block, element


def with_ids(layout: list[Json], ids: Ids) -> list[Json]:
    """A copy in which every block has a `block_id` and every interactive element an `action_id`, and nothing is null."""
    filled: list[Json] = _without_nulls(layout)
    _fill_blocks(filled, ids)
    for _, element in elements(filled):
        if not element.get("action_id"):
            element["action_id"] = _short(ids)
    return filled


def _fill_blocks(layout: list[Json], ids: Ids) -> None:
    for block in layout:
        if not block.get("block_id"):
            block["block_id"] = _short(ids)
        if block.get("type") in NESTING_BLOCKS:
            for name in NESTED_BLOCKS:
                _fill_blocks(block.get(name) or [], ids)


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(entry) for key, entry in value.items() if entry is not None}
    if isinstance(value, list):
        return [_without_nulls(entry) for entry in value]
    return value


def _short(ids: Ids) -> str:
    return ids.next("b")[1:6]

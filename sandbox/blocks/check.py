"""Checks of blocks and views against Slack's rules; a fault names its place as a JSON pointer."""

from typing import Any

from sandbox.blocks.surface import Surface

BLOCK_LIMIT = {Surface.MESSAGE: 50, Surface.MODAL: 100, Surface.HOME: 100}


def check(layout: Any, surface: Surface) -> list[str]:
    """The faults of a list of blocks, as Slack words them; none when it is accepted."""
    if not isinstance(layout, list) or not all(isinstance(block, dict) for block in layout):
        return ["must be an array of blocks [json-pointer:/blocks]"]
    if len(layout) > BLOCK_LIMIT[surface]:
        return [f"no more than {BLOCK_LIMIT[surface]} items allowed [json-pointer:/blocks]"]
    return []


def check_view(view: Any, surface: Surface) -> list[str]:
    if not isinstance(view, dict):
        return ["must be an object [json-pointer:/view]"]
    if view.get("type") != surface.value:
        return [f"must be {surface.value} [json-pointer:/view/type]"]
    return check(view.get("blocks"), surface)

"""Checks of blocks and views against Slack's rules; a fault names its place as a JSON pointer."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from sandbox.blocks.composition import ID, plain_text
from sandbox.blocks.layout_table import blocks_for
from sandbox.blocks.rules import Field, anything, array, boolean, fault, one_of, optional, record, required, string
from sandbox.blocks.surface import Surface
from sandbox.blocks.walk import elements

BLOCK_LIMIT = {Surface.MESSAGE: 50, Surface.MODAL: 100, Surface.HOME: 100}
MARKDOWN_TOTAL = 12_000
"""Characters of all markdown blocks of one message together."""

_LAYOUTS = {surface: array(blocks_for(surface), low=0, high=BLOCK_LIMIT[surface]) for surface in Surface}


def check(layout: Any, surface: Surface) -> list[str]:
    """The faults of a list of blocks, as Slack words them; none when it is accepted."""
    return list(_layout_faults(layout, "/blocks", surface))


def check_view(view: Any, surface: Surface) -> list[str]:
    """The faults of a view for a modal or the Home tab, its blocks included."""
    faults = list(_VIEWS[surface](view, "/view"))
    if not isinstance(view, dict):
        return faults
    if not isinstance(view.get("blocks"), list):
        return faults or [fault("missing required field: blocks", "/view")]
    faults += _layout_faults(view["blocks"], "/view/blocks", surface)
    has_input = any(isinstance(block, dict) and block.get("type") == "input" for block in view["blocks"])
    if surface is Surface.MODAL and has_input and not view.get("submit"):
        faults.append(fault("missing required field: submit (there is an input block)", "/view"))
    return faults


def _layout_faults(layout: Any, at: str, surface: Surface) -> Iterator[str]:
    faults = list(_LAYOUTS[surface](layout, at))
    yield from faults
    if not faults:
        yield from _repeated_ids(layout, at)
        if sum(len(block["text"]) for block in layout if block["type"] == "markdown") > MARKDOWN_TOTAL:
            yield fault(f"markdown blocks must be less than {MARKDOWN_TOTAL + 1} characters together", at)
        if sum(block["type"] == "table" for block in layout) > 1:
            yield fault("only one table is allowed", at)


def _repeated_ids(layout: list[dict[str, Any]], at: str) -> Iterator[str]:
    """Block ids are unique in a layout, action ids in a block."""
    block_ids = Counter(block["block_id"] for block in layout if block.get("block_id"))
    for block_id in (name for name, count in block_ids.items() if count > 1):
        yield fault(f'"block_id" "{block_id}" already exists', at)
    for order, block in enumerate(layout):
        action_ids = Counter(
            (id(owner), element["action_id"]) for owner, element in elements([block]) if element.get("action_id")
        )
        for _, action_id in (key for key, count in action_ids.items() if count > 1):
            yield fault(f'"action_id" "{action_id}" already exists for another element', f"{at}/{order}")


_SHARED: dict[str, Field] = {
    "blocks": required(anything),
    "private_metadata": optional(string(3000)),
    "callback_id": optional(ID),
    "external_id": optional(ID),
}
_VIEWS = {
    Surface.MODAL: record(
        {
            **_SHARED,
            "type": required(one_of("modal")),
            "title": required(plain_text(24)),
            "submit": optional(plain_text(24)),
            "close": optional(plain_text(24)),
            "clear_on_close": optional(boolean),
            "notify_on_close": optional(boolean),
            "submit_disabled": optional(boolean),
        }
    ),
    Surface.HOME: record({**_SHARED, "type": required(one_of("home"))}),
}

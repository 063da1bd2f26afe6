"""Layout blocks: every type with its fields and limits, and the surfaces that show it."""

from collections.abc import Iterator, Mapping
from typing import Any

from sandbox.blocks.composition import ID, URL, any_text, mrkdwn, plain_text
from sandbox.blocks.element_table import IMAGE, IN_ACCESSORY, IN_ACTIONS, IN_CARD, IN_CONTEXT_ACTIONS, IN_INPUT
from sandbox.blocks.rich_text import RICH_TEXT
from sandbox.blocks.rules import (
    Field,
    Rule,
    any_field,
    array,
    boolean,
    by_type,
    fault,
    not_both,
    number,
    one_of,
    optional,
    record,
    required,
    string,
    whole,
)
from sandbox.blocks.surface import Surface

EVERYWHERE = frozenset(Surface)
MESSAGES = frozenset({Surface.MESSAGE})


def _block(kind: str, fields: Mapping[str, Field], *extra: Rule) -> Rule:
    return record({"type": required(one_of(kind)), "block_id": optional(ID), **fields}, *extra)


CARD_FIELDS: Mapping[str, Field] = {
    "hero_image": optional(IMAGE),
    "icon": optional(IMAGE),
    "title": optional(any_text(150)),
    "subtitle": optional(any_text(150)),
    "body": optional(any_text(200)),
    "actions": optional(array(IN_CARD, high=3)),
}
CARD = _block("card", CARD_FIELDS, any_field("hero_image", "title", "actions", "body"))

CONTEXT_ITEM = by_type({"image": IMAGE, "plain_text": plain_text(2000), "mrkdwn": mrkdwn(2000)})

TASK_CARD = _block(
    "task_card",
    {
        "task_id": required(ID),
        "title": required(string(2000, low=1)),
        "details": optional(RICH_TEXT),
        "output": optional(RICH_TEXT),
        "sources": optional(
            array(record({"type": required(one_of("url")), "url": required(URL), "text": required(string(2000))}))
        ),
        "status": required(one_of("pending", "in_progress", "complete", "error")),
    },
)

# Tables

_RAW_TEXT = record({"type": required(one_of("raw_text")), "text": required(string(2000, low=1))})
_RAW_NUMBER = record(
    {"type": required(one_of("raw_number")), "value": required(number), "text": optional(string(2000, low=1))}
)
_CELL = by_type({"raw_text": _RAW_TEXT, "raw_number": _RAW_NUMBER, "rich_text": RICH_TEXT})
_HEADER_CELL = by_type({"raw_text": _RAW_TEXT, "raw_number": _RAW_NUMBER})
_COLUMN = record({"align": optional(one_of("left", "center", "right")), "is_wrapped": optional(boolean)})


def _same_width(value: Any, at: str) -> Iterator[str]:
    widths = {len(row) for row in value["rows"]}
    if len(widths) > 1:
        yield fault("all rows must have the same number of cells", f"{at}/rows")


def _plain_header(value: Any, at: str) -> Iterator[str]:
    """The first row names the columns."""
    for order, cell in enumerate(value["rows"][0]):
        yield from _HEADER_CELL(cell, f"{at}/rows/0/{order}")


# Charts


def _point(label: str) -> Rule:
    return record({label: required(string(20, low=1)), "value": required(number)})


SERIES = record({"name": required(string(20, low=1)), "data": required(array(_point("label"), high=20))})
AXIS = record(
    {
        "categories": required(array(string(20, low=1), high=20)),
        "x_label": optional(string(50)),
        "y_label": optional(string(50)),
    }
)


def _series_fit_axis(value: Any, at: str) -> Iterator[str]:
    """Series have different names, and one point for each category, in order."""
    names = [series["name"] for series in value["series"]]
    if len(set(names)) != len(names):
        yield fault("series names must be unique", f"{at}/series")
    for order, series in enumerate(value["series"]):
        if [point["label"] for point in series["data"]] != value["axis_config"]["categories"]:
            yield fault("data labels must match axis categories", f"{at}/series/{order}/data")


def _series_chart(kind: str) -> Rule:
    return record(
        {
            "type": required(one_of(kind)),
            "series": required(array(SERIES, high=6)),
            "axis_config": required(AXIS),
        },
        _series_fit_axis,
    )


CHART = by_type(
    {
        "pie": record({"type": required(one_of("pie")), "segments": required(array(_point("label"), high=6))}),
        **{kind: _series_chart(kind) for kind in ("line", "bar", "area")},
    }
)

LAYOUT: dict[str, Rule] = {
    "section": _block(
        "section",
        {
            "text": optional(any_text(3000)),
            "fields": optional(array(any_text(2000), high=10)),
            "accessory": optional(IN_ACCESSORY),
            "expand": optional(boolean),
        },
        any_field("text", "fields"),
    ),
    "divider": _block("divider", {}),
    "header": _block("header", {"text": required(plain_text(150)), "level": optional(whole(1, 6))}),
    "image": _block(
        "image",
        {
            "image_url": optional(URL),
            "slack_file": optional(record({"id": optional(ID), "url": optional(URL)}, any_field("id", "url"))),
            "alt_text": required(string(2000)),
            "title": optional(plain_text(2000)),
        },
        any_field("image_url", "slack_file"),
        not_both("image_url", "slack_file"),
    ),
    "actions": _block("actions", {"elements": required(array(IN_ACTIONS, high=25))}),
    "context": _block("context", {"elements": required(array(CONTEXT_ITEM, high=10))}),
    "context_actions": _block("context_actions", {"elements": required(array(IN_CONTEXT_ACTIONS, high=5))}),
    "input": _block(
        "input",
        {
            "label": required(plain_text(2000)),
            "element": required(IN_INPUT),
            "hint": optional(plain_text(2000)),
            "optional": optional(boolean),
            "dispatch_action": optional(boolean),
        },
    ),
    "file": _block("file", {"external_id": required(ID), "source": required(one_of("remote"))}),
    "markdown": _block("markdown", {"text": required(string(12_000, low=1))}),
    "video": _block(
        "video",
        {
            "alt_text": required(string(2000)),
            "title": required(plain_text(199)),
            "video_url": required(URL),
            "thumbnail_url": required(URL),
            "title_url": optional(URL),
            "description": optional(plain_text(200)),
            "author_name": optional(string(49)),
            "provider_name": optional(string(50)),
            "provider_icon_url": optional(URL),
        },
    ),
    "rich_text": RICH_TEXT,
    "table": _block(
        "table",
        {
            "rows": required(array(array(_CELL, high=20), high=100)),
            "column_settings": optional(array(_COLUMN, low=0, high=20)),
        },
    ),
    "data_table": _block(
        "data_table",
        {
            "caption": required(string(2000, low=1)),
            "rows": required(array(array(_CELL, high=20), low=2, high=101)),
            "page_size": optional(whole(1, 100)),
            "row_header_column_index": optional(whole(0, 19)),
        },
        _same_width,
        _plain_header,
    ),
    "data_visualization": _block(
        "data_visualization", {"title": required(string(50, low=1)), "chart": required(CHART)}
    ),
    "task_card": TASK_CARD,
    "plan": _block("plan", {"title": required(string(2000, low=1)), "tasks": optional(array(TASK_CARD))}),
    "alert": _block(
        "alert",
        {
            "text": required(any_text(200)),
            "level": optional(one_of("default", "info", "warning", "error", "success")),
        },
    ),
    "card": CARD,
    "carousel": _block("carousel", {"elements": required(array(by_type({"card": CARD}), high=10))}),
}
NESTABLE = {name: LAYOUT[name] for name in LAYOUT if name not in ("input", "carousel")}
LAYOUT["container"] = _block(
    "container",
    {
        "title": optional(plain_text(150)),
        "rich_text_title": optional(RICH_TEXT),
        "subtitle": optional(any_text(150)),
        "child_blocks": required(array(by_type(NESTABLE), high=10)),
        "width": optional(one_of("narrow", "standard", "wide", "full")),
        "icon": optional(IMAGE),
        "is_collapsible": optional(boolean),
        "default_collapsed": optional(boolean),
        "has_header_divider": optional(boolean),
    },
    any_field("title", "rich_text_title"),
)

SURFACES: dict[str, frozenset[Surface]] = {
    "alert": frozenset({Surface.MODAL}),
    "context_actions": MESSAGES,
    "file": MESSAGES,
    "markdown": MESSAGES,
    "plan": MESSAGES,
    "table": MESSAGES,
    "task_card": MESSAGES,
    # Their roll-out is phased and the surfaces are not all documented: we allow them where they are sure to work.
    "data_table": MESSAGES,
    "data_visualization": MESSAGES,
}
"""Where a block may stand; those left out may stand everywhere."""


def blocks_for(surface: Surface) -> Rule:
    """A block that this surface shows."""
    return by_type({name: rule for name, rule in LAYOUT.items() if surface in SURFACES.get(name, EVERYWHERE)})

"""Block Kit as Slack accepts it: limits, places, surfaces."""

import copy
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.blocks import Surface, check, check_view, elements, with_ids
from sandbox.blocks.element_table import ELEMENTS
from sandbox.blocks.layout_table import LAYOUT, SURFACES
from sandbox.ids import Ids

Json = dict[str, Any]


def plain(text: str = "x") -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str = "x") -> Json:
    return {"type": "mrkdwn", "text": text}


def option(value: str = "a") -> Json:
    return {"text": plain(value), "value": value}


def button(action_id: str = "go", **more: Any) -> Json:
    return {"type": "button", "action_id": action_id, "text": plain("Go"), **more}


def actions(*entries: Json) -> Json:
    return {"type": "actions", "elements": list(entries)}


def section(text: str = "x", **more: Any) -> Json:
    return {"type": "section", "text": mrkdwn(text), **more}


def form_input(element: Json, **more: Any) -> Json:
    return {"type": "input", "label": plain("Label"), "element": element, **more}


IMAGE = {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "a"}
RICH = {
    "type": "rich_text",
    "elements": [
        {"type": "rich_text_section", "elements": [{"type": "text", "text": "hi", "style": {"bold": True}}]},
        {
            "type": "rich_text_list",
            "style": "bullet",
            "elements": [{"type": "rich_text_section", "elements": [{"type": "user", "user_id": "U1"}]}],
        },
        {"type": "rich_text_quote", "elements": [{"type": "emoji", "name": "wave"}]},
        {"type": "rich_text_preformatted", "elements": [{"type": "link", "url": "https://example.com"}]},
    ],
}
TASK = {"type": "task_card", "task_id": "t1", "title": "A task", "status": "pending"}
CARD = {"type": "card", "title": mrkdwn("T"), "actions": [button()]}
CELLS = [{"type": "raw_text", "text": "a"}, {"type": "raw_number", "value": 3}]
SERIES = {"name": "Mentions", "data": [{"label": "Mon", "value": 1}, {"label": "Tue", "value": 2}]}
LINE = {"type": "line", "series": [SERIES], "axis_config": {"categories": ["Mon", "Tue"], "y_label": "Count"}}

GOOD: dict[str, Json] = {
    "section": section("text", accessory=button(), fields=[mrkdwn(), plain()]),
    "divider": {"type": "divider"},
    "header": {"type": "header", "text": plain("h")},
    "image": {**IMAGE, "title": plain()},
    "actions": actions(button(), {"type": "overflow", "action_id": "more", "options": [option()]}),
    "context": {"type": "context", "elements": [mrkdwn(), IMAGE]},
    "context_actions": {
        "type": "context_actions",
        "elements": [{"type": "icon_button", "icon": "trash", "text": plain("Delete"), "action_id": "del"}],
    },
    "input": form_input({"type": "plain_text_input", "action_id": "t"}),
    "file": {"type": "file", "external_id": "F1", "source": "remote"},
    "markdown": {"type": "markdown", "text": "# hi"},
    "video": {
        "type": "video",
        "alt_text": "a",
        "title": plain(),
        "video_url": "https://example.com/v",
        "thumbnail_url": "https://example.com/t",
    },
    "rich_text": RICH,
    "table": {"type": "table", "rows": [CELLS], "column_settings": [{"align": "right"}]},
    "data_table": {"type": "data_table", "caption": "c", "rows": [CELLS, CELLS], "page_size": 10},
    "data_visualization": {"type": "data_visualization", "title": "A chart", "chart": LINE},
    "task_card": TASK,
    "plan": {"type": "plan", "title": "A plan", "tasks": [TASK]},
    "alert": {"type": "alert", "text": plain(), "level": "warning"},
    "card": CARD,
    "carousel": {"type": "carousel", "elements": [CARD, copy.deepcopy(CARD)]},
    "container": {"type": "container", "title": plain(), "child_blocks": [section()], "width": "wide"},
}


def surface_of(kind: str) -> Surface:
    return Surface.MODAL if kind == "alert" else Surface.MESSAGE


@pytest.mark.parametrize("kind", sorted(LAYOUT))
def test_a_good_block_of_every_type_is_accepted(kind: str) -> None:
    assert check([GOOD[kind]], surface_of(kind)) == []


@pytest.mark.parametrize("kind", sorted(LAYOUT))
def test_unknown_fields_are_refused_in_every_type(kind: str) -> None:
    faults = check([GOOD[kind] | {"colour": "red"}], surface_of(kind))
    assert faults == ["invalid additional property: colour [json-pointer:/blocks/0]"]


@pytest.mark.parametrize("kind", sorted(SURFACES))
def test_blocks_stand_only_where_slack_shows_them(kind: str) -> None:
    for surface in Surface:
        allowed = surface in SURFACES[kind]
        assert (check([GOOD[kind]], surface) == []) is allowed


LIMITS: list[tuple[str, Json, str]] = [
    ("section text", section("x" * 3001), "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"),
    ("section empty", section(""), "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
    ("section bare", {"type": "section"}, "missing required field: one of text, fields [json-pointer:/blocks/0]"),
    (
        "section fields",
        {"type": "section", "fields": [plain()] * 11},
        "no more than 10 items allowed [json-pointer:/blocks/0/fields]",
    ),
    (
        "field text",
        {"type": "section", "fields": [plain("x" * 2001)]},
        "must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]",
    ),
    ("header", {"type": "header", "text": plain("x" * 151)}, "less than 151 characters"),
    ("header mrkdwn", {"type": "header", "text": mrkdwn()}, "unsupported type: mrkdwn"),
    ("context", {"type": "context", "elements": [plain()] * 11}, "no more than 10 items allowed"),
    ("actions", actions(*(button(f"b{n}") for n in range(26))), "no more than 25 items allowed"),
    ("no actions", actions(), "no fewer than 1 items allowed"),
    ("button text", actions(button(text=plain("x" * 76))), "less than 76 characters"),
    ("button value", actions(button(value="x" * 2001)), "less than 2001 characters"),
    ("button url", actions(button(url="x" * 3001)), "less than 3001 characters"),
    ("button style", actions(button(style="default")), "must be a valid enum value: primary, danger"),
    ("action id", actions(button("x" * 256)), "less than 256 characters"),
    ("block id", section(block_id="x" * 256), "less than 256 characters"),
    ("same action id", actions(button("a"), button("a")), '"action_id" "a" already exists for another element'),
    ("overflow", actions({"type": "overflow", "options": [option(str(n)) for n in range(6)]}), "no more than 5 items"),
    ("no options", actions({"type": "static_select"}), "missing required field: one of options, option_groups"),
    (
        "many options",
        actions({"type": "static_select", "options": [option(str(n)) for n in range(101)]}),
        "no more than 100 items",
    ),
    ("option text", actions({"type": "static_select", "options": [option("x" * 76)]}), "less than 76 characters"),
    (
        "option value",
        actions({"type": "static_select", "options": [{"text": plain(), "value": "v" * 151}]}),
        "less than 151 characters",
    ),
    (
        "initial option",
        actions({"type": "static_select", "options": [option("a")], "initial_option": option("b")}),
        "initial option was not found in options",
    ),
    ("checkboxes", actions({"type": "checkboxes", "options": [option()] * 11}), "no more than 10 items"),
    ("multi select in actions", actions({"type": "multi_users_select"}), "unsupported type: multi_users_select"),
    ("button in input", form_input(button()), "unsupported type: button"),
    (
        "unknown element",
        actions({"type": "slider"}),
        "unsupported type: slider [json-pointer:/blocks/0/elements/0/type]",
    ),
    ("unknown block", {"type": "hologram"}, "unsupported type: hologram [json-pointer:/blocks/0/type]"),
    ("no type", {"text": plain()}, "missing required field: type [json-pointer:/blocks/0]"),
    (
        "confirm",
        actions(button(confirm={"title": plain(), "text": plain("x" * 301), "confirm": plain(), "deny": plain()})),
        "less than 301 characters",
    ),
    ("no alt text", {"type": "image", "image_url": "https://example.com"}, "missing required field: alt_text"),
    ("markdown", {"type": "markdown", "text": "x" * 12_001}, "less than 12001 characters"),
    ("table rows", {"type": "table", "rows": [CELLS] * 101}, "no more than 100 items"),
    ("table columns", {"type": "table", "rows": [[CELLS[0]] * 21]}, "no more than 20 items"),
    ("data table rows", {"type": "data_table", "caption": "c", "rows": [CELLS] * 102}, "no more than 101 items"),
    ("data table head only", {"type": "data_table", "caption": "c", "rows": [CELLS]}, "no fewer than 2 items"),
    ("data table caption", {"type": "data_table", "rows": [CELLS, CELLS]}, "missing required field: caption"),
    (
        "ragged data table",
        {"type": "data_table", "caption": "c", "rows": [CELLS, CELLS[:1]]},
        "all rows must have the same number of cells",
    ),
    (
        "rich header",
        {"type": "data_table", "caption": "c", "rows": [[RICH], [RICH]]},
        "unsupported type: rich_text [json-pointer:/blocks/0/rows/0/0/type]",
    ),
    (
        "chart title",
        {"type": "data_visualization", "title": "x" * 51, "chart": LINE},
        "less than 51 characters",
    ),
    (
        "chart series",
        {
            "type": "data_visualization",
            "title": "t",
            "chart": LINE | {"series": [SERIES | {"name": str(n)} for n in range(7)]},
        },
        "no more than 6 items",
    ),
    (
        "chart labels",
        {
            "type": "data_visualization",
            "title": "t",
            "chart": LINE | {"axis_config": {"categories": [str(n) for n in range(21)]}},
        },
        "no more than 20 items",
    ),
    (
        "chart mismatch",
        {"type": "data_visualization", "title": "t", "chart": LINE | {"axis_config": {"categories": ["Mon", "Wed"]}}},
        "data labels must match axis categories",
    ),
    (
        "same series",
        {"type": "data_visualization", "title": "t", "chart": LINE | {"series": [SERIES, SERIES]}},
        "series names must be unique",
    ),
    ("chart type", {"type": "data_visualization", "title": "t", "chart": {"type": "radar"}}, "unsupported type: radar"),
    ("card", {"type": "card", "subtitle": plain()}, "missing required field: one of hero_image, title, actions, body"),
    ("carousel", {"type": "carousel", "elements": [CARD] * 11}, "no more than 10 items"),
    ("rich text part", {"type": "rich_text", "elements": [{"type": "paragraph"}]}, "unsupported type: paragraph"),
    ("boolean", section(expand="yes"), "must provide a boolean"),
    ("text type", {"type": "section", "text": "bare"}, "must provide an object [json-pointer:/blocks/0/text]"),
]


@pytest.mark.parametrize(("block", "wanted"), [entry[1:] for entry in LIMITS], ids=[entry[0] for entry in LIMITS])
def test_beyond_a_limit_is_refused(block: Json, wanted: str) -> None:
    faults = check([block], Surface.MESSAGE)
    assert any(wanted in fault for fault in faults), faults


@pytest.mark.parametrize(
    ("surface", "most"),
    [(Surface.MESSAGE, 50), (Surface.MODAL, 100), (Surface.HOME, 100)],
    ids=lambda value: str(value),
)
def test_a_surface_takes_so_many_blocks(surface: Surface, most: int) -> None:
    assert check([{"type": "divider"}] * most, surface) == []
    faults = check([{"type": "divider"}] * (most + 1), surface)
    assert faults == [f"no more than {most} items allowed [json-pointer:/blocks]"]


def test_block_ids_are_unique() -> None:
    assert check([section(block_id="a"), section(block_id="b")], Surface.MESSAGE) == []
    assert check([section(block_id="a"), section(block_id="a")], Surface.MESSAGE) == [
        '"block_id" "a" already exists [json-pointer:/blocks]'
    ]


def test_action_ids_may_repeat_in_other_blocks() -> None:
    assert check([actions(button("a")), actions(button("a"))], Surface.MESSAGE) == []


def test_markdown_blocks_count_together() -> None:
    half = {"type": "markdown", "text": "x" * 7000}
    assert check([half], Surface.MESSAGE) == []
    assert "together" in check([half, half], Surface.MESSAGE)[0]


MODAL = {"type": "modal", "title": plain("Title"), "submit": plain("Send"), "blocks": [section()]}


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({"title": plain("x" * 25)}, "less than 25 characters [json-pointer:/view/title/text]"),
        ({"submit": plain("x" * 25)}, "less than 25 characters"),
        ({"private_metadata": "x" * 3001}, "less than 3001 characters"),
        ({"callback_id": "x" * 256}, "less than 256 characters"),
        ({"blocks": None}, "missing required field: blocks"),
        ({"title": None}, "missing required field: title"),
        ({"type": "home"}, "must be a valid enum value: modal"),
        ({"submit": None, "blocks": [GOOD["input"]]}, "missing required field: submit"),
        ({"blocks": [section("x" * 3001)]}, "[json-pointer:/view/blocks/0/text/text]"),
        ({"id": "V1"}, "invalid additional property: id"),
    ],
)
def test_a_bad_view_is_refused(change: Json, wanted: str) -> None:
    assert check_view(MODAL, Surface.MODAL) == []
    faults = check_view(MODAL | change, Surface.MODAL)
    assert any(wanted in fault for fault in faults), faults


def test_home_takes_no_title() -> None:
    home = {"type": "home", "blocks": [section()]}
    assert check_view(home, Surface.HOME) == []
    assert check_view(home | {"title": plain()}, Surface.HOME)


def test_every_interactive_element_gets_its_ids() -> None:
    layout = [
        {**section(), "accessory": {"type": "users_select"}},
        actions({"type": "button", "text": plain()}, button("mine")),
        {"type": "carousel", "elements": [{"type": "card", "actions": [{"type": "button", "text": plain()}]}]},
        {"type": "container", "title": plain(), "child_blocks": [actions({"type": "button", "text": plain()})]},
    ]
    before = copy.deepcopy(layout)
    filled = with_ids(layout, Ids())
    found = list(elements(filled))
    assert layout == before
    assert len(found) == 5
    assert all(block["block_id"] and element["action_id"] for block, element in found)
    assert found[2][1]["action_id"] == "mine"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)
NAMES = sorted({"type", "text", "elements", "block_id", "rows", "chart", "options", "element", "accessory", "title"})
block_like = st.dictionaries(st.sampled_from(NAMES), json_values, max_size=5).flatmap(
    lambda body: st.sampled_from([*LAYOUT, *ELEMENTS]).map(lambda kind: body | {"type": kind})
)


@given(layout=st.lists(block_like | json_values, max_size=3) | json_values, surface=st.sampled_from(Surface))
@settings(max_examples=150, deadline=None)
def test_any_json_is_answered_with_places_that_exist(layout: Any, surface: Surface) -> None:
    for fault in check(layout, surface):
        match = re.search(r"\[json-pointer:(/.*)]$", fault)
        assert match is not None
        resolve({"blocks": layout}, match.group(1))


def test_nulls_count_as_left_out() -> None:
    block = section(block_id=None) | {"accessory": None}
    assert check([block, CARD | {"actions": None}], Surface.MESSAGE) == []
    assert "accessory" not in with_ids([block], Ids())[0]


@given(kind=st.sampled_from(sorted(LAYOUT)), body=json_values, place=st.integers(0, 10))
@settings(max_examples=150, deadline=None)
def test_a_damaged_block_is_refused_or_still_whole(kind: str, body: Any, place: int) -> None:
    block = copy.deepcopy(GOOD[kind])
    name = sorted(block)[place % len(block)]
    block[name] = body
    for fault in check([block], surface_of(kind)):
        resolve({"blocks": [block]}, re.search(r"\[json-pointer:(/.*)]$", fault).group(1))  # type: ignore[union-attr]


def resolve(document: Any, pointer: str) -> Any:
    for step in pointer.split("/")[1:]:
        document = document[int(step)] if isinstance(document, list) else document[step]
    return document

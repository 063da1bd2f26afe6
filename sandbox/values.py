"""What people put into elements: from the plain values of the UI API to Slack's objects, and what a form still lacks."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox import blocks

Json = dict[str, Any]
Values = dict[str, dict[str, Any]]


class BadValue(ValueError):
    """The element cannot take this value."""


@dataclass(frozen=True, kw_only=True)
class ValueKind:
    """How an element holds its value: Slack's field, the field of its initial value, and how a plain value becomes it."""

    field: str
    initial: str
    build: Callable[[Json, Any], Any]


def _options(element: Json) -> list[Json]:
    groups = element.get("option_groups") or []
    return [*(element.get("options") or []), *(option for group in groups for option in group.get("options", []))]


def _option(element: Json, value: Any) -> Json | None:
    if value is None:
        return None
    for option in _options(element):
        if option.get("value") == value:
            return option
    raise BadValue(f"no option {value!r}")


def _option_list(element: Json, value: Any) -> list[Json]:
    if not isinstance(value, list):
        raise BadValue("a list of option values is wanted")
    chosen = [option for entry in value if (option := _option(element, entry)) is not None]
    if len(chosen) > int(element.get("max_selected_items", len(chosen))):
        raise BadValue("too many are selected")
    return chosen


def _word(_: Json, value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise BadValue("a string is wanted")


def _words(_: Json, value: Any) -> list[str]:
    if isinstance(value, list) and all(isinstance(entry, str) for entry in value):
        return value
    raise BadValue("a list of ids is wanted")


def _text(_: Json, value: Any) -> str | None:
    return None if value is None or value == "" else str(value)


def _matching(pattern: str) -> Callable[[Json, Any], str | None]:
    def build(_: Json, value: Any) -> str | None:
        if value is None or (isinstance(value, str) and re.fullmatch(pattern, value)):
            return value
        raise BadValue(f"{value!r} is not of the form {pattern}")

    return build


def _seconds(_: Json, value: Any) -> int | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise BadValue("seconds since 1970 are wanted")


def _rich_text(_: Json, value: Any) -> Json | None:
    if value is None or isinstance(value, dict):
        return value
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": str(value)}]}
    return {"type": "rich_text", "elements": [section]}


def _files(element: Json, value: Any) -> list[Json]:
    """Only the ids; whoever holds the files fills them in."""
    ids = _words(element, value)
    if len(ids) > int(element.get("max_files", 10)):
        raise BadValue("too many files")
    return [{"id": file_id} for file_id in ids]


OPTION = ValueKind(field="selected_option", initial="initial_option", build=_option)
OPTIONS = ValueKind(field="selected_options", initial="initial_options", build=_option_list)
TEXT = ValueKind(field="value", initial="initial_value", build=_text)


def _ids(what: str, *, many: bool) -> ValueKind:
    name = f"{what}s" if many else what
    return ValueKind(field=f"selected_{name}", initial=f"initial_{name}", build=_words if many else _word)


VALUE_KINDS: dict[str, ValueKind] = {
    "static_select": OPTION,
    "external_select": OPTION,
    "overflow": OPTION,
    "radio_buttons": OPTION,
    "multi_static_select": OPTIONS,
    "multi_external_select": OPTIONS,
    "checkboxes": OPTIONS,
    "users_select": _ids("user", many=False),
    "multi_users_select": _ids("user", many=True),
    "channels_select": _ids("channel", many=False),
    "multi_channels_select": _ids("channel", many=True),
    "conversations_select": _ids("conversation", many=False),
    "multi_conversations_select": _ids("conversation", many=True),
    "datepicker": ValueKind(field="selected_date", initial="initial_date", build=_matching(r"\d{4}-\d\d-\d\d")),
    "timepicker": ValueKind(field="selected_time", initial="initial_time", build=_matching(r"\d\d:\d\d")),
    "datetimepicker": ValueKind(field="selected_date_time", initial="initial_date_time", build=_seconds),
    "plain_text_input": TEXT,
    "email_text_input": TEXT,
    "url_text_input": TEXT,
    "number_input": TEXT,
    "file_input": ValueKind(field="files", initial="initial_files", build=_files),
    "rich_text_input": ValueKind(field="rich_text_value", initial="initial_value", build=_rich_text),
}
STATELESS = frozenset({"overflow"})
EMPTY_LISTS = frozenset({"selected_options", "selected_users", "selected_channels", "selected_conversations", "files"})
ECHOED = ("text", "value", "style", "url", "confirm", "placeholder", "min_query_length")


def state_object(element: Json, value: Any) -> Json:
    """Slack's state object for an element with this plain value. Raises BadValue."""
    kind = VALUE_KINDS[element["type"]]
    return {"type": element["type"], kind.field: kind.build(element, value)}


def initial_object(element: Json) -> Json:
    """Slack's state object for an element that nobody has touched."""
    kind = VALUE_KINDS[element["type"]]
    empty: list[Any] | None = [] if kind.field in EMPTY_LISTS else None
    return {"type": element["type"], kind.field: element.get(kind.initial, empty)}


def merged_state(layout: list[Json], kept: Values, given: Values, *, offered: Json | None = None) -> Values:
    """The state of every input in a layout: what is given now, else what was kept, else its initial value."""
    state: Values = {}
    for block, element in blocks.elements(layout):
        kind = element.get("type", "")
        if kind not in VALUE_KINDS or kind in STATELESS:
            continue
        block_id, action_id = block["block_id"], element["action_id"]
        plain = given.get(block_id, {})
        if action_id in plain:
            value = state_object(with_offered(element, offered), plain[action_id])
        else:
            value = kept.get(block_id, {}).get(action_id) or initial_object(element)
        state.setdefault(block_id, {})[action_id] = value
    return state


def with_offered(element: Json, offered: Json | None) -> Json:
    """An external select with the options that the app last offered for it."""
    known = (offered or {}).get(element.get("action_id", ""))
    if not known or "external" not in element.get("type", ""):
        return element
    initial = [element["initial_option"]] if "initial_option" in element else element.get("initial_options", [])
    return element | {"options": [*known, *initial]}


def action_object(block: Json, element: Json, value: Any, *, ts: str) -> Json:
    """What `actions[]` of a block_actions payload says of this element. Raises BadValue."""
    action: Json = {"type": element["type"], "block_id": block["block_id"], "action_id": element["action_id"]}
    action |= {name: element[name] for name in ECHOED if name in element}
    action |= {name: element[name] for name in element if name.startswith("initial_")}
    if element["type"] in VALUE_KINDS:
        action |= state_object(element, value)
    elif element["type"] == "feedback_buttons":
        action |= _feedback(element, value)
    return action | {"action_ts": ts}


def _feedback(element: Json, value: Any) -> Json:
    for name in ("positive_button", "negative_button"):
        if (button := element.get(name, {})).get("value") == value:
            return {"text": button["text"], "value": value}
    raise BadValue(f"no button {value!r}")


def form_errors(layout: list[Json], state: Values) -> dict[str, str]:
    """What Slack's own form would complain of before it sends anything: block id → words."""
    errors = {}
    for block in layout:
        if block.get("type") != "input":
            continue
        element = block["element"]
        value = state.get(block["block_id"], {}).get(element["action_id"], {})
        fault = _input_fault(block, element, value.get(VALUE_KINDS[element["type"]].field) if value else None)
        if fault:
            errors[block["block_id"]] = fault
    return errors


def _input_fault(block: Json, element: Json, value: Any) -> str | None:
    if value in (None, "", []):
        return None if block.get("optional") else "Please complete this required field."
    if isinstance(value, str):
        if len(value) < int(element.get("min_length", 0)):
            return f"Please enter at least {element['min_length']} characters."
        if len(value) > int(element.get("max_length", 3000)):
            return f"Please enter no more than {element.get('max_length', 3000)} characters."
    return _format_fault(element, value)


def _format_fault(element: Json, value: Any) -> str | None:
    match element["type"]:
        case "email_text_input" if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value):
            return "Please enter a valid email address."
        case "url_text_input" if not re.fullmatch(r"https?://\S+", value):
            return "Please enter a valid URL."
        case "number_input":
            return _number_fault(element, value)
    return None


def _number_fault(element: Json, value: str) -> str | None:
    pattern = r"-?\d+(\.\d+)?" if element.get("is_decimal_allowed") else r"-?\d+"
    if not re.fullmatch(pattern, value):
        return "Please enter a valid number."
    if "min_value" in element and float(value) < float(element["min_value"]):
        return f"Please enter a number no less than {element['min_value']}."
    if "max_value" in element and float(value) > float(element["max_value"]):
        return f"Please enter a number no more than {element['max_value']}."
    return None

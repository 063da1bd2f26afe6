"""Block elements: every type with its fields and limits, and where it may stand."""

from collections.abc import Mapping

from sandbox.blocks.composition import (
    CONFIRM,
    CONVERSATION_FILTER,
    DISPATCH_CONFIG,
    ID,
    MARKED_OPTION,
    OPTION,
    OPTION_GROUP,
    OVERFLOW_OPTION,
    URL,
    initial_is_offered,
    plain_text,
)
from sandbox.blocks.rules import (
    Field,
    Rule,
    any_field,
    anything,
    array,
    boolean,
    by_type,
    not_both,
    one_of,
    optional,
    record,
    required,
    string,
    whole,
)

Fields = dict[str, Field]


def _element(kind: str, fields: Fields, *extra: Rule) -> Rule:
    base = {"type": required(one_of(kind)), "action_id": optional(ID)}
    return record({**base, **fields}, *extra)


def _picker(kind: str, fields: Fields, *extra: Rule) -> Rule:
    shared = {
        "placeholder": optional(plain_text(150)),
        "confirm": optional(CONFIRM),
        "focus_on_load": optional(boolean),
    }
    return _element(kind, {**shared, **fields}, *extra)


def _select(what: str, fields: Fields, *extra: Rule) -> dict[str, Rule]:
    """The single and the multi form of a select."""
    single = {name: rule for name, rule in fields.items() if not name.startswith("many:")}
    many = {name.removeprefix("many:"): rule for name, rule in fields.items() if not name.startswith("initial_")}
    limit = {"max_selected_items": optional(whole(1, 1000))}
    return {
        f"{what}_select": _picker(f"{what}_select", single, *extra),
        f"multi_{what}_select": _picker(f"multi_{what}_select", {**many, **limit}, *extra),
    }


_OPTIONS: Fields = {
    "options": optional(array(OPTION, high=100)),
    "option_groups": optional(array(OPTION_GROUP, high=100)),
    "initial_option": optional(OPTION),
    "many:initial_options": optional(array(OPTION, high=100)),
}
_CONVERSATIONS: Fields = {
    "initial_conversation": optional(ID),
    "many:initial_conversations": optional(array(ID)),
    "default_to_current_conversation": optional(boolean),
    "filter": optional(CONVERSATION_FILTER),
    "response_url_enabled": optional(boolean),
}
SELECTS: dict[str, Rule] = {
    **_select(
        "static",
        _OPTIONS,
        any_field("options", "option_groups"),
        not_both("options", "option_groups"),
        initial_is_offered,
    ),
    **_select(
        "external",
        {
            "min_query_length": optional(whole(0, 1000)),
            "initial_option": optional(OPTION),
            "many:initial_options": optional(array(OPTION)),
        },
    ),
    **_select("users", {"initial_user": optional(ID), "many:initial_users": optional(array(ID))}),
    **_select("conversations", _CONVERSATIONS),
    **_select(
        "channels",
        {
            "initial_channel": optional(ID),
            "many:initial_channels": optional(array(ID)),
            "response_url_enabled": optional(boolean),
        },
    ),
}

_CHOICES: Fields = {
    "options": required(array(MARKED_OPTION, high=10)),
    "confirm": optional(CONFIRM),
    "focus_on_load": optional(boolean),
}
_BUTTON: Fields = {
    "text": required(plain_text(75)),
    "value": optional(string(2000)),
    "url": optional(URL),
    "style": optional(one_of("primary", "danger")),
    "confirm": optional(CONFIRM),
    "accessibility_label": optional(string(75)),
}
_TEXT_INPUT: Fields = {
    "initial_value": optional(string(3000)),
    "dispatch_action_config": optional(DISPATCH_CONFIG),
    "focus_on_load": optional(boolean),
    "placeholder": optional(plain_text(150)),
}
_FEEDBACK = record(
    {"text": required(plain_text(75)), "value": required(string(2000)), "accessibility_label": optional(string(75))}
)
IMAGE = record(
    {
        "type": required(one_of("image")),
        "image_url": optional(URL),
        "slack_file": optional(record({"id": optional(ID), "url": optional(URL)}, any_field("id", "url"))),
        "alt_text": required(string(2000)),
    },
    any_field("image_url", "slack_file"),
)

ELEMENTS: Mapping[str, Rule] = {
    **SELECTS,
    "button": _element("button", _BUTTON),
    "workflow_button": _element(
        "workflow_button", {**_BUTTON, "workflow": required(record({"trigger": required(anything)}))}
    ),
    "overflow": _element(
        "overflow", {"options": required(array(OVERFLOW_OPTION, high=5)), "confirm": optional(CONFIRM)}
    ),
    "checkboxes": _element(
        "checkboxes", {**_CHOICES, "initial_options": optional(array(MARKED_OPTION, high=10))}, initial_is_offered
    ),
    "radio_buttons": _element(
        "radio_buttons", {**_CHOICES, "initial_option": optional(MARKED_OPTION)}, initial_is_offered
    ),
    "datepicker": _picker("datepicker", {"initial_date": optional(string(10, low=10))}),
    "timepicker": _picker(
        "timepicker", {"initial_time": optional(string(5, low=5)), "timezone": optional(string(100))}
    ),
    "datetimepicker": _element(
        "datetimepicker",
        {
            "initial_date_time": optional(whole(0, 9_999_999_999)),
            "confirm": optional(CONFIRM),
            "focus_on_load": optional(boolean),
        },
    ),
    "plain_text_input": _element(
        "plain_text_input",
        {
            **_TEXT_INPUT,
            "multiline": optional(boolean),
            "min_length": optional(whole(0, 3000)),
            "max_length": optional(whole(1, 3000)),
        },
    ),
    "email_text_input": _element("email_text_input", _TEXT_INPUT),
    "url_text_input": _element("url_text_input", _TEXT_INPUT),
    "number_input": _element(
        "number_input",
        {
            **_TEXT_INPUT,
            "is_decimal_allowed": required(boolean),
            "min_value": optional(string(50)),
            "max_value": optional(string(50)),
        },
    ),
    "rich_text_input": _element("rich_text_input", {**_TEXT_INPUT, "initial_value": optional(anything)}),
    "file_input": _element(
        "file_input", {"filetypes": optional(array(string(50))), "max_files": optional(whole(1, 10))}
    ),
    "feedback_buttons": _element(
        "feedback_buttons", {"positive_button": required(_FEEDBACK), "negative_button": required(_FEEDBACK)}
    ),
    "icon_button": _element(
        "icon_button",
        {
            "icon": required(one_of("trash")),
            "text": required(plain_text(75)),
            "value": optional(string(2000)),
            "confirm": optional(CONFIRM),
            "accessibility_label": optional(string(75)),
            "visible_to_user_ids": optional(array(ID)),
        },
    ),
    "image": IMAGE,
}

SINGLE_SELECTS = tuple(name for name in SELECTS if not name.startswith("multi_"))
PICKERS = ("checkboxes", "radio_buttons", "datepicker", "timepicker")


def among(*names: str) -> Rule:
    """An element of one of these types."""
    return by_type({name: ELEMENTS[name] for name in names})


IN_ACTIONS = among(
    "button", "workflow_button", "overflow", "datetimepicker", "rich_text_input", *SINGLE_SELECTS, *PICKERS
)
IN_ACCESSORY = among("button", "workflow_button", "overflow", "image", *SELECTS, *PICKERS)
IN_INPUT = among(
    "plain_text_input",
    "email_text_input",
    "url_text_input",
    "number_input",
    "rich_text_input",
    "file_input",
    "datetimepicker",
    *SELECTS,
    *PICKERS,
)
IN_CONTEXT_ACTIONS = among("feedback_buttons", "icon_button")
IN_CARD = among("button")

"""The dialogs and the Home of the tests' bot."""

from typing import Any

from tests.sandbox_page.kitchen import Block, button, mrkdwn, options, plain


def entry(block_id: str, label: str, element: Block, **more: Any) -> Block:
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(label),
        "element": {"action_id": "it", **element},
        **more,
    }


ANSWER: Block = {
    "type": "modal",
    "callback_id": "answer",
    "title": plain("Answer Nell Frost"),
    "submit": plain("Send answer"),
    "close": plain("Cancel"),
    "notify_on_close": True,
    "blocks": [
        {
            "type": "section",
            "block_id": "advice",
            "text": mrkdwn("*The flow advises:* say sorry once, say what happens next."),
        },
        entry(
            "text",
            "Your answer",
            {"type": "plain_text_input", "multiline": True, "placeholder": plain("Dear Nell …"), "max_length": 200},
            hint=plain("It is public."),
        ),
        {"type": "alert", "block_id": "alarm", "level": "warning", "text": plain("Everybody can read it.")},
        entry(
            "tone",
            "Tone",
            {"type": "static_select", "options": options("Warm", "Formal")},
            optional=True,
            dispatch_action=True,
        ),
        entry("who", "In copy", {"type": "multi_users_select"}, optional=True),
        {"type": "actions", "block_id": "extra", "elements": [button("preview", "Preview"), button("help", "Help")]},
    ],
}

HELP: Block = {
    "type": "modal",
    "callback_id": "unheard",
    "title": plain("How to say sorry"),
    "submit": plain("Understood"),
    "blocks": [{"type": "section", "block_id": "how", "text": mrkdwn("*Once*, and mean it.")}],
}

EVERY_INPUT: Block = {
    "type": "modal",
    "callback_id": "inputs",
    "title": plain("Every input"),
    "submit": plain("Save"),
    "blocks": [
        entry("line", "A line", {"type": "plain_text_input"}, optional=True),
        entry("mail", "Email", {"type": "email_text_input"}, optional=True),
        entry("url", "Address", {"type": "url_text_input"}, optional=True),
        entry(
            "number", "Number", {"type": "number_input", "is_decimal_allowed": False, "min_value": "1"}, optional=True
        ),
        entry("rich", "Rich text", {"type": "rich_text_input", "placeholder": plain("With style")}, optional=True),
        entry("day", "Day", {"type": "datepicker"}, optional=True),
        entry("time", "Time", {"type": "timepicker"}, optional=True),
        entry("moment", "Moment", {"type": "datetimepicker"}, optional=True),
        entry("static", "One", {"type": "static_select", "options": options("Red", "Green")}, optional=True),
        entry(
            "many", "Some", {"type": "multi_static_select", "options": options("Red", "Green", "Blue")}, optional=True
        ),
        entry("room", "Channel", {"type": "conversations_select"}, optional=True),
        entry("files", "Files", {"type": "file_input", "max_files": 2}, optional=True),
        entry("boxes", "Boxes", {"type": "checkboxes", "options": options("A", "B")}, optional=True),
        entry("radio", "Radio", {"type": "radio_buttons", "options": options("Yes", "No")}, optional=True),
    ],
}

HOME: Block = {
    "type": "home",
    "blocks": [
        {"type": "header", "block_id": "h", "text": plain("Good morning, Ana")},
        {
            "type": "section",
            "block_id": "mine",
            "text": mrkdwn("*2* mentions are yours, *1* is due within the hour."),
            "accessory": button("home_go", "Show me", style="primary"),
        },
        {"type": "divider", "block_id": "d"},
        {
            "type": "section",
            "block_id": "due",
            "text": mrkdwn(":hourglass_flowing_sand: *Charged twice for the Larder*\nSpoonful · answer by 14:30"),
        },
        {"type": "actions", "block_id": "hb", "elements": [button("home_open", "Open")]},
        {"type": "context", "block_id": "foot", "elements": [mrkdwn("Shown for you only")]},
    ],
}

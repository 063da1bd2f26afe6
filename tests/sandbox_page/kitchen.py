"""A small bot that shows everything Block Kit can draw: what the page's tests look at."""

from typing import Any

Block = dict[str, Any]


def plain(text: str, *, emoji: bool | None = None) -> Block:
    return {"type": "plain_text", "text": text} | ({} if emoji is None else {"emoji": emoji})


def mrkdwn(text: str) -> Block:
    return {"type": "mrkdwn", "text": text}


def button(action_id: str, label: str, **more: Any) -> Block:
    return {"type": "button", "action_id": action_id, "text": plain(label), **more}


def options(*names: str) -> list[Block]:
    return [{"text": plain(name), "value": name.lower()} for name in names]


def rich(*elements: Block) -> Block:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(elements)}]}


def raw(text: str) -> Block:
    return {"type": "raw_text", "text": text}


def figure(value: float) -> Block:
    return {"type": "raw_number", "value": value, "text": f"{value:,}"}


CONFIRM = {
    "title": plain("Escalate this mention?"),
    "text": mrkdwn("It goes to the *leads*, and the author's name with it."),
    "confirm": plain("Escalate"),
    "deny": plain("Not yet"),
    "style": "danger",
}

CARD: list[Block] = [
    {"type": "header", "block_id": "title", "text": plain("Charged twice for the Larder :rotating_light:")},
    {
        "type": "context",
        "block_id": "who",
        "elements": [mrkdwn("*Spoonful* · ★☆☆☆☆ · <https://example.org/p/17|Nell Frost> · 4 minutes ago")],
    },
    {
        "type": "rich_text",
        "block_id": "said",
        "elements": [
            {
                "type": "rich_text_quote",
                "elements": [
                    {"type": "text", "text": "Charged twice and nobody answers. I *love* the Pip, but <!channel>!"}
                ],
            }
        ],
    },
    {
        "type": "section",
        "block_id": "facts",
        "fields": [
            mrkdwn("*Topic*\nBilling, 0.93"),
            mrkdwn("*Detractor*\n0.88 _estimated_"),
            mrkdwn("*Recommended*\nFix the situation, then answer"),
            mrkdwn("*Promise*\nanswer by <!date^1700000000^{date_short_pretty} {time}|later>"),
        ],
    },
    {
        "type": "actions",
        "block_id": "desk",
        "elements": [
            button("claim", "Claim", style="primary", value="17"),
            button("answer", "Answer", value="17"),
            button("escalate", "Escalate", value="17", style="danger", confirm=CONFIRM),
            {
                "type": "overflow",
                "action_id": "more",
                "options": [*options("Reroute", "Let stand", "Monitor", "Snooze"), *options("History")],
            },
        ],
    },
]

CLAIMED: list[Block] = [
    *CARD[:4],
    {"type": "context", "block_id": "state", "elements": [mrkdwn(":white_check_mark: Claimed")]},
    {"type": "actions", "block_id": "desk", "elements": [button("claim", "Release", value="17")]},
]

SELECTS: list[Block] = [
    {
        "type": "section",
        "block_id": "pick",
        "text": mrkdwn("*Route it*"),
        "accessory": {
            "type": "static_select",
            "action_id": "static",
            "placeholder": plain("Choose a topic"),
            "option_groups": [
                {"label": plain("Money"), "options": options("Billing", "Refunds")},
                {"label": plain("Things"), "options": options("Kettle", "Pot")},
            ],
        },
    },
    {
        "type": "actions",
        "block_id": "choose",
        "elements": [
            {"type": "users_select", "action_id": "user", "placeholder": plain("Choose a person")},
            {"type": "channels_select", "action_id": "channel", "placeholder": plain("Choose a channel")},
            {"type": "datepicker", "action_id": "day", "initial_date": "2026-11-21"},
            {"type": "timepicker", "action_id": "time", "initial_time": "09:30"},
            {"type": "external_select", "action_id": "external", "min_query_length": 1, "placeholder": plain("Find")},
            {
                "type": "checkboxes",
                "action_id": "boxes",
                "options": options("Urgent", "Public"),
                "initial_options": options("Urgent"),
            },
            {"type": "radio_buttons", "action_id": "radios", "options": options("Today", "Tomorrow")},
        ],
    },
]

CHARTS: list[Block] = [
    {
        "type": "data_visualization",
        "block_id": "line",
        "title": "Mentions by day",
        "chart": {
            "type": "line",
            "series": [
                {
                    "name": "Billing",
                    "data": [{"label": d, "value": v} for d, v in (("Mon", 12), ("Tue", 31), ("Wed", 22))],
                },
                {
                    "name": "Orders",
                    "data": [{"label": d, "value": v} for d, v in (("Mon", 8), ("Tue", 9), ("Wed", 17))],
                },
            ],
            "axis_config": {"categories": ["Mon", "Tue", "Wed"], "x_label": "Day", "y_label": "Mentions"},
        },
    },
    {
        "type": "data_visualization",
        "block_id": "pie",
        "title": "Decisions",
        "chart": {
            "type": "pie",
            "segments": [
                {"label": "Answered", "value": 61},
                {"label": "Let stand", "value": 24},
                {"label": "Open", "value": 9},
            ],
        },
    },
]

MORE_CHARTS: list[Block] = [
    {
        "type": "data_visualization",
        "block_id": kind,
        "title": f"As {kind}",
        "chart": {
            "type": kind,
            "series": [
                {"name": name, "data": [{"label": f"Week {n}", "value": base + n * step} for n in range(1, 7)]}
                for name, base, step in (("Answered", 10, 4), ("Late", 22, -3))
            ],
            "axis_config": {"categories": [f"Week {n}" for n in range(1, 7)]},
        },
    }
    for kind in ("bar", "area")
]

TABLES: list[Block] = [
    {
        "type": "data_table",
        "block_id": "by_department",
        "caption": "Time to claim, by department",
        "page_size": 5,
        "rows": [
            [raw("Department"), raw("Mentions"), raw("Median")],
            *(
                [raw(name), figure(count), raw(f"{count % 17 + 2} min")]
                for name, count in zip(
                    ("Billing", "Orders", "Engineering", "Product", "Brand", "Trust", "Leads"),
                    (120, 45, 1034, 77, 9, 31, 4),
                    strict=True,
                )
            ),
        ],
    },
    {
        "type": "table",
        "block_id": "plain_table",
        "column_settings": [{"is_wrapped": True}, {"align": "right"}],
        "rows": [
            [raw("Node"), raw("Answer")],
            [raw("Is it a troll?"), raw("no")],
            [rich({"type": "text", "text": "Is it wrong?", "style": {"bold": True}}), raw("yes")],
        ],
    },
]

MARKDOWN = """## Steps

1. **Read** it
2. *Claim* it
   - calmly

| A | B |
|---|--:|
| x | 1 |

> said

- [x] done
- [ ] open"""

TEXTS: list[Block] = [
    {
        "type": "section",
        "block_id": "marks",
        "text": mrkdwn(
            "*bold* _italic_ ~struck~ `code` *_both_* a*b*c 2 * 3 * 4\n>a quote\n>of two lines\n"
            "```\nfenced *not bold*\n```\n&lt;b&gt; &amp;amp; :tada: <https://example.org/a_b_c|a link> <@UNOBODY> <!here>"
        ),
    },
    {
        "type": "rich_text",
        "block_id": "tree",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [
                    {"type": "text", "text": "rich "},
                    {"type": "text", "text": "bold", "style": {"bold": True}},
                    {"type": "text", "text": " *literal* "},
                    {"type": "emoji", "name": "ear"},
                    {"type": "link", "url": "https://example.org", "text": " link"},
                ],
            },
            {
                "type": "rich_text_list",
                "style": "ordered",
                "elements": [rich({"type": "text", "text": word})["elements"][0] for word in ("first", "second")],
            },
            {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "preformatted"}]},
        ],
    },
    {
        "type": "markdown",
        "block_id": "md",
        "text": MARKDOWN,
    },
]

FRAMES: list[Block] = [
    {
        "type": "card",
        "block_id": "c1",
        "title": mrkdwn("*A card*"),
        "subtitle": plain("with a subtitle"),
        "body": mrkdwn("and a body"),
        "actions": [button("card_go", "Go")],
    },
    {
        "type": "carousel",
        "block_id": "cs",
        "elements": [
            {"type": "card", "block_id": f"cc{n}", "title": plain(f"Card {n}"), "body": plain("One of three")}
            for n in range(3)
        ],
    },
    {
        "type": "plan",
        "block_id": "pl",
        "title": "What happens now",
        "tasks": [
            {"type": "task_card", "task_id": "t1", "title": "Read the mention", "status": "complete"},
            {
                "type": "task_card",
                "task_id": "t2",
                "title": "Ask the leads",
                "status": "in_progress",
                "details": rich({"type": "text", "text": "They have it."}),
            },
            {"type": "task_card", "task_id": "t3", "title": "Answer", "status": "pending"},
        ],
    },
    {
        "type": "container",
        "block_id": "ct",
        "title": plain("A folder"),
        "is_collapsible": True,
        "default_collapsed": True,
        "child_blocks": [{"type": "section", "block_id": "inside", "text": plain("What is inside")}],
    },
    {
        "type": "image",
        "block_id": "im",
        "image_url": "https://pictures.example.org/kettle.png",
        "alt_text": "A kettle that is too hot",
        "title": plain("The evidence"),
    },
    {
        "type": "context_actions",
        "block_id": "ca",
        "elements": [
            {
                "type": "feedback_buttons",
                "action_id": "feedback",
                "positive_button": {"text": plain("Good"), "value": "good"},
                "negative_button": {"text": plain("Bad"), "value": "bad"},
            },
            {"type": "icon_button", "action_id": "trash", "icon": "trash", "text": plain("Remove")},
        ],
    },
    {
        "type": "video",
        "block_id": "vd",
        "title": plain("How to descale a Pip"),
        "alt_text": "A kettle",
        "video_url": "https://video.example.org/1",
        "thumbnail_url": "https://video.example.org/1.jpg",
    },
]

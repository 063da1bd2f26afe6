"""Rich text: sections, lists, quotes and preformatted text, and the parts inside them."""

from sandbox.blocks.composition import ID, URL
from sandbox.blocks.rules import (
    Field,
    Rule,
    array,
    boolean,
    by_type,
    one_of,
    optional,
    record,
    required,
    string,
    whole,
)

_FLAGS = ("bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink")
STYLE = record({name: optional(boolean) for name in _FLAGS})


def _part(kind: str, fields: dict[str, Field]) -> Rule:
    return record({"type": required(one_of(kind)), "style": optional(STYLE), **fields})


PART = by_type(
    {
        "text": _part("text", {"text": required(string(100_000, low=1))}),
        "link": _part("link", {"url": required(URL), "text": optional(string(3000)), "unsafe": optional(boolean)}),
        "user": _part("user", {"user_id": required(ID)}),
        "usergroup": _part("usergroup", {"usergroup_id": required(ID)}),
        "channel": _part("channel", {"channel_id": required(ID)}),
        "team": _part("team", {"team_id": required(ID)}),
        "emoji": _part(
            "emoji",
            {
                "name": required(string(100, low=1)),
                "unicode": optional(string(100)),
                "skin_tone": optional(whole(1, 6)),
            },
        ),
        "broadcast": _part("broadcast", {"range": required(one_of("here", "channel", "everyone"))}),
        "color": _part("color", {"value": required(string(7, low=7))}),
        "date": _part(
            "date",
            {
                "timestamp": required(whole(0, 9_999_999_999)),
                "format": required(string(200, low=1)),
                "url": optional(URL),
                "fallback": optional(string(200)),
            },
        ),
    }
)
_PARTS = required(array(PART, low=0, high=10_000))
_BORDER = optional(whole(0, 1))
SECTION = record({"type": required(one_of("rich_text_section")), "elements": _PARTS})
RICH_TEXT = record(
    {
        "type": required(one_of("rich_text")),
        "block_id": optional(ID),
        "elements": required(
            array(
                by_type(
                    {
                        "rich_text_section": SECTION,
                        "rich_text_list": record(
                            {
                                "type": required(one_of("rich_text_list")),
                                "style": required(one_of("bullet", "ordered")),
                                "elements": required(array(SECTION, high=1000)),
                                "indent": optional(whole(0, 8)),
                                "offset": optional(whole(0, 10_000)),
                                "border": _BORDER,
                            }
                        ),
                        "rich_text_quote": record(
                            {"type": required(one_of("rich_text_quote")), "elements": _PARTS, "border": _BORDER}
                        ),
                        "rich_text_preformatted": record(
                            {
                                "type": required(one_of("rich_text_preformatted")),
                                "elements": _PARTS,
                                "border": _BORDER,
                                "language": optional(string(50)),
                            }
                        ),
                    }
                ),
                high=1000,
            )
        ),
    }
)

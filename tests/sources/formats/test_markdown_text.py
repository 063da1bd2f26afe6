"""What is written in Slack reads the same where Markdown is read: markdown-it, which forums use, is the judge."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.sources.formats.markdown_text import as_markdown
from bot.sources.formats.markup import plain_text

COOK = MarkdownIt("commonmark", {"html": True, "breaks": True}).enable(["strikethrough", "table"])
SIGNS = st.text(alphabet="ab1.)-+=*_`#>|[](){}!<&;~\\:/ \n\t", max_size=40)


def shown(text: str) -> str:
    return " ".join(plain_text(COOK.render(as_markdown(text))).text.split())


@pytest.mark.parametrize(
    "text",
    [
        "*We* are _sorry_: `a` <b>b</b> &amp; ~~c~~",
        "# No heading\n\n- no list\n1. neither\n2) nor this\n\n===\n---\n    no code\n> no quote",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        "[not](https://a.example) ![a](b) <https://b.example>",
        "1.5 km, -3 °C, a-b, #quietpip, @jo, C:\\temp\\x",
    ],
)
def test_plain_text_stays_plain(text: str) -> None:
    assert shown(text) == " ".join(text.split())


@given(SIGNS)
def test_any_signs_are_shown_as_they_were_typed(text: str) -> None:
    assert shown(text) == " ".join(text.split())


def test_addresses_stay_links() -> None:
    assert as_markdown("See https://help.example/a_b?c=*d* now_") == r"See https://help.example/a_b?c=*d* now\_"

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.message_words import addresses_in, words_of

NAMES = {"U1": "Ana"}


def words(message: dict[str, Any]) -> str:
    return words_of(message, lambda user: NAMES.get(user, ""))


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"),
        ("<@U1> and <@U9> and <@U9|zoe>", "@Ana and @U9 and @zoe"),
        ("<#C1|billing> <!here> <!subteam^S1|@leads>", "#billing @here @leads"),
        ("see <https://a.test/x?a=1&amp;b=2>", "see https://a.test/x?a=1&b=2"),
        ("<https://a.test/x|this post>", "this post (https://a.test/x)"),
        ("<https://a.test|a.test> <mailto:a@b.test|a@b.test>", "https://a.test a@b.test"),
    ],
)
def test_a_message_reads_as_a_person_sees_it(text: str, read: str) -> None:
    assert words({"text": text}) == read


def test_a_message_of_blocks_or_attachments_has_words_too() -> None:
    blocks = [
        {"type": "section", "text": {"type": "mrkdwn", "text": "From a form:"}, "fields": [{"text": "late again"}]}
    ]
    assert words({"text": "", "blocks": blocks}) == "From a form:\nlate again"
    rich = [
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "hi"}]}]}
    ]
    assert words({"blocks": rich}) == "hi"
    assert words({"attachments": [{"fallback": "A forwarded post"}]}) == "A forwarded post"
    assert words({}) == ""


def test_the_addresses_in_a_message_each_once() -> None:
    text = "<https://a.test/1|https://a.test/1>, <https://a.test/1> (https://b.test/2?x=1&amp;y=2)."
    assert addresses_in({"text": text}) == ["https://a.test/1", "https://b.test/2?x=1&y=2"]


@given(st.text(alphabet="<>@#!|&;amplt hts:/.U1", max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    words({"text": text})
    addresses_in({"text": text})

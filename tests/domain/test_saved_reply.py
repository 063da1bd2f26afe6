"""Saved replies: fields are checked when they are saved and filled when they are used."""

import pytest

from bot.domain.draft import blanks
from bot.domain.saved_reply import LONGEST_TEXT, Field, fault_in, filled


def test_fields_are_filled_from_what_is_known() -> None:
    values = {Field.AUTHOR: "Jo", Field.COMPANY: "Acme", Field.AGENT: "Ana Duarte"}
    assert filled("Hi {author}, {agent} of {company} here.", values) == "Hi Jo, Ana Duarte of Acme here."


def test_a_field_that_nobody_knows_becomes_a_blank() -> None:
    text = filled("Hi {author}, see {link}. {agent}", {Field.AUTHOR: "  "})
    assert text == "Hi [name], see [link]. [your name]"
    assert blanks(text) == ("[name]", "[link]", "[your name]")


def test_what_a_customer_calls_themselves_is_not_read_for_fields() -> None:
    assert filled("Hi {author}!", {Field.AUTHOR: "{link}\nBcc: all", Field.LINK: "x"}) == "Hi {link} Bcc: all!"


@pytest.mark.parametrize(
    ("title", "text", "told"),
    [
        ("", "Hi", "Give it a title"),
        ("x" * 61, "Hi", "too long"),
        ("Refund", "  ", "Write the text"),
        ("Refund", "x" * (LONGEST_TEXT + 1), "too long"),
        ("Refund", "Hi {autor}", "no field {autor}. The fields are {author}, {company}"),
        ("Refund", "Hi {}", "no field {}"),
        ("Refund", "Hi {author.__class__}", "no field {author.__class__}"),
    ],
)
def test_what_cannot_be_saved_is_told(title: str, text: str, told: str) -> None:
    assert told in fault_in(title, text)


def test_single_braces_are_text() -> None:
    assert fault_in("Refund", "Hi {author} :-} {") == ""
    assert filled("Hi :-} {", {}) == "Hi :-} {"

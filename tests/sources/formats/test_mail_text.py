"""What somebody wrote now, and what they quote."""

import time

import pytest

from bot.sources.formats.mail_text import unflowed, words_of, words_of_html

NEW = "It broke again.\n\nPlease help."
OLD = "Thank you for your order.\nWe will ship it."
MARKED = "> Thank you for your order.\n> We will ship it."

UNDER = {
    "gmail": f"{NEW}\n\nOn Mon, 1 Jun 2026 at 10:00, Acme <care@acme.example> wrote:\n\n{MARKED}\n",
    "broken attribution": f"{NEW}\n\nOn Mon, 1 Jun 2026 at 10:00, Acme Customer Care\n<care@acme.example> wrote:\n{MARKED}",
    "german": f"{NEW}\n\nAm 01.06.26 um 10:00 schrieb Acme:\n{MARKED}",
    "french": f"{NEW}\n\nLe lun. 1 juin 2026 à 10:00, Acme a écrit :\n{MARKED}",
    "no attribution": f"{NEW}\n\n{MARKED}",
    "above": f"On Monday Acme wrote:\n{MARKED}\n\n{NEW}",
    "signed between": f"{NEW}\n\n-- \nJo Miller\nPlumber\n\nOn Monday, Acme wrote:\n{MARKED}",
    "from a phone": f"{NEW}\n\nSent from my iPhone\n\nOn 1 Jun 2026, Acme wrote:\n{MARKED}",
}


@pytest.mark.parametrize("text", UNDER.values(), ids=UNDER)
def test_the_quotation_is_parted_from_what_is_new(text: str) -> None:
    words = words_of(text)
    assert words.text == NEW
    assert words.quoted == OLD


OUTLOOK = "From: Acme <care@acme.example>\nSent: Monday, 1 June 2026 10:00\nTo: Jo\nSubject: Order"


@pytest.mark.parametrize(
    "separator",
    ["-----Original Message-----\n" + OUTLOOK, "_" * 32 + "\n" + OUTLOOK, OUTLOOK, OUTLOOK.replace("From", "*From")],
)
def test_a_whole_mail_below_a_line_is_quoted(separator: str) -> None:
    words = words_of(f"{NEW}\n\n{separator}\n\n{OLD}")
    assert words.text == NEW
    assert words.quoted.endswith(OLD)


WHOLE = {
    "nothing quoted": NEW,
    "answers between": "> Does it boil?\nNo.\n> Does it whistle?\nYes.",
    "only a quotation": MARKED,
    "a forward": f"See below\n\n---------- Forwarded message ---------\n{OUTLOOK}\n\n{OLD}",
    "a greater sign in the text": "5 > 3\n> 2 is also true, and\nso on",
    "somebody writes From:": "From: my heart\nThanks!",
    "somebody says wrote": "On Monday your man wrote:\nnothing at all.",
    "dashes in the middle": "one\n--\n" + "\n".join(f"line {number}" for number in range(30)),
}


@pytest.mark.parametrize("text", WHOLE.values(), ids=WHOLE)
def test_what_cannot_be_parted_stays_whole(text: str) -> None:
    assert words_of(text).text == text
    assert words_of(text).quoted == ""


def test_a_signature_is_left_out_and_a_mail_of_nothing_else_is_not() -> None:
    assert words_of("Hello\n\n-- \nJo\n").text == "Hello"
    assert words_of("-- \nJo").text == "-- \nJo"


def test_html_marks_its_quotation_in_its_own_ways() -> None:
    for mark in ('<div class="gmail_quote">On Monday Acme wrote:', "<blockquote type=cite>", "<BLOCKQUOTE>"):
        words = words_of_html(f"<p>It broke</p>{mark}<p>Thank you</p>")
        assert words.text == "It broke"
        assert "Thank you" in words.quoted
    below = words_of_html("<blockquote>Thank you</blockquote><p>It broke</p>")
    assert below.text == "Thank you\n\nIt broke"


def test_flowed_lines_are_joined() -> None:
    assert unflowed("It \nbroke.\n again \n-- \nJo", delete_space=False) == "It broke.\nagain -- \nJo"
    assert unflowed("日本 \n語", delete_space=True) == "日本語"
    assert unflowed("> one \n> two\n>> three\nfour", delete_space=False) == "> one two\n>> three\nfour"


def test_long_nonsense_is_read_in_bounded_time() -> None:
    """Seconds of the processor, and many times what it takes: what is quadratic takes minutes."""
    began = time.process_time()
    for text in (
        "On " * 50_000,
        "> " * 90_000,
        "\n> " * 60_000,
        "From: x\n" * 20_000,
        "-" * 200_000,
        "On x\n" * 40_000,
    ):
        words_of(text)
        words_of_html(text.replace(">", "<blockquote"))
    assert time.process_time() - began < 20

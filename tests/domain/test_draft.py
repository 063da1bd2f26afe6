"""Drafts out of given answers: nothing that was true of the other customer only may stay."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.draft import BLANKS, Accepted, blanks, draft_of, plain_words

AT = datetime(2026, 3, 3, tzinfo=UTC)
OURS = ("Acme", "Pip", "Hob Line")


def draft(
    text: str, *, now_said: str = "You charged me twice", author: str = "jo_b", author_name: str = "Jo Brandt"
) -> str:
    answer = Accepted(
        answer_id=1,
        mention_id=2,
        likeness=0.8,
        text=text,
        by="U1",
        at=AT,
        permalink="",
        question="Charged twice!",
        author=author,
        author_name=author_name,
    )
    common = plain_words(["what we can do is send it again, call and refund the spare location"])
    return draft_of(answer, ours=OURS, now_said=now_said, common=common)


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("Hi Jo, you were charged twice.", "Hi [name], you were charged twice."),
        ("Hello Mr. Brandt! We can help.", "Hello [name]! We can help."),
        ("It was order SW-48213, sorry.", "It was order [number], sorry."),
        ("We sent back £79.00 and 12 EUR.", "We sent back [amount] and [amount]."),
        ("You get 20 % off.", "You get [amount] off."),
        ("It arrives on 3 March 2026.", "It arrives on [date]."),
        ("It arrives by Friday, at 14:30.", "It arrives by [date], at [time]."),
        ("We refunded it today.", "We refunded it [date]."),
        ("Look at https://acme.test/a?b=1.", "Look at [link]."),
        ("Spare parts are at acme.com/parts.", "Spare parts are at [link]."),
        ("Write to help@acme.com.", "Write to [e-mail]."),
        ("Thanks @mo_eats for this.", "Thanks [name] for this."),
        ("It is at 14 Mill Lane.", "It is at [address]."),
        ("Call +44 20 7946 0018 now.", "Call [phone] now."),
        ("The driver of Hull took it.", "The driver of [name] took it."),
        ("We can help. Maren at Acme", "We can help. [your name] at Acme"),
        ("Sorry about that.\nBest, Dov", "Sorry about that.\nBest, [your name]"),
        ("Forty minutes are too long.", "[number] minutes are too long."),
    ],
)
def test_what_was_true_of_one_customer_becomes_a_blank(said: str, left: str) -> None:
    assert draft(said) == left


@pytest.mark.parametrize(
    "said",
    [
        "Thank you for telling us.",
        "The Hob Line and your Pip are fine. Location is off, and I'm sorry.",
        "Please tell us when you called: we ring you back.",
        "Hi there, we can send it again.",
        "Thanks",
    ],
)
def test_what_is_ours_or_nobodys_stays(said: str) -> None:
    assert draft(said) == said


def test_a_name_that_this_customer_wrote_too_stays_and_the_other_customers_does_not() -> None:
    said = "It is known at Hermes, and Brandt is right."
    assert draft(said, now_said="Hermes lost it, says Brandt") == "It is known at Hermes, and [name] is right."


def test_blanks_are_told_once_each_in_their_order() -> None:
    assert blanks("[Amount] for [name], {link} and [name]; [sic] stays, { too") == ("[Amount]", "[name]", "{link}")
    assert blanks("Nothing to fill") == ()


@given(st.text(max_size=200))
def test_no_figure_and_no_address_survives(said: str) -> None:
    left = draft(said + " order 4711, help@acme.com")
    assert not any(sign.isdecimal() for sign in left if sign.isascii())
    assert "@acme" not in left
    assert draft(left) == left or blanks(left)


def test_every_blank_is_found_again() -> None:
    assert blanks(" ".join(f"[{each}]" for each in BLANKS)) == tuple(f"[{each}]" for each in BLANKS)

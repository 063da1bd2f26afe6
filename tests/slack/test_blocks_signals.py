"""The card of a weak signal, and the dialog that closes it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given, settings

from bot.domain.lifecycle import State
from bot.domain.signal import Conclusion, Member, Signal
from bot.slack.blocks.signals import no_pattern_modal, signal_message
from tests.slack.examples import NOW, a_card, a_claim, hostile_long
from tests.slack.limits import elements_of, faults_of_message, faults_of_view, said


def member(number: int, **fields: object) -> Member:
    base = Member(
        mention_id=number,
        source=f"Place {number % 3}",
        author=f"Customer {number}",
        at=NOW - timedelta(days=20 - number),
        text=f"The case gets warm, I say {number}",
        url=f"https://forum.test/{number}",
        department="care",
    )
    return replace(base, **fields)  # type: ignore[arg-type]


def a_signal(members: int = 5, **fields: object) -> Signal:
    base = Signal(
        id=3,
        lead=members,
        department="care",
        topic="outage",
        opened_at=NOW,
        last_at=NOW,
        members=tuple(member(number) for number in range(1, members + 1)),
        shared=("case", "warm"),
    )
    return replace(base, **fields)  # type: ignore[arg-type]


def buttons(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each for each in elements_of(blocks) if each["type"] == "button"]


def test_the_card_lists_mentions_newest_first_and_what_they_share() -> None:
    message = signal_message(a_card(), a_signal(), {5: "https://acme.slack.com/archives/C1/p5"})
    text = said(message.blocks)
    assert not faults_of_message(message)
    assert "A weak signal: 5 quiet mentions in 3 places within 5 days say something alike." in text
    assert "They share: case and warm." in text
    assert text.index("I say 5") < text.index("I say 1")
    assert text.count("Open the card") == 1
    assert text.count("Open on forum.test") == 4
    assert text.count("the lead mention") == 2, "in the list and on the button"
    assert [each["text"]["text"] for each in buttons(message.blocks)] == [
        "Looks real: claim the lead mention",
        "Not a pattern…",
    ]
    assert "A weak signal: 5 quiet mentions" in message.text


def test_more_than_fit_are_counted() -> None:
    message = signal_message(a_card(), a_signal(14), {})
    assert not faults_of_message(message)
    assert "14 quiet mentions" in said(message.blocks)
    assert "and 4 earlier ones" in said(message.blocks)


def test_a_claimed_lead_is_not_offered() -> None:
    message = signal_message(a_card(state=State.CLAIMED, claim=a_claim()), a_signal(), {})
    assert buttons(message.blocks)[0]["text"]["text"] == "Looks real"


def test_a_closed_one_says_who_said_what_and_has_no_buttons() -> None:
    closed = a_signal(closed_at=NOW, closed_by="U0BEN", closed_reason="the sun", outcome=Conclusion.NO_PATTERN)
    message = signal_message(a_card(), closed, {})
    assert "Said to be no pattern by U0BEN" in said(message.blocks)
    assert "“the sun”" in said(message.blocks)
    real = replace(closed, outcome=Conclusion.REAL, closed_reason="")
    shown = signal_message(a_card(state=State.CLAIMED, claim=a_claim()), real, {})
    assert "Said to be real by U0BEN" in said(shown.blocks)
    assert "the lead mention is with U0" in said(shown.blocks)
    assert not [*buttons(message.blocks), *buttons(shown.blocks)]


def test_the_dialog_shows_what_it_is_about() -> None:
    view = no_pattern_modal(a_signal())
    assert not faults_of_view(view)
    assert "I say 5" in said(view["blocks"])


@settings(max_examples=20, deadline=None)
@given(hostile_long)
def test_customers_words_are_never_markup(text: str) -> None:
    members = tuple(member(number, text=text, author=text, source=text, url=text) for number in range(1, 15))
    signal = replace(a_signal(14), members=members, shared=(text,))
    assert not faults_of_message(signal_message(a_card(), signal, {1: text}))
    assert not faults_of_view(no_pattern_modal(signal))

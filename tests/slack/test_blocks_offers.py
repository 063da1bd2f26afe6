"""What people read of an offer, a lapsed claim and an undo, and what they can press."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings

from bot.domain.assignment import Lapse, Offer
from bot.domain.card import AnswerState, Card
from bot.domain.event import EARSHOT
from bot.domain.lifecycle import CLOSED, Action, State
from bot.domain.posting import NoticeKind
from bot.domain.undo import UNDOABLE, Undo
from bot.slack import ids
from bot.slack.blocks.card import card_message
from bot.slack.blocks.offers import answered_notice, decline_modal, hand_over_modal, offer_notice, undo_words
from bot.slack.messenger import OFFERS
from tests.slack.examples import HOUR, NOW, PERMALINK, a_card, a_claim, an_answer, hostile_long
from tests.slack.limits import elements_of, faults_of_message, faults_of_view, said

OFFER = Offer(to="U0BO", by="U0ANA", at=NOW, until=NOW + HOUR)
TURN = replace(OFFER, by=EARSHOT)
BODY = {"by": "U0ANA", "to": "U0BO", "reason": "you know them"}


def held(**wanted: Any) -> Card:
    return a_card(state=State.CLAIMED, claim=a_claim(), **wanted)


def step(what: Action = Action.CLAIM) -> Undo:
    return Undo(what=what, by="U0ANA", at=NOW, until=NOW + timedelta(seconds=30))


def menu(card: Card) -> list[str]:
    found = elements_of(card_message(card, now=NOW).blocks)
    (select,) = (one for one in found if one["action_id"] == ids.MENU)
    return [one["value"] for one in select["options"]]


def test_the_card_says_whom_it_is_offered_to() -> None:
    message = card_message(held(offer=OFFER), now=NOW)
    assert not faults_of_message(message)
    assert "🤝 Offered to U0BO by U0ANA until 2026-03-02 13:00 UTC" in said(message.blocks)
    assert "Offered to <@U0BO>" in message.text


def test_an_earlier_answer_is_not_read_as_part_of_the_offer() -> None:
    answered = an_answer(AnswerState.SENT, text="It is on its way.")
    text = said(card_message(a_card(offer=TURN, answer=answered), now=NOW).blocks)
    assert text.index("Earlier: answered") < text.index("It is on its way.") < text.index("Offered to")


def test_the_card_of_a_turn_says_that_anybody_may_claim() -> None:
    text = said(card_message(a_card(offer=TURN), now=NOW).blocks)
    assert "Offered to U0BO, whose turn it is, until 2026-03-02 13:00 UTC. Anybody may claim it." in text


def test_the_card_says_whose_claim_ran_out_while_it_is_open() -> None:
    lapse = Lapse(owner="U0ANA", at=NOW)
    assert "The claim of U0ANA ran out" in said(card_message(a_card(lapse=lapse), now=NOW).blocks)
    assert "ran out" not in said(card_message(held(lapse=lapse), now=NOW).blocks)


@pytest.mark.parametrize(
    ("card", "offered"),
    [(held(), ["hand_over:7"]), (held(offer=OFFER), ["take_back:7"]), (a_card(), []), (a_card(offer=TURN), [])],
)
def test_the_menu_of_a_claimed_card_hands_it_over_or_takes_that_back(card: Card, offered: list[str]) -> None:
    assert [each for each in menu(card) if each in ("hand_over:7", "take_back:7")] == offered


def test_undo_is_the_menus_first_entry_while_there_is_something_to_undo() -> None:
    assert menu(held(undo=step()))[0] == "undo:7"
    assert "undo:7" not in menu(held())


@pytest.mark.parametrize("state", sorted(CLOSED))
def test_a_closed_card_has_a_button_for_it(state: State) -> None:
    message = card_message(a_card(state=state, undo=step(Action.LET_STAND)), now=NOW)
    assert ids.UNDO in [one["action_id"] for one in elements_of(message.blocks)]
    assert not faults_of_message(message)


@pytest.mark.parametrize("what", sorted(UNDOABLE))
def test_every_step_has_a_name_short_enough_for_a_menu(what: Action) -> None:
    words = undo_words(step(what))
    assert words.startswith("Undo: ")
    assert words.endswith("(for 30 seconds)")
    assert len(words) <= 75


def test_the_offer_can_be_accepted_and_declined_where_it_is_read() -> None:
    message = offer_notice(held(offer=OFFER), PERMALINK, kind=NoticeKind.OFFERED, body=BODY)
    assert not faults_of_message(message)
    text = said(message.blocks)
    for words in (
        "U0ANA hands you this one",
        "2026-03-02 13:00 UTC",
        "“you know them”",
        "Double charge",
        "Open the card",
    ):
        assert words in text
    assert [one["action_id"] for one in elements_of(message.blocks)] == [ids.ACCEPT, ids.DECLINE]


def test_a_turn_says_what_happens_else() -> None:
    text = said(offer_notice(a_card(offer=TURN), PERMALINK, kind=NoticeKind.OFFERED, body={"to": "U0BO"}).blocks)
    assert "It is your turn in Customer care." in text
    assert "or the next person is asked" in text


@pytest.mark.parametrize("card", [held(), held(offer=replace(OFFER, to="U0CAT"))])
def test_an_offer_that_is_over_when_it_is_read_has_no_buttons(card: Card) -> None:
    message = offer_notice(card, PERMALINK, kind=NoticeKind.OFFERED, body=BODY)
    assert elements_of(message.blocks) == []
    assert "the offer is over" in said(message.blocks)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (NoticeKind.OFFER_ACCEPTED, ["U0BO took this one over from you"]),
        (NoticeKind.OFFER_DECLINED, ["U0BO cannot take this one", "“in a call”", "It stays yours until"]),
        (NoticeKind.OFFER_ENDED, ["U0BO has not taken this one in time", "It stays yours until"]),
    ],
)
def test_whoever_offered_reads_what_became_of_it(kind: NoticeKind, words: list[str]) -> None:
    message = offer_notice(held(), PERMALINK, kind=kind, body={"by": "U0BO", "reason": "in a call"})
    assert not faults_of_message(message)
    assert all(each in said(message.blocks) for each in words)


def test_every_kind_of_notice_about_an_offer_has_its_words() -> None:
    for kind in OFFERS:
        assert said(offer_notice(held(offer=OFFER), PERMALINK, kind=kind, body=BODY).blocks)


def test_an_answered_offer_has_no_buttons_left() -> None:
    for accepted in (True, False):
        message = answered_notice(held(), accepted=accepted)
        assert not faults_of_message(message)
        assert elements_of(message.blocks) == []


def test_the_dialogs_say_who_is_asked_and_who_is_told() -> None:
    view = hand_over_modal(held(), within="15 minutes")
    assert not faults_of_view(view)
    assert "have 15 minutes. Until they accept, it stays yours." in said(view["blocks"])
    for offer, words in ((OFFER, "U0ANA keeps it and is told."), (TURN, "The next person of Customer care is asked")):
        view = decline_modal(held(), offer)
        assert not faults_of_view(view)
        assert words in said(view["blocks"])


@settings(max_examples=20)
@given(hostile_long)
def test_nothing_that_customers_write_breaks_them(written: str) -> None:
    card = held(mention={"text": written, "author_name": written}, offer=OFFER, undo=step())
    assert not faults_of_message(offer_notice(card, PERMALINK, kind=NoticeKind.OFFERED, body=BODY))
    assert not faults_of_view(hand_over_modal(card, within="15 minutes"))

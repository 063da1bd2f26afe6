"""A customer's thanks as a direct message, the choice to have none, and their count in the report."""

import pytest

from bot.domain.kudos import Thanked, Thanks
from bot.slack import ids
from bot.slack.blocks.card import card_message
from bot.slack.blocks.kudos import kudos_choice, kudos_in_report, kudos_message
from tests.slack.examples import FRAGMENTS, NOW, PERMALINK, a_card
from tests.slack.limits import faults_of_message, objects, said

ANA = Thanks(person="@ana", name="Ana Duarte")


def test_the_message_has_the_customers_words_the_way_to_the_card_and_the_way_out() -> None:
    message = kudos_message(a_card(mention={"text": "Ana Duarte is a star"}), PERMALINK, name="Ana Duarte")
    assert faults_of_message(message) == []
    shown = said(message.blocks)
    assert "praises you by name" in message.text
    assert "Ana Duarte is a star" in shown
    assert "Only you were told" in shown
    assert [each["action_id"] for each in objects(message.blocks) if "action_id" in each] == [ids.KUDOS_STOP]


@pytest.mark.parametrize("text", FRAGMENTS)
def test_hostile_words_keep_to_slacks_limits(text: str) -> None:
    card = a_card(mention={"text": text * 300, "author_name": text}, praised=(Thanks(person="@ana", name=text),))
    assert faults_of_message(kudos_message(card, PERMALINK, name=text * 50)) == []
    assert faults_of_message(card_message(card, now=NOW)) == []


def test_the_card_says_whom_it_praises() -> None:
    card = a_card(praised=(ANA, Thanks(person="@ben", name="Ben")))
    assert "praises Ana Duarte, Ben" in said(card_message(card, now=NOW).blocks)


def test_home_offers_the_choice_to_those_whom_customers_can_name() -> None:
    assert kudos_choice(None) == []
    ways = [(said(kudos_choice(wanted)), kudos_choice(wanted)[0]["accessory"]["action_id"]) for wanted in (True, False)]
    assert ways == [
        ("💐 Thanks from customers who name you come as a direct message.Stop them", ids.KUDOS_STOP),
        ("💐 You asked for no thanks from customers who name you.Send me them again", ids.KUDOS_START),
    ]


def test_the_report_names_nobody_unless_it_is_told_whom() -> None:
    assert kudos_in_report(0, 0, ()) == []
    assert said(kudos_in_report(3, 1, ())) == "💐 Staff were praised by name 3 times (1 before)."
    people = [Thanked(person=f"@{n}", name=f"Name {n}", count=20 - n) for n in range(17)]
    shown = said(kudos_in_report(30, 1, people))
    assert "Name 0 20, Name 1 19" in shown
    assert shown.endswith("and 2 more colleagues.")

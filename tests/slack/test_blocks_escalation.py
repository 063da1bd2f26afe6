"""What people see of an escalation: the dialog, the call, who is on it, and what went wrong."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings

from bot.domain.card import Card
from bot.domain.escalation import Plan, Position, Target, TargetKind, Waiting
from bot.domain.lifecycle import State
from bot.domain.posting import NoticeKind
from bot.slack import ids
from bot.slack.blocks.card import card_message
from bot.slack.blocks.escalation import GONE_WRONG, call_message, escalate_modal, escalation_notice
from bot.slack.blocks.message import Message
from tests.slack.examples import HOUR, NOW, PERMALINK, a_card, a_claim, an_escalation, hostile, hostile_long
from tests.slack.limits import elements_of, faults_of_message, faults_of_view, said

HALF_AN_HOUR = timedelta(minutes=30)
EVE = Target(reference="oncall:care", called="U0EVE", kind=TargetKind.PERSON, on_call="care")
LEADS = Target(reference="@leads", called="S0LEADS", kind=TargetKind.GROUP)
GONE = Target(reference="@lee", called="U0LEE", kind=TargetKind.PERSON, problem="has left Slack")
FIRST = Plan(position=Position(level=1), told=(EVE, LEADS))
BODY = {"by": "U0ANA", "reason": "A lawyer writes.", "level": "1", "levels": "2", "round": "0", "rounds": "2"}


def labels(message: Message) -> list[str]:
    return [each["text"]["text"] for each in elements_of(message.blocks)]


def called(card: Card, **body: str) -> Message:
    message = call_message(card, PERMALINK, {**BODY, **body}, ["U0EVE"])
    assert not faults_of_message(message)
    return message


def test_the_dialog_says_whom_it_reaches_and_how_long_they_have() -> None:
    view = escalate_modal(a_card(), FIRST, within=HALF_AN_HOUR)
    assert not faults_of_view(view)
    told = "Level 1 of 2 will be told: U0EVE (on call for care), S0LEADS. They have 30 minutes."
    assert told in said(view)
    assert ids.ESCALATE_NOW not in str(view)


def test_the_dialog_says_who_cannot_be_told() -> None:
    plan = Plan(position=Position(level=2), told=(LEADS,), unreached=(GONE,))
    shown = said(escalate_modal(a_card(), plan, within=HALF_AN_HOUR))
    assert "@lee: has left Slack." in shown
    assert "Level 2 of 2" in shown
    nobody = Plan(position=Position(level=2), told=(), unreached=(GONE,))
    assert "Nobody in this chain can be told now" in said(escalate_modal(a_card(), nobody, within=HALF_AN_HOUR))


def test_in_quiet_hours_the_dialog_offers_to_call_now() -> None:
    view = escalate_modal(a_card(), FIRST, within=HALF_AN_HOUR, quiet_until=NOW + HOUR)
    assert not faults_of_view(view)
    assert "These are quiet hours" in said(view)
    assert ids.ESCALATE_NOW in str(view)


def test_a_call_says_who_calls_why_how_far_and_what_is_promised() -> None:
    message = called(a_card(escalation=an_escalation(next_at=NOW + HOUR)), on_call="care")
    words = "U0EVE: ⬆️ U0ANA escalated this one in Customer care (level 1 of 2): “A lawyer writes.”"
    assert words in said(message.blocks)
    assert "You are on call for care." in said(message.blocks)
    assert "is due" in said(message.blocks)
    assert "If nobody is on it, the next ones are called" in said(message.blocks)
    assert labels(message) == ["I'm on it", "Claim"]


def test_a_call_in_a_later_round_says_so_and_the_last_one_what_comes_then() -> None:
    card = a_card(escalation=an_escalation(level=2, round=1, next_at=NOW + HOUR))
    words = said(called(card, level="2", round="1").blocks)
    assert "(level 2 of 2, round 2 of 2)" in words
    assert "it is said that nobody came" in words


@pytest.mark.parametrize(
    ("wanted", "words", "buttons"),
    [
        ({"escalation": {"acknowledged_by": "U0BEN", "acknowledged_at": NOW}}, "U0BEN is on it since", ["Claim"]),
        ({"state": State.CLAIMED, "claim": a_claim()}, "has claimed it", ["I'm on it"]),
        ({"state": State.LET_STAND}, "It is settled.", []),
    ],
)
def test_a_call_shows_what_became_of_it(wanted: dict[str, Any], words: str, buttons: list[str]) -> None:
    raised = an_escalation(**wanted.pop("escalation", {}))
    message = called(a_card(**wanted, escalation=raised))
    assert words in said(message.blocks)
    assert labels(message) == buttons


def test_the_card_says_who_is_on_it_and_when_the_clock_goes_on() -> None:
    waits = card_message(a_card(escalation=an_escalation(next_at=NOW + HOUR, put_off=True)), now=NOW)
    assert "If nobody is on it, the escalation goes on" in said(waits.blocks)
    assert "after quiet hours" in said(waits.blocks)
    taken = an_escalation(next_at=NOW + HOUR, acknowledged_by="U0BEN", acknowledged_at=NOW)
    heeded = card_message(a_card(escalation=taken), now=NOW)
    assert "U0BEN is on it since" in said(heeded.blocks)
    assert "goes on" not in said(heeded.blocks)


def test_the_card_says_that_an_escalation_waits() -> None:
    waiting = Waiting(by="U0ANA", reason="A lawyer writes.", until=NOW + HOUR)
    shown = said(card_message(a_card(waiting_call=waiting), now=NOW).blocks)
    assert "Escalation waits for the end of quiet hours, asked for by U0ANA" in shown
    assert "“A lawyer writes.”" in shown


@pytest.mark.parametrize("kind", sorted(GONE_WRONG))
def test_what_went_wrong_says_what_to_do(kind: NoticeKind) -> None:
    body = {"target": "@lee", "reason": "has left Slack"}
    message = escalation_notice(a_card(escalation=an_escalation()), PERMALINK, kind, body, ["U0EVE"])
    assert not faults_of_message(message)
    assert "Please take it." in message.text or "Mend it" in message.text


@settings(max_examples=40, deadline=None)
@given(body=hostile_long, short=hostile)
def test_no_text_breaks_a_call(body: str, short: str) -> None:
    card = a_card(mention={"text": body, "author": short}, escalation=an_escalation(reason=body))
    called(card, reason=body, on_call=short)
    target = Target(reference=short, called="", kind=TargetKind.UNKNOWN, problem=body)
    plan = Plan(position=Position(level=1), told=(), unreached=(target,))
    assert not faults_of_view(escalate_modal(card, plan, within=HALF_AN_HOUR))
    for kind in GONE_WRONG:
        message = escalation_notice(card, PERMALINK, kind, {"target": short, "reason": body}, [])
        assert not faults_of_message(message)

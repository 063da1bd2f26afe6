from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.lifecycle import State
from bot.domain.posting import NoticeKind
from bot.domain.promise import Promise, PromiseKind
from bot.slack import ids
from bot.slack.blocks.notices import claim_taken, lease_notice, notice_message, sentence_message
from tests.slack.examples import HOUR, NOW, PERMALINK, a_card, a_claim, an_escalation, hostile, hostile_long
from tests.slack.limits import elements_of, faults_of_message, said

PEOPLE = ("U0EVE", "S0LEADS")
CALLS = {
    NoticeKind.DUE_SOON: "⏳ Customer care owes a decision: it is due 2026-03-02 13:00 UTC.",
    NoticeKind.MISSED: "⏰ Customer care is late with a decision: it was due 2026-03-02 13:00 UTC.",
    NoticeKind.ESCALATED: "⬆️ U0ANA escalated this one in Customer care (level 1 of 2).",
    NoticeKind.MONITOR: "Customer care decided to watch this one and not to answer.",
    NoticeKind.DRIFT: "📉 The model is right less often than it was. One that it got wrong is below.",
    NoticeKind.LEASE_ENDED: "A claim ran out: this one is back for everyone in Customer care to take.",
}


@pytest.mark.parametrize("kind", CALLS)
def test_a_notice_calls_people_says_why_and_leads_to_the_card(kind: NoticeKind) -> None:
    card = a_card(escalation=an_escalation(), urgent=True)
    message = notice_message(card, PERMALINK, kind=kind, people=PEOPLE, why="Needs finance")
    text = said(message.blocks)
    assert not faults_of_message(message)
    for words in (
        "U0EVE S0LEADS: ",
        CALLS[kind],
        "Reason: “Needs finance”",
        "🔴 Urgent",
        "Double charge",
        "Open the card",
    ):
        assert words in text
    assert message.text.startswith("<@U0EVE> <!subteam^S0LEADS>: ")


def test_a_notice_is_about_the_promise_that_is_due_next() -> None:
    settled = Promise(kind=PromiseKind.DECISION, warn_at=None, due_at=NOW, settled_at=NOW)
    late = Promise(kind=PromiseKind.ANSWER, warn_at=None, due_at=NOW + HOUR)
    text = said(notice_message(a_card(promises=(settled, late)), PERMALINK, kind=NoticeKind.MISSED).blocks)
    assert "late with an answer: it was due 2026-03-02 13:00 UTC" in text


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (NoticeKind.MISSED, "Customer care is late with 23 mentions."),
        (NoticeKind.DUE_SOON, "Customer care soon owes a decision or an answer on 23 mentions."),
    ],
)
def test_one_notice_stands_for_many(kind: NoticeKind, said: str) -> None:
    text = notice_message(a_card(), PERMALINK, kind=kind, count=23).text
    assert said in text
    assert "under Due soon" in text


def test_a_notice_says_who_holds_the_claim() -> None:
    card = a_card(state=State.CLAIMED, claim=a_claim())
    text = said(notice_message(card, PERMALINK, kind=NoticeKind.DUE_SOON).blocks)
    assert "It is claimed by U0ANA." in text


def test_who_lost_a_claim_by_time_can_take_it_again() -> None:
    message = lease_notice(a_card(), PERMALINK, since=NOW)
    assert not faults_of_message(message)
    assert "Your claim on the mention by Ana K. (ana_k) ended at 2026-03-02 12:00 UTC" in said(message.blocks)
    assert [(one["action_id"], one["value"]) for one in elements_of(message.blocks)] == [(ids.CLAIM, "7")]


def test_what_somebody_else_claimed_meanwhile_is_not_offered_again() -> None:
    assert not elements_of(lease_notice(a_card(state=State.CLAIMED, claim=a_claim("U0BO"))).blocks)


def test_the_loser_of_a_claim_is_told_who_has_it_since_when_and_until_when() -> None:
    message = claim_taken(a_card(state=State.CLAIMED, claim=a_claim("U0BO")))
    text = said(message.blocks)
    assert not faults_of_message(message)
    for words in ("U0BO has this one since 2026-03-02 11:00 UTC", "comes back for everyone at 2026-03-02 13:00 UTC"):
        assert words in text


def test_a_claim_that_ended_meanwhile_is_told_as_such() -> None:
    assert "taken back" in claim_taken(a_card()).text


def test_the_fallback_text_stays_short_where_every_character_needs_escaping() -> None:
    body = "&" * 20_000
    card = a_card(mention={"text": body, "title": body, "author": body, "author_name": body}, claim=a_claim(body))
    escalated = replace(card, escalation=an_escalation(by=body, reason=body))
    for message in (notice_message(escalated, PERMALINK, kind=NoticeKind.ESCALATED, why=body), sentence_message(body)):
        assert not faults_of_message(message)
        assert message.text.startswith(("⬆️", "&amp;"))


@settings(max_examples=40, deadline=None)
@given(kind=st.sampled_from(NoticeKind), body=hostile_long, short=hostile)
def test_no_text_breaks_a_notice(kind: NoticeKind, body: str, short: str) -> None:
    card = a_card(
        mention={"text": body, "title": body, "author": short, "author_name": body},
        escalation=an_escalation(by=short),
        claim=a_claim(short),
    )
    later = NOW + timedelta(hours=1)
    for message in (
        notice_message(card, short, kind=kind, people=(short, "U0EVE"), why=body),
        lease_notice(card, short, since=later),
        claim_taken(card),
        sentence_message(body),
    ):
        assert not faults_of_message(message)


def test_one_notice_stands_for_all_that_were_decided_together() -> None:
    message = notice_message(a_card(), PERMALINK, kind=NoticeKind.MONITOR, by="U0BO", beside="16 others")
    assert "decided to watch this one, together with 16 others, and not to answer." in said(message.blocks)
    assert not faults_of_message(message)

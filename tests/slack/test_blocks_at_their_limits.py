"""Surfaces without a test of their own, filled with the longest and worst that can stand in them."""

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from bot.domain.author import AuthorAt, AuthorHistory, Said
from bot.domain.card import AnswerState, Approval, Card
from bot.domain.issue import LONGEST_KEY, LONGEST_RELEASE, LONGEST_TITLE, Demand, Issue, Wish
from bot.domain.lifecycle import State
from bot.domain.rota import Duty, OnCall, Rota, Shift
from bot.slack.blocks.answer_memory import Memory
from bot.slack.blocks.approvals import request_message, return_modal, verdict_message
from bot.slack.blocks.author import author_history_modal
from bot.slack.blocks.card import card_message
from bot.slack.blocks.issues import issues_view, link_modal, release_modal, released_message, released_notice
from bot.slack.blocks.on_call import duty_ended_message, duty_message, duty_modal, on_call_message
from bot.slack.blocks.ratings import rated_message, rating_modal
from tests.slack.examples import HOUR, NOW, PERMALINK, a_card, a_line, an_answer
from tests.slack.limits import faults_of_message, faults_of_view, said

NASTY = "<!channel> <@U0ANA> &amp; *b* <https://evil.example|here> "
LONG = (NASTY * 400)[:6_000]
ISSUE = Issue(
    id=1,
    key=f"https://tracker.example/{'a' * LONGEST_KEY}"[:LONGEST_KEY],
    title=LONG[:LONGEST_TITLE],
    opened_by="U0BO",
    opened_at=NOW,
)
OUT = replace(ISSUE, released_in=LONG[:LONGEST_RELEASE], released_by="U0BO", released_at=NOW)
WISHES = tuple(Wish(issue=each, linked_by="U0BO", linked_at=NOW) for each in (ISSUE, OUT) * 60)
MEMORY = Memory(mention_id=2**53, version=2**31, opened_at=datetime(2026, 3, 2, 12, 0, 0, 123_456, tzinfo=UTC))
NASTY_MENTION = {"text": LONG, "author": LONG[:200], "author_name": LONG[:200], "title": LONG[:300]}


def approving(state: AnswerState, **wanted: str) -> Card:
    approval = Approval(rule=LONG[:200], why=LONG[:400], approvers=("U0EVE", "S0LEADS"), by="U0EVE", at=NOW, **wanted)
    answer = replace(an_answer(state, text=LONG[:3_000]), approval=approval)
    return a_card(mention=NASTY_MENTION, answer=answer)


@pytest.mark.parametrize("state", AnswerState)
def test_an_approver_reads_everything_of_a_request(state: AnswerState) -> None:
    card = approving(state, returned=LONG[:2_000])
    assert not faults_of_message(request_message(card, 1, PERMALINK))
    assert not faults_of_message(request_message(card, 2, PERMALINK))
    assert not faults_of_message(card_message(card, now=NOW))
    assert not faults_of_view(return_modal(card, MEMORY))


@pytest.mark.parametrize("returned", [True, False])
def test_a_writer_is_told_what_became_of_it(returned: bool) -> None:
    message = verdict_message(
        approving(AnswerState.RETURNED), PERMALINK, by="U0EVE", reason=LONG[:3_000], returned=returned
    )
    assert not faults_of_message(message)


def test_issues_are_linked_and_listed() -> None:
    card = a_card(mention=NASTY_MENTION, wishes=WISHES)
    assert not faults_of_view(link_modal(card))
    assert not faults_of_message(card_message(card, now=NOW))
    demands = [Demand(issue=each, mentions=9_999, to_tell=9_998) for each in (ISSUE, OUT) * 5]
    assert not faults_of_view(issues_view(demands, page=3, total=999))
    assert not faults_of_view(issues_view([], page=0, total=0))
    assert not faults_of_view(release_modal(ISSUE, 3))
    assert not faults_of_message(released_message(OUT, 12))
    body = {"count": "12", "issue": f"{OUT.key} {OUT.title}", "release": OUT.released_in}
    assert not faults_of_message(released_notice(card, PERMALINK, body=body))


def test_rotas_and_duties_fit_a_message() -> None:
    rota = Rota(
        name="a" * 40, people=("U0ANA",), starts=date(2026, 1, 1), turn_days=7, handover=time(9), zone="Europe/Lisbon"
    )
    duty = Duty(
        id=2**31,
        rota=rota.name,
        person="U0BO",
        starts_at=NOW,
        ends_at=NOW + HOUR,
        set_by="U0EVE",
        set_at=NOW,
    )
    shift = Shift(person="U0BO", ends_at=NOW + HOUR)
    stands = OnCall(rota=rota, shift=shift, then=(NOW + HOUR, shift), duties=(duty,) * 9)
    rotas = [replace(stands, rota=replace(rota, name=f"{number:02}{'a' * 38}")) for number in range(20)]
    shown = on_call_message(rotas)
    assert not faults_of_message(shown)
    assert "and 13 more rotas in the configuration" in said(shown.blocks)
    assert "and 4 more out of turn" in said(shown.blocks)
    assert not faults_of_message(on_call_message([]))
    assert not faults_of_view(duty_modal([each.rota for each in rotas]))
    assert not faults_of_message(duty_message(duty))
    assert not faults_of_message(duty_ended_message(duty))


def test_ratings_fit() -> None:
    assert not faults_of_view(rating_modal(a_card(mention=NASTY_MENTION)))
    assert not faults_of_message(rated_message(useful=False, reason=LONG))
    assert not faults_of_message(rated_message(useful=True, reason=""))


def test_an_author_of_many_sources_fits_a_dialog() -> None:
    nasty = a_line(author=LONG[:200], excerpt=LONG[:400], source=LONG[:100], topic=LONG[:100], department=LONG[:100])
    at = AuthorAt(
        source=LONG[:100],
        source_title=LONG[:100],
        handle=LONG[:300],
        name=LONG[:300],
        profile="https://example.org/" + "a" * 2_000,
        total=9_999,
        ends=((State.ANSWERED, 9_000), (State.OPEN, 900), (State.LET_STAND, 99)),
        first_at=NOW - HOUR,
        last_at=NOW,
        score=LONG[:300],
        lines=(nasty,) * 5,
        answers=(Said(to=7, at=NOW, by="U0BO", text=LONG),) * 2,
    )
    assert not faults_of_view(author_history_modal(AuthorHistory(name=LONG[:200], at=(at,) * 6, beyond=3), "U0ANA"))
    assert not faults_of_view(author_history_modal(AuthorHistory(name=LONG, at=()), "U0ANA"))

"""One card holds everything that there is to tell of a mention, and Slack still takes it."""

from datetime import timedelta
from typing import Any

import pytest

from bot.domain.assignment import Lapse, Offer
from bot.domain.card import AnswerState, Approval, Guess
from bot.domain.comeback import FollowUp, FollowUps, Revision
from bot.domain.escalation import Waiting
from bot.domain.issue import Issue, Wish
from bot.domain.kudos import Thanks
from bot.domain.label import LabelKind, Score
from bot.domain.lifecycle import CLOSED, LIVE, Action, State
from bot.domain.override import Override, with_overrides
from bot.domain.promise import Promise, PromiseKind
from bot.domain.recommendation import recommend
from bot.domain.repeat import Repeats
from bot.domain.stance import Heard
from bot.domain.triage import QUESTIONS, Answer
from bot.domain.undo import Undo
from bot.slack.blocks.card import card_message, copy_message
from tests.slack.examples import (
    BILLING,
    CARE,
    HOUR,
    NOW,
    PERMALINK,
    a_card,
    a_claim,
    a_decision,
    a_label,
    a_verdict,
    an_answer,
    an_escalation,
)
from tests.slack.limits import elements_of, faults_of_message, said

BLOCKS = 50
LONG = "Wörter <!channel> & <b>mehr</b> ✋ " * 300


def everything(state: State, answer: AnswerState) -> dict[str, Any]:
    """All that a card can hold at once and more than ever stands on one, each text as long as people make them."""
    ruled = [Override(node=node, answer=Answer.NO, reason=LONG, by="U0BO", at=NOW) for node in QUESTIONS]
    approval = Approval(rule="trainees", why=LONG, approvers=("U0EVE", "S0LEADS"), by="U0EVE", at=NOW, returned=LONG)
    issues = [
        Issue(id=number, key=f"SIM-{number}", title=LONG, opened_by="U0BO", opened_at=NOW) for number in range(30)
    ]
    return {
        "mention": {"text": LONG, "title": LONG, "parent": LONG, "edited_at": NOW, "withdrawn_at": NOW, "media": ("a",)},
        "state": state,
        "urgent": True,
        "triage": with_overrides(recommend(a_verdict(irony=0.9)), ruled),
        "route_why": LONG,
        "score_trusted": False,
        "topic_trusted": False,
        "claim": a_claim() if state is State.CLAIMED else None,
        "offer": Offer(to="U0BO", by="U0ANA", at=NOW, until=NOW + HOUR),
        "lapse": Lapse(owner="U0BO", at=NOW),
        "undo": Undo(what=Action.CLAIM, by="U0ANA", at=NOW, until=NOW + HOUR),
        "escalation": an_escalation(
            reason=LONG, notified=tuple(f"U0EVE{n}" for n in range(30)), next_at=NOW + HOUR, put_off=True,
            acknowledged_by="U0BO", acknowledged_at=NOW,
        ),
        "waiting_call": Waiting(by="U0BO", reason=LONG, until=NOW + HOUR),
        "answer": an_answer(answer, text=LONG, problem=LONG, unclear=True, approval=approval, permalink=PERMALINK),
        "decision": a_decision("let_stand", LONG) if state in CLOSED else None,
        "wishes": tuple(Wish(issue=each, linked_by="U0BO", linked_at=NOW) for each in issues),
        "snoozed_until": NOW + HOUR if state is State.SNOOZED else None,
        "guesses": tuple(Guess(place=place, topic=LONG[:40], share=0.4) for place in (BILLING, CARE)),
        "follow_ups": FollowUps(
            total=99,
            newest=tuple(
                FollowUp(mention_id=n, external_id=str(n), author="Jo", text=LONG, url=PERMALINK, at=NOW, detractor=0.9)
                for n in range(5)
            ),
        ),
        "repeats": Repeats(
            total=99_000, people=9_000, places=19, by_author=3, reach=2**53, most_reach=2**52, detractor=1.0, urgent=99,
        ),
        "heard": tuple(
            Heard(at=NOW - timedelta(days=day), detractor=0.99, promoter=0.0, reach=12_400) for day in range(1, 40)
        ),
        "praised": tuple(Thanks(person=f"@p{n}", name=LONG[:200]) for n in range(30)),
        "revision": Revision(before=LONG, at=NOW),
        "promises": tuple(
            Promise(kind=kind, warn_at=None, due_at=NOW + sign * HOUR) for kind in PromiseKind for sign in (-1, 1)
        ),
        "time_left": {kind: timedelta(hours=3) for kind in PromiseKind},
        "corrections": {
            LabelKind.TOPIC: a_label(LabelKind.TOPIC, topic="billing"),
            LabelKind.SCORE: a_label(LabelKind.SCORE, score=Score.PASSIVE),
            LabelKind.NOT_ABOUT_US: a_label(LabelKind.NOT_ABOUT_US),
        },
    }  # fmt: skip


@pytest.mark.parametrize("state", sorted(LIVE | CLOSED))
@pytest.mark.parametrize("answer", sorted(AnswerState))
def test_a_card_with_everything_on_it_is_within_slacks_limits(state: State, answer: AnswerState) -> None:
    card = a_card(**everything(state, answer))
    message = card_message(card, now=NOW)
    shown = said(message.blocks)
    assert all(words in shown for words in ("99,000 more that say the same", "Determined detractor (estimated)"))
    assert not faults_of_message(message)
    assert len(message.blocks) < BLOCKS / 2, "and there is room for what comes"
    row = next(each for each in message.blocks if each.get("block_id", "").startswith("card."))
    coloured = [each for each in elements_of([row]) if each.get("style") == "primary"]
    assert len(coloured) <= 1, "one step comes first"


@pytest.mark.parametrize("state", sorted(LIVE | CLOSED))
def test_its_copy_is_too(state: State) -> None:
    message = copy_message(a_card(**everything(state, AnswerState.SENT)), PERMALINK)
    assert not faults_of_message(message)
    assert len(message.blocks) < BLOCKS

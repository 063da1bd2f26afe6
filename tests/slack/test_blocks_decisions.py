"""Decisions on the card and in their dialog: put first where the response flow recommends them, and only there."""

import pytest

from bot.domain.card import AnswerState, Card
from bot.domain.lifecycle import Action, State
from bot.domain.posting import NoticeKind
from bot.domain.triage import Triage
from bot.slack import ids
from bot.slack.blocks.card import card_message
from bot.slack.blocks.decisions import decision_modal, recommended_decision
from bot.slack.blocks.notices import notice_message
from tests.domain.flows import NO, YES, answered
from tests.slack.examples import NOW, PERMALINK, a_card, a_claim, an_answer
from tests.slack.limits import elements_of, faults_of_message, faults_of_view, said

FAIR = answered(discovery=YES)
TROLL = answered(troll=YES)
UNHAPPY = answered(unhappy_customer=YES, restoration=YES)
DECISIONS = (Action.LET_STAND, Action.MONITOR, Action.DISMISS)


def buttons(card: Card) -> list[tuple[str, str]]:
    """Labels and styles of the last row."""
    message = card_message(card, now=NOW)
    assert not faults_of_message(message)
    row = next(each for each in message.blocks if each.get("block_id", "").startswith("card."))
    return [(each["text"]["text"], each.get("style", "")) for each in row["elements"] if each["type"] == "button"]


@pytest.mark.parametrize(
    ("triage", "first"), [(FAIR, "Let stand (recommended)…"), (TROLL, "Monitor only (recommended)…")]
)
def test_a_recommended_decision_is_the_first_button(triage: Triage, first: str) -> None:
    assert buttons(a_card(triage=triage)) == [(first, "primary"), ("Claim", ""), ("Answer", ""), ("Escalate", "")]
    claimed = a_card(triage=triage, state=State.CLAIMED, claim=a_claim())
    assert buttons(claimed) == [(first, "primary"), ("Answer", ""), ("Escalate", "")]


def test_a_recommended_answer_leaves_the_row_as_it_is() -> None:
    assert buttons(a_card(triage=UNHAPPY)) == [("Claim", "primary"), ("Answer", ""), ("Escalate", "")]


@pytest.mark.parametrize(
    "wanted",
    [
        {"score_trusted": False},
        {"answer": an_answer(AnswerState.COPIED)},
        {"state": State.SNOOZED},
        {"state": State.LET_STAND},
        {"triage": None, "verdict": None},
    ],
    ids=["a language that the model is weak in", "an answer is written", "snoozed", "decided", "never judged"],
)
def test_no_decision_is_put_first_where(wanted: dict[str, object]) -> None:
    assert recommended_decision(a_card(**({"triage": FAIR} | wanted))) is None


def test_a_recommendation_with_a_proviso_is_not_put_first() -> None:
    assert (
        recommended_decision(
            a_card(verdict={"irony": 0.9, "triage": {"positive": 1.0}, "reply": 0.1, "detractor": 0.1})
        )
        is None
    )


@pytest.mark.parametrize(("triage", "action"), [(FAIR, Action.LET_STAND), (TROLL, Action.MONITOR)])
def test_the_dialog_of_a_recommended_decision_has_its_reason_chosen(triage: Triage, action: Action) -> None:
    view = decision_modal(a_card(triage=triage), action)
    assert not faults_of_view(view)
    why = next(each for each in elements_of(view["blocks"]) if each["action_id"] == ids.DECISION_PRESET)
    assert why["initial_option"] == why["options"][0]
    assert why["initial_option"]["value"] == f"As recommended: {triage.grounds}"
    assert "The response flow recommends" not in said(view)


def test_the_dialog_of_another_decision_says_what_is_recommended() -> None:
    for action in (Action.LET_STAND, Action.MONITOR):
        view = decision_modal(a_card(triage=UNHAPPY), action)
        why = next(each for each in elements_of(view["blocks"]) if each["action_id"] == ids.DECISION_PRESET)
        assert "initial_option" not in why
        assert "The response flow recommends: Unhappy customer → Put it right (restoration)." in said(view)
    assert "recommends" not in said(decision_modal(a_card(triage=UNHAPPY), Action.DISMISS))


@pytest.mark.parametrize(
    "triage",
    [answered(), answered(misguided=YES), answered(discovery=YES, concurrence=YES), answered(unhappy_customer=YES)],
)
def test_the_reason_as_recommended_fits_into_a_choice_whole(triage: Triage) -> None:
    assert triage.path[-1].answer is NO
    view = decision_modal(a_card(triage=triage), Action.LET_STAND)
    assert not faults_of_view(view)
    assert f"As recommended: {triage.grounds}" in said(view)


def test_headquarters_reads_who_decided_and_why() -> None:
    message = notice_message(
        a_card(state=State.MONITORED),
        PERMALINK,
        kind=NoticeKind.MONITOR,
        by="U0BO",
        why="A troll: an answer would feed it",
    )
    assert not faults_of_message(message)
    assert message.text.startswith(
        "👀 <@U0BO> of Customer care decided to watch this one and not to answer. Reason: “A troll: an answer would feed it”."
    )
    assert "Open the card" in said(message.blocks)

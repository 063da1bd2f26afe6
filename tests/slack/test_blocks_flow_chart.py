from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.card import Card
from bot.domain.lifecycle import State
from bot.domain.override import Override, with_overrides
from bot.domain.recommendation import recommend
from bot.domain.triage import FLIPPED, QUESTIONS, Answer, Node
from bot.slack import ids
from bot.slack.blocks.card import card_message
from bot.slack.blocks.dialogs import OTHER_REASON
from bot.slack.blocks.flow_chart import flow_modal, override_modal
from tests.domain.flows import answered
from tests.slack.examples import NOW, a_card, a_verdict, hostile
from tests.slack.limits import elements_of, faults_of_message, faults_of_view, said

CALLED = Override(node=Node.RAGER, answer=Answer.YES, reason="Only <shouting>", by="U0BO", at=NOW - timedelta(hours=1))


def overridden(*rulings: Override, **wanted: Any) -> Card:
    triage = with_overrides(recommend(a_verdict()), rulings)
    return a_card(triage=triage, **wanted)


def test_the_dialog_shows_each_question_its_answer_and_its_doubt() -> None:
    view = flow_modal(a_card())
    assert not faults_of_view(view)
    text = said(view)
    for expected in (
        "Put it right (restoration)",
        "*1. Is the post positive or balanced?*",
        "*No*, no evidence",
        "*No*, rager 10%; yes from 60% on",
        "_Yes would lead to: Let it stand_",
        "*3. Is the post a rant, rage, joke or satire?*",
        "*5. Is the post the result of a negative experience?*",
        "*Yes*, unhappy 100%; yes from 50% on",
        "_No would lead to: Reply (final evaluation)_",
        "*6. Do we wish to put it right with a reasonable solution?*",
        "The other 4 questions of the flow are not asked on this path.",
        "the model does not learn from it",
    ):
        assert expected in text


def test_each_question_asked_can_be_answered_the_other_way() -> None:
    buttons = [each for each in elements_of(flow_modal(a_card())["blocks"]) if each["action_id"] == ids.OVERRIDE]
    assert [each["value"] for each in buttons] == [
        "7:discovery",
        "7:troll",
        "7:rager",
        "7:misguided",
        "7:unhappy_customer",
        "7:restoration",
    ]
    assert [each["text"]["text"] for each in buttons][-2:] == ["No, it is not…", "No, we do not…"]
    assert buttons[0]["text"]["text"] == "Yes, it is…"


def test_a_close_call_is_called_one() -> None:
    close = a_verdict(triage={"unhappy": 0.45, "rager": 0.15, "other": 0.4}, detractor=0.2)
    assert "a close call" in said(flow_modal(a_card(triage=recommend(close))))
    assert "a close call" not in said(flow_modal(a_card()))


def test_an_answer_by_hand_is_told_with_its_person_and_can_be_taken_back() -> None:
    card = overridden(CALLED)
    view = flow_modal(card)
    assert not faults_of_view(view)
    text = said(view)
    assert "✋ *Yes*, says <@U0BO>" in text
    assert "“Only &lt;shouting&gt;” (the model: no, rager 10%)" in text
    (back,) = [each for each in elements_of(view["blocks"]) if each["action_id"] == ids.OVERRIDE_BACK]
    assert (back["value"], back["text"]["text"]) == ("7:rager", "Take back")


def test_the_card_tells_who_answered_by_hand_and_why() -> None:
    message = card_message(overridden(CALLED), now=NOW)
    assert not faults_of_message(message)
    assert "*Recommended: Rant or joke → Monitor only* · ✋ rant, says <@U0BO>: “Only &lt;shouting&gt;”" in said(
        message.blocks
    )


def test_more_than_two_answers_by_hand_are_counted() -> None:
    rulings = [
        Override(node=node, answer=Answer.NO, reason="seen", by="U0BO", at=NOW)
        for node in (Node.DISCOVERY, Node.TROLL, Node.RAGER)
    ]
    assert "and 1 more answer by hand" in said(card_message(overridden(*rulings), now=NOW).blocks)


def test_a_closed_mention_shows_its_path_and_no_buttons() -> None:
    view = flow_modal(overridden(CALLED, state=State.LET_STAND))
    assert elements_of(view["blocks"]) == []
    assert "It is closed: reopen it to answer by hand." in said(view)


def test_what_nobody_judged_has_no_path() -> None:
    view = flow_modal(a_card(verdict=None, triage=None))
    assert not faults_of_view(view)
    assert "could not judge" in said(view)


@pytest.mark.parametrize("node", list(QUESTIONS))
@pytest.mark.parametrize("answer", list(Answer))
def test_every_question_has_reasons_either_way(node: Node, answer: Answer) -> None:
    asked = next(each for each in answered(**{node.value: FLIPPED[answer]}).findings if each.node is node)
    card = a_card(triage=answered(**{node.value: FLIPPED[answer]}))
    view = override_modal(card, asked)
    assert not faults_of_view(view)
    presets = next(each for each in elements_of(view["blocks"]) if each["action_id"] == ids.OVERRIDE_PRESET)
    assert len(presets["options"]) >= 2
    assert presets["options"][-1]["value"] == OTHER_REASON
    assert f'"node": "{node}", "answer": "{answer}"' in view["private_metadata"]
    assert view["submit"]["text"] == f"Say {answer}"


def test_the_dialog_that_asks_why_says_what_will_follow() -> None:
    card = a_card()
    assert card.triage is not None
    text = said(override_modal(card, card.triage.path[2]))
    assert "Now: *No*, rager 10%; yes from 60% on" in text
    assert "You say: *Yes*. Then the flow recommends: *Monitor only*." in text


@given(
    reason=hostile.filter(lambda each: each.strip()),
    node=st.sampled_from(list(QUESTIONS)),
    answer=st.sampled_from(Answer),
)
def test_whatever_reason_people_write_is_shown_as_text(reason: str, node: Node, answer: Answer) -> None:
    card = overridden(Override(node=node, answer=answer, reason=reason, by="U0BO", at=NOW))
    assert not faults_of_view(flow_modal(card))
    assert not faults_of_message(card_message(card, now=NOW))

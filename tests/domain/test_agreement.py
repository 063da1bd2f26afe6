import pytest

from bot.domain.agreement import RESPONSES, Agreement, Following, agreement, by_outcome
from bot.domain.lifecycle import Action
from bot.domain.triage import Outcome


@pytest.mark.parametrize("recommended", sorted(RESPONSES))
@pytest.mark.parametrize("action", [Action.ANSWER, Action.ANSWER_ELSEWHERE])
def test_any_answer_follows_a_recommendation_to_respond(recommended: Outcome, action: Action) -> None:
    found = agreement(recommended, action)
    assert found is not None
    assert found.agreed
    assert found.detail == {"recommended": recommended, "agreed": "yes"}


@pytest.mark.parametrize(
    ("recommended", "action", "agreed"),
    [
        (Outcome.LET_STAND, Action.LET_STAND, True),
        (Outcome.MONITOR, Action.MONITOR, True),
        (Outcome.LET_STAND, Action.MONITOR, False),
        (Outcome.MONITOR, Action.LET_STAND, False),
        (Outcome.LET_STAND, Action.ANSWER, False),
        (Outcome.RESTORATION, Action.LET_STAND, False),
        (Outcome.RESPOND, Action.MONITOR, False),
    ],
)
def test_a_decision_follows_its_own_outcome_only(recommended: Outcome, action: Action, agreed: bool) -> None:
    found = agreement(recommended, action)
    assert found is not None
    assert found.agreed is agreed
    assert found.detail["agreed"] == ("yes" if agreed else "no")


@pytest.mark.parametrize(
    "action", sorted(set(Action) - {Action.ANSWER, Action.ANSWER_ELSEWHERE, Action.LET_STAND, Action.MONITOR})
)
def test_other_acts_neither_agree_nor_disagree(action: Action) -> None:
    assert agreement(Outcome.RESTORATION, action) is None


def test_what_nobody_judged_can_be_agreed_with_by_nobody() -> None:
    assert agreement(None, Action.ANSWER) is None


def test_agreement_comes_back_from_the_log_as_it_went_in() -> None:
    for agreed in (True, False):
        said = Agreement(recommended=Outcome.MONITOR, agreed=agreed)
        assert Agreement.from_detail(said.detail) == said
    assert Agreement.from_detail({"reason": "an event of an earlier version"}) is None


def test_what_people_made_of_each_recommendation_is_counted_apart() -> None:
    said = [
        Agreement(recommended=Outcome.LET_STAND, agreed=True),
        Agreement(recommended=Outcome.RESTORATION, agreed=True),
        Agreement(recommended=Outcome.RESTORATION, agreed=False),
        Agreement(recommended=Outcome.RESTORATION, agreed=True),
    ]
    counted = by_outcome(said)
    assert counted == (
        Following(outcome=Outcome.RESTORATION, decided=3, followed=2),
        Following(outcome=Outcome.LET_STAND, decided=1, followed=1),
    )
    assert counted[0].share == 2 / 3
    assert by_outcome([]) == ()

"""People answer the response flow's questions: stored, said on the card, taken back, and told apart from the model."""

from datetime import timedelta

import pytest

from bot.domain.label import Score
from bot.domain.lifecycle import Action, State
from bot.domain.triage import Answer, Node, Outcome
from bot.errors import Refused, Taken
from bot.flow import rejudge
from bot.flow.desk import answering, correcting, deciding
from bot.flow.desk.overriding import override, withdraw
from bot.store.database import Database
from bot.store.schema import MentionRow
from tests.fakes import MovedClock, post
from tests.world import World

YES, NO = Answer.YES, Answer.NO


@pytest.fixture
def world(database: Database, clock: MovedClock) -> World:
    """One angry mention, with its card: a bad experience, to be put right."""
    made = World(database, clock)
    made.arrive(post())
    made.run()
    return made


def recommended(world: World) -> str:
    """The column that lists ask for."""
    with world.db.read() as session:
        row = session.get(MentionRow, 1)
        assert row is not None
        return row.recommended


def said(
    world: World, node: Node, answer: Answer, reason: str = "seen", *, user: str = "UANA", key: str = ""
) -> Outcome:
    card = override(world.desk, world.click(user, key=key), node, answer, reason)
    assert card.triage is not None
    return card.triage.outcome


def test_an_override_changes_the_recommendation_and_is_in_the_log(world: World) -> None:
    before = world.card()
    assert before.triage is not None
    assert before.triage.outcome is Outcome.RESTORATION
    assert said(world, Node.RAGER, YES, " only shouting ") is Outcome.MONITOR
    card = world.card()
    assert card.triage is not None
    (ruled,) = card.triage.overrides
    assert (ruled.by, ruled.why, ruled.at) == ("UANA", "only shouting", world.clock())
    assert card.version > before.version, "the card is drawn anew"
    assert recommended(world) == "monitor"
    event = world.log()[-1]
    assert (event.what, event.actor) == ("overridden", "UANA")
    assert dict(event.detail) == {
        "question": "Is the post a rant, rage, joke or satire?",
        "before": "no",
        "after": "yes",
        "reason": " only shouting ",
        "recommended_before": "Unhappy customer → Put it right (restoration)",
        "recommended_after": "Rant or joke → Monitor only",
    }


def test_taking_it_back_gives_the_models_path_again(world: World) -> None:
    said(world, Node.RAGER, YES)
    card = withdraw(world.desk, world.click("UBEN"), Node.RAGER)
    assert card.triage is not None
    assert (card.triage.outcome, card.triage.overrides) == (Outcome.RESTORATION, ())
    assert recommended(world) == "restoration"
    assert world.log()[-1].what == "override_withdrawn"
    with pytest.raises(Refused, match="taken back already"):
        withdraw(world.desk, world.click("UBEN"), Node.RAGER)


def test_the_second_delivery_of_an_override_changes_nothing(world: World) -> None:
    said(world, Node.RAGER, YES, key="k")
    log, version = world.log(), world.card().version
    said(world, Node.RAGER, YES, key="k")
    assert (world.log(), world.card().version) == (log, version)


def test_the_latest_answer_to_a_question_holds(world: World) -> None:
    said(world, Node.RAGER, YES)
    assert said(world, Node.RAGER, NO, "no, they have a point", user="UBEN") is Outcome.RESTORATION
    card = world.card()
    assert card.triage is not None
    assert [each.by for each in card.triage.overrides] == ["UBEN"]
    card = withdraw(world.desk, world.click("UANA"), Node.RAGER)
    assert card.triage is not None
    assert card.triage.overrides == (), "the one before it does not come back"


@pytest.mark.parametrize("reason", ["", "  "])
def test_an_override_needs_a_reason(world: World, reason: str) -> None:
    with pytest.raises(Refused, match="say why"):
        said(world, Node.RAGER, YES, reason)
    assert "overridden" not in world.whats()


def test_what_the_path_does_not_ask_cannot_be_answered(world: World) -> None:
    with pytest.raises(Refused, match="does not ask this any more"):
        said(world, Node.CONCURRENCE, NO)


def test_who_comes_second_with_the_same_answer_is_told_who_was_first(world: World) -> None:
    said(world, Node.RAGER, YES)
    with pytest.raises(Taken) as told:
        said(world, Node.RAGER, YES, user="UBEN")
    assert (told.value.owner, told.value.did) == ("UANA", "said so")
    with pytest.raises(Refused, match="It says no already"):
        said(world, Node.TROLL, NO)


def test_what_is_closed_has_no_path_to_correct(world: World) -> None:
    deciding.decide(world.desk, world.click("UANA"), Action.LET_STAND, "fair")
    with pytest.raises(Refused, match="reopen it first"):
        said(world, Node.RAGER, YES)
    with pytest.raises(Refused, match="reopen it first"):
        withdraw(world.desk, world.click("UANA"), Node.RAGER)


def test_what_nobody_judged_has_no_path(database: Database, clock: MovedClock) -> None:
    world = World(database, clock)
    world.arrive(post())
    world.model.down = True
    for _ in range(8):
        world.think()
        clock.minutes(10)
    world.run()
    assert world.card().verdict is None
    with pytest.raises(Refused, match="could not judge"):
        said(world, Node.RAGER, YES)


def test_an_edit_by_the_author_ends_what_was_said_of_other_words(world: World) -> None:
    said(world, Node.RAGER, YES)
    world.clock.seconds(5)
    world.arrive(post(text="I hate it, and here is why: billing charged me twice"))
    world.clock.seconds(5)
    rejudge.rejudge_due(world.db, world.model, world.policy, world.clock)
    card = world.card()
    assert card.triage is not None
    assert (card.triage.outcome, card.triage.overrides) == (Outcome.RESTORATION, ())
    assert recommended(world) == "restoration"


def test_an_override_outlives_a_new_verdict_on_the_same_words(world: World) -> None:
    """Whoever corrected the topic's model did not say anything about rants."""
    said(world, Node.RAGER, YES)
    deciding.snooze(world.desk, world.click("UANA"), world.clock() + timedelta(hours=1))
    assert world.record().overrides
    card = world.card()
    assert card.triage is not None
    assert card.triage.outcome is Outcome.MONITOR


def test_a_corrected_score_changes_the_recommendation_and_its_column(world: World) -> None:
    correcting.correct_score(world.desk, world.click("UANA"), Score.PROMOTER)
    card = world.card()
    assert card.triage is not None
    assert card.triage.outcome is Outcome.SHARE_SUCCESS
    assert recommended(world) == "share_success"
    correcting.correct_score(world.desk, world.click("UANA"), None)
    assert recommended(world) == "restoration"


# -- agreement --------------------------------------------------------------------------------------------------------


def test_a_decision_records_whether_it_is_what_was_recommended(world: World) -> None:
    deciding.decide(world.desk, world.click("UANA"), Action.LET_STAND, "fair")
    event = world.log()[-1]
    assert (event.detail["recommended"], event.detail["agreed"]) == ("restoration", "no")
    deciding.reopen(world.desk, world.click("UANA"))
    answering.answer_elsewhere(world.desk, world.click("UANA"), link="https://forum.test/1#a")
    event = world.log()[-1]
    assert (event.detail["recommended"], event.detail["agreed"]) == ("restoration", "yes")


def test_following_ones_own_override_is_no_agreement_with_the_model(world: World) -> None:
    said(world, Node.RAGER, YES)
    deciding.decide(world.desk, world.click("UANA"), Action.MONITOR, "as I said")
    assert world.log()[-1].detail["agreed"] == "no"
    assert world.log()[-1].detail["recommended"] == "restoration"


def test_not_about_us_neither_agrees_nor_disagrees(world: World) -> None:
    deciding.decide(world.desk, world.click("UANA"), Action.DISMISS, "Spam or advertising")
    assert "agreed" not in world.log()[-1].detail
    assert world.card().state is State.DISMISSED

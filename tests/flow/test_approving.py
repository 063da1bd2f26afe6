"""Answers that wait for a second pair of eyes: held, let go, changed, or given back; by somebody else than their writer."""

from dataclasses import replace

import pytest

from bot.domain.approval import ApprovalRule
from bot.domain.card import AnswerState
from bot.domain.lifecycle import Action, State
from bot.domain.posting import NoticeKind, PostingKind
from bot.domain.promise import PromiseKind
from bot.domain.seen import Change, seen_of
from bot.errors import GiveUp, Refused, Taken
from bot.flow.desk import answering, approving, claiming, deciding
from bot.flow.desk.answering import Writing
from bot.flow.desk.words import Overtaken
from bot.store import lists
from bot.store.database import Database
from tests.fakes import FakeForum, MovedClock, policy, post
from tests.world import World

TEXT = "We are sorry."
RULES = (
    ApprovalRule(name="trainees", authors=("@tim",), approvers=("@lea",)),
    ApprovalRule(name="storm", topics=("billing",), burst=3, approvers=("@lea",)),
)
TRAINEE = Writing(authored=frozenset({"trainees"}), approvers=("ULEA",))


@pytest.fixture
def forum() -> FakeForum:
    return FakeForum("forum")


@pytest.fixture
def world(database: Database, clock: MovedClock, forum: FakeForum) -> World:
    made = World(database, clock, replace(policy(answerable=["forum"]), approvals=RULES))
    made.sources["forum"] = forum
    made.arrive()
    made.run()
    return made


def waiting(world: World, text: str = TEXT, user: str = "UTIM") -> int:
    """A trainee's answer; its id."""
    answering.write_answer(world.desk, world.click(user), text, TRAINEE)
    written = world.card().answer
    assert written is not None
    assert written.state is AnswerState.WAITING
    return written.id


def state_of(world: World) -> AnswerState | None:
    written = world.card().answer
    return written.state if written else None


def test_a_trainees_answer_waits_and_the_card_says_for_whom_and_why(world: World, forum: FakeForum) -> None:
    waiting(world)
    assert world.reply() == 0
    assert not forum.sends
    card = world.card()
    assert (card.state, card.claim.owner if card.claim else "") == (State.CLAIMED, "UTIM")
    approval = card.answer.approval if card.answer else None
    assert approval is not None
    assert (approval.rule, approval.why, approval.approvers) == ("trainees", "who wrote it", ("@lea",))
    world.deliver()
    [asked] = world.slack.shown("ULEA")
    assert asked.content.kind is PostingKind.APPROVAL
    detail = world.log()[-2].detail
    assert detail["waits_for"] == "trainees (who wrote it)"


def test_the_others_answers_go_at_once(world: World) -> None:
    answering.write_answer(world.desk, world.click("UANA"), TEXT)
    assert state_of(world) is AnswerState.SENDING


def test_a_storm_holds_everybodys_answers(world: World) -> None:
    world.arrive(post(2), post(3))
    world.run()
    answering.write_answer(world.desk, world.click("UANA", 3), TEXT, Writing(approvers=("ULEA",)))
    approval = world.card(3).answer.approval  # type: ignore[union-attr]
    assert approval is not None
    assert approval.why == "3 mentions of this topic within an hour, topic billing"
    world.clock.minutes(61)
    answering.write_answer(world.desk, world.click("UANA", 2), TEXT)
    assert world.card(2).answer.state is AnswerState.SENDING  # type: ignore[union-attr]


def test_approved_the_very_text_goes_and_counts_as_its_writers(world: World, forum: FakeForum) -> None:
    approving.approve(world.desk, world.click("ULEA"), waiting(world))
    assert world.reply() == 1
    assert [text for _, text, _ in forum.sends] == [TEXT]
    card = world.card()
    assert card.decision is not None
    assert (card.state, card.decision.by) == (State.ANSWERED, "UTIM")
    assert card.answer is not None
    assert card.answer.approval is not None
    assert card.answer.approval.by == "ULEA"
    said = next(event for event in world.log() if event.what == "answer_approved")
    assert (said.actor, dict(said.detail)) == ("ULEA", {"writer": "UTIM"})
    world.deliver()
    assert world.notices("UTIM") == [NoticeKind.APPROVED]


def test_an_approver_may_change_it_and_both_texts_are_kept(world: World, forum: FakeForum) -> None:
    approving.approve(world.desk, world.click("ULEA"), waiting(world), "We are very sorry.")
    world.reply()
    assert [text for _, text, _ in forum.sends] == ["We are very sorry."]
    said = next(event for event in world.log() if event.what == "answer_approved")
    assert (said.detail["before"], said.detail["after"]) == (TEXT, "We are very sorry.")


def test_nobody_approves_their_own_answer(world: World) -> None:
    answer_id = waiting(world, user="ULEA")
    with pytest.raises(Refused, match="somebody else has to approve"):
        approving.approve(world.desk, world.click("ULEA"), answer_id)
    with pytest.raises(Refused, match="somebody else"):
        approving.to_approve(world.desk, 1, answer_id, "ULEA")
    assert state_of(world) is AnswerState.WAITING


def test_returned_the_writer_has_the_reason_and_the_draft(world: World, forum: FakeForum) -> None:
    first = waiting(world)
    approving.give_back(world.desk, world.click("ULEA"), first, "Say who you are.")
    card = world.card()
    assert card.answer is not None
    assert card.answer.approval is not None
    assert (card.answer.state, card.answer.text) == (AnswerState.RETURNED, TEXT)
    assert card.answer.approval.returned == "Say who you are."
    world.deliver()
    [told] = [each.content for each in world.slack.shown("UTIM") if each.content.notice]
    assert (told.notice, told.body["reason"]) == (NoticeKind.RETURNED, "Say who you are.")
    second = waiting(world, "I am Tim of Acme, and sorry.")
    with pytest.raises(Refused, match="replaced"):
        approving.approve(world.desk, world.click("ULEA"), first)
    approving.approve(world.desk, world.click("ULEA"), second)
    assert world.reply() == 1
    assert len(forum.answers) == 1


def test_a_return_says_why(world: World) -> None:
    with pytest.raises(Refused, match="what should be different"):
        approving.give_back(world.desk, world.click("ULEA"), waiting(world), "  ")


def test_two_approvers_send_it_once(world: World, forum: FakeForum) -> None:
    answer_id = waiting(world)
    approving.approve(world.desk, world.click("ULEA", key="one"), answer_id)
    approving.approve(world.desk, world.click("ULEA", key="one"), answer_id)
    with pytest.raises(Taken, match="approved meanwhile") as taken:
        approving.approve(world.desk, world.click("UMAX"), answer_id)
    assert taken.value.owner == "ULEA"
    with pytest.raises(Refused):
        approving.give_back(world.desk, world.click("UMAX"), answer_id, "no")
    world.reply()
    assert len(forum.sends) == 1
    assert world.whats().count("answer_approved") == 1


def test_what_the_author_wrote_meanwhile_has_to_be_seen_by_the_approver(world: World, forum: FakeForum) -> None:
    answer_id = waiting(world)
    world.clock.minutes(1)
    world.arrive(post(1, "charged twice, and now thrice, billing"))
    with pytest.raises(Overtaken) as stopped:
        approving.approve(world.desk, world.click("ULEA"), answer_id)
    assert stopped.value.news.changes == (Change.EDITED,)
    assert stopped.value.news.edit.before == "charged twice, billing is awful"
    approving.approve(world.desk, world.click("ULEA"), answer_id, seen=seen_of(world.card()))
    assert world.reply() == 1
    assert len(forum.sends) == 1
    assert world.card().state is State.ANSWERED, "what the approver had seen does not bring it back"


def test_promises_keep_running_while_it_waits(world: World) -> None:
    waiting(world)
    still_open = [each.kind for each in world.card().promises if each.settled_at is None]
    assert still_open == [PromiseKind.ANSWER]
    world.clock.minutes(241)
    assert world.watch()["said"] >= 1
    assert "missed" in world.whats()


def test_the_claim_does_not_run_out_under_a_waiting_answer(world: World) -> None:
    waiting(world)
    world.clock.minutes(31)
    assert world.watch()["expired"] == 0
    assert world.card().state is State.CLAIMED


def test_a_claim_runs_out_over_somebody_elses_waiting_answer(world: World) -> None:
    waiting(world)
    claiming.release(world.desk, world.click("UTIM"))
    world.claim("UBEN")
    world.clock.minutes(31)
    assert world.watch()["expired"] == 1
    assert world.card().state is State.OPEN


def test_after_a_release_the_approved_answer_goes_and_its_writer_holds_the_mention(world: World) -> None:
    answer_id = waiting(world)
    claiming.release(world.desk, world.click("UTIM"))
    approving.approve(world.desk, world.click("ULEA"), answer_id)
    claim = world.card().claim
    assert claim is not None
    assert claim.owner == "UTIM"
    assert world.reply() == 1
    assert world.card().state is State.ANSWERED


def test_no_answer_goes_over_the_head_of_whoever_holds_the_mention_now(world: World) -> None:
    answer_id = waiting(world)
    claiming.release(world.desk, world.click("UTIM"))
    world.claim("UBEN")
    with pytest.raises(Taken, match="has the mention now") as taken:
        approving.approve(world.desk, world.click("ULEA"), answer_id)
    assert taken.value.owner == "UBEN"
    answering.write_answer(world.desk, world.click("UBEN"), "Ben is sorry.")
    with pytest.raises(Refused, match="replaced"):
        approving.approve(world.desk, world.click("ULEA"), answer_id)


def test_what_was_decided_otherwise_is_not_approved(world: World, forum: FakeForum) -> None:
    answer_id = waiting(world)
    deciding.decide(world.desk, world.click("UTIM"), Action.LET_STAND, "It is settled")
    with pytest.raises(Taken, match="decided meanwhile"):
        approving.approve(world.desk, world.click("ULEA"), answer_id)
    assert world.reply() == 0
    assert not forum.sends


def test_what_was_decided_otherwise_is_nothing_for_an_approver_at_home(world: World) -> None:
    def to_approve() -> int:
        with world.db.read() as session:
            return lists.to_approve(session, "ULEA", ["trainees"], lists.Window()).total

    waiting(world)
    assert to_approve() == 1
    deciding.decide(world.desk, world.click("UTIM"), Action.LET_STAND, "It is settled")
    assert to_approve() == 0


def test_an_approver_who_cannot_be_written_to_is_made_up_for_in_the_departments_channel(world: World) -> None:
    world.slack.gone["ULEA"] = GiveUp("they have left this workspace")
    waiting(world)
    world.deliver()
    assert [each.content.kind for each in world.slack.shown("#billing")] == [PostingKind.CARD, PostingKind.APPROVAL]


def test_one_approver_who_can_be_written_to_is_enough(world: World) -> None:
    world.slack.gone["ULEA"] = GiveUp("they have left this workspace")
    writing = replace(TRAINEE, approvers=("ULEA", "UMAX"))
    answering.write_answer(world.desk, world.click("UTIM"), TEXT, writing)
    world.deliver()
    assert len(world.slack.shown("UMAX")) == 1
    assert [each.content.kind for each in world.slack.shown("#billing")] == [PostingKind.CARD]


def test_many_approvers_are_called_in_the_departments_channel(world: World) -> None:
    crowd = tuple(f"U{number:03}" for number in range(approving.MOST_CALLED + 1))
    writing = replace(TRAINEE, approvers=crowd)
    answering.write_answer(world.desk, world.click("UTIM"), TEXT, writing)
    world.deliver()
    assert [each.content.kind for each in world.slack.shown("#billing")] == [PostingKind.CARD, PostingKind.APPROVAL]
    assert not any(world.slack.shown(person) for person in crowd)


def test_the_request_is_drawn_anew_when_it_is_settled(world: World) -> None:
    answer_id = waiting(world)
    world.deliver()
    [asked] = world.slack.shown("ULEA")
    approving.approve(world.desk, world.click("ULEA"), answer_id)
    world.draw()
    assert asked.updates
    assert asked.content.card.answer is not None
    assert asked.content.card.answer.state is AnswerState.SENDING


def test_an_approved_answer_that_nobody_can_send_is_carried_by_its_writer(
    database: Database, clock: MovedClock
) -> None:
    world = World(database, clock, replace(policy(), approvals=RULES))
    world.arrive()
    world.run()
    approving.approve(world.desk, world.click("ULEA"), waiting(world))
    assert state_of(world) is AnswerState.COPIED
    answering.answer_elsewhere(world.desk, world.click("UTIM"), link="https://forum.test/1#2")
    assert world.card().state is State.ANSWERED

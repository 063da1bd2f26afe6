"""Answers on their way to a source: they arrive once, and people see when they do not."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.domain.card import AnswerState
from bot.domain.lifecycle import Action, State
from bot.domain.promise import PromiseKind
from bot.errors import GiveUp, Refused, Retry, Taken
from bot.flow import reply
from bot.flow.desk import answering, claiming, deciding, looking
from bot.flow.desk.answering import Writing
from bot.sources.base import Replied
from bot.store import answers
from bot.store.database import Database
from bot.store.schema import AnswerRow
from tests.fakes import START, Done, FakeForum, FakeSource, MovedClock, policy, post
from tests.world import World, minutes

BROKE = Retry("the forum does not answer", after=timedelta(seconds=2), ambiguous=True)


@pytest.fixture
def forum() -> FakeForum:
    return FakeForum("forum")


@pytest.fixture
def world(database: Database, clock: MovedClock, forum: FakeForum) -> World:
    made = World(database, clock, policy(answerable=["forum"]))
    made.sources["forum"] = forum
    made.arrive()
    made.run()
    return made


def answer(world: World, text: str = "We are sorry.", user: str = "UANA") -> None:
    answering.write_answer(world.desk, world.click(user), text)


def state_of(world: World) -> AnswerState | None:
    written = world.card().answer
    return written.state if written else None


def test_an_answer_arrives_closes_the_mention_and_keeps_the_promise(world: World, forum: FakeForum) -> None:
    answer(world)
    assert world.card().state is State.CLAIMED
    assert world.reply() == 1
    card = world.card()
    assert (card.state, state_of(world)) == (State.ANSWERED, AnswerState.SENT)
    assert card.answer is not None
    assert card.answer.permalink.startswith("https://forum.test/post-1#")
    assert card.decision is not None
    assert card.decision.by == "UANA"
    assert [promise.kept(START) for promise in card.promises] == [True, True]
    assert [text for _, text, _ in forum.sends] == ["We are sorry."]


def test_a_source_that_does_not_answer_is_tried_again_under_the_same_key(world: World, forum: FakeForum) -> None:
    forum.trouble.extend([Done(error=BROKE), BROKE])
    answer(world)
    assert world.reply() == 0
    assert world.reply() == 0, "not before its time"
    world.clock.minutes(1)
    assert world.reply() == 0
    assert world.card().answer.problem == "the forum does not answer"  # type: ignore[union-attr]
    world.clock.minutes(1)
    assert world.reply() == 1
    assert len(forum.answers) == 1
    assert len({key for _, _, key in forum.sends}) == 1


def test_the_pause_is_at_least_what_the_source_asked_for(world: World, forum: FakeForum) -> None:
    forum.trouble.append(Retry("slow down", after=timedelta(hours=1)))
    answer(world)
    world.reply()
    world.clock.minutes(59)
    world.reply()
    assert len(forum.sends) == 1
    world.clock.minutes(1)
    assert world.reply() == 1


def test_an_answer_that_cannot_arrive_is_shown_and_can_be_sent_again(world: World, forum: FakeForum) -> None:
    forum.trouble.append(GiveUp("the thread is closed"))
    answer(world)
    world.reply()
    card = world.card()
    assert (card.state, state_of(world)) == (State.CLAIMED, AnswerState.FAILED)
    assert card.answer is not None
    assert card.answer.problem == "the thread is closed"
    assert world.whats()[-1] == "reply_failed"
    answering.send_again(world.desk, world.click("UANA"))
    assert world.reply() == 1
    assert world.card().state is State.ANSWERED
    assert len({key for _, _, key in forum.sends}) == 1


def test_after_many_tries_it_is_given_back_to_people(world: World, forum: FakeForum) -> None:
    forum.trouble.extend([BROKE] * 30)
    answer(world)
    for _ in range(30):
        world.reply()
        world.clock.minutes(11)
    assert len(forum.sends) == reply.TRIES
    assert state_of(world) is AnswerState.FAILED
    assert world.watch()["expired"] == 1


def test_a_person_is_told_that_an_answer_may_have_arrived_all_the_same(world: World, forum: FakeForum) -> None:
    forum.trouble.extend([BROKE] * reply.TRIES)
    answer(world)
    for _ in range(reply.TRIES):
        world.reply()
        world.clock.minutes(11)
    card = world.card()
    assert card.answer is not None
    assert card.answer.unclear
    assert world.log()[-1].detail["may_have_arrived"] == "yes"


def test_a_source_that_takes_no_answers_any_more_fails_it_with_a_reason(world: World) -> None:
    world.sources["forum"] = FakeSource("forum")
    answer(world)
    world.reply()
    assert "takes no answers" in world.card().answer.problem  # type: ignore[union-attr]


def test_there_is_nothing_to_send_again_where_nothing_failed(world: World) -> None:
    with pytest.raises(Refused, match="no failed answer"):
        answering.send_again(world.desk, world.click("UANA"))


def test_nothing_else_closes_a_mention_while_its_answer_is_on_its_way(world: World) -> None:
    answer(world)
    for action in (Action.LET_STAND, Action.MONITOR, Action.DISMISS):
        with pytest.raises(Taken, match="on its way"):
            deciding.decide(world.desk, world.click("UANA"), action, "changed my mind")
    with pytest.raises(Taken, match="on its way"):
        answering.answer_elsewhere(world.desk, world.click("UANA"), text="said it there")
    with pytest.raises(Taken, match="on its way"):
        answer(world, "Another one")
    with pytest.raises(Taken, match="on its way"):
        looking.allow(world.desk, 1, "UANA", Action.ANSWER)
    assert world.reply() == 1
    assert world.card().state is State.ANSWERED


def test_an_answer_counts_as_its_writers_also_where_somebody_else_took_over(world: World) -> None:
    answer(world)
    claiming.release(world.desk, world.click("UANA"))
    world.claim("UBEN")
    world.reply()
    decision = world.card().decision
    assert decision is not None
    assert decision.by == "UANA"
    assert world.log()[-1].actor == "UANA"


def test_a_lease_that_runs_out_in_the_middle_leaves_one_answer_and_one_event(world: World, forum: FakeForum) -> None:
    answer(world)

    class Stuck(FakeForum):
        def reply(self, external_id: str, text: str, *, key: str):  # type: ignore[no-untyped-def]
            world.clock.forward(reply.LEASE)
            assert reply.send_answers(world.db, "forum", forum, world.clock) == 1
            return forum.reply(external_id, text, key=key)

    world.sources["forum"] = Stuck("forum")
    assert world.reply() == 0
    assert len(forum.answers) == 1
    assert (world.whats().count("answer"), world.whats().count("reply_sent")) == (1, 1)


def test_a_failure_that_comes_after_the_success_of_another_changes_nothing(world: World, forum: FakeForum) -> None:
    answer(world)

    class Stuck(FakeForum):
        def reply(self, external_id: str, text: str, *, key: str):  # type: ignore[no-untyped-def]
            world.clock.forward(reply.LEASE)
            reply.send_answers(world.db, "forum", forum, world.clock)
            raise GiveUp("a duplicate")

    world.sources["forum"] = Stuck("forum")
    world.reply()
    assert (world.card().state, state_of(world)) == (State.ANSWERED, AnswerState.SENT)


def test_an_edit_while_the_answer_travels_does_not_lose_it(world: World) -> None:
    answer(world)
    world.arrive(post(1, "billing, even worse"))
    assert world.reply() == 1
    assert world.card().state is State.ANSWERED


def test_a_mention_that_its_author_brought_back_can_be_answered_again(world: World, forum: FakeForum) -> None:
    answer(world)
    world.reply()
    world.clock.minutes(5)
    world.arrive(post(1, "billing, again!"))
    world.watch()
    answer(world, "Sorry again.", "UBEN")
    assert world.reply() == 1
    assert len(forum.answers) == 2
    open_kinds = [promise.kind for promise in world.card().promises if promise.settled_at is None]
    assert open_kinds == []
    assert {promise.kind for promise in world.card().promises} == set(PromiseKind)


def test_where_the_source_cannot_be_written_to_a_person_carries_the_answer(
    database: Database, clock: MovedClock
) -> None:
    world = World(database, clock)
    world.arrive()
    world.run()
    answer(world)
    assert state_of(world) is AnswerState.COPIED
    assert world.reply() == 0
    answering.answer_elsewhere(world.desk, world.click("UANA"), link="https://forum.test/1#2")
    card = world.card()
    assert (card.state, state_of(world)) == (State.ANSWERED, AnswerState.ELSEWHERE)
    assert card.answer is not None
    assert (card.answer.text, card.answer.permalink) == ("We are sorry.", "https://forum.test/1#2")


def test_who_takes_over_a_copied_answer_may_write_another(database: Database, clock: MovedClock) -> None:
    world = World(database, clock)
    world.arrive()
    world.run()
    answer(world)
    world.clock.forward(minutes(30))
    world.watch()
    world.claim("UBEN")
    answer(world, "Ben is sorry too.", "UBEN")
    with pytest.raises(Taken):
        answering.answer_elsewhere(world.desk, world.click("UANA"))
    assert world.card().answer.author == "UBEN"  # type: ignore[union-attr]


class Witness(FakeForum):
    """A forum that can be asked what became of an answer."""

    silent = False

    def find_reply(self, external_id: str, text: str, *, key: str) -> Replied | None:
        if self.silent:
            raise Retry("the forum does not answer", after=timedelta(seconds=2))
        return Replied(permalink=f"https://forum.test/{external_id}#found") if key in self.answers else None


def exhaust(world: World) -> None:
    """Let all tries of the answer pass."""
    for _ in range(reply.TRIES):
        world.reply()
        world.clock.minutes(11)


def test_an_answer_that_may_have_arrived_is_not_replaced_by_another_unseen(world: World, forum: FakeForum) -> None:
    forum.trouble.extend([Done(error=BROKE)] * reply.TRIES)
    answer(world)
    exhaust(world)
    assert len(forum.answers) == 1, "it stands there, and nobody knows"
    with pytest.raises(Refused, match="may have arrived"):
        answer(world, "Another.")
    answering.send_again(world.desk, world.click("UANA"))
    assert world.reply() == 1
    assert len(forum.answers) == 1, "the same key again doubles nothing"


def test_who_looked_and_found_nothing_may_write_another(world: World, forum: FakeForum) -> None:
    forum.trouble.extend([BROKE] * reply.TRIES)
    answer(world)
    exhaust(world)
    answering.write_answer(world.desk, world.click("UANA"), "Another.", Writing(looked=True))
    assert world.reply() == 1
    assert [text for _, text in forum.answers.values()] == ["Another."]
    assert {event.detail.get("looked") for event in world.log()} == {None, "it is not there"}


def test_who_looked_and_found_it_says_so(world: World, forum: FakeForum) -> None:
    forum.trouble.extend([Done(error=BROKE)] * reply.TRIES)
    answer(world)
    exhaust(world)
    answering.answer_elsewhere(world.desk, world.click("UANA"), link="https://forum.test/1#a")
    card = world.card()
    assert card.answer is not None
    assert (card.state, card.answer.state, card.answer.text) == (State.ANSWERED, AnswerState.ELSEWHERE, "We are sorry.")
    assert not card.answer.unclear


@pytest.mark.parametrize("arrived", [True, False])
def test_a_source_that_can_say_is_asked_before_people_are(world: World, arrived: bool) -> None:
    witness = Witness("forum")
    world.sources["forum"] = witness
    witness.trouble.extend([Done(error=BROKE) if arrived else BROKE] * reply.TRIES)
    answer(world)
    exhaust(world)
    card = world.card()
    assert card.answer is not None
    assert not card.answer.unclear
    assert card.answer.state is (AnswerState.SENT if arrived else AnswerState.FAILED)
    assert card.answer.permalink == ("https://forum.test/post-1#found" if arrived else "")


def test_a_source_that_is_silent_leaves_it_unclear(world: World) -> None:
    witness = Witness("forum")
    witness.silent = True
    world.sources["forum"] = witness
    witness.trouble.extend([BROKE] * reply.TRIES)
    answer(world)
    exhaust(world)
    assert world.card().answer.unclear  # type: ignore[union-attr]


def test_a_refusal_after_a_lost_try_leaves_it_unclear(world: World, forum: FakeForum) -> None:
    forum.trouble.extend([Done(error=BROKE), GiveUp("the thread is locked")])
    answer(world)
    world.reply()
    world.clock.minutes(11)
    world.reply()
    card = world.card()
    assert card.answer is not None
    assert (card.answer.state, card.answer.unclear) == (AnswerState.FAILED, True)


def test_a_worker_that_died_while_sending_leaves_it_unclear(world: World, forum: FakeForum) -> None:
    answer(world)
    with world.db.write() as session:
        assert answers.lease(session, "forum", world.clock(), limit=1, lease=reply.LEASE)
    world.clock.forward(reply.LEASE)
    forum.trouble.append(GiveUp("the thread is locked"))
    world.reply()
    assert world.card().answer.unclear  # type: ignore[union-attr]


def test_one_source_does_not_wait_for_anothers_answers(world: World, forum: FakeForum) -> None:
    world.arrive(source="blog")
    world.run()
    answer(world)
    answering.write_answer(world.desk, world.click("UANA", 2), "To the blog.")
    with world.db.write() as session:  # a source of which nothing is known any more still has its answer in the queue
        session.execute(update(AnswerRow).where(AnswerRow.mention_id == 2).values(state=AnswerState.SENDING))
    assert reply.due_sources(world.db, world.clock()) == ["forum", "blog"]
    assert reply.send_answers(world.db, "forum", forum, world.clock) == 1
    assert reply.due_sources(world.db, world.clock()) == ["blog"]
    assert reply.send_answers(world.db, "blog", None, world.clock) == 0
    assert "takes no answers" in world.card(2).answer.problem  # type: ignore[union-attr]


def test_an_answer_that_is_too_long_for_its_source_is_refused_not_cut(database: Database, clock: MovedClock) -> None:
    rules = replace(policy(answerable=["forum"]), answer_limits={"forum": 10})
    world = World(database, clock, rules)
    world.arrive()
    world.run()
    with pytest.raises(Refused, match="Forum takes 10 characters at most: shorten your answer by 3"):
        answer(world, "  We are sorry  ".replace("y", "y!"))
    answer(world, " Sorry, yes ")
    assert world.card().answer.text == "Sorry, yes"  # type: ignore[union-attr]


@pytest.mark.parametrize("link", ["javascript:alert(1)", "acme.test/answer", "https://", "https://acme .test/"])
def test_an_answer_elsewhere_is_linked_by_a_web_address_only(world: World, link: str) -> None:
    with pytest.raises(Refused, match="no web address"):
        answering.answer_elsewhere(world.desk, world.click("UANA"), link=link)
    answering.answer_elsewhere(world.desk, world.click("UANA"))
    assert world.card().state is State.ANSWERED


def test_marked_as_answered_by_two_people_the_first_one_counts(world: World) -> None:
    answering.answer_elsewhere(world.desk, world.click("UANA"), link="https://forum.test/1#a")
    with pytest.raises(Taken, match="decided meanwhile"):
        answering.answer_elsewhere(world.desk, world.click("UBEN"), link="https://forum.test/1#b")
    assert world.card().answer.permalink == "https://forum.test/1#a"  # type: ignore[union-attr]

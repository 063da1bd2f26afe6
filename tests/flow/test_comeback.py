"""The author comes back: a later post of the conversation is folded into the first mention, once, and brings it back."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import delete

from bot.domain.card import AnswerState
from bot.domain.lifecycle import Action, State
from bot.domain.mention import Incoming
from bot.domain.promise import PromiseKind
from bot.domain.routing import Outcome, Rule
from bot.flow.desk import answering, deciding
from bot.store import arrivals, follow
from bot.store.database import Database
from bot.store.schema import MentionRow
from tests.fakes import FakeForum, MovedClock, policy, post
from tests.world import World

FIRST = post(1, "charged twice, billing is awful")


@pytest.fixture
def world(database: Database, clock: MovedClock) -> World:
    world = World(database, clock, policy(answerable=["forum"]))
    world.arrive(FIRST)
    world.run()
    return world


def again(
    number: int | str, text: str = "still nothing, awful", *, thread: str = "post-1", **fields: object
) -> Incoming:
    return post(number, text, **{"author": "customer1", "author_name": "Customer 1", "thread": thread, **fields})


def ids(world: World) -> list[int]:
    return [each.mention_id for each in world.card().follow_ups.newest]


def test_a_later_post_stands_on_the_card_of_the_first(world: World) -> None:
    world.arrive(again(2))
    world.run()
    card = world.card()
    assert [(each.text, each.external_id) for each in card.follow_ups.newest] == [("still nothing, awful", "post-2")]
    assert (card.state, world.record(2).state, world.record(2).follow_of) == (State.OPEN, State.FOLDED, 1)
    assert len(world.slack.shown("#billing")) == 1, "no card of its own"
    assert (world.ledger().posted, world.ledger().folded) == (1, 1)
    assert world.whats(2)[:2] == ["ingested", "fold"]
    assert "followed" in world.whats(1)


def test_it_is_judged_too_and_the_card_shows_it(world: World) -> None:
    world.arrive(again(2))
    world.run()
    [shown] = world.card().follow_ups.newest
    assert shown.detractor == world.record(2).verdict.detractor  # type: ignore[union-attr]
    assert world.slack.shown("#billing")[0].content.card.follow_ups.newest[0].detractor is not None


def test_given_again_it_changes_nothing(world: World) -> None:
    world.arrive(again(2))
    before = world.whats(1), world.record().version
    world.arrive(again(2), again(2))
    assert (world.whats(1), world.record().version) == before


def test_claimed_before_the_clock_looked_it_is_promised_an_answer(world: World) -> None:
    deciding.decide(world.desk, world.click("UANA"), Action.LET_STAND, "fair enough")
    world.arrive(again(2))
    world.claim("UBEN")
    world.watch()
    record = world.record()
    assert record.state is State.CLAIMED
    open_now = [promise for promise in record.promises if promise.settled_at is None]
    assert [(promise.kind, promise.due_at) for promise in open_now] == [
        (PromiseKind.ANSWER, world.clock() + timedelta(hours=4))
    ]
    count = len(record.promises)
    world.watch()
    assert len(world.record().promises) == count


@pytest.mark.parametrize("closing", [Action.LET_STAND, Action.MONITOR, Action.DISMISS])
def test_it_opens_what_was_decided_under_new_promises(world: World, closing: Action) -> None:
    deciding.decide(world.desk, world.click("UANA"), closing, "fair enough")
    world.clock.forward(timedelta(days=1))
    world.arrive(again(2))
    world.watch()
    record = world.record()
    assert (record.state, record.decision) == (State.OPEN, None)
    due = {promise.due_at for promise in record.promises if promise.settled_at is None}
    assert due == {world.clock() + timedelta(hours=1), world.clock() + timedelta(hours=4)}
    assert world.log()[-1].detail["reason"] == "they wrote again"


def test_an_answer_then_goes_under_their_newest_post(world: World) -> None:
    forum = FakeForum("forum")
    world.sources = {"forum": forum}
    answering.write_answer(world.desk, world.click("UANA"), "We put it right.")
    assert world.reply() == 1
    world.clock.minutes(5)
    world.arrive(again(2))
    world.watch()
    answering.write_answer(world.desk, world.click("UBEN"), "Now it is.")
    world.clock.minutes(1)
    world.arrive(again(3, "third"))
    assert world.reply() == 1
    assert [external for external, _, _ in forum.sends] == ["post-1", "post-2"], (
        "what its writer had not seen, too late"
    )


def test_a_reply_to_our_answer_belongs_to_it_whoever_writes(world: World) -> None:
    forum = FakeForum("forum")
    world.sources = {"forum": forum}
    answering.write_answer(world.desk, world.click("UANA"), "We put it right.")
    world.reply()
    link = world.card().answer.permalink  # type: ignore[union-attr]
    world.clock.minutes(5)
    world.arrive(post(2, "and what of me?", thread=link), post(3, "still broken", thread="post-2", author="customer1"))
    assert (world.record(2).follow_of, world.record(3).follow_of) == (1, 1)
    assert world.card().state is State.OPEN
    assert world.card().answer.state is AnswerState.SENT  # type: ignore[union-attr]


def test_a_snoozed_one_wakes(world: World) -> None:
    deciding.snooze(world.desk, world.click("UANA"), world.clock() + timedelta(days=2))
    world.arrive(again(2))
    assert (world.card().state, world.card().snoozed_until) == (State.OPEN, None)
    assert world.whats()[-1] == "wake"


def test_a_claimed_one_stays_with_its_owner_who_is_told_once(world: World) -> None:
    world.claim("UANA")
    world.arrive(again(2))
    world.arrive(again(2))
    world.run()
    claim = world.card().claim
    assert claim is not None
    assert claim.owner == "UANA"
    assert world.notices("UANA") == ["came_back"]


def test_of_a_follow_up_it_goes_to_the_first(world: World) -> None:
    world.arrive(again(2))
    world.arrive(again(3, thread="post-2"))
    world.arrive(again(4, thread="post-3"))
    assert ids(world) == [2, 3, 4]


def test_thousands_are_counted_and_the_newest_shown(world: World) -> None:
    world.arrive(*(again(number) for number in range(2, 252)))
    assert ids(world) == [249, 250, 251]
    assert world.card().follow_ups.total == 250


def test_of_one_that_a_rule_keeps_out_it_stands_alone(database: Database, clock: MovedClock) -> None:
    world = World(database, clock, policy(rules=[Rule(name="spam", outcome=Outcome.FILTER, words=("crypto",))]))
    world.arrive(post(1, "free crypto"))
    world.run()
    world.arrive(again(2, "my bill is wrong, awful"))
    world.run()
    world.arrive(again(3, "are you there?"))
    assert world.record(2).state is State.OPEN
    assert world.record(3).follow_of == 2, "the first that people can see"
    assert (world.ledger().filtered, world.ledger().posted, world.ledger().folded) == (1, 1, 1)


def test_of_an_erased_one_it_is_a_mention_like_any(world: World) -> None:
    world.arrive(again(2))
    with world.db.write() as session:
        session.execute(delete(MentionRow).where(MentionRow.id == 1))
    assert world.ledger().ingested == 0, "what belonged to it went with it"
    world.arrive(again(3))
    world.run()
    [fresh] = world.log_ids()
    assert (world.record(fresh).state, world.record(fresh).mention.external_id) == (State.OPEN, "post-3")


def test_of_somebody_else_it_is_a_mention_of_its_own(world: World) -> None:
    world.arrive(post(2, "the same here, awful billing", thread="post-1"))
    world.arrive(post(3, "me too", thread="post-1", author=""))
    assert world.record(2).follow_of is None
    assert world.record(3).follow_of is None
    world.arrive(post(4, "and again", thread="post-2", author="customer2"))
    assert world.record(4).follow_of == 2, "each author has a card in the conversation"


def test_the_same_thread_of_another_source_is_another(world: World) -> None:
    world.arrive(again(2), source="reviews")
    assert world.record(2).follow_of is None


def test_posts_that_name_each_other_make_no_circle(world: World) -> None:
    world.arrive(again("a", thread="post-b"), again("b", thread="post-a"), again("c", thread="post-c"))
    assert [world.record(each).follow_of for each in (2, 3, 4)] == [None, 2, None]


def test_both_in_one_batch_and_the_later_first(database: Database, clock: MovedClock) -> None:
    world = World(database, clock)
    late = again(2, posted_at=FIRST.posted_at + timedelta(minutes=1))  # type: ignore[operator]
    world.arrive(late, FIRST)
    world.run()
    assert world.card().mention.external_id == "post-1"
    assert ids(world) == [2]


def test_an_edit_of_a_follow_up_brings_the_first_back(world: World) -> None:
    world.arrive(again(2))
    deciding.decide(world.desk, world.click("UANA"), Action.LET_STAND, "fair enough")
    world.arrive(again(2, "I take it back, thank you"))
    assert world.card().state is State.OPEN
    assert world.card().follow_ups.newest[0].text == "I take it back, thank you"
    assert world.record(2).state is State.FOLDED


def test_two_at_once_are_both_there(world: World) -> None:
    barrier, problems = threading.Barrier(2), []

    def write(number: int) -> None:
        barrier.wait()
        try:
            with world.db.write() as session:
                arrivals.add(session, "forum", [again(number)], world.clock())
        except Exception as error:  # noqa: BLE001 - told to the test
            problems.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in (2, 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert world.card().follow_ups.total == 2
    assert world.whats().count("followed") == 2


def test_an_edit_tells_what_stood_there_until_somebody_decides(world: World) -> None:
    world.arrive(post(1, "charged three times, billing is awful"))
    world.arrive(post(1, "charged four times, billing is awful"))
    revision = world.card().revision
    assert revision is not None
    assert revision.before == FIRST.text
    deciding.decide(world.desk, world.click("UANA"), Action.LET_STAND, "fair enough")
    assert world.card().revision is None
    world.arrive(post(1, "charged five times, billing is awful"))
    assert world.card().revision.before == "charged four times, billing is awful"  # type: ignore[union-attr]


def test_an_edit_wakes_a_snoozed_one_and_tells_an_owner(world: World) -> None:
    deciding.snooze(world.desk, world.click("UANA"), world.clock() + timedelta(days=2))
    world.arrive(post(1, "charged three times"))
    assert world.card().state is State.OPEN
    world.claim("UANA")
    world.arrive(post(1, "charged four times"))
    world.run()
    assert world.notices("UANA") == ["came_back"]


@pytest.mark.parametrize("edits", [True, False])
def test_what_comes_while_an_answer_is_on_its_way_does_not_end_with_it(world: World, edits: bool) -> None:
    world.sources = {"forum": FakeForum("forum")}
    answering.write_answer(world.desk, world.click("UANA"), "We put it right.")
    world.clock.minutes(1)
    world.arrive(post(1, "charged three times, billing is awful") if edits else again(2))
    world.clock.minutes(1)
    assert world.reply() == 1
    world.watch()
    card = world.card()
    assert (card.state, card.claim) == (State.OPEN, None)
    assert [promise for promise in card.promises if promise.settled_at is None]
    assert world.whats()[-2:] == ["answer", "reopen"]
    assert (card.revision is not None) is edits


def test_a_post_that_was_taken_down_is_marked_once_and_nothing_is_opened(world: World) -> None:
    deciding.decide(world.desk, world.click("UANA"), Action.LET_STAND, "fair enough")
    world.run()
    with world.db.write() as session:
        assert follow.withdraw(session, "forum", "post-1", world.clock())
        assert not follow.withdraw(session, "forum", "post-1", world.clock())
        assert not follow.withdraw(session, "forum", "unknown", world.clock())
    assert world.draw() == 1
    assert (world.card().state, world.card().mention.withdrawn_at) == (State.LET_STAND, world.clock())
    assert world.whats().count("withdrawn") == 1

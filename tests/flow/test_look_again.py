"""Posts are looked up again at their source: what changed is taken over, what is gone is said, and not answered."""

from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from bot.domain.card import AnswerState
from bot.domain.lifecycle import State
from bot.errors import GiveUp, Retry
from bot.flow import ingest, look_again, reply
from bot.flow.desk import answering
from bot.sources.base import Looked
from bot.store.database import Database
from tests.fakes import FakeForum, MovedClock, policy, post
from tests.flow.test_ingest import know
from tests.flow.test_ingest_more import CAP, standing
from tests.world import World, minutes, posts


class Board(FakeForum):
    """A place that can be asked how posts stand now; `told` is what it answers, one a call, else that all is as it was."""

    look_again_for = timedelta(days=3)
    looks_at_once = 3

    def __init__(self, name: str = "forum") -> None:
        super().__init__(name)
        self.asked: list[tuple[str, ...]] = []
        self.told: deque[Looked | Exception] = deque()

    def look_again(self, external_ids: Sequence[str], now: datetime) -> Looked:
        self.asked.append(tuple(external_ids))
        turn = self.told.popleft() if self.told else Looked()
        if isinstance(turn, Exception):
            raise turn
        return turn


class Shop(Board):
    monthly_cap = CAP


@pytest.fixture
def board() -> Board:
    return Board()


@pytest.fixture
def world(database: Database, clock: MovedClock, board: Board) -> World:
    made = World(database, clock, policy(answerable=["forum"]))
    made.sources["forum"] = board
    know(made, board)
    return made


def look(world: World) -> int:
    looks = look_again.take_looks(world.db, world.sources, world.clock())
    return sum(look_again.look_again(world.db, each, world.clock) for each in looks)


def answer(world: World) -> AnswerState:
    answering.write_answer(world.desk, world.click("UANA"), "We are sorry.")
    world.reply()
    written = world.card().answer
    assert written is not None
    return written.state


def test_the_longest_unseen_are_asked_for_first_and_no_more_than_a_call_takes(world: World, board: Board) -> None:
    world.arrive(*posts(4))
    look(world)
    assert board.asked == [], "just seen"
    for _ in range(3):
        world.clock.minutes(10)
        look(world)
    assert [set(each) for each in board.asked] == [
        {"post-1", "post-2", "post-3"},
        {"post-4", "post-1", "post-2"},
        {"post-3", "post-1", "post-2"},
    ]


def test_the_older_a_post_the_more_seldom_it_is_looked_up(world: World, board: Board) -> None:
    world.arrive()
    world.run()
    asked_at = []
    began = world.clock()
    while world.clock() < began + timedelta(days=4):
        world.clock.minutes(5)
        before = len(board.asked)
        look(world)
        if len(board.asked) > before:
            asked_at.append(world.clock() - began)
    gaps = [later - sooner for sooner, later in pairwise(asked_at)]
    assert asked_at[0] <= minutes(15)
    assert 20 < len(asked_at) < 40, "not the 1,152 that every five minutes would be"
    assert gaps[-1] >= timedelta(hours=10)


def test_a_closed_post_rests_after_three_days_and_an_open_one_after_thirty(world: World, board: Board) -> None:
    world.arrive(post(1), post(2))
    world.run()
    world.claim("UANA", 2)
    answering.answer_elsewhere(world.desk, world.click("UANA", 2), text="said it there")
    world.clock.forward(timedelta(days=4))
    look(world)
    assert board.asked == [("post-1",)]
    world.clock.forward(timedelta(days=27))
    look(world)
    assert len(board.asked) == 1


def test_an_edit_comes_in_as_every_edit_does(world: World, board: Board) -> None:
    world.arrive()
    world.run()
    world.clock.minutes(10)
    board.told.append(Looked(items=[post(1, "billing is fine now")]))
    assert look(world) == 1
    assert world.record().mention.text == "billing is fine now"
    assert "edited" in world.whats()


def test_what_a_post_was_said_to_stays_where_the_look_does_not_tell_it(world: World, board: Board) -> None:
    world.arrive(post(1, "billing awful", parent="What do you think of us?"))
    world.clock.minutes(10)
    board.told.append(Looked(items=[post(1, "billing was awful")]))
    look(world)
    mention = world.card().mention
    assert (mention.text, mention.parent) == ("billing was awful", "What do you think of us?")


def test_what_is_gone_is_withdrawn_and_not_asked_for_again(world: World, board: Board) -> None:
    world.arrive()
    world.run()
    world.clock.minutes(10)
    board.told.append(Looked(gone=["post-1"]))
    assert look(world) == 1
    assert world.record().mention.withdrawn_at == world.clock()
    world.clock.forward(timedelta(hours=5))
    look(world)
    assert len(board.asked) == 1


def test_posts_that_nobody_asked_for_are_not_believed(world: World, board: Board) -> None:
    world.arrive(post(1), post(2))
    board.looks_at_once = 1
    world.clock.minutes(10)
    board.told.append(Looked(items=[post(1), post(7, "never asked for")], gone=["post-2"]))
    assert look(world) == 0
    assert world.ledger().ingested == 2
    assert world.record(2).mention.withdrawn_at is None


def test_a_place_where_everything_vanishes_at_once_is_not_believed(world: World, board: Board) -> None:
    world.arrive(*posts(12))
    board.looks_at_once = 12
    world.clock.minutes(10)
    board.told.append(Looked(gone=[f"post-{n}" for n in range(1, 13)]))
    assert look(world) == 0
    assert world.record().mention.withdrawn_at is None
    assert "all of 12 posts are gone at once" in standing(world).look_problem


@pytest.mark.parametrize("fault", [Retry("429", after=timedelta(hours=2)), GiveUp("not allowed")])
def test_a_place_that_refuses_is_left_alone_and_says_why(world: World, board: Board, fault: Exception) -> None:
    world.arrive()
    world.clock.minutes(10)
    board.told.append(fault)
    look(world)
    pause = timedelta(hours=2) if isinstance(fault, Retry) else look_again.REFUSED_PAUSE
    assert standing(world).look_problem == str(fault)
    world.clock.forward(pause - timedelta(seconds=1))
    look(world)
    assert len(board.asked) == 1
    world.clock.seconds(1)
    look(world)
    assert len(board.asked) == 2
    assert standing(world).look_problem == ""


def test_one_source_is_asked_once_in_five_minutes(world: World, board: Board) -> None:
    world.arrive(*posts(9))
    world.clock.minutes(30)
    for _ in range(5):
        look(world)
        world.clock.minutes(1)
    assert len(board.asked) == 1
    look(world)
    assert len(board.asked) == 2


def test_a_source_that_wants_no_looks_gets_none(world: World, board: Board) -> None:
    board.look_again_for = timedelta(0)
    world.arrive()
    world.run()
    world.clock.forward(timedelta(hours=3))
    look(world)
    assert answer(world) is AnswerState.SENT
    assert board.asked == []


def test_looks_cost_too_and_stop_at_the_cap(world: World) -> None:
    shop = Shop()
    world.sources["forum"] = shop
    world.arrive()
    world.run()
    world.clock.minutes(10)
    shop.told.append(Looked(cost=CAP))
    look(world)
    assert standing(world).spent == CAP
    world.clock.forward(timedelta(hours=3))
    look(world)
    assert len(shop.asked) == 1
    assert answer(world) is AnswerState.FAILED
    assert "the cap of $1.00 a month is reached" in world.card().answer.problem  # type: ignore[union-attr]
    assert shop.sends == []


# -- right before an answer


def test_a_post_that_is_gone_is_not_answered_and_the_card_says_so(world: World, board: Board) -> None:
    world.arrive()
    world.run()
    world.clock.minutes(11)
    board.told.append(Looked(gone=["post-1"]))
    assert answer(world) is AnswerState.FAILED
    card = world.card()
    assert board.sends == []
    assert card.answer is not None
    assert card.answer.problem == reply.GONE
    assert card.mention.withdrawn_at == world.clock()
    assert card.state is State.CLAIMED


def test_a_post_that_was_just_seen_is_answered_without_asking(world: World, board: Board) -> None:
    world.arrive()
    world.run()
    assert answer(world) is AnswerState.SENT
    assert board.asked == []


def test_where_the_source_cannot_be_asked_the_answer_is_sent(world: World, board: Board) -> None:
    world.arrive()
    world.run()
    world.clock.minutes(11)
    board.told.append(Retry("busy", after=minutes(1)))
    assert answer(world) is AnswerState.SENT
    assert board.asked == [("post-1",)]


def test_an_answer_to_a_post_known_to_be_gone_stops_unless_the_post_is_back(world: World, board: Board) -> None:
    world.arrive()
    world.run()
    world.clock.minutes(10)
    board.told.append(Looked(gone=["post-1"]))
    look(world)
    board.told.append(Looked(gone=["post-1"]))
    assert answer(world) is AnswerState.FAILED
    board.told.append(Looked(items=[post(1)]))
    answering.send_again(world.desk, world.click("UANA"))
    assert world.reply() == 1
    assert world.record().mention.withdrawn_at is None
    assert "restored" in world.whats()


def test_a_source_that_cannot_look_is_taken_at_its_last_word(world: World) -> None:
    forum = FakeForum("forum")
    world.sources["forum"] = forum
    world.arrive()
    world.run()
    forum.will(ingest.Batch(items=(), cursor="b", gone=("post-1",)))
    [(source, cursor)] = ingest.lease_due(world.db, world.sources, world.clock())
    ingest.poll(world.db, source, cursor, world.clock)
    assert answer(world) is AnswerState.FAILED
    assert forum.sends == []


def test_an_edit_found_before_the_answer_brings_the_mention_back_after_it(world: World, board: Board) -> None:
    world.arrive()
    world.run()
    answering.write_answer(world.desk, world.click("UANA"), "We are sorry.")
    world.clock.minutes(11)
    board.told.append(Looked(items=[post(1, "billing: forget it, and give me my money")]))
    world.reply()
    assert len(board.sends) == 1
    assert world.card().state is State.OPEN


def test_an_answer_waits_while_the_place_wants_to_be_left_alone(world: World, board: Board) -> None:
    world.arrive()
    world.run()
    board.will(Retry("429", after=minutes(20), asked=True))
    [(source, cursor)] = ingest.lease_due(world.db, world.sources, world.clock())
    ingest.poll(world.db, source, cursor, world.clock)
    assert answer(world) is AnswerState.SENDING
    assert "asked us to wait" in world.card().answer.problem  # type: ignore[union-attr]
    world.clock.now += minutes(20) - timedelta(seconds=1)
    world.reply()
    assert board.sends == []
    world.clock.seconds(1)
    assert world.reply() == 1


@pytest.mark.parametrize("asked", [True, False])
def test_a_failed_poll_or_look_holds_answers_only_where_the_place_asked_for_it(
    world: World, board: Board, asked: bool
) -> None:
    world.arrive()
    world.run()
    down = Retry("broken", after=minutes(20), asked=asked)
    board.will(down)
    [(source, cursor)] = ingest.lease_due(world.db, world.sources, world.clock())
    ingest.poll(world.db, source, cursor, world.clock)
    assert (standing(world).rest_until is not None) is asked
    world.clock.now = standing(world).next_at
    board.told.append(down)
    look(world)
    assert standing(world).look_problem == "broken"
    assert answer(world) is (AnswerState.SENDING if asked else AnswerState.SENT)


def test_what_a_reply_that_failed_costs_is_counted(world: World, board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    world.arrive()
    world.run()
    fault = GiveUp("no")
    fault.cost = 3_000

    def fail(*_: object, **__: object) -> None:
        raise fault

    monkeypatch.setattr(board, "reply", fail)
    assert answer(world) is AnswerState.FAILED
    assert standing(world).spent == 3_000


def test_what_a_reply_costs_is_counted(world: World, board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    world.arrive()
    world.run()
    monkeypatch.setattr(board, "reply", lambda *_, key: look_again_reply(key))
    assert answer(world) is AnswerState.SENT
    assert standing(world).spent == 15_000


def look_again_reply(key: str) -> reply.Replied:
    return reply.Replied(permalink=f"https://forum.test/{key}", cost=15_000)

"""Answers to a place that has no room for a key of ours: what stands there is told by its words, and each customer gets one."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from bot.domain.card import AnswerState
from bot.errors import AlreadySaid, GiveUp, Retry
from bot.flow import ingest, reply, spending
from bot.flow.desk import answering
from bot.sources.base import Found, Replied
from bot.store import answers, sources
from bot.store.database import Database
from tests.fakes import Done, FakeForum, MovedClock, policy, post
from tests.world import World

BROKE = Retry("the board does not answer", after=timedelta(seconds=2), ambiguous=True)
WORDS = "We are sorry."
A_LOOK = 7


@dataclass(frozen=True, kw_only=True)
class Note:
    text: str
    at: datetime
    permalink: str


class Board(FakeForum):
    """One thread, in which only the words tell our notes apart. A look costs, whatever it finds."""

    def __init__(self, clock: MovedClock) -> None:
        super().__init__("board")
        self.clock = clock
        self.notes: list[Note] = []
        self.listed = True
        self.looks: list[datetime] = []

    def reply(self, external_id: str, text: str, *, key: str) -> Replied:
        turn = self.trouble.popleft() if self.trouble else None
        if isinstance(turn, Exception):
            raise turn
        note = self.put(text)
        if isinstance(turn, Done):
            raise turn.error
        return Replied(permalink=note.permalink)

    def put(self, text: str) -> Note:
        note = Note(text=text, at=self.clock(), permalink=f"https://board.test/1#{len(self.notes)}")
        self.notes.append(note)
        return note

    def find_replies(self, external_id: str, text: str, *, since: datetime) -> Found:
        self.looks.append(since)
        shown = [each.permalink for each in self.notes if each.text == text and each.at >= since]
        return Found(permalinks=shown if self.listed else (), cost=A_LOOK)


@pytest.fixture
def board(clock: MovedClock) -> Board:
    return Board(clock)


@pytest.fixture
def world(database: Database, clock: MovedClock, board: Board) -> World:
    made = World(database, clock, policy(answerable=["board"]))
    made.sources["board"] = board
    ingest.know_sources(database, made.sources, clock())
    made.arrive(post(1), post(2, "my kettle leaks all over the floor"), source="board")
    made.think()
    return made


def answer(world: World, mention_id: int = 1, text: str = WORDS) -> None:
    answering.write_answer(world.desk, world.click("UANA", mention_id), text)


def carry_on(world: World, times: int = reply.TRIES) -> None:
    for _ in range(times):
        world.clock.minutes(11)
        world.reply()


def state_of(world: World, mention_id: int = 1) -> tuple[AnswerState, str, bool]:
    written = world.card(mention_id).answer
    assert written is not None
    return written.state, written.permalink, written.unclear


def spent(world: World) -> int:
    with world.db.read() as session:
        return sources.spent(session, "board", spending.month_of(world.clock()))


def test_a_first_try_looks_for_nothing(world: World, board: Board) -> None:
    answer(world)
    assert world.reply() == 1
    assert (board.looks, spent(world)) == ([], 0)


def test_a_look_that_finds_nothing_is_counted_like_one_that_does(world: World, board: Board) -> None:
    board.trouble.extend([BROKE, Done(error=BROKE)])
    answer(world)
    world.reply()
    carry_on(world, 2)
    assert len(board.notes) == 1
    assert (len(board.looks), spent(world)) == (2, 2 * A_LOOK)


def test_the_same_words_to_two_customers_are_two_answers_whatever_was_lost(world: World, board: Board) -> None:
    board.trouble.extend([Done(error=BROKE), BROKE])
    answer(world, 1)
    world.reply()
    answer(world, 2)
    world.reply()
    carry_on(world)
    assert [each.text for each in board.notes] == [WORDS, WORDS]
    assert {state_of(world, each)[:2] for each in (1, 2)} == {
        (AnswerState.SENT, each.permalink) for each in board.notes
    }


def test_an_answer_behind_slow_ones_is_free_for_another_worker_and_goes_once(world: World, board: Board) -> None:
    world.arrive(post(3, "my kettle is rusty"), source="board")
    world.think()
    others: list[int] = []

    class Slow(Board):
        def reply(self, external_id: str, text: str, *, key: str) -> Replied:
            world.clock.forward(reply.LEASE * 0.6)
            if len(board.notes) == 1:
                others.append(reply.send_answers(world.db, "board", board, world.clock))
            return board.reply(external_id, text, key=key)

    world.sources["board"] = Slow(world.clock)
    for number in (1, 2, 3):
        answer(world, number)
    assert (world.reply(), others) == (2, [1])
    assert [each.text for each in board.notes] == [WORDS] * 3


def test_who_comes_too_late_with_bad_news_takes_the_answer_from_nobody(world: World, board: Board) -> None:
    """While the second carries it, the first says that it failed: no third begins, who could not see it there yet."""
    third: list[list[str]] = []

    class Late(Board):
        def reply(self, external_id: str, text: str, *, key: str) -> Replied:
            world.clock.forward(reply.LEASE)
            with world.db.write() as session:
                [_] = answers.lease(session, "board", world.clock(), limit=1, lease=reply.LEASE)
            raise BROKE

    world.sources["board"] = Late(world.clock)
    answer(world)
    world.reply()
    world.clock.minutes(1)
    third.append(reply.due_sources(world.db, world.clock()))
    world.clock.forward(reply.LEASE)
    third.append(reply.due_sources(world.db, world.clock()))
    assert third == [[], ["board"]]


def test_a_source_that_fails_in_a_way_of_its_own_ends_with_its_writer(world: World, board: Board) -> None:
    class Broken(Board):
        def reply(self, external_id: str, text: str, *, key: str) -> Replied:
            return {"post-2": board.reply}[external_id](external_id, text, key=key)

    world.sources["board"] = Broken(world.clock)
    answer(world, 1)
    answer(world, 2)
    assert world.reply() == 1, "the one behind it goes"
    assert "an unexpected fault: KeyError" in world.card().answer.problem  # type: ignore[union-attr]
    carry_on(world)
    assert state_of(world) == (AnswerState.FAILED, "", True)


def test_a_place_that_wants_a_rest_is_left_alone_by_the_answers_behind(world: World, board: Board) -> None:
    board.trouble.append(Retry("too fast", after=timedelta(minutes=5), asked=True))
    answer(world, 1)
    answer(world, 2)
    assert (world.reply(), board.notes) == (0, [])
    world.clock.minutes(6)
    assert (world.reply(), len(board.notes)) == (2, 2)


def test_an_answer_that_waits_for_its_place_to_rest_uses_up_no_try(world: World, board: Board) -> None:
    board.trouble.append(Retry("too fast", after=timedelta(minutes=5), asked=True))
    answer(world, 1)
    world.reply()
    answer(world, 2)
    for _ in range(reply.TRIES):
        world.reply()
        with world.db.write() as session:
            sources.rest(session, "board", world.clock() + timedelta(minutes=15))
        world.clock.minutes(12)
    world.clock.minutes(15)
    board.trouble.extend([BROKE, BROKE])
    assert (world.reply(), board.looks) == (0, board.looks[:1]), "only the one that was tried is looked for"
    carry_on(world, 1)
    assert len(board.notes) == 2


def test_one_customer_who_is_told_the_same_again_gets_it_again(world: World, board: Board) -> None:
    answer(world)
    world.reply()
    world.clock.minutes(5)
    world.arrive(post(1, "billing, again!"), source="board")
    world.watch()
    board.trouble.append(Done(error=BROKE))
    answer(world)
    world.reply()
    carry_on(world, 1)
    assert len(board.notes) == 2
    assert state_of(world)[:2] == (AnswerState.SENT, board.notes[1].permalink)


def test_what_a_person_wrote_there_before_is_not_our_answer(world: World, board: Board) -> None:
    board.put(WORDS)
    world.clock.minutes(30)
    board.trouble.append(BROKE)
    answer(world)
    world.reply()
    carry_on(world, 1)
    assert state_of(world)[:2] == (AnswerState.SENT, board.notes[1].permalink)


def test_what_a_person_says_to_be_the_answer_to_another_is_that(world: World, board: Board) -> None:
    by_hand = board.put(WORDS)
    answering.answer_elsewhere(world.desk, world.click("UANA", 2), link=by_hand.permalink)
    board.trouble.append(BROKE)
    answer(world)
    world.reply()
    carry_on(world, 1)
    assert state_of(world)[:2] == (AnswerState.SENT, board.notes[1].permalink)


def test_who_sends_a_refused_answer_again_has_it_looked_for_first(world: World, board: Board) -> None:
    """A refusal is believed, and yet not bet on."""
    board.trouble.append(Done(error=GiveUp("the thread is closed")))
    answer(world)
    world.reply()
    answering.send_again(world.desk, world.click("UANA"))
    assert world.reply() == 1
    assert len(board.notes) == 1


def test_a_text_that_the_place_has_already_is_for_its_writer_at_the_first_try(world: World, board: Board) -> None:
    board.trouble.append(AlreadySaid("The board takes no text twice."))
    answer(world)
    world.reply()
    assert world.card().answer.problem == "The board takes no text twice."  # type: ignore[union-attr]
    assert state_of(world) == (AnswerState.FAILED, "", False)


def test_a_text_that_the_place_has_and_does_not_list_yet_is_waited_for(world: World, board: Board) -> None:
    board.listed = False
    board.trouble.extend([Done(error=BROKE), AlreadySaid("The board takes no text twice.")])
    answer(world)
    world.reply()
    carry_on(world, 1)
    assert "may stand there unseen" in world.card().answer.problem  # type: ignore[union-attr]
    board.listed = True
    carry_on(world, 1)
    assert state_of(world) == (AnswerState.SENT, board.notes[0].permalink, False)
    assert len(board.notes) == 1


def test_what_was_sent_a_moment_ago_and_is_not_listed_stays_unclear(world: World, board: Board) -> None:
    board.listed = False
    board.trouble.extend([BROKE] * reply.TRIES)
    answer(world)
    world.reply()
    carry_on(world)
    assert state_of(world) == (AnswerState.FAILED, "", True)


def test_what_was_lost_long_ago_and_is_not_listed_does_not_stand_there(world: World, board: Board) -> None:
    board.trouble.extend([BROKE, GiveUp("the thread is closed")])
    answer(world)
    world.reply()
    carry_on(world, 1)
    assert state_of(world) == (AnswerState.FAILED, "", False)
    assert len(board.looks) == 2


def test_an_answer_is_looked_for_from_when_it_was_written_on(world: World, board: Board) -> None:
    world.clock.minutes(90)
    written = world.clock()
    board.trouble.extend([BROKE] * 3)
    answer(world)
    world.reply()
    carry_on(world, 3)
    assert set(board.looks) == {written - timedelta(minutes=10)}

"""Every source that takes answers, carried to by the flow: whatever is lost on the way, each customer gets one answer."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.card import Answer, AnswerState
from bot.flow import reply
from bot.store import answers
from bot.store.database import Database
from tests.contracts.case import AnswererCase, Trait
from tests.contracts.case import every_answerer as every
from tests.fakes import MovedClock, post
from tests.world import World

SAME = "We are sorry, and will mend it."
"""What both customers are told, as with a saved reply."""


@pytest.fixture
def world(sqlite_database: Database, case: AnswererCase) -> World:
    """Two posts at the place have come in. The clock begins now, because the places date what we write by theirs."""
    made = World(sqlite_database, MovedClock(datetime.now(UTC)))
    made.sources[case.source.name] = case.source
    theirs = (post(number, external_id=id) for number, id in ((1, case.post), (2, case.neighbour)))
    made.arrive(*theirs, source=case.source.name)
    return made


def answer(world: World, mention_id: int) -> None:
    """As the desk leaves it: what the card does beside it makes no difference here."""
    written = answers.New(author="UANA", text=SAME, state=AnswerState.SENDING)
    with world.db.write() as session:
        answers.add(session, mention_id, written, world.clock())


def carry_all(world: World) -> None:
    """Until nothing is on its way."""
    for _ in range(reply.TRIES):
        world.reply()
        world.clock.forward(timedelta(minutes=3))


def written(world: World) -> list[Answer]:
    with world.db.read() as session:
        return [each for id in (1, 2) if (each := answers.find(session, id))]


def states(world: World) -> list[AnswerState]:
    return [each.state for each in written(world)]


class Killed(BaseException):
    """As a kill -9, for this process to live on."""


@every()
def test_a_death_after_the_place_took_the_answer_leaves_one(
    case: AnswererCase, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(name: str) -> None:
        raise Killed(name)

    answer(world, 1)
    with monkeypatch.context() as patched:
        patched.setattr(reply, "crash_point", die)
        with pytest.raises(Killed):
            world.reply()
    assert case.standing() == [SAME]
    carry_all(world)
    assert case.standing() == [SAME]
    assert states(world) == [AnswerState.SENT]


@every(lacks=Trait.KEYLESS)
def test_two_customers_told_the_same_are_both_told_also_where_the_first_word_of_it_was_lost(
    case: AnswererCase, world: World
) -> None:
    case.lose_next_reply()
    answer(world, 1)
    world.reply()
    answer(world, 2)
    carry_all(world)
    assert case.standing() == [SAME, SAME]
    assert states(world) == [AnswerState.SENT, AnswerState.SENT]


@every(Trait.KEYLESS)
def test_two_customers_told_the_same_are_both_told_also_where_no_first_word_came_back(
    case: AnswererCase, world: World
) -> None:
    for mention_id in (1, 2):
        answer(world, mention_id)
        case.lose_next_reply()
        world.reply()
    carry_all(world)
    assert case.standing() == [SAME, SAME]
    assert states(world) == [AnswerState.SENT, AnswerState.SENT]
    assert len({each.permalink for each in written(world)}) == 2


@every(Trait.KEYLESS)
def test_a_customer_told_the_same_later_is_told_where_the_first_try_did_not_arrive(
    case: AnswererCase, world: World
) -> None:
    """What stands in the thread is the neighbour's: it is not taken for the answer that did not get there."""
    answer(world, 1)
    world.reply()
    answer(world, 2)
    case.be_busy_once()
    carry_all(world)
    assert case.standing() == [SAME, SAME]
    assert states(world) == [AnswerState.SENT, AnswerState.SENT]

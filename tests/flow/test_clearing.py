"""One decision on many mentions: filtered, each its own transaction, and told what was not possible."""

from datetime import timedelta

import pytest

from bot.domain.backlog import MOST, Age, Pick, Whose
from bot.domain.label import Score
from bot.domain.lifecycle import Action, State
from bot.errors import Refused, Taken
from bot.flow.desk import claiming, correcting, deciding, moving
from bot.flow.desk.clearing import PAGE, Sweep, backlog_of, clear, undo_together
from bot.store.database import Database
from tests.fakes import MovedClock, policy, post
from tests.world import World, posts


@pytest.fixture
def world(database: Database, clock: MovedClock) -> World:
    """Three complaints with Billing, one praise with Care."""
    made = World(database, clock)
    made.arrive(*posts(3), post(4, "I love it, praise"))
    made.think()
    return made


def listed(world: World, pick: Pick, *, user: str = "UANA", page: int = 0) -> list[int]:
    return [each.mention_id for each in backlog_of(world.desk, user, pick, page).waiting]


def sweep(action: Action, **wanted: object) -> Sweep:
    known: dict[str, object] = {"user": "UANA", "key": "form:V1", "reason": "settled in one go"}
    return Sweep(action=action, **(known | wanted))  # type: ignore[arg-type]


def test_the_backlog_is_what_is_unclaimed_the_oldest_first(world: World) -> None:
    world.clock.minutes(5)
    world.arrive(post(5, "billing is awful"))
    world.think()
    world.claim("UBEN", 2)
    assert listed(world, Pick()) == [1, 3, 4, 5]


def test_each_filter_narrows_it(world: World) -> None:
    assert listed(world, Pick(department="care")) == [4]
    assert listed(world, Pick(topic="billing")) == [1, 2, 3]
    assert listed(world, Pick(outcome="let_stand")) == [4]
    assert listed(world, Pick(outcome="restoration", department="care")) == []
    assert listed(world, Pick(age=Age.DAY)) == []
    world.clock.forward(timedelta(days=1))
    assert listed(world, Pick(age=Age.DAY)) == [1, 2, 3, 4]
    world.claim("UANA", 1)
    assert listed(world, Pick(whose=Whose.MINE)) == [1]
    assert listed(world, Pick(whose=Whose.MINE), user="UBEN") == []


def test_it_goes_by_what_people_said_of_topic_and_score(world: World) -> None:
    moving.reroute(world.desk, world.click("UANA", 1), "care", topic="outage")
    assert listed(world, Pick(topic="outage")) == [1]
    assert listed(world, Pick(topic="billing")) == [2, 3]
    correcting.correct_score(world.desk, world.click("UANA", 4), Score.DETRACTOR)
    assert 4 not in listed(world, Pick(outcome="let_stand", department="care", topic="billing"))
    waiting = {each.mention_id: each for each in backlog_of(world.desk, "UANA", Pick(), 0).waiting}
    assert waiting[4].recommended != "share_success"


def test_a_page_beyond_the_end_is_the_last(world: World) -> None:
    world.arrive(*posts(40, "an outage again"), source="blog")
    world.think()
    first = backlog_of(world.desk, "UANA", Pick(), 0)
    assert (first.total, first.first, len(first.waiting)) == (44, 0, PAGE)
    last = backlog_of(world.desk, "UANA", Pick(), 99)
    assert (last.first, len(last.waiting)) == (PAGE, 14)
    assert not {each.mention_id for each in first.waiting} & {each.mention_id for each in last.waiting}


def test_one_decision_on_many_is_an_event_on_each_with_the_same_bulk(world: World) -> None:
    cleared = clear(world.desk, sweep(Action.LET_STAND), [1, 2, 4])
    assert (cleared.done, cleared.undone) == ((1, 2, 4), ())
    for each in (1, 2, 4):
        card = world.card(each)
        assert card.state is State.LET_STAND
        assert card.decision is not None
        assert card.decision.reason == "settled in one go"
        event = next(event for event in world.log(each) if event.what == "let_stand")
        assert (event.detail["bulk"], event.detail["together_with"]) == ("form:V1", "2 others")
        assert event.detail["agreed"] == ("yes" if each == 4 else "no")
    assert world.card(3).state is State.OPEN


def test_what_is_not_possible_is_told_with_who_and_since_when_and_stops_no_other(world: World) -> None:
    world.claim("UBEN", 2)
    since = world.clock()
    world.clock.minutes(3)
    cleared = clear(world.desk, sweep(Action.LET_STAND), [1, 2, 3, 99])
    assert cleared.done == (1, 3)
    taken, erased = cleared.undone
    assert isinstance(taken.fault, Taken)
    assert (taken.mention_id, taken.fault.owner, taken.fault.since) == (2, "UBEN", since)
    assert (erased.mention_id, str(erased.fault)) == (99, "This mention was erased.")


def test_a_second_delivery_changes_nothing(world: World) -> None:
    clear(world.desk, sweep(Action.DISMISS, reason="Spam or advertising"), [1, 2])
    logs = [world.log(each) for each in (1, 2)]
    versions = [world.card(each).version for each in (1, 2)]
    again = clear(world.desk, sweep(Action.DISMISS, reason="Spam or advertising"), [1, 2])
    assert again.done == (1, 2)
    assert ([world.log(each) for each in (1, 2)], [world.card(each).version for each in (1, 2)]) == (logs, versions)


def test_the_same_mention_ticked_twice_is_done_once(world: World) -> None:
    assert clear(world.desk, sweep(Action.LET_STAND), [1, 1]).done == (1,)


def test_snoozing_many(world: World) -> None:
    until = world.clock() + timedelta(hours=1)
    assert clear(world.desk, sweep(Action.SNOOZE, reason="", until=until), [1, 3]).done == (1, 3)
    assert [world.card(each).snoozed_until for each in (1, 2, 3)] == [until, None, until]


def test_releasing_many_gives_back_ones_own_only(world: World) -> None:
    for each, user in ((1, "UANA"), (2, "UBEN")):
        claiming.claim(world.desk, world.click(user, each))
    cleared = clear(world.desk, sweep(Action.RELEASE, reason=""), [1, 2, 3])
    assert cleared.done == (1,)
    assert [each.mention_id for each in cleared.undone] == [2, 3]


@pytest.mark.parametrize(
    ("wanted", "ids", "sentence"),
    [
        (sweep(Action.LET_STAND), [], "Tick the mentions"),
        (sweep(Action.LET_STAND, reason=" "), [1], "Please give a reason"),
        (sweep(Action.SNOOZE, reason=""), [1], "Choose when"),
        (sweep(Action.LET_STAND), list(range(MOST + 1)), f"Tick at most {MOST} at a time: {MOST + 1} are ticked."),
    ],
)
def test_what_would_be_refused_for_all_is_refused_before_the_first(
    world: World, wanted: Sweep, ids: list[int], sentence: str
) -> None:
    with pytest.raises(Refused, match=sentence):
        clear(world.desk, wanted, ids)
    assert world.card(1).state is State.OPEN


def test_a_time_that_has_passed_is_none_to_snooze_until(world: World) -> None:
    with pytest.raises(Refused, match="has passed"):
        clear(world.desk, sweep(Action.SNOOZE, until=world.clock()), [1])


def test_answering_many_at_once_is_nothing_that_can_be_asked_for(world: World) -> None:
    with pytest.raises(ValueError, match="nothing to do to many"):
        clear(world.desk, sweep(Action.ANSWER), [1])


def test_what_was_done_together_is_undone_together_where_nothing_happened_since(world: World) -> None:
    clear(world.desk, sweep(Action.LET_STAND), [1, 2, 3])
    deciding.reopen(world.desk, world.click("UBEN", 2))
    world.clock.seconds(5)
    undone = undo_together(world.desk, "UANA", "act:undo", [1, 2, 3])
    assert undone.done == (1, 3)
    assert [each.mention_id for each in undone.undone] == [2]
    assert [world.card(each).state for each in (1, 2, 3)] == [State.OPEN] * 3
    before = world.log(1)
    assert undo_together(world.desk, "UANA", "act:undo", [1]).done == (1,)
    assert world.log(1) == before, "the second delivery"


def test_headquarters_are_told_once_of_what_was_decided_together(database: Database, clock: MovedClock) -> None:
    world = World(database, clock, policy(ops_channel="#ops"))
    world.arrive(*posts(4))
    world.think()
    clear(world.desk, sweep(Action.MONITOR), [1, 2, 3])
    clear(world.desk, sweep(Action.MONITOR, key="form:V2"), [4])
    world.deliver()
    assert world.notices("#ops") == ["monitor", "monitor"], "one for each decision, however many it was about"

"""The clock: promises, leases and snoozes speak when their time has come, once, and not a moment before."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.lifecycle import Action, State
from bot.errors import Refused
from bot.flow.desk import answering, claiming, deciding, moving
from bot.flow.forget import forget_deliveries
from bot.store.database import Database
from tests.databases import wipe
from tests.fakes import START, MovedClock, department, policy, post
from tests.world import World, minutes

IDLE = {"expired": 0, "woken": 0, "paced": 0, "said": 0, "raised": 0}


@pytest.fixture
def world(database: Database, clock: MovedClock) -> World:
    """One card in #billing: to be decided by 10:00, answered by 13:00, warned ten minutes before; the lease is 30 minutes."""
    made = World(database, clock, policy(answerable=["forum"]))
    made.arrive()
    made.run()
    clock.now = START
    return made


def at(world: World, span: timedelta) -> dict[str, int]:
    """What the clock has to do at START + `span`."""
    world.clock.now = START + span
    return world.watch()


SECOND = timedelta(seconds=1)


def test_nothing_is_said_early(world: World) -> None:
    assert at(world, minutes(50) - SECOND) == IDLE


def test_a_promise_is_warned_of_once_in_the_departments_channel(world: World) -> None:
    assert at(world, minutes(50))["said"] == 1
    assert at(world, minutes(55)) == IDLE
    world.deliver()
    assert world.notices("#billing") == ["due_soon"]
    assert "warned" in world.whats()


def test_a_holder_is_warned_in_person(world: World) -> None:
    world.clock.now = START + minutes(215)
    world.claim("UANA")
    at(world, minutes(230))
    world.deliver()
    assert world.notices("UANA") == ["due_soon"]
    assert world.notices("#billing") == []


def test_a_missed_promise_is_announced_once_and_calls_the_first_level(world: World) -> None:
    at(world, minutes(50))
    assert at(world, minutes(60))["said"] == 1
    assert at(world, minutes(61)) == IDLE
    world.deliver()
    assert world.notices("#billing") == ["due_soon", "missed"]
    assert world.notices("@lea") == ["escalated"]
    assert world.record().level == 1
    assert [what for what in world.whats() if what in ("warned", "missed", "escalate")] == [
        "warned",
        "missed",
        "escalate",
    ]


def test_a_promise_found_late_is_announced_without_a_warning(world: World) -> None:
    assert at(world, minutes(75))["said"] == 1
    world.deliver()
    assert "due_soon" not in world.notices("#billing")


def test_the_chain_is_climbed_level_by_level_to_its_end_and_no_further(world: World) -> None:
    levels = {}
    for minute in range(0, 300, 5):
        at(world, minutes(minute))
        levels[minute] = world.record().level
    assert (levels[55], levels[60], levels[85], levels[90], levels[295]) == (0, 1, 1, 2, 2)
    world.deliver()
    assert world.notices("#leads") == ["escalated"]
    assert world.whats().count("escalate") == 2
    assert world.whats().count("missed") == 2  # decision and answer


def test_a_department_without_a_chain_announces_and_rests(database: Database, clock: MovedClock) -> None:
    world = World(database, clock, policy(departments=[department("triage", escalation=())]))
    world.arrive()
    world.run()
    clock.now = START + minutes(60)
    assert world.watch()["said"] == 1
    assert world.watch() == IDLE
    assert world.record().state is State.OPEN


def test_whoever_claims_in_time_is_not_escalated(world: World) -> None:
    world.clock.now = START + minutes(59)
    world.claim("UANA")
    for minute in range(60, 85, 5):
        assert at(world, minutes(minute)) == IDLE


def test_a_claim_stops_the_climb_and_a_claim_that_runs_out_lets_it_go_on(world: World) -> None:
    at(world, minutes(60))
    world.clock.now = START + minutes(80)
    world.claim("UANA")
    assert at(world, minutes(95)) == IDLE
    assert at(world, minutes(110))["expired"] == 1
    at(world, minutes(111))
    assert world.record().level == 2


def test_a_lease_runs_out_at_its_time_and_its_holder_is_told(world: World) -> None:
    world.claim("UANA")
    assert at(world, minutes(30) - SECOND)["expired"] == 0
    assert at(world, minutes(30))["expired"] == 1
    assert at(world, minutes(30)) == IDLE
    assert (world.record().state, world.record().claim) == (State.OPEN, None)
    world.deliver()
    assert world.notices("UANA") == ["lease_ended"]


def test_a_lease_does_not_run_out_while_the_answer_is_on_its_way(world: World) -> None:
    answering.write_answer(world.desk, world.click("UANA"), "We are sorry.")
    assert at(world, minutes(45))["expired"] == 0
    assert world.record().state is State.CLAIMED


def test_two_leases_of_one_mention_are_told_apart(world: World) -> None:
    world.claim("UANA")
    at(world, minutes(30))
    world.claim("UANA")
    at(world, minutes(61))
    world.deliver()
    assert world.notices("UANA").count("lease_ended") == 2


def test_a_snoozed_mention_comes_back_at_its_time(world: World) -> None:
    deciding.snooze(world.desk, world.click("UANA"), START + minutes(40))
    assert at(world, minutes(40) - SECOND) == IDLE
    assert at(world, minutes(40))["woken"] == 1
    assert world.record().state is State.OPEN


@pytest.mark.parametrize("closing", [Action.LET_STAND, Action.MONITOR, Action.DISMISS])
def test_a_decision_ends_everything_the_clock_had_to_say(world: World, closing: Action) -> None:
    at(world, minutes(60))
    deciding.decide(world.desk, world.click("UANA"), closing, "seen")
    for hour in range(2, 10):
        assert at(world, timedelta(hours=hour)) == IDLE


def test_a_reopened_mention_is_promised_and_escalated_anew(world: World) -> None:
    at(world, minutes(60))
    deciding.decide(world.desk, world.click("UANA"), Action.LET_STAND, "seen")
    world.clock.now = START + timedelta(days=1)
    deciding.reopen(world.desk, world.click("UANA"))
    assert world.record().level == 0
    assert at(world, timedelta(days=1, minutes=60))["said"] == 1
    assert world.record().level == 1


def test_a_reroute_promises_anew_and_withdraws_what_was_promised(world: World) -> None:
    world.clock.now = START + minutes(40)
    moving.reroute(world.desk, world.click("UANA"), "care")
    assert at(world, minutes(60)) == IDLE
    assert at(world, minutes(90))["said"] == 1


def test_rerouting_there_and_back_in_one_moment_promises_once(world: World) -> None:
    for target in ("care", "billing", "care"):
        moving.reroute(world.desk, world.click("UANA"), target)
    assert len([each for each in world.record().promises if each.settled_at is None]) == 2


def test_two_clocks_say_it_once(world: World, database: Database) -> None:
    other = World(database, world.clock, world.policy)
    world.clock.now = START + minutes(60)
    assert (world.watch()["said"], other.watch()["said"]) == (1, 0)


def test_old_delivery_keys_are_dropped_and_young_ones_kept(world: World) -> None:
    click = world.click("UANA", key="old")
    claiming.claim(world.desk, click)
    world.clock.forward(timedelta(hours=25))
    forget_deliveries(world.db, world.clock(), timedelta(hours=24))
    with pytest.raises(Refused):
        claiming.claim(world.desk, click)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.integers(1, 90), min_size=1, max_size=14), claims=st.sets(st.integers(0, 13), max_size=3))
def test_however_the_clock_ticks_each_thing_is_said_once_and_never_early(
    sqlite_database: Database, steps: list[int], claims: set[int]
) -> None:
    wipe(sqlite_database)
    world = World(sqlite_database, MovedClock())
    world.arrive(post(1))
    world.think()
    mention = world.log_ids()[0]
    for number, step in enumerate(steps):
        world.clock.minutes(step)
        if number in claims and world.record(mention).state is State.OPEN:
            world.claim("UANA", mention)
        world.watch()
        assert world.watch() == IDLE
    log = world.log(mention)
    said = [(event.what, event.detail["promise"]) for event in log if event.what in ("warned", "missed")]
    assert len(said) == len(set(said))
    for event in log:
        if event.what in ("warned", "missed"):
            early = minutes(10) if event.what == "warned" else timedelta(0)
            due = START + (minutes(60) if event.detail["promise"] == "decision" else minutes(240))
            assert event.at >= due - early
    assert world.whats(mention).count("escalate") <= 2

"""Promises stand still while a mention is put aside: a snooze does not make anybody late."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.domain.label import Score
from bot.domain.lifecycle import Action, State
from bot.domain.posting import PostingKind
from bot.domain.promise import Promise, PromiseKind
from bot.domain.terms import PromiseRule
from bot.flow.desk import claiming, correcting, deciding, moving
from bot.store import mentions, outbox, promises
from bot.store.database import Database
from tests.fakes import START, MovedClock, department, policy, post
from tests.world import World, minutes, posts

DAY = timedelta(days=1)


@pytest.fixture
def world(database: Database, clock: MovedClock) -> World:
    """One card in #billing: to be decided by 10:00 (START is 9:00), answered by 13:00, warned ten minutes before."""
    made = World(database, clock)
    made.arrive()
    made.run()
    clock.now = START
    return made


def due(world: World, kind: PromiseKind = PromiseKind.DECISION) -> Promise:
    return next(each for each in world.record().promises if each.kind is kind)


def snooze_at(world: World, minute: float, until: datetime) -> None:
    world.clock.now = START + minutes(minute)
    deciding.snooze(world.desk, world.click("UANA"), until)


def test_a_snooze_stops_the_clock_and_waking_lets_it_go_on(world: World) -> None:
    snooze_at(world, 20, START + DAY)
    assert due(world).paused_at == START + minutes(20)
    world.clock.now = START + DAY - minutes(1)
    assert world.watch()["said"] == 0
    world.clock.now = START + DAY
    assert world.watch()["woken"] == 1
    assert due(world).due_at == START + DAY + minutes(40)
    assert due(world, PromiseKind.ANSWER).due_at == START + DAY + minutes(220)
    world.clock.now = START + DAY + minutes(30)
    assert world.watch()["said"] == 1, "the warning, ten minutes before"
    world.clock.now = START + DAY + minutes(40)
    assert world.watch()["said"] == 1, "the announcement"


@pytest.mark.parametrize("act", [claiming.claim, deciding.wake])
def test_whoever_takes_it_up_again_has_the_time_that_was_left(world: World, act: object) -> None:
    snooze_at(world, 20, START + DAY)
    world.clock.now = START + minutes(120)
    act(world.desk, world.click("UBEN"))  # type: ignore[operator]
    assert due(world, PromiseKind.ANSWER).paused_at is None
    assert due(world, PromiseKind.ANSWER).due_at == START + minutes(120 + 220)


def test_a_decision_on_what_sleeps_was_in_time(world: World) -> None:
    snooze_at(world, 20, START + 3 * DAY)
    world.clock.now = START + 2 * DAY
    deciding.decide(world.desk, world.click("UANA"), Action.LET_STAND, "settled by itself")
    assert all(each.kept(world.clock()) for each in world.record().promises)


def test_what_was_late_before_the_snooze_stays_late(world: World) -> None:
    snooze_at(world, 70, START + DAY)
    assert due(world).paused_at is None
    assert world.watch()["said"] == 1


def test_a_reroute_of_what_sleeps_promises_anew(world: World) -> None:
    snooze_at(world, 20, START + DAY)
    world.clock.now = START + minutes(90)
    moving.reroute(world.desk, world.click("UANA"), "care")
    assert {(each.paused_at, each.due_at) for each in world.record().promises} == {
        (None, START + minutes(150)),
        (None, START + minutes(330)),
    }


def test_what_wakes_without_knowing_of_pauses_is_mended_by_the_clock(world: World) -> None:
    snooze_at(world, 20, START + DAY)
    world.clock.now = START + minutes(50)
    with world.db.write() as session:
        record = mentions.lock(session, 1)
        assert record is not None
        assert mentions.change(session, record, Action.WAKE, world.clock(), {})
    assert world.watch()["paced"] == 1
    assert due(world).due_at == START + minutes(90)
    assert world.watch()["paced"] == 0


def test_a_snooze_from_before_there_were_pauses_is_mended_too(world: World) -> None:
    snooze_at(world, 20, START + DAY)
    with world.db.write() as session:
        promises.resume(session, 1, world.clock(), department("billing").office_hours)
    assert world.watch()["paced"] == 1
    assert due(world).paused_at == START + minutes(20)


def ruled(database: Database, clock: MovedClock, *rules: PromiseRule) -> World:
    world = World(database, clock, replace(policy(), promise_rules=rules))
    clock.now = START
    return world


def test_a_rule_promises_by_topic_score_and_reach(database: Database, clock: MovedClock) -> None:
    loud = PromiseRule(name="loud", min_reach=1_000, decide_within=minutes(10), answer_within=minutes(30))
    world = ruled(database, clock, loud)
    world.arrive(post(1, reach=5_000), post(2, reach=5))
    world.think()
    by_reach = {world.record(id_).mention.reach: world.record(id_).promises for id_ in (1, 2)}
    assert [each.due_at for each in by_reach[5_000]] == [START + minutes(10), START + minutes(30)]
    assert {each.terms for each in by_reach[5_000]} == {"loud"}
    assert [each.due_at for each in by_reach[5]] == [START + minutes(60), START + minutes(240)]


def test_a_corrected_score_decides_what_a_reroute_promises(database: Database, clock: MovedClock) -> None:
    angry = PromiseRule(name="angry", min_detractor=0.9, decide_within=minutes(5))
    world = ruled(database, clock, angry)
    world.arrive(post(1, "billing was wonderful"))
    world.think()
    assert due(world).terms == ""
    correcting.correct_score(world.desk, world.click("UANA"), Score.DETRACTOR)
    moving.reroute(world.desk, world.click("UANA"), "care")
    assert (due(world).terms, due(world).due_at) == ("angry", START + minutes(5))


MANY = 23


def test_many_missed_at_once_are_called_out_together_and_logged_one_by_one(
    database: Database, clock: MovedClock
) -> None:
    world = World(database, clock, policy(departments=[department("triage", escalation=())]))
    clock.now = START
    world.arrive(*posts(MANY))
    world.think()
    clock.now = START + minutes(61)
    assert world.watch()["said"] == MANY
    with database.read() as session:
        channels = outbox.due_channels(session, clock())
    world.deliver()
    notices = [m for m in world.slack.shown("#triage") if m.content.kind is PostingKind.NOTICE]
    assert channels == ["#triage"]
    assert [message.content.body["count"] for message in notices] == [str(MANY)]
    assert all("missed" in world.whats(id_) for id_ in range(1, MANY + 1))
    assert world.watch()["said"] == 0


def test_an_owner_of_many_gets_one_call(database: Database, clock: MovedClock) -> None:
    world = World(database, clock, policy(departments=[department("triage", escalation=())], lease=5 * DAY))
    clock.now = START
    world.arrive(*posts(MANY))
    world.think()
    for id_ in range(1, MANY + 1):
        claiming.claim(world.desk, world.click("UANA", id_))
    clock.now = START + minutes(240)
    assert world.watch()["said"] == MANY
    world.deliver()
    assert world.notices("UANA") == ["missed"]
    assert world.notices("#triage") == ["missed"]
    assert world.record(1).state is State.CLAIMED

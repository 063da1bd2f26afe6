"""What the report is told must be what the log alone says."""

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.event import Event
from bot.domain.label import LabelKind, Score
from bot.domain.lifecycle import LIVE, Action, State, after
from bot.domain.period import parse_period
from bot.domain.report import MentionFacts
from bot.errors import Refused
from bot.flow import report
from bot.flow.desk import correcting
from bot.store import figures
from bot.store.database import Database
from tests.databases import wipe
from tests.fakes import START, FakeForum, MovedClock, policy, post
from tests.flow.test_desk import ACTS
from tests.flow.test_teaching import told_by
from tests.replaying import replayed
from tests.world import World, minutes, posts

DECIDING = {Action.ANSWER, Action.ANSWER_ELSEWHERE, Action.LET_STAND, Action.MONITOR, Action.DISMISS}


def recomputed(log: tuple[Event, ...]) -> dict[str, object]:
    """A mention's facts from nothing but its log."""
    department = ""
    for event in log:
        department = event.detail.get("department", department) if event.what == "route" else department
        department = event.detail["after"] if event.what == "reroute" else department
    decisions = [event for event in log if event.what in DECIDING]
    answers = [event.at for event in decisions if event.what in (Action.ANSWER, Action.ANSWER_ELSEWHERE)]
    claims = [event.at for event in log if event.what == Action.CLAIM]
    return {
        "received_at": log[0].at,
        "state": replayed(log).state,
        "department": department,
        "first_claimed_at": claims[0] if claims else None,
        "first_decided_at": decisions[0].at if decisions else None,
        "decision": after(State.OPEN, Action(decisions[-1].what)) if decisions else None,
        "answered_at": answers[0] if answers else None,
    }


def facts_of(world: World, since: datetime = START - timedelta(days=400)) -> dict[int, MentionFacts]:
    with world.db.read() as session:
        return {each.mention_id: each for each in figures.facts(session, since)}


STEPS = st.lists(
    st.tuples(st.sampled_from(sorted(ACTS)), st.integers(0, 3), st.sampled_from(["UANA", "UBEN"]), st.integers(0, 90)),
    min_size=4,
    max_size=25,
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_facts_are_what_the_log_says(sqlite_database: Database, steps: list[tuple[Action, int, str, int]]) -> None:
    wipe(sqlite_database)
    world = World(sqlite_database, MovedClock(), policy(answerable=["forum"]))
    world.sources["forum"] = FakeForum("forum")
    world.arrive(*posts(3), post(4, "an outage"))
    world.think()
    ids = world.log_ids()
    for action, which, user, wait in steps:
        world.clock.minutes(wait)
        world.watch()
        world.reply()
        try:
            ACTS[action](world.desk, world.click(user, ids[which]))
        except Refused:
            continue
    found = facts_of(world)
    assert sorted(found) == ids
    for mention_id, fact in found.items():
        expected = recomputed(world.log(mention_id))
        assert {name: getattr(fact, name) for name in expected} == expected
        judged = world.record(mention_id).verdict
        assert judged is not None
        said = told_by(world.log(mention_id))
        assert (fact.topic, fact.detractor) == (said.get(LabelKind.TOPIC, judged.topic), judged.detractor)


def test_a_persons_score_counts_in_place_of_the_models(world: World) -> None:
    world.arrive(post(1, "billing is awful"), post(2, "billing"))
    world.think()
    correcting.correct_score(world.desk, world.click("UANA", 1), Score.PROMOTER)
    correcting.correct_score(world.desk, world.click("UANA", 2), Score.DETRACTOR)
    world.clock.minutes(1)
    found = facts_of(world)
    assert [(found[each].detractor, found[each].promoter) for each in (1, 2)] == [(0.0, 1.0), (1.0, 0.0)]
    whole = report.engagement(world.db, world.policy, parse_period("7d", world.clock(), "UTC"), world.clock())
    assert (whole.total.figures.detractors, whole.total.figures.promoters) == (1, 1)
    correcting.correct_score(world.desk, world.click("UANA", 1), None)
    assert facts_of(world)[1].detractor == 0.9


@pytest.fixture
def world(database: Database, clock: MovedClock) -> World:
    return World(database, clock)


def test_old_mentions_count_only_while_they_are_open(world: World) -> None:
    world.arrive(*posts(2))
    world.think()
    ACTS[Action.LET_STAND](world.desk, world.click("UANA", 1))
    later = START + timedelta(days=90)
    assert list(facts_of(world, later)) == [2]
    assert facts_of(world, later)[2].state in LIVE


def test_a_withdrawn_promise_is_no_broken_one(world: World) -> None:
    world.arrive()
    world.think()
    world.clock.minutes(30)
    ACTS[Action.REROUTE](world.desk, world.click("UANA"))
    world.clock.minutes(45)
    assert [promise.kept(world.clock()) for promise in facts_of(world)[1].promises] == [None, None]


def test_the_report_of_a_department_is_its_part_of_the_whole(world: World) -> None:
    world.arrive(post(1, "billing is awful"), post(2, "billing"), post(3, "an outage"))
    world.think()
    world.clock.forward(minutes(20))
    ACTS[Action.CLAIM](world.desk, world.click("UANA", 1))
    ACTS[Action.ANSWER_ELSEWHERE](world.desk, world.click("UANA", 1))
    period = parse_period("7d", world.clock(), "UTC")
    whole = report.engagement(world.db, world.policy, period, world.clock())
    part = report.engagement(world.db, world.policy, period, world.clock(), department="billing")
    assert (whole.total.figures.mentions, part.total.figures.mentions) == (3, 2)
    assert part.total.figures.answered == 1
    assert part.total.figures.to_answer.wall.median == minutes(20)
    assert (whole.total.open_now, part.total.open_now) == (2, 1)
    assert whole.total.figures.detractors == 1


def test_an_unknown_department_is_named_with_those_there_are(world: World) -> None:
    with pytest.raises(ValueError, match=r"“moon”.*billing, care, triage"):
        report.engagement(world.db, world.policy, parse_period("7d", START, "UTC"), START, department="moon")


def test_more_mentions_than_one_query_takes_are_all_there(world: World) -> None:
    world.arrive(*posts(figures.CHUNK + 7))
    assert len(facts_of(world)) == figures.CHUNK + 7
    assert world.ledger().waiting == figures.CHUNK + 7

"""Themes and our own posts on their way: a chance to join in owes nothing, and what we wrote ourselves troubles nobody."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.card import Subscription
from bot.domain.lifecycle import Action, State
from bot.domain.listening import Account, Ears, Theme
from bot.domain.period import parse_period
from bot.domain.policy import Policy
from bot.flow.desk import bringing_back, claiming, deciding, moving
from bot.flow.report import engagement
from bot.flow.subscribe import subscribe
from bot.store.database import Database
from tests.fakes import START, MovedClock, department, policy, post
from tests.world import World

DAY = timedelta(days=1)


def company() -> Policy:
    """Acme, which listens to soup; its community owes nobody anything."""
    known = [department("billing"), department("care"), department("triage", escalation=())]
    basis = policy(departments=[*known, department("community", promises=False, escalation=())])
    ears = Ears(
        own_accounts=(Account(handle="acme"),),
        themes=(Theme(name="soup", department="community", words=("soup",)),),
    )
    routing = replace(basis.routing, ears=ears, names=("Acme",), searches={"forum": ""})
    return replace(basis, routing=routing)


@pytest.fixture
def world(database: Database, clock: MovedClock) -> World:
    return World(database, clock, company())


def test_a_chance_to_join_in_is_owed_nothing_however_long_it_waits(world: World) -> None:
    world.arrive(post(1, "awful soup again"))
    world.run()
    world.clock.forward(DAY)
    shown = world.record().version
    for _ in range(3):
        assert world.watch() == {"expired": 0, "woken": 0, "paced": 0, "said": 0, "raised": 0}
    world.run()
    record = world.record()
    assert (record.state, record.department, record.promises) == (State.OPEN, "community", ())
    assert (record.version, len(world.slack.shown("#community"))) == (shown, 1)
    card = world.card()
    assert (card.is_chance, card.praises, card.triage) == (True, False, None)


def test_people_join_in_or_let_it_be_without_a_promise(world: World) -> None:
    world.arrive(post(1, "what soup today"), post(2, "no soup today"))
    world.run()
    claiming.claim(world.desk, world.click("UANA", 1))
    world.watch()
    deciding.decide(world.desk, world.click("UANA", 1), Action.LET_STAND, "others said it")
    assert (world.record(1).state, world.record(1).promises) == (State.LET_STAND, ())
    decided = next(event for event in world.log(1) if event.what == "let_stand")
    assert "recommended" not in decided.detail


def test_who_moves_it_to_a_team_that_owes_answers_makes_a_promise(world: World) -> None:
    world.arrive(post(1, "soup, and billing is awful"))
    world.run()
    assert world.record().department == "community"
    moving.reroute(world.desk, world.click("UANA"), "billing", topic="billing")
    record = world.record()
    assert len([each for each in record.promises if each.settled_at is None]) == 2
    assert world.card().triage is not None


def test_moved_to_those_who_only_join_in_it_is_owed_nothing_any_more(world: World) -> None:
    world.arrive(post(1, "Acme billing is awful"))
    world.run()
    moving.reroute(world.desk, world.click("UANA"), "community")
    world.clock.forward(DAY)
    assert world.watch()["said"] == 0
    assert world.record().promises == ()


def test_what_its_author_edits_to_name_us_is_a_complaint_with_a_promise(world: World) -> None:
    world.arrive(post(1, "soup billing is awful"))
    world.run()
    world.arrive(post(1, "Acme soup billing is awful"))
    world.run()
    record = world.record()
    assert (record.department, record.route_rule) == ("billing", "topic")
    assert len(record.promises) == 2


def test_who_subscribed_reads_what_is_said_about_us_only(world: World) -> None:
    wish = Subscription(id=0, channel="CPRODUCT", created_by="UANA", created_at=START)
    subscribe(world.desk, wish, "key-1")
    world.arrive(post(1, "soup is fine"), post(2, "Acme billing is fine"))
    world.run()
    assert world.slack.texts("CPRODUCT") == ["Acme billing is fine"]


def test_what_is_said_of_us_never_stands_under_a_chance_that_says_the_same(world: World) -> None:
    words = "the soup came out cold and grey again on Sunday, and nobody at all picked up the telephone"
    world.arrive(post(1, words))
    world.arrive(post(2, words), source="reviews")
    world.arrive(post(3, words))
    world.run()
    assert [(world.record(n).department, world.record(n).repeat_of) for n in (1, 2, 3)] == [
        ("community", None),
        ("triage", None),
        ("community", 1),
    ]


def test_the_report_counts_chances_apart_and_no_strangers_score(world: World) -> None:
    world.arrive(post(1, "awful soup"), post(2, "Acme billing is awful"), post(3, "Acme is fine", author="acme"))
    world.run()
    world.clock.forward(DAY)
    world.watch()
    now = world.clock()
    report = engagement(world.db, world.policy, parse_period("7d", now, "UTC"), now)
    total = report.total.figures
    assert (total.mentions, total.detractors, total.judged, total.filtered) == (2, 1, 1, 1)
    assert [(row.department, row.figures.mentions, row.figures.promises_due) for row in report.apart] == [
        ("community", 1, 0)
    ]
    assert "community" not in [row.department for row in report.departments]
    alone = engagement(world.db, world.policy, parse_period("7d", now, "UTC"), now, department="community")
    assert (alone.total.figures.mentions, alone.apart) == (1, ())


def test_what_we_wrote_ourselves_is_counted_and_can_be_brought_back(world: World) -> None:
    world.arrive(post(1, "Acme billing is open on Sunday", author="@Acme"))
    world.run()
    assert (world.ledger().filtered, world.slack.calls) == (1, [])
    record = world.record()
    assert (record.state, record.route_rule) == (State.FILTERED, "ours")
    bringing_back.bring_back(world.desk, world.click("UANA"), "billing")
    world.run()
    assert world.slack.texts("#billing") == ["Acme billing is open on Sunday"]

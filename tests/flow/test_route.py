"""Routing: each judged mention gets its department, its promises and its messages in one step."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.card import Subscription
from bot.domain.lifecycle import State
from bot.domain.policy import Policy
from bot.domain.promise import PromiseKind
from bot.domain.routing import Outcome, Rule
from bot.errors import Refused
from bot.flow import route
from bot.flow.desk import deciding
from bot.flow.subscribe import subscribe, subscriptions_of, unsubscribe
from bot.store.database import Database
from tests.fakes import START, MovedClock, policy, post
from tests.world import World, posts

RULES = (
    Rule(name="spam", outcome=Outcome.FILTER, words=("win a prize",)),
    Rule(name="fire", department="care", urgent=True, words=("on fire",)),
)


def wish(channel: str = "CPRODUCT", **fields: object) -> Subscription:
    base = Subscription(id=0, channel=channel, created_by="UANA", created_at=START)
    return replace(base, **fields)  # type: ignore[arg-type]


@pytest.fixture
def world(database: Database, clock: MovedClock) -> World:
    return World(database, clock, policy(rules=RULES))


def test_a_mention_goes_to_the_department_of_its_topic_with_its_promises(world: World) -> None:
    world.arrive(post(1, "billing is fine"), post(2, "an outage"), post(3, "hello"))
    world.run()
    assert [len(world.slack.shown(channel)) for channel in ("#billing", "#care", "#triage")] == [1, 1, 1]
    due = {promise.kind: promise.due_at for promise in world.record(1).promises}
    assert due == {
        PromiseKind.DECISION: START + timedelta(hours=1),
        PromiseKind.ANSWER: START + timedelta(hours=4),
    }
    assert world.record(3).route_rule == "unsure"


def test_a_filtered_mention_stays_in_the_ledger_and_out_of_slack(world: World) -> None:
    world.arrive(post(1, "win a prize with billing"))
    world.run()
    assert (world.ledger().filtered, world.slack.calls) == (1, [])
    assert world.record().state is State.FILTERED


def test_a_filtered_mention_can_be_rescued(world: World) -> None:
    world.arrive(post(1, "win a prize with billing"))
    world.run()
    deciding.reopen(world.desk, world.click("UANA"))
    world.run()
    assert world.slack.texts("#billing") == ["win a prize with billing"]
    assert len(world.record().promises) == 2
    assert world.ledger().posted == 1


def test_an_edit_does_not_rescue_a_filtered_mention(world: World) -> None:
    world.arrive(post(1, "win a prize with billing"))
    world.run()
    world.arrive(post(1, "win a prize with billing now"))
    world.watch()
    assert world.record().state is State.FILTERED


def test_an_urgent_rule_makes_card_and_promise_urgent(world: World) -> None:
    world.arrive(post(1, "the billing desk is on fire"))
    world.run()
    card = world.card()
    assert (card.urgent, card.place.name, card.route_rule) == (True, "care", "fire")


def test_routing_twice_asks_for_one_card(world: World) -> None:
    world.arrive(*posts(3))
    world.think()
    assert route.route_judged(world.db, world.policy, world.clock()) == 0
    world.deliver()
    assert len(world.slack.shown("#billing")) == 3


def test_a_department_that_the_configuration_lost_is_triages(world: World, database: Database) -> None:
    world.arrive()
    world.run()
    fewer: Policy = policy(departments=[world.policy.routing.departments["triage"]])
    smaller = World(database, world.clock, fewer)
    assert smaller.card().place.name == "triage"


def test_a_subscription_brings_copies_that_lead_to_the_card(world: World) -> None:
    subscribe(world.desk, wish(topics=("billing",)), "k1")
    subscribe(world.desk, wish(topics=("billing",), min_detractor=0.5), "k2")
    world.arrive(post(1, "billing is awful"), post(2, "an outage"))
    world.run()
    [copy] = world.slack.shown("CPRODUCT")
    [card] = world.slack.shown("#billing")
    assert copy.content.permalink == world.slack.permalink("CBILLING", card.ts)


def test_filters_of_a_subscription_let_through_what_they_say(world: World) -> None:
    subscribe(world.desk, wish("CLOUD", min_detractor=0.5), "k1")
    subscribe(world.desk, wish("CFORUM", sources=("elsewhere",)), "k2")
    subscribe(world.desk, wish("CALL"), "k3")
    world.arrive(post(1, "billing is awful"), post(2, "billing is fine"))
    world.run()
    assert [len(world.slack.shown(channel)) for channel in ("CLOUD", "CFORUM", "CALL")] == [1, 0, 2]


def test_the_channel_that_owns_the_card_gets_no_copy_of_it(world: World) -> None:
    subscribe(world.desk, wish("CBILLING"), "k1")
    world.arrive()
    world.run()
    assert len(world.slack.shown("#billing")) == 1
    assert world.ledger().posted == 1


def test_the_same_wish_twice_is_refused_but_its_second_delivery_is_not(world: World) -> None:
    made = subscribe(world.desk, wish(), "k1")
    assert subscribe(world.desk, wish(), "k1") == made
    with pytest.raises(Refused, match="already"):
        subscribe(world.desk, wish(), "k2")
    assert subscriptions_of(world.desk, "CPRODUCT") == [made]


def test_a_late_second_delivery_does_not_bring_back_what_was_ended(world: World) -> None:
    made = subscribe(world.desk, wish(), "k1")
    unsubscribe(world.desk, "CPRODUCT", made.id)
    subscribe(world.desk, wish(), "k1")
    assert subscriptions_of(world.desk, "CPRODUCT") == []


def test_a_channel_cannot_end_another_channels_subscription(world: World) -> None:
    made = subscribe(world.desk, wish(), "k1")
    with pytest.raises(Refused):
        unsubscribe(world.desk, "COTHER", made.id)
    assert len(subscriptions_of(world.desk, "CPRODUCT")) == 1

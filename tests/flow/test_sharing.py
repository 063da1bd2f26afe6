"""The promoters' lane: who praises us is marked, may have a channel and promises of their own, and can be shared."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.label import Score
from bot.domain.routing import Rule
from bot.domain.terms import PromiseRule
from bot.errors import Refused
from bot.flow.desk import correcting
from bot.flow.desk.sharing import share_success
from bot.store.database import Database
from tests.fakes import MovedClock, policy, post
from tests.world import World

LANE = Rule(name="praise", department="care", min_promoter=0.6)
PATIENT = PromiseRule(name="a thank-you can wait", min_promoter=0.6, answer_within=timedelta(days=3))


@pytest.fixture
def world(database: Database, clock: MovedClock) -> World:
    rules = replace(policy(rules=[LANE]), success_channel="#wins", promise_rules=(PATIENT,))
    made = World(database, clock, rules)
    made.arrive(post(1, "billing was great, I love it"), post(2, "billing charged me twice, awful"))
    made.run()
    return made


def test_praise_has_a_place_and_promises_of_its_own(world: World) -> None:
    assert (world.card(1).place.name, world.card(2).place.name) == ("care", "billing")
    assert [each.terms for each in world.record(1).promises] == [PATIENT.name] * 2
    assert (world.card(1).praises, world.card(2).praises) == (True, False)


def test_praise_is_shared_once_with_who_shared_it_in_the_log(world: World) -> None:
    share_success(world.desk, world.click("UANA"))
    world.deliver()
    assert world.slack.texts("#wins") == ["billing was great, I love it"]
    assert [(event.actor, event.detail) for event in world.log() if event.what == "shared"] == [
        ("UANA", {"channel": "#wins"})
    ]
    with pytest.raises(Refused, match="shared in #wins already"):
        share_success(world.desk, world.click("UBEN"))


def test_a_complaint_is_not_shared_unless_its_score_was_wrong(world: World) -> None:
    with pytest.raises(Refused, match="no praise"):
        share_success(world.desk, world.click("UANA", 2))
    correcting.correct_score(world.desk, world.click("UANA", 2), Score.PROMOTER)
    share_success(world.desk, world.click("UANA", 2))


def test_without_a_channel_for_it_nothing_is_shared(database: Database, clock: MovedClock) -> None:
    world = World(database, clock)
    world.arrive(post(1, "billing was great, I love it"))
    world.think()
    with pytest.raises(Refused, match=r"slack\.success_channel"):
        share_success(world.desk, world.click("UANA"))

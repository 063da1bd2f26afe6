"""Closing the loop: what customers asked for is linked to an issue, and its release brings their mentions back to be told."""

from datetime import timedelta

import pytest

from bot.domain.event import EARSHOT
from bot.domain.lifecycle import Action, State
from bot.errors import Refused
from bot.flow import close_loop
from bot.flow.desk import answering, deciding
from bot.flow.desk.act import Click
from bot.flow.desk.linking import demanded, link_issue, release_issue, unlink_issue
from bot.store.database import Database
from tests.fakes import START, MovedClock
from tests.world import World, minutes, posts


@pytest.fixture
def world(database: Database, clock: MovedClock) -> World:
    """Three cards in #billing, all of which ask for SIM-42."""
    made = World(database, clock)
    made.arrive(*posts(3))
    made.run()
    clock.now = START
    for number in (1, 2, 3):
        link_issue(made.desk, made.click("UANA", number), "sim-42", "A lid that does not drip")
    return made


def release(world: World, key: str = "SIM-42", version: str = "2.3", act: str = "r1") -> None:
    release_issue(world.desk, key, version, by="UBEN", act=act)


def look(world: World) -> int:
    """Everything that one tick of the clock does for it."""
    brought = close_loop.bring_back_released(world.db, world.policy, world.clock())
    close_loop.note_told(world.db, world.clock())
    return brought


def asked(world: World, number: int = 1) -> list[str]:
    return [wish.issue.key for wish in world.record(number).wishes]


def test_a_link_is_on_the_card_and_in_the_log(world: World) -> None:
    assert asked(world) == ["SIM-42"]
    (event,) = [event for event in world.log() if event.what == "issue_linked"]
    assert (event.actor, event.detail) == ("UANA", {"issue": "SIM-42"})


def test_the_same_link_twice_is_refused_and_a_second_delivery_changes_nothing(world: World) -> None:
    with pytest.raises(Refused, match="linked to SIM-42 already"):
        link_issue(world.desk, world.click("UBEN"), "SIM-42")
    once = Click(mention_id=1, user="UBEN", key="once")
    link_issue(world.desk, once, "SIM-7")
    link_issue(world.desk, once, "SIM-7")
    assert asked(world) == ["SIM-42", "SIM-7"]


def test_a_link_can_be_taken_back(world: World) -> None:
    unlink_issue(world.desk, world.click("UBEN"), "SIM-42")
    assert asked(world) == []
    with pytest.raises(Refused, match="not linked to SIM-42"):
        unlink_issue(world.desk, world.click("UBEN"), "SIM-42")


def test_the_most_wanted_issue_comes_first(world: World) -> None:
    link_issue(world.desk, world.click("UANA", 1), "SIM-1")
    found, total = demanded(world.desk, limit=10)
    assert [(each.issue.key, each.mentions, each.to_tell) for each in found] == [("SIM-42", 3, 3), ("SIM-1", 1, 1)]
    assert total == 2
    assert demanded(world.desk, limit=1, offset=1)[0][0].issue.key == "SIM-1"


def test_a_release_opens_what_was_closed_and_tells_the_team_once(world: World) -> None:
    answering.answer_elsewhere(world.desk, world.click("UANA", 1), text="We will see.")
    deciding.decide(world.desk, world.click("UANA", 2), Action.LET_STAND, "a wish")
    world.clock.now = START + timedelta(days=30)
    release(world)
    assert look(world) == 3
    assert [world.record(number).state for number in (1, 2, 3)] == [State.OPEN] * 3
    assert world.record(1).promises[-1].due_at > world.clock()
    said = [(event.actor, event.what) for event in world.log(1)][-2:]
    assert said == [("UBEN", "released"), (EARSHOT, Action.REOPEN)]
    assert look(world) == 0
    world.deliver()
    assert world.notices("#billing").count("released") == 1


def test_what_is_not_about_us_stays_closed(world: World) -> None:
    deciding.decide(world.desk, world.click("UANA"), Action.DISMISS, "Somebody else with a similar name is meant")
    release(world)
    look(world)
    assert world.record().state is State.DISMISSED


def test_what_sleeps_wakes(world: World) -> None:
    deciding.snooze(world.desk, world.click("UANA"), START + timedelta(days=9))
    release(world)
    look(world)
    assert world.record().state is State.OPEN


def test_what_somebody_holds_stays_with_them(world: World) -> None:
    world.claim("UANA")
    release(world)
    look(world)
    assert world.record().state is State.CLAIMED
    assert world.record().wishes[0].to_tell


def test_an_answer_after_the_release_is_the_telling(world: World) -> None:
    answering.answer_elsewhere(world.desk, world.click("UANA", 1), text="We will see.")
    release(world)
    look(world)
    assert world.record(1).wishes[0].to_tell, "the answer from before told them nothing"
    world.clock.now += minutes(5)
    answering.answer_elsewhere(world.desk, world.click("UANA", 1), text="It is out!")
    look(world)
    assert not world.record(1).wishes[0].to_tell
    assert world.whats(1)[-1] == "author_told"
    (left,), _ = demanded(world.desk, limit=5)
    assert (left.mentions, left.to_tell) == (3, 2)


def test_a_release_is_said_once(world: World) -> None:
    release(world)
    release(world)  # the same act, delivered again
    with pytest.raises(Refused, match=r"out already, in 2\.3"):
        release(world, version="2.4", act="r2")


@pytest.mark.parametrize(("key", "version", "sentence"), [("SIM-9", "2.3", "No mention"), ("SIM-42", " ", "release")])
def test_a_release_of_nothing_is_refused(world: World, key: str, version: str, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        release(world, key, version)


def test_a_link_made_after_the_release_brings_the_mention_back_too(world: World) -> None:
    world.arrive(*posts(4)[3:])
    world.think()
    release(world)
    look(world)
    deciding.decide(world.desk, world.click("UANA", 4), Action.LET_STAND, "a wish")
    link_issue(world.desk, world.click("UANA", 4), "SIM-42")
    assert look(world) == 1
    assert world.record(4).state is State.OPEN

"""What people did becomes what is learnt, and a model that gets worse is told of once."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest

from bot.domain.label import Score
from bot.domain.lifecycle import Action
from bot.flow import learn
from bot.flow.desk import correcting, deciding, moving
from bot.store import judged
from bot.store.database import Database
from classifiers.correction import Correction, Training
from classifiers.versions import Versions
from tests.fakes import MovedClock, policy, post
from tests.world import World

WINDOW = 20


class FakeLearner:
    """Keeps what it was taught."""

    def __init__(self) -> None:
        self.taught: list[Correction] = []

    def train(self, corrections: Sequence[Correction], now: datetime, *, by_hand: bool) -> Training:
        self.taught = list(corrections)
        return Training(at=now, served="", counts={"topics": len(corrections)}, why="a test")


@pytest.fixture
def world(database: Database, clock: MovedClock) -> World:
    return World(database, clock, policy(ops_channel="#ops"))


def taught(world: World) -> list[Correction]:
    learner = FakeLearner()
    learn.learn(world.db, world.policy, learner, world.clock(), by_hand=True)
    return learner.taught


def answer(world: World, mention_id: int) -> None:
    world.clock.seconds(1)
    deciding.decide(world.desk, world.click("U0ANA", mention_id), Action.LET_STAND, "fine")


def object_(world: World, mention_id: int) -> None:
    world.clock.seconds(1)
    moving.reroute(world.desk, world.click("U0BEN", mention_id), "care", topic="outage")


def test_a_reroute_a_dismissal_and_a_score_are_learnt_and_an_answer_confirms(world: World) -> None:
    world.arrive(*(post(each, f"billing is awful {each}") for each in range(1, 6)))
    world.run()
    object_(world, 1)
    world.clock.seconds(1)
    deciding.decide(world.desk, world.click("U0ANA", 2), Action.DISMISS, "Spam or advertising")
    world.clock.seconds(1)
    correcting.correct_score(world.desk, world.click("U0ANA", 3), Score.PROMOTER)
    answer(world, 4)
    found = taught(world)
    assert [(each.topic, each.detractor, each.confirms, each.by) for each in found] == [
        ("outage", None, False, "U0BEN"),
        ("irrelevant", None, False, "U0ANA"),
        ("", 0.0, False, "U0ANA"),
        ("billing", None, True, "U0ANA"),
    ]
    assert found[0].subject.text == "billing is awful 1"
    assert found[0].subject.about == "Acme"


def test_what_was_put_right_and_then_answered_confirms_nothing(world: World) -> None:
    world.arrive(post(1, "billing is awful"))
    world.run()
    object_(world, 1)
    answer(world, 1)
    assert [(each.topic, each.confirms) for each in taught(world)] == [("outage", False)]


def test_an_answer_in_triage_confirms_nothing(world: World) -> None:
    world.arrive(post(1, "nobody can place this"))
    world.run()
    answer(world, 1)
    assert taught(world) == []


# -- the alarm --------------------------------------------------------------------------------------------------------


def work(world: World, wrong: Sequence[bool]) -> None:
    begin = len(world.log_ids()) + 1
    world.arrive(*(post(begin + place, f"billing is awful {begin + place}") for place in range(len(wrong))))
    world.think()
    for place, is_wrong in enumerate(wrong):
        (object_ if is_wrong else answer)(world, begin + place)


def look(world: World) -> bool:
    return learn.watch_accuracy(world.db, world.policy, WINDOW, world.clock()) is not None


def test_a_fall_is_told_once_until_it_is_over(world: World) -> None:
    work(world, [False] * 40)
    assert not look(world)
    work(world, [True] * 10 + [False] * 10)
    assert look(world)
    assert not look(world)
    world.clock.minutes(60)
    work(world, [True] * 5)
    assert not look(world)
    world.deliver()
    assert world.notices("#ops") == ["drift"]
    told = [event for each in world.log_ids() for event in world.log(each) if event.what == judged.FELL]
    assert [event.detail["now"] for event in told] == ["0.500"]
    work(world, [False] * 40)
    assert not look(world)
    with world.db.read() as session:
        assert judged.last_alarm(session) is None
    work(world, [True] * 20)
    assert look(world)
    world.deliver()
    assert world.notices("#ops") == ["drift", "drift"]


# -- the night --------------------------------------------------------------------------------------------------------


def test_a_night_has_one_training_also_after_downtime(tmp_path: Path, clock: MovedClock) -> None:
    nights, at = Versions(tmp_path), time(3, 30)

    def due() -> bool:
        return learn.tonight(nights, clock(), "Europe/Berlin", at)

    assert due()
    nights.begin(clock())
    assert due(), "one that was killed is held again"
    nights.note({"at": clock().isoformat(), "by_hand": False})
    assert not due()
    clock.forward(timedelta(days=3))
    assert due(), "after days of downtime at once"
    nights.note({"at": clock().isoformat(), "by_hand": True})
    assert due(), "one by hand is no nightly one"
    for _ in range(learn.TRIES):
        nights.begin(clock())
    assert not due(), "what kills the process is not begun for ever"
    clock.forward(timedelta(days=1))
    assert due()

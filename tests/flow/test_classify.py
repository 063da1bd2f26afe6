"""Judging: every mention gets its verdict, and none is held up by another one's text."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.domain.lifecycle import State
from bot.flow import classify
from bot.store.database import Database
from classifiers.verdict import Subject, Verdict
from tests.fakes import FakeClassifier, MovedClock, post
from tests.world import World, posts


@pytest.fixture
def world(database: Database, clock: MovedClock) -> World:
    return World(database, clock)


def judge(world: World) -> int:
    return classify.classify_waiting(world.db, world.model, world.policy, world.clock)


def test_new_mentions_are_judged_in_batches_oldest_first(world: World) -> None:
    world.arrive(*posts(20))
    assert (judge(world), judge(world), judge(world)) == (16, 4, 0)
    assert [text.split("#")[1] for batch in world.model.batches for text in batch] == [str(n) for n in range(1, 21)]


def test_a_verdict_comes_back_as_it_was_given(world: World) -> None:
    world.arrive(post(1, "the billing page is broken", title="Help"))
    judge(world)
    assert world.record().verdict == world.model.judge("Help\nthe billing page is broken")
    assert world.log()[-1].detail == {"model": "fake-1", "topic": "billing"}


def test_one_poisonous_text_does_not_hold_up_the_others(world: World) -> None:
    world.model = FakeClassifier(poison=["☠"])
    world.arrive(post(1, "billing"), post(2, "billing ☠"), post(3, "billing"))
    assert judge(world) == 2
    assert [world.record(each).state for each in (1, 2, 3)] == [State.JUDGED, State.NEW, State.JUDGED]


def test_a_poisonous_text_goes_unjudged_to_triage_after_three_tries(world: World) -> None:
    world.model = FakeClassifier(poison=["☠"])
    world.arrive(post(1, "billing ☠"))
    for _ in range(classify.TRIES):
        assert judge(world) == 0
        assert judge(world) == 0, "it waits before it is tried again"
        world.clock.forward(classify.FAULT_PAUSE)
    assert judge(world) == 1
    assert "unjudged" in world.whats()
    world.run()
    assert world.slack.texts("#triage") == ["billing ☠"]
    assert world.card().route_rule == "unjudged"


def test_a_model_that_comes_back_judges_what_waited(world: World) -> None:
    world.model.down = True
    world.arrive(*posts(3))
    assert judge(world) == 0
    world.model.down = False
    world.clock.forward(classify.FAULT_PAUSE)
    assert judge(world) == 3


class Dying(FakeClassifier):
    """Takes the process with it."""

    def classify(self, subjects: object) -> list[object]:  # type: ignore[override]
        raise SystemExit(137)


def test_three_deaths_over_one_batch_leave_it_unjudged_and_the_rest_alive(world: World) -> None:
    world.arrive(*posts(2))
    healthy, world.model = world.model, Dying()
    for _ in range(classify.TRIES):
        with pytest.raises(SystemExit):
            judge(world)
        assert judge(world) == 0 if world.record().state is not State.NEW else True
        world.clock.forward(classify.LEASE)
    world.model = healthy
    world.arrive(post(99, "billing again"))
    assert judge(world) == 3
    assert world.whats(1)[-1] == world.whats(2)[-1] == "unjudged"
    assert world.record(3).verdict is not None


def test_a_leased_mention_is_nobody_elses_until_the_lease_runs_out(world: World) -> None:
    world.arrive(*posts(2))
    other = FakeClassifier()

    class Slow(FakeClassifier):
        def classify(self, subjects):  # type: ignore[no-untyped-def]
            assert classify.classify_waiting(world.db, other, world.policy, world.clock) == 0
            return super().classify(subjects)

    world.model = Slow()
    assert judge(world) == 2
    assert other.batches == []


def test_a_lease_that_runs_out_in_the_middle_gives_one_verdict(world: World) -> None:
    world.arrive(*posts(2))
    other = FakeClassifier()

    class Stuck(FakeClassifier):
        def classify(self, subjects):  # type: ignore[no-untyped-def]
            world.clock.forward(classify.LEASE)
            assert classify.classify_waiting(world.db, other, world.policy, world.clock) == 2
            return super().classify(subjects)

    world.model = Stuck()
    judge(world)
    assert [world.whats(each).count("judge") for each in (1, 2)] == [1, 1]
    assert world.ledger().waiting == 2


def test_an_empty_text_is_judged_like_any_other(world: World) -> None:
    world.arrive(post(1, ""))
    assert judge(world) == 1
    assert world.record().state is State.JUDGED


def test_the_model_is_told_what_a_source_speaks_of(world: World) -> None:
    asked: list[Subject] = []

    class Listening(FakeClassifier):
        def classify(self, subjects: Sequence[Subject]) -> list[Verdict]:
            asked.extend(subjects)
            return super().classify(subjects)

    told = replace(world.policy, about={"feed": "the Kettle 3"})
    world.arrive(post(1), source="feed")
    world.arrive(post(2), source="elsewhere")
    classify.classify_waiting(world.db, Listening(), told, world.clock)
    assert sorted(subject.about for subject in asked) == sorted(["the Kettle 3", world.policy.company])

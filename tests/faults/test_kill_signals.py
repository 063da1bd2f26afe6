"""kill -9 while quiet mentions are weighed: five that add up raise one signal, whenever the process dies."""

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest

from bot.flow import crash
from bot.flow.signals import signal_of
from bot.flow.vectors import place_waiting
from bot.store.database import Database
from tests.databases import url_of
from tests.fake_nearness import FakeNearness
from tests.fakes import MovedClock, post
from tests.faults.test_kill import KILLED, ROOT
from tests.flow.test_signals import SOURCES, cards, said
from tests.world import World


@pytest.fixture
def world(database: Database, clock: MovedClock) -> World:
    """Five of one matter over ten days, none of them weighed yet."""
    made = World(database, clock)
    for number, text in enumerate(said(5), start=1):
        made.arrive(post(number, text, posted_at=clock()), source=SOURCES[number % len(SOURCES)])
        clock.forward(timedelta(days=2 if number < 5 else 0))
    made.run()
    while place_waiting(database, FakeNearness(), clock):
        pass
    return made


def weigh(world: World, **wishes: str) -> int:
    """Run a worker to its end; its exit status."""
    command = [sys.executable, "-m", "tests.faults.signal_worker", url_of(world.db), world.clock().isoformat()]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **wishes}
    ran = subprocess.run(command, cwd=ROOT, env=environment, timeout=300, check=False, capture_output=True)
    assert ran.returncode in (0, KILLED), ran.stderr.decode()[-3000:]
    return ran.returncode


def check(world: World) -> None:
    ((number, size),) = cards(world)
    assert size == len(signal_of(world.desk, number).members) == 5
    raised = [world.whats(mention_id).count("signal_raised") for mention_id in range(1, 6)]
    joined = [world.whats(mention_id).count("signal_joined") for mention_id in range(1, 6)]
    assert [sum(pair) for pair in zip(raised, joined, strict=True)] == [1] * 5


def test_a_kill_between_looking_and_writing_raises_one(world: World) -> None:
    assert weigh(world, **{crash.CRASH_AT: "signals.weighed"}) == -signal.SIGKILL
    assert weigh(world) == 0
    check(world)


def test_kills_at_any_statement_raise_one(world: World) -> None:
    deaths = [weigh(world, EARSHOT_CRASH_AFTER=str(after)) == KILLED for after in (3, 9, 14, 19, 24, 29)]
    assert sum(deaths) >= 2
    assert weigh(world) == 0
    check(world)

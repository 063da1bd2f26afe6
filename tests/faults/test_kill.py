"""kill -9 of a real process at named points and at random ones: nothing is lost and nothing stands twice."""

import random
import signal
from collections import Counter
from pathlib import Path

import pytest

from bot.flow import crash, report
from bot.flow.desk import answering
from bot.flow.desk.act import Click, Desk
from bot.store.database import Database
from tests.databases import url_of
from tests.fakes import MovedClock, policy
from tests.faults import worker
from tests.faults.forked import work
from tests.faults.shelf import Shelf
from tests.faults.worker import NUMBER
from tests.world import World

ROOT = Path(__file__).parent.parent.parent
POINTS = ("ingest.polled", "classify.judged", "deliver.leased", "deliver.posted", "deliver.recorded")
SOURCE_POINTS = (
    "storing.portion",
    "receive.read",
    "look_again.looked",
    "route.folded",
    "kudos.wanted",
    "watch_sources.told",
)
"""Killed in tests/faults/test_kill_sources.py."""
KILLED = -signal.SIGKILL


class Place:
    """One database, one Slack and one source that outlive the workers."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.slack, self.answers, self.said = folder / "slack", folder / "answers", folder / "said"
        self.slack.mkdir()
        self.answers.mkdir()

    def work(self, **wishes: str) -> int:
        """Run a worker to its end; its exit status."""
        ended = work(worker.main, url_of(self.database), self.slack, self.answers, wishes=wishes, said=self.said)
        assert ended in (0, KILLED), self.said.read_text()[-3000:]
        return ended

    def check(self) -> None:
        """All mentions stand in Slack, each once, and the database knows where.

        Three deaths while it was judged bring one to triage; judged again, it has a card where it belongs, and what was
        posted in triage by then stays as a pointer.
        """
        shelf = Shelf(self.slack).everything()
        world = World(self.database, MovedClock())
        assert world.log_ids() == list(range(1, NUMBER + 1))
        for mention_id in world.log_ids():
            whats = Counter(world.whats(mention_id))
            assert whats["judge"] + whats["unjudged"] == 1
            assert whats["reroute"] <= whats["rejudged"] <= whats["unjudged"]
            stands = [each["ts"] for each in shelf if each["mention"] == mention_id]
            assert 1 <= len(stands) <= 1 + whats["reroute"]
            told = [event.detail["ts"] for event in world.log(mention_id) if event.what == "posted"]
            assert sorted(told) == sorted(stands)
        assert len({each["delivery_id"] for each in shelf}) == len(shelf)
        ledger = report.balance(self.database)
        assert (ledger.ingested, ledger.posted, ledger.waiting, ledger.failed) == (NUMBER, NUMBER, 0, 0)


@pytest.fixture
def place(database: Database, tmp_path: Path) -> Place:
    return Place(database, tmp_path)


def test_a_worker_that_nobody_kills_posts_everything_once(place: Place) -> None:
    assert place.work() == 0
    place.check()


@pytest.mark.parametrize("point", POINTS)
def test_a_kill_at_a_named_point_loses_and_doubles_nothing(place: Place, point: str) -> None:
    assert place.work(**{crash.CRASH_AT: point}) == KILLED
    assert place.work(**{crash.CRASH_AT: point}) in (0, KILLED)
    assert place.work() == 0
    place.check()


def test_kills_at_random_statements_lose_and_double_nothing(place: Place) -> None:
    chance = random.Random(20260601)
    killed = sum(place.work(EARSHOT_CRASH_AFTER=str(chance.randint(5, 160))) == KILLED for _ in range(7))
    assert killed >= 4
    assert place.work() == 0
    place.check()


def test_a_kill_after_the_answer_was_carried_leaves_one_answer(place: Place) -> None:
    assert place.work() == 0
    world = World(place.database, MovedClock(), policy(answerable=["forum"]))
    at = Desk(db=place.database, policy=world.policy, clock=world.clock)
    answering.write_answer(at, Click(mention_id=1, user="UANA", key="k1"), "We are sorry.")
    assert place.work(**{crash.CRASH_AT: "reply.carried"}) == KILLED
    assert place.work() == 0
    assert [path.read_text() for path in place.answers.iterdir()] == ["We are sorry."]
    assert world.whats(1).count("reply_sent") == 1


def test_the_points_that_are_tested_are_the_points_there_are() -> None:
    sources = [path.read_text() for path in (ROOT / "bot" / "flow").glob("*.py")]
    there = {part.split('"')[1] for text in sources for part in text.split("crash_point(")[1:] if part.startswith('"')}
    assert there == {*POINTS, *SOURCE_POINTS, "reply.carried", "signals.weighed"}

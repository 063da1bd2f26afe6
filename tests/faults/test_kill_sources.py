"""kill -9 in what sources bring and change: every post is there once, folded once, thanked for once, told of once."""

import random
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.domain.lifecycle import State
from bot.flow import crash
from bot.store.database import Database
from tests.databases import url_of
from tests.fakes import MovedClock
from tests.faults import source_worker
from tests.faults.forked import work
from tests.faults.shelf import Shelf
from tests.faults.source_worker import DELIVERIES, POLLED, company
from tests.faults.test_kill import KILLED, SOURCE_POINTS
from tests.world import World


class Place:
    """One database and one Slack that outlive the workers."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.slack, self.said = database, folder / "slack", folder / "said"
        self.slack.mkdir()

    def work(self, **wishes: str) -> int:
        ended = work(source_worker.main, url_of(self.database), self.slack, wishes=wishes, said=self.said)
        assert ended in (0, KILLED), self.said.read_text()[-3000:]
        return ended

    def check(self) -> None:
        world = World(self.database, MovedClock(), company())
        with self.database.read() as session:
            rows = session.execute(text("SELECT external_id, id FROM mentions")).all()
            assert session.scalar(text("SELECT count(*) FROM deliveries")) == DELIVERIES
        by_name = {row.external_id: row.id for row in rows}
        ids = sorted(by_name.values())
        assert len(ids) == POLLED + DELIVERIES
        whats = {each: Counter(world.whats(each)) for each in ids}
        first, again, praise = (by_name[f"post-{n}"] for n in (1, POLLED - 1, POLLED))
        assert all(each["ingested"] == 1 for each in whats.values())
        assert (whats[first]["repeated"], whats[again]["fold"], whats[praise]["kudos"]) == (1, 1, 1)
        assert (world.record(again).state, world.record(again).repeat_of) == (State.FOLDED, first)
        assert whats[by_name["post-2"]]["withdrawn"] == 1
        shelf = Shelf(self.slack).everything()
        cards = Counter(each["mention"] for each in shelf if each["kind"] == "card")
        assert cards == Counter(set(ids) - {again})
        assert Counter(each["kind"] for each in shelf if each["kind"] != "card") == {"notice": 1, "bulletin": 1}
        ledger = world.ledger()
        assert (ledger.balanced, ledger.folded, ledger.waiting, ledger.failed) == (True, 1, 0, 0)


@pytest.fixture
def place(database: Database, tmp_path: Path) -> Place:
    return Place(database, tmp_path)


@pytest.mark.parametrize("point", SOURCE_POINTS)
def test_a_kill_at_a_named_point_loses_and_doubles_nothing(place: Place, point: str) -> None:
    assert place.work(**{crash.CRASH_AT: point}) == KILLED
    assert place.work(**{crash.CRASH_AT: point}) in (0, KILLED)
    assert place.work() == 0
    place.check()


def test_kills_at_random_statements_lose_and_double_nothing(place: Place) -> None:
    chance = random.Random(20261122)
    killed = sum(place.work(EARSHOT_CRASH_AFTER=str(chance.randint(20, 700))) == KILLED for _ in range(6))
    assert killed >= 3
    assert place.work() == 0
    place.check()

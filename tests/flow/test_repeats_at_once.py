"""Two workers, two copies, one instant: one card, whoever decides first."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import text

from bot.domain.lifecycle import State
from bot.flow import classify, route
from bot.store import repeats
from bot.store.database import Database, Session
from bot.store.records import Record
from tests.fakes import MovedClock, post
from tests.flow.test_repeats import TEXT
from tests.world import World

PATIENCE = 30.0


def somebody_waits(database: Database) -> bool:
    """For the lock of another: PostgreSQL says so, SQLite's writers queue for their turn."""
    if database.dialect == "sqlite":
        return bool(database._turn._waiting)
    with database.read() as session:
        return bool(session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))


def test_two_workers_make_one_card_of_two_copies(
    database: Database, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each takes one; whoever has decided does not commit before the other has decided too, or waits for it."""
    world = World(database, clock)
    monkeypatch.setattr(route, "BATCH", 1)
    world.arrive(post(1, TEXT), post(2, TEXT, author="kim"))
    while classify.classify_waiting(world.db, world.model, world.policy, world.clock):
        pass
    decided, both = [], threading.Event()
    first_of = route.first_of

    def decide(*arguments: object) -> Record | None:
        found = first_of(*arguments)  # type: ignore[arg-type]
        decided.append(found)
        if len(decided) == 2:
            both.set()
        until = time.monotonic() + PATIENCE
        while not both.wait(0.01) and not somebody_waits(database):
            assert time.monotonic() < until, "the other worker neither decides nor waits"
        return found

    monkeypatch.setattr(route, "first_of", decide)
    with ThreadPoolExecutor(2) as workers:
        rounds = [workers.submit(route.route_judged, database, world.policy, clock()) for _ in range(2)]
        assert [each.result() for each in rounds] == [1, 1]
    assert sorted(world.record(each).state for each in (1, 2)) == [State.FOLDED, State.OPEN]
    assert world.ledger().balanced


@pytest.mark.parametrize("became", ["text = 'It is all well again.'", "withdrawn_at = received_at"])
def test_a_first_that_changes_before_it_is_locked_takes_nothing_in(
    database: Database, clock: MovedClock, monkeypatch: pytest.MonkeyPatch, became: str
) -> None:
    """As another transaction would between the look and the lock; a repeat of what is not said any more would be lost."""
    world = World(database, clock)
    world.arrive(post(1, TEXT))
    world.think()
    found_first = repeats.firsts

    def change_then(session: Session, *rest: Any) -> Any:
        found = found_first(session, *rest)
        session.execute(text(f"UPDATE mentions SET {became} WHERE id = 1"))
        return found

    monkeypatch.setattr(repeats, "firsts", change_then)
    world.arrive(post(2, TEXT))
    world.think()
    assert world.record(2).state is State.OPEN

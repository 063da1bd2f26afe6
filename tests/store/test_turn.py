"""Turns to write are given in the order in which they are asked for."""

import threading
import time
from collections.abc import Callable

from bot.flow import ingest
from bot.store.arrivals import PORTION
from bot.store.database import Database
from bot.store.turn import Turn
from tests.fakes import START, FakeSource, batch
from tests.world import posts

PATIENCE = 10.0


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_whoever_waits_is_before_whoever_comes_back_at_once() -> None:
    turn, order = Turn(), list[str]()
    assert turn.acquire(timeout=0)

    def wait(name: str) -> None:
        assert turn.acquire(timeout=PATIENCE)
        order.append(name)
        turn.release()

    waiters = []
    for name in "abc":
        waiters.append(threading.Thread(target=wait, args=[name]))
        waiters[-1].start()
        until(lambda: len(turn._waiting) == len(waiters))
    turn.release()
    wait("busy")
    for each in waiters:
        each.join(PATIENCE)
    assert order == ["a", "b", "c", "busy"]


def test_who_gives_up_waiting_is_left_out() -> None:
    turn = Turn()
    assert turn.acquire(timeout=0)
    assert not turn.acquire(timeout=0.01)
    turn.release()
    assert turn.acquire(timeout=0)


def test_a_click_waits_for_no_more_than_a_portion_of_a_big_poll(sqlite_database: Database) -> None:
    """Counted, not timed: when its turn has come, most of the poll is still to be stored."""
    source = FakeSource("forum", [batch(*posts(PORTION * 20))])
    ingest.know_sources(sqlite_database, {"forum": source}, START)
    polling = threading.Thread(target=ingest.poll, args=[sqlite_database, source, "", lambda: START])
    stored = []
    polling.start()
    while polling.is_alive() and len(stored) < 5:
        with sqlite_database.write() as session:
            stored.append(len(session.connection().exec_driver_sql("SELECT id FROM mentions").all()))
    polling.join(60)
    assert len(stored) == 5
    assert stored[-1] <= PORTION * 8

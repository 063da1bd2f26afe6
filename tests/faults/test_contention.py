"""Many at once: threads and processes on one database, with one winner each and no error."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path

from sqlalchemy import text

from bot.domain.lifecycle import Action, State
from bot.errors import Refused
from bot.flow import classify, ingest, route
from bot.flow.desk import deciding, raising
from bot.store.database import Database
from tests.databases import Factory, url_of
from tests.fakes import START, FakeMessenger, MovedClock, post
from tests.faults.racing import race
from tests.world import World, minutes, posts

ROOT = Path(__file__).parent.parent.parent
MENTIONS = 200
"""Each is wanted by eight: 1,600 clicks, one winner in eight."""


def ready(make_database: Factory, number: int = MENTIONS) -> Database:
    database = make_database()
    world = World(database, MovedClock())
    world.arrive(*posts(number))
    world.think()
    return make_database.open(url_of(database), patience=30)


def check(database: Database, won: list[tuple[str, int]], number: int = MENTIONS) -> None:
    assert Counter(mention for _, mention in won) == Counter(range(1, number + 1))
    with database.read() as session:
        held = dict(session.execute(text("SELECT id, claimed_by FROM mentions")).all())  # type: ignore[arg-type]
        logged = session.execute(text("SELECT mention_id, actor FROM events WHERE what = 'claim'")).all()
    assert held == {mention: user for user, mention in won}
    assert Counter(tuple(row) for row in logged) == Counter((mention, user) for user, mention in won)


def test_of_eight_threads_that_claim_everything_each_mention_goes_to_one(make_database: Factory) -> None:
    database = ready(make_database)
    won, errors = race(database, "U", 8, MENTIONS)
    assert errors == []
    check(database, won)


def test_of_two_processes_that_claim_everything_each_mention_goes_to_one(make_database: Factory) -> None:
    database = ready(make_database, 60)
    command = [sys.executable, "-m", "tests.faults.racing", url_of(database)]
    racers = [
        subprocess.Popen(
            [*command, user, "4", "60"],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for user in ("UA", "UB")
    ]
    told = [json.loads(each.communicate("go\n", timeout=120)[0]) for each in racers]
    assert [errors for _, errors in told] == [[], []]
    check(database, [(user, mention) for won, _ in told for user, mention in won], 60)


def together(*tasks: Callable[[], object]) -> list[str]:
    """Run all at once; every error."""
    with ThreadPoolExecutor(len(tasks)) as pool:
        futures = [pool.submit(task) for task in tasks]
    return [repr(each.exception()) for each in futures if each.exception()]


def test_stages_that_run_twice_at_the_same_time_do_everything_once(make_database: Factory) -> None:
    database = make_database.open(make_database.make_url(True), patience=30)
    world = World(database, MovedClock())
    world.arrive(*posts(100))

    def think() -> None:
        for _ in range(30):
            classify.classify_waiting(database, world.model, world.policy, world.clock)
            route.route_judged(database, world.policy, world.clock())

    assert together(think, think, think) == []
    world.think()
    for mention_id in world.log_ids():
        assert Counter(world.whats(mention_id)) == {"ingested": 1, "judge": 1, "route": 1}
    with database.read() as session:
        assert session.scalar(text("SELECT count(*) FROM outbox")) == 100
        assert session.scalar(text("SELECT count(*) FROM promises")) == 200


def acting(world: World, user: str) -> None:
    """Everything that a busy person can do, over and over."""
    for mention_id in world.log_ids():
        for action in (Action.LET_STAND, Action.MONITOR):
            key = f"{user}-{mention_id}-{action}"
            with suppress(Refused):
                raising.escalate(world.desk, world.click(user, mention_id, f"{key}-up"), "look")
                deciding.decide(world.desk, world.click(user, mention_id, key), action, "seen")
                deciding.reopen(world.desk, world.click(user, mention_id, f"{key}-back"))


def test_people_authors_and_the_clock_never_block_each_other_for_good(make_database: Factory) -> None:
    """Each takes the rows it needs in one order: PostgreSQL would end a deadlock with an error for one of the two."""
    database = make_database.open(make_database.make_url(True), patience=30)
    world = World(database, MovedClock())
    number = 40
    world.arrive(*posts(number))
    world.think()
    world.clock.now = START + minutes(75)

    def authors() -> None:
        for edit in range(6):
            items = [post(each, f"billing, edit {edit}") for each in range(number, 0, -1)]
            ingest.store_imported(database, "forum", items, world.clock)

    def clock() -> None:
        for _ in range(12):
            world.watch()

    def delivery() -> None:
        slack = FakeMessenger(clock=MovedClock(world.clock()))
        mine = World(database, slack.clock, world.policy)
        for _ in range(60):
            mine.deliver_round()
            mine.draw()
            slack.clock.seconds(1.2)

    assert together(partial(acting, world, "UA"), partial(acting, world, "UB"), authors, clock, clock, delivery) == []
    assert world.ledger().ingested == number
    assert {world.record(each).state for each in world.log_ids()} <= {
        State.OPEN,
        State.LET_STAND,
        State.MONITORED,
        State.CLAIMED,
    }

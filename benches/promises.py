"""The clock over ten thousand open mentions: how late a missed promise is announced, and what a whole night of them takes."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import text

from benches.office import demo_policy, office
from benches.table import Row
from bot.app import WATCH_SECONDS, utc_now
from bot.domain.policy import Policy
from bot.engine.embedded import Embedded, Job
from bot.flow.keep_promises import keep_promises
from bot.flow.pace import mend_pace
from bot.store.database import Database

OPEN = 10_000
MISSED = 300
SPREAD = 30.0
"""Seconds over which MISSED promises run out one after another."""


def bench() -> list[Row]:
    policy = demo_policy()
    with office(policy, topics=["billing"], each=OPEN) as database:
        return [
            _idle(database, policy),
            _one_by_one(database, policy),
            _after_a_night(database, policy),
        ]


def _look(database: Database, policy: Policy) -> int:
    now = utc_now()
    return mend_pace(database, policy, now) + keep_promises(database, policy, now)


def _idle(database: Database, policy: Policy) -> Row:
    seconds = [_timed(lambda: _look(database, policy)) for _ in range(20)]
    return Row(name=f"a look at {OPEN:,} open, nothing due", operations=20, elapsed=sum(seconds), seconds=seconds)


def _one_by_one(database: Database, policy: Policy) -> Row:
    """Under the real scheduler, as in the bot: seconds from the due time to the announcement's transaction."""
    first = utc_now() + timedelta(seconds=1)
    _set_due(database, {number: first + timedelta(seconds=SPREAD * number / MISSED) for number in range(1, MISSED + 1)})
    watch = Job(name="watch", every=timedelta(seconds=WATCH_SECONDS), run=lambda: _look(database, policy))
    engine = Embedded([watch])
    began = time.perf_counter()
    engine.start()
    late = _until_announced(database, MISSED)
    elapsed = time.perf_counter() - began
    engine.stop()
    return Row(
        name=f"{MISSED} of them missed within {SPREAD:.0f} s",
        operations=MISSED,
        elapsed=elapsed,
        seconds=late,
        note=f"late by {max(late):.1f} s at the most",
    )


def _after_a_night(database: Database, policy: Policy) -> Row:
    """All others were missed while the bot was off: how long until every one is announced."""
    past = utc_now() - timedelta(hours=8)
    _set_due(database, dict.fromkeys(range(MISSED + 1, OPEN + 1), past))
    began = time.perf_counter()
    while _look(database, policy):
        pass
    elapsed = time.perf_counter() - began
    return Row(name="a night of them, after a restart", operations=OPEN - MISSED, elapsed=elapsed)


def _set_due(database: Database, due: dict[int, datetime]) -> None:
    statement = text(
        "UPDATE promises SET due_at = :due, warn_at = NULL, look_at = :due WHERE mention_id = :id AND kind = 'decision'"
    )
    with database.write() as session:
        rows = [{"id": id_, "due": at.replace(tzinfo=None).isoformat(" ")} for id_, at in due.items()]
        session.execute(statement, rows)


def _until_announced(database: Database, number: int) -> list[float]:
    query = text("SELECT due_at, announced_at FROM promises WHERE announced_at IS NOT NULL AND kind = 'decision'")
    while True:
        with database.read() as session:
            rows = session.execute(query).all()
        if len(rows) >= number:
            return [(datetime.fromisoformat(b) - datetime.fromisoformat(a)).total_seconds() for a, b in rows]
        time.sleep(0.2)


def _timed(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began

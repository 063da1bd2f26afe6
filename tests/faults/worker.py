"""Started by the kill tests: a bot without Slack and without a model, until the outbox is empty or it is killed.

Its clock runs a hundred times as fast, so that leases and lanes need no patience. `EARSHOT_CRASH_AT` kills it at a named
point, `EARSHOT_CRASH_AFTER` at a random statement of the database.
"""

import os
import signal
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import event, text

from bot.flow import classify, deliver, ingest, reply, route, watch
from bot.store.database import Database
from tests.fakes import FakeClassifier, FakeForum, batch, policy
from tests.faults.shelf import Shelf
from tests.world import posts

SPEED = 100
NUMBER = 12
EPOCH = 1.7e9
UNDONE = (
    "mentions WHERE state IN ('new', 'judged')",
    "outbox WHERE state IN ('pending', 'sending')",
    "answers WHERE state = 'sending'",
    "sources WHERE leased_until IS NOT NULL",
)


def fast() -> datetime:
    """In the 23rd century, but it goes on from one process to the next."""
    return datetime.fromtimestamp((time.time() - EPOCH) * SPEED, UTC)


def waiting(database: Database, undone: Sequence[str] = UNDONE) -> int:
    """What the rows say is still to be done."""
    with database.read() as session:
        return sum(int(session.scalar(text(f"SELECT count(*) FROM {what}")) or 0) for what in undone)


class Ledger(FakeForum):
    """Answers are kept in a file, by key, as a source that keeps its contract would."""

    def __init__(self, folder: Path) -> None:
        super().__init__("forum", [batch(*posts(NUMBER))], every=1)
        self._folder = folder

    def reply(self, external_id: str, text: str, *, key: str):  # type: ignore[no-untyped-def]
        (self._folder / key).write_text(text)
        return super().reply(external_id, text, key=key)


def die_at_statement(database: Database) -> None:
    """Kill this process at the statement of the database that EARSHOT_CRASH_AFTER counts to, if it is set."""
    left = int(os.environ.get("EARSHOT_CRASH_AFTER", "0"))

    def count_down(*_: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(database.engine, "before_cursor_execute", count_down)


def main(url: str, slack: Path, answers: Path) -> None:
    database, rules = Database(url), policy(answerable=["forum"])
    shelf, forum, model = Shelf(slack, lose_every=5), Ledger(answers), FakeClassifier()
    die_at_statement(database)
    ingest.know_sources(database, {"forum": forum}, fast())
    moved = 1
    while moved or waiting(database):
        moved = sum(
            ingest.poll(database, source, cursor, fast)
            for source, cursor in ingest.lease_due(database, {"forum": forum}, fast())
        )
        moved += classify.classify_waiting(database, model, rules, fast)
        moved += route.route_judged(database, rules, fast())
        for channel in deliver.due_channels(database, fast()):
            moved += deliver.deliver_next(database, shelf, rules, channel, fast)
        deliver.draw_stale(database, shelf, rules, fast)
        moved += reply.send_answers(database, "forum", forum, fast)
        moved += watch.end_leases(database, fast())
        time.sleep(0.005)
    database.close()

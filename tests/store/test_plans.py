"""How both engines find what the stages ask for all day, among many rows and after statistics were taken."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from bot.domain.posting import PostingKind
from bot.store import drawing, outbox, retention
from bot.store.columns import Base
from bot.store.database import Database
from bot.store.schema import MentionRow, PostingRow
from tests.fakes import START, MovedClock
from tests.world import World

ROWS = 4_000
LATER = START + timedelta(days=400)


@pytest.fixture
def full(database: Database, clock: MovedClock) -> Database:
    """Many mentions, decided and shown as they are but for two, and statistics on them, as an operator takes them by hand."""
    world = World(database, clock)
    world.arrive()
    world.run()
    with database.write() as session:
        multiply(session, MentionRow, id="i", external_id="CAST(i AS TEXT)", author="CAST(i AS TEXT)")
        multiply(session, PostingRow, id="i + 100", delivery_id="CAST(i AS TEXT)", mention_id="i")
        session.execute(text("UPDATE mentions SET state = 'dismissed', drawn_version = version"))
        session.execute(text("UPDATE mentions SET version = version + 1 WHERE id IN (7, 2000)"))
        session.execute(text("ANALYZE"))
    return database


def multiply(session: Session, table: type[Base], **own: str) -> None:
    """Copies of the first row, each with its number `i` in what must be its own."""
    names = [column.name for column in table.__table__.columns]
    values = ", ".join(own.get(name, name) for name in names)
    numbers = f"WITH RECURSIVE numbers(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM numbers WHERE i < {ROWS})"
    first = f"(SELECT * FROM {table.__tablename__} ORDER BY id LIMIT 1) AS model"
    into = f"INSERT INTO {table.__tablename__} ({', '.join(names)})"
    session.execute(text(f"{numbers} {into} SELECT {values} FROM {first}, numbers"))


def plan(database: Database, ask: Callable[[Session], Any]) -> list[str]:
    """The steps in which the engine takes what `ask` executes."""
    seen: list[tuple[str, Any]] = []

    def see(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        seen.append((statement, parameters))

    word = "EXPLAIN QUERY PLAN" if database.dialect == "sqlite" else "EXPLAIN"
    with database.write() as session:
        connection = session.connection()
        event.listen(connection, "before_cursor_execute", see)
        ask(session)
        event.remove(connection, "before_cursor_execute", see)
        rows = [row for said, values in seen for row in connection.exec_driver_sql(f"{word} {said}", values)]
        session.rollback()
    return [str(row[-1]).strip() for row in rows]


def scans(steps: list[str], table: str) -> list[str]:
    return [step for step in steps if step.startswith(f"SCAN {table}") or f"Seq Scan on {table}" in step]


def test_a_message_that_is_not_drawn_is_found_by_its_mention(full: Database) -> None:
    def stale(session: Session) -> list[int]:
        leased = drawing.lease_stale(session, LATER, limit=20, lease=timedelta(seconds=20))
        return sorted(each.mention_id for each in leased)

    steps = plan(full, stale)
    assert any("ix_mentions_undrawn" in step for step in steps), steps
    assert not scans(steps, "outbox"), steps
    with full.write() as session:
        assert stale(session) == [7, 2_000]


def test_what_is_drawn_is_struck_off_without_a_look_at_the_rest(full: Database) -> None:
    with full.write() as session:
        session.execute(text("UPDATE outbox SET shown_version = shown_version + 1 WHERE mention_id = 7"))
    steps = plan(full, drawing.strike_off)
    assert any("ix_mentions_undrawn" in step for step in steps), steps
    assert not scans(steps, "outbox"), steps
    with full.write() as session:
        assert [drawing.strike_off(session) for _ in range(2)] == [1, 0]


@pytest.mark.parametrize(
    "ask",
    [
        lambda session: outbox.due_channels(session, LATER),
        lambda session: outbox.backlog(session, LATER),
        lambda session: outbox.lease_next(session, "#billing", LATER, timedelta(minutes=1)),
        lambda session: outbox.put_off_channel(session, "#billing", LATER),
    ],
    ids=["channels", "backlog", "next", "put off"],
)
def test_what_is_due_is_found_by_its_index(full: Database, ask: Callable[[Session], Any]) -> None:
    with full.write() as session:
        outbox.want(session, 7, "#billing", PostingKind.NOTICE, START, slot="one more")
        session.execute(text("ANALYZE"))
    steps = plan(full, ask)
    assert any("ix_outbox_due" in step for step in steps), steps
    assert not scans(steps, "outbox"), steps


@pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)
def test_forgetting_asks_by_index_what_stands_under_a_mention(full: Database) -> None:
    """Where nothing repeats anything, SQLite took the column for one and the same value, and read all mentions for each."""
    steps = plan(full, lambda session: retention.forget_closed(session, LATER, 50))
    assert "SEARCH mentions_1 USING INDEX ix_mentions_repeat_of (repeat_of=?)" in steps
    assert "SEARCH mentions USING INDEX ix_mentions_repeat_of (repeat_of=?)" in steps, "the rows that go with it"
    assert "SEARCH mentions USING COVERING INDEX ix_mentions_follow_of (follow_of=?)" in steps
    assert len(scans(steps, "mentions")) <= 1, "those that may go, from the oldest on"

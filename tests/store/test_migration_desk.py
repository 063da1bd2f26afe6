"""0005: what people did before comes through, and means what it meant: nothing offered, paused, approved or followed."""

import pytest
from sqlalchemy import text

from bot.domain.card import AnswerState
from bot.store import mentions, migrate
from bot.store.database import Database
from tests.fakes import START
from tests.store.test_migration_labels import MENTION, insert, judge

ANSWER = {"mention_id": 1, "key": "k1", "author": "U1", "text": "Sorry!", "at": START, "permalink": "", "problem": ""}
PROMISE = {"mention_id": 1, "kind": "answer", "department": "care", "started_at": START, "due_at": START}


@pytest.fixture
def old(empty_database: Database) -> Database:
    migrate.migrate(empty_database, to="0004")
    insert(empty_database, "mentions", id=1, **MENTION, external_id="p1", text="t1")
    judge(empty_database, 1, "praise", "m-1", minute=0)
    insert(empty_database, "answers", id=1, **ANSWER, state="sent", attempts=1, next_at=START)
    insert(empty_database, "promises", id=1, **PROMISE)
    return empty_database


def test_no_row_is_lost_or_changed(old: Database) -> None:
    kept = {table: f"SELECT * FROM {table} ORDER BY id" for table in ("mentions", "answers", "promises", "verdicts")}
    with old.read() as session:
        before = {table: session.execute(text(query)).mappings().all() for table, query in kept.items()}
    assert all(len(rows) == 1 for rows in before.values())
    migrate.migrate(old)
    with old.read() as session:
        for table, query in kept.items():
            (now,), (then,) = session.execute(text(query)).mappings().all(), before[table]
            assert {name: now[name] for name in then} == dict(then), table


def test_an_old_mention_reads_as_it_did(old: Database) -> None:
    migrate.migrate(old)
    with old.read() as session:
        record = mentions.load(session, 1)
    assert record is not None
    assert record.answer is not None
    assert (record.answer.state, record.answer.text) == (AnswerState.SENT, "Sorry!")
    assert [promise.due_at for promise in record.promises] == [START]


def test_an_author_of_any_length_can_be_stored(old: Database) -> None:
    migrate.migrate(old)
    insert(old, "mentions", id=2, **{**MENTION, "author": "a" * 9_000}, thread="t" * 9_000, external_id="p2", text="t2")
    with old.read() as session:
        assert session.execute(text("SELECT length(author) FROM mentions WHERE id = 2")).scalar_one() == 9_000

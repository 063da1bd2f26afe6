"""0006: what stood in the tables before comes through from every earlier schema, and means what it meant."""

import pytest
from sqlalchemy import text

from bot.store import mentions, migrate
from bot.store.database import Database
from tests.fakes import START
from tests.store.test_migration_labels import MENTION, insert, judge

POSTING = {
    "delivery_id": "d1",
    "mention_id": 1,
    "channel": "#care",
    "kind": "card",
    "slot": "",
    "urgent": False,
    "body": "{}",
    "state": "sent",
    "created_at": START,
    "next_at": START,
    "attempts": 1,
    "problem": "",
    "channel_id": "C1",
    "ts": "1.0",
    "shown_version": 1,
}
SOURCE = {"name": "forum", "kind": "feed", "cursor": "c7", "next_at": START, "failures": 2, "problem": "down"}


@pytest.fixture(params=["0001", "0002", "0003", "0004", "0005"])
def old(empty_database: Database, request: pytest.FixtureRequest) -> Database:
    migrate.migrate(empty_database, to=request.param)
    insert(empty_database, "mentions", id=1, **MENTION, external_id="p1", text="t1")
    judge(empty_database, 1, "praise", "m-1", minute=0)
    insert(empty_database, "outbox", id=1, **POSTING)
    insert(empty_database, "sources", **SOURCE)
    return empty_database


def test_no_row_is_lost_or_changed(old: Database) -> None:
    tables = ("mentions", "verdicts", "outbox", "sources")
    with old.read() as session:
        before = {table: session.execute(text(f"SELECT * FROM {table}")).mappings().one() for table in tables}
    migrate.migrate(old)
    assert migrate.differences(old) == []
    with old.read() as session:
        for table in tables:
            now = session.execute(text(f"SELECT * FROM {table}")).mappings().one()
            assert {name: now[name] for name in before[table] if name in now} == {
                name: value for name, value in before[table].items() if name in now
            }, table
        record = mentions.load(session, 1)
    assert record is not None
    assert (record.repeat_of, record.for_history) == (None, False)


def test_a_card_still_goes_with_its_mention_and_a_bulletin_needs_none(old: Database) -> None:
    migrate.migrate(old)
    insert(old, "outbox", id=2, **{**POSTING, "mention_id": None, "delivery_id": "d2", "kind": "bulletin", "slot": "s"})
    with old.write() as session:
        session.execute(text("DELETE FROM mentions"))
    with old.read() as session:
        assert session.scalars(text("SELECT id FROM outbox")).all() == [2]


def test_only_what_shows_an_older_mention_or_waits_is_left_to_be_drawn(old: Database) -> None:
    postings = {2: {"shown_version": 0}, 3: {"state": "pending", "shown_version": 0}, 4: {"state": "dead", "ts": ""}}
    for id_, fields in postings.items():
        insert(old, "mentions", id=id_, **MENTION, external_id=f"p{id_}", text="t")
        insert(old, "outbox", id=id_, **{**POSTING, "mention_id": id_, "delivery_id": f"d{id_}", **fields})
    insert(old, "mentions", id=5, **MENTION, external_id="p5", text="t")
    migrate.migrate(old)
    with old.read() as session:
        undrawn = session.scalars(text("SELECT id FROM mentions WHERE drawn_version < version ORDER BY id")).all()
    assert undrawn == [2, 3]

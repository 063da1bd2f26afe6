"""0004: verdicts of earlier versions come through as they were, without doubts that nobody had measured."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from bot.store import mentions, migrate
from bot.store.database import Database
from classifiers.verdict import Verdict
from tests.fake_model import verdict
from tests.fakes import START
from tests.store.test_migration_labels import MENTION, insert, judge


@pytest.fixture
def old(empty_database: Database) -> Database:
    migrate.migrate(empty_database, to="0003")
    insert(empty_database, "mentions", id=1, **MENTION, external_id="p1", text="t1")
    judge(empty_database, 1, "praise", "m-1", minute=0)
    judge(empty_database, 1, "outage", "m-2", minute=5)
    return empty_database


def current(database: Database) -> Verdict:
    with database.read() as session:
        record = mentions.load(session, 1)
    assert record is not None
    assert record.verdict is not None
    return record.verdict


def test_old_verdicts_have_no_floor_and_no_irony(old: Database) -> None:
    migrate.migrate(old)
    read = current(old)
    assert (read.topic, read.model, read.floor, read.irony) == ("outage", "m-2", 0.0, 0.0)


def test_the_rest_of_the_rows_is_as_before(old: Database) -> None:
    kept = "SELECT id, mention_id, at, model, topic, topics, detractor, promoter, triage, reply, language, why"
    with old.read() as session:
        before = session.execute(text(f"{kept} FROM verdicts ORDER BY id")).all()
    assert len(before) == 2
    migrate.migrate(old)
    with old.read() as session:
        assert session.execute(text(f"{kept} FROM verdicts ORDER BY id")).all() == before


def test_a_new_verdict_keeps_its_doubts(old: Database) -> None:
    migrate.migrate(old)
    doubted = replace(verdict("billing"), floor=0.55, irony=0.75)
    with old.write() as session:
        mentions.save_verdict(session, 1, doubted, START)
    assert current(old) == doubted

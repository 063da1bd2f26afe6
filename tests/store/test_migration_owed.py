"""0003: what an earlier version left unjudged is owed a verdict at once, and nothing else is."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.store import migrate, owed
from bot.store.database import Database
from tests.fakes import START
from tests.store.test_migration_labels import MENTION, insert


@pytest.fixture
def old(empty_database: Database) -> Database:
    migrate.migrate(empty_database, to="0002")
    rows = [("open", "unjudged"), ("claimed", "unjudged"), ("answered", "unjudged"), ("open", "topic"), ("new", "")]
    for number, (state, rule) in enumerate(rows, start=1):
        told = MENTION | {"state": state, "route_rule": rule, "external_id": f"p{number}", "text": f"t{number}"}
        insert(empty_database, "mentions", id=number, **told)
    return empty_database


def test_what_waits_unjudged_is_asked_about_at_once(old: Database) -> None:
    migrate.migrate(old)
    with old.write() as session:
        found = owed.lease_owed(session, START, limit=9, lease=timedelta(minutes=1))
    assert [(each.mention.id, each.since, each.attempts) for each in found] == [(1, START, 1), (2, START, 1)]


def test_the_rest_of_the_rows_is_as_before(old: Database) -> None:
    kept = "SELECT id, text, state, version, route_rule, received_at FROM mentions ORDER BY id"
    with old.read() as session:
        before = session.execute(text(kept)).all()
    migrate.migrate(old)
    with old.read() as session:
        assert session.execute(text(kept)).all() == before
        assert session.scalar(text("SELECT count(*) FROM mentions WHERE judge_at IS NULL")) == 3

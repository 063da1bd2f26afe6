"""What the columns take and give back, the same on both engines."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy.exc import StatementError

from bot.store import arrivals, mentions
from bot.store.database import Database
from tests.fakes import START, post


def test_a_database_of_each_engine_is_at_head(database: Database) -> None:
    with database.write() as session:
        added = arrivals.add(session, "forum", [post()], START)
    assert added.new == 1


def test_a_naive_time_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="naive"), database.write() as session:
        arrivals.add(session, "forum", [post(posted_at=datetime(2026, 1, 1))], START)  # noqa: DTZ001 - the fault


def test_any_zone_comes_back_as_the_same_moment_in_utc(database: Database) -> None:
    there = datetime(2026, 3, 29, 1, 30, 0, 123456, tzinfo=timezone(timedelta(hours=-7)))
    with database.write() as session:
        arrivals.add(session, "forum", [post(posted_at=there)], START)
    with database.read() as session:
        [(record)] = mentions.load_all(session, [1]).values()
    assert record.mention.posted_at == there
    assert record.mention.posted_at is not None
    assert record.mention.posted_at.tzinfo is UTC

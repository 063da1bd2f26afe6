"""A database that serves test after test is as good as new for each."""

import psycopg
import pytest
from sqlalchemy import func, select

from bot.store.database import Database
from bot.store.metadata import METADATA
from bot.store.schema import MentionRow
from tests.databases import Cluster, postgres_factory, url_of
from tests.fakes import MovedClock, post
from tests.world import World


def rows(database: Database) -> int:
    with database.read() as session:
        return sum(session.scalar(select(func.count()).select_from(table)) or 0 for table in METADATA.sorted_tables)


def test_the_next_one_finds_nothing_of_the_last_and_counts_from_one(cluster: Cluster, clock: MovedClock) -> None:
    with postgres_factory(cluster) as make:
        first = make()
        World(first, clock).arrive(post(1), post(2))
        assert rows(first) > 0
    with postgres_factory(cluster) as make:
        again = make()
        assert again is first
        assert rows(again) == 0
        World(again, clock).arrive(post(7))
        with again.read() as session:
            assert session.scalars(select(MentionRow.id)).all() == [1]


def test_whoever_still_holds_a_lock_from_the_last_one_is_ended(cluster: Cluster, clock: MovedClock) -> None:
    with postgres_factory(cluster) as make:
        first = make()
        World(first, clock).arrive(post(1))
        left_over = psycopg.connect(url_of(first).replace("+psycopg", ""))
        left_over.execute("UPDATE mentions SET text = 'still at it'")
    with postgres_factory(cluster) as make:
        assert rows(make()) == 0
    with pytest.raises(psycopg.OperationalError):
        left_over.execute("SELECT 1")
    left_over.close()


def test_one_that_somebody_still_uses_is_not_lent_again(cluster: Cluster) -> None:
    with postgres_factory(cluster) as make:
        first = make()
        session = first.engine.connect()
    with postgres_factory(cluster) as make:
        assert make() is not first
    session.invalidate()
    session.close()

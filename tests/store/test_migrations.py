"""Migrations on real engines: from nothing to head, whole or not at all, and without harm to the rows."""

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Column, Text, inspect, text
from sqlalchemy.exc import IntegrityError

from bot.errors import GiveUp
from bot.store import arrivals, events, migrate
from bot.store.database import Database
from bot.store.metadata import METADATA
from tests.databases import url_of
from tests.fakes import START
from tests.world import posts

ROOT = Path(__file__).parent.parent.parent
PARENTS = 2_000


def fill(database: Database, number: int) -> None:
    with database.write() as session:
        arrivals.add(session, "forum", posts(number), START)


def count(database: Database, table: str) -> int:
    with database.read() as session:
        return int(session.scalar(text(f"SELECT count(*) FROM {table}")) or 0)


def test_an_empty_database_comes_to_head(empty_database: Database) -> None:
    assert migrate.current(empty_database) is None
    migrate.migrate(empty_database)
    assert migrate.current(empty_database) == migrate.head()
    migrate.require_head(empty_database)


def test_the_migrations_make_the_tables_of_the_models(database: Database) -> None:
    assert migrate.differences(database) == []


def test_a_difference_is_found(database: Database) -> None:
    with database.write() as session:
        session.execute(text("ALTER TABLE lanes ADD COLUMN forgotten TEXT"))
    assert len(migrate.differences(database)) == 1


def test_migrating_twice_changes_nothing(database: Database) -> None:
    fill(database, 3)
    migrate.migrate(database)
    assert count(database, "mentions") == 3


def test_an_older_database_is_told_the_command(empty_database: Database) -> None:
    with pytest.raises(GiveUp, match=r"at schema none, this version needs \w+: run `earshot migrate`"):
        migrate.require_head(empty_database)


def test_a_newer_database_is_refused(database: Database) -> None:
    with database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(GiveUp, match="at schema 9999, newer than this version"):
        migrate.require_head(database)


def test_a_migration_leaves_no_setting_behind_in_the_pool(empty_database: Database) -> None:
    migrate.migrate(empty_database)
    with empty_database.engine.connect() as connection:
        if empty_database.dialect == "postgresql":
            assert connection.execute(text("SHOW lock_timeout")).scalar_one() == "0"
        else:
            assert connection.execute(text("PRAGMA foreign_keys")).scalar_one() == 1


def test_normal_work_keeps_foreign_keys(database: Database) -> None:
    with pytest.raises(IntegrityError), database.write() as session:
        events.append(session, 404, "nobody", "ingested", START)


def rebuild_mentions(database: Database) -> None:
    """What a later migration will do to the parent of everything: SQLite makes a new table, copies and drops the old."""
    with database.engine.connect() as connection, migrate._guarded(connection):
        context = MigrationContext.configure(connection, opts={"target_metadata": METADATA})
        with context.begin_transaction(), Operations(context).batch_alter_table("mentions", recreate="auto") as batch:
            batch.add_column(Column("mood", Text(), nullable=False, server_default="calm"))
            batch.alter_column("language", new_column_name="spoken")


def test_child_rows_survive_a_batch_migration_of_their_parent(database: Database) -> None:
    fill(database, PARENTS)
    rebuild_mentions(database)
    assert count(database, "mentions") == PARENTS
    assert count(database, "events") == PARENTS
    columns = {column["name"] for column in inspect(database.engine).get_columns("mentions")}
    assert {"mood", "spoken"} <= columns
    with pytest.raises(IntegrityError), database.write() as session:
        events.append(session, PARENTS + 1, "nobody", "ingested", START)


def test_with_foreign_keys_on_the_same_migration_would_delete_the_children(sqlite_database: Database) -> None:
    """Why the guard is there: without it the rows go without a word."""
    fill(sqlite_database, 10)
    with sqlite_database.engine.begin() as connection:
        context = MigrationContext.configure(connection, opts={"target_metadata": METADATA})
        with Operations(context).batch_alter_table("mentions", recreate="always") as batch:
            batch.add_column(Column("mood", Text(), nullable=False, server_default="calm"))
    assert count(sqlite_database, "mentions") == 10
    assert count(sqlite_database, "events") == 0


def test_a_migration_that_orphans_rows_is_reported(sqlite_database: Database) -> None:
    fill(sqlite_database, 2)

    def careless() -> None:
        with sqlite_database.engine.connect() as connection, migrate._guarded(connection):
            connection.exec_driver_sql("DELETE FROM mentions")
            connection.commit()

    with pytest.raises(GiveUp, match="2 rows without a parent"):
        careless()
    with sqlite_database.engine.connect() as connection:
        assert connection.execute(text("PRAGMA foreign_keys")).scalar_one() == 1


KILLED = """
import os, signal, sys
from sqlalchemy import event
from bot.store.database import Database
from bot.store.migrate import migrate

database = Database(sys.argv[1])
left = int(sys.argv[2])

@event.listens_for(database.engine, "before_cursor_execute")
def count_down(connection, cursor, statement, *_):
    global left
    left -= not statement.lstrip().upper().startswith(("SELECT", "PRAGMA"))
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)

migrate(database)
"""


@pytest.mark.parametrize("statement", [1, 7, 19])
def test_a_kill_in_the_middle_leaves_the_old_schema(empty_database: Database, statement: int) -> None:
    url = url_of(empty_database)
    command = [sys.executable, "-c", KILLED, url, str(statement)]
    ran = subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=300, check=False)
    assert ran.returncode == -signal.SIGKILL
    found = set(inspect(empty_database.engine).get_table_names())
    assert found <= {"alembic_version"}
    assert migrate.current(empty_database) is None
    migrate.migrate(empty_database)
    assert migrate.differences(empty_database) == []


def test_a_backup_is_a_consistent_copy_taken_while_others_write(sqlite_database: Database, tmp_path: Path) -> None:
    fill(sqlite_database, 50)
    with sqlite_database.write() as session:
        arrivals.add(session, "late", posts(5), START)
        session.flush()
        copy = migrate.back_up(sqlite_database, tmp_path / "backups", START)
    assert copy is not None
    assert list(copy.parent.iterdir()) == [copy]
    with sqlite3.connect(copy) as found:
        assert found.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert found.execute("SELECT count(*) FROM mentions").fetchone() == (50,)
        assert found.execute("SELECT count(*) FROM events").fetchone() == (50,)
    found.close()
    restored = Database(f"sqlite:///{copy}")
    migrate.require_head(restored)
    restored.close()


def test_there_is_nothing_to_back_up_of_an_empty_file(make_database: object, tmp_path: Path) -> None:
    empty = Database(f"sqlite:///{tmp_path / 'empty.db'}")
    assert migrate.back_up(empty, tmp_path / "backups", START) is None
    empty.close()


def test_a_damaged_file_is_seen(sqlite_database: Database) -> None:
    fill(sqlite_database, 200)
    assert migrate.integrity_fault(sqlite_database) == ""
    path = Path(str(sqlite_database.engine.url.database))
    sqlite_database.close()  # the last one out checkpoints the WAL
    spoil(path, at=4096 * 3, length=4096 * 20)
    damaged = Database(f"sqlite:///{path}")
    assert migrate.integrity_fault(damaged) != ""
    damaged.close()


def test_a_file_that_is_no_database_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "letter.db"
    path.write_text("Dear customer, " * 1000)
    letter = Database(f"sqlite:///{path}")
    assert migrate.integrity_fault(letter) == "file is not a database"
    letter.close()


def spoil(path: Path, *, at: int, length: int) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(b"\xff" * length)

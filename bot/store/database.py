"""The way to the database: engine, pragmas, transactions, and the check that the schema fits this version."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.orm import Session as Session  # flow/ names the type and never imports SQLAlchemy

from bot.errors import ConfigError, Retry
from bot.store.columns import Base
from bot.store.turn import Turn

BUSY_SECONDS = 5.0
"""How long a writer waits for another one before SQLite gives up."""

_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=NORMAL",
    "foreign_keys=ON",
    "wal_autocheckpoint=1000",
    "journal_size_limit=67108864",
    "trusted_schema=OFF",
)


class Database:
    """One engine. `write` and `read` give a session in a transaction that ends with the block."""

    def __init__(self, url: str, *, patience: float = BUSY_SECONDS, turn: Turn | None = None) -> None:
        """`patience`: seconds to wait for another writer of SQLite. `turn` is shared by all who write it in this process."""
        self._url = url
        self._patience = patience
        self._turn = turn or Turn()
        self.engine = _make_engine(url, patience)
        self._reading = _for_reading(self.engine)

    def with_patience(self, seconds: float) -> "Database":
        """The same database for those who wait less long: Slack gives a listener 3 s."""
        return Database(self._url, patience=seconds, turn=self._turn)

    @property
    def dialect(self) -> str:
        return self.engine.dialect.name

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A transaction that may change rows; commits at the end, rolls back on any error. No network call inside.

        On SQLite the write lock is ours when the block begins: a clock read inside it tells the time of the change.
        """
        with _told(), self._in_turn(), Session(self.engine, expire_on_commit=False) as session, session.begin():
            session.connection()
            yield session

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        """SQLite's waiting writers look again at random; threads of one process had better queue (p99 fell from seconds)."""
        if self.dialect != "sqlite":
            yield
            return
        if not self._turn.acquire(timeout=self._patience):
            raise Retry("the database is busy", after=timedelta(seconds=1))
        try:
            yield
        finally:
            self._turn.release()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A consistent look that takes no write lock: all its queries see one and the same moment."""
        with _told(), Session(self._reading, expire_on_commit=False) as session, session.begin():
            session.connection()
            yield session

    def close(self) -> None:
        self.engine.dispose()


@contextmanager
def _told() -> Iterator[None]:
    """A database that is locked, full or away is a reason to come again, not a crash."""
    try:
        yield
    except (OperationalError, PoolExhausted) as error:
        cause = getattr(error, "orig", error)
        raise Retry(f"the database cannot be used now: {type(cause).__name__}", after=timedelta(seconds=1)) from error


def _make_engine(url: str, patience: float) -> Engine:
    """Errors do not quote the values of a statement: their tracebacks are logged, and customers' words are among them."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, pool_size=8, max_overflow=8, pool_pre_ping=True, hide_parameters=True)
    if not parsed.database or parsed.database == ":memory:":
        raise ConfigError(["database.url: an in-memory database would forget every mention; give a file"])
    Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    waits = {"timeout": patience}
    engine = create_engine(parsed, connect_args=waits, pool_size=8, max_overflow=16, hide_parameters=True)
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)
    return engine


def _for_reading(engine: Engine) -> Engine:
    if engine.dialect.name == "sqlite":
        return engine.execution_options(readonly=True)
    # PostgreSQL's default shows each query of a transaction another moment: a ledger would not add up under load.
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def _set_pragmas(connection: Any, _record: object) -> None:
    # The driver's own BEGIN is deferred and comes too late: reads would pin a stale snapshot and the write would fail.
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    readonly = connection.get_execution_options().get("readonly")
    connection.exec_driver_sql("BEGIN" if readonly else "BEGIN IMMEDIATE")


def insert_into(session: Session, table: type[Base]) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that knows ON CONFLICT; both dialects spell it with the same methods."""
    return postgresql.insert(table) if session.get_bind().dialect.name == "postgresql" else sqlite.insert(table)


class SingleRunner:
    """An OS lock beside the SQLite file: two bots on one file would post twice as fast and poll twice as often."""

    def __init__(self, url: str) -> None:
        database = make_url(url).database
        self._path = Path(f"{database}.lock")
        self._file: IO[str] | None = None

    def acquire(self) -> bool:
        """Whether the lock is ours now; it ends with the process, however that ends."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        held = self._path.open("a+")
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            held.close()
            return False
        held.truncate(0)
        held.write(str(os.getpid()))
        held.flush()
        self._file = held
        return True

    def release(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

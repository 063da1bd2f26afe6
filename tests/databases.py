"""Databases for tests: a file for SQLite and a PostgreSQL server of our own, each test with an empty one at head."""

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from bot.store.database import Database
from bot.store.metadata import METADATA
from bot.store.migrate import migrate
from tests.kept_databases import Kept, Shelf

DEBIAN = Path("/usr/lib/postgresql")
START_SECONDS = 30.0
SETTINGS = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "autovacuum=off",
    "shared_buffers=16MB",
    "max_connections=100",
    "unix_socket_directories=",
    "listen_addresses=127.0.0.1",
)
OWNER = "earshot"
TEMPLATE = "earshot_template"


def postgres_programs() -> Path | None:
    """The folder with initdb and postgres: Debian's newest, else the one on PATH."""
    versions = sorted(DEBIAN.glob("*/bin/initdb"), key=lambda path: float(path.parent.parent.name), reverse=True)
    if versions:
        return versions[0].parent
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def need_postgres() -> Path:
    """The programs; else the test fails where CI is set, and is skipped elsewhere."""
    programs = postgres_programs()
    if programs is not None:
        return programs
    told = "PostgreSQL is not installed (initdb is neither in /usr/lib/postgresql nor on PATH)"
    if os.environ.get("CI"):
        pytest.fail(told)
    pytest.skip(told)


class Cluster:
    """A PostgreSQL server on loopback with a data folder of its own. It refuses to run as root, so root lends it a user."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        self._folder = Path(tempfile.mkdtemp(prefix="earshot-postgres-"))
        self._as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        self._server: subprocess.Popen[bytes] | None = None
        self._numbers = count(1)
        self.port = _free_port()
        self.shelf = Shelf(lambda: self.create(migrated=True), self.drop)

    def start(self) -> None:
        if self._as_user:
            shutil.chown(self._folder, "postgres", "postgres")
        initdb = [str(self._programs / "initdb"), "-D", str(self._data), "-U", OWNER, "-A", "trust"]
        self._run([*initdb, "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions"])
        settings = [part for setting in (*SETTINGS, f"port={self.port}") for part in ("-c", setting)]
        command = [*self._as_user, str(self._programs / "postgres"), "-D", str(self._data), *settings]
        with (self._folder / "log").open("wb") as log:
            self._server = subprocess.Popen(
                command, cwd=self._folder, stdout=log, stderr=log, preexec_fn=_end_with_the_test
            )
        self._wait()
        self._execute(f"CREATE DATABASE {TEMPLATE}")
        template = Database(self.url(TEMPLATE))
        migrate(template)
        template.close()

    def stop(self) -> None:
        self.shelf.close()
        if self._server is not None and self._server.poll() is None:
            self._run([str(self._programs / "pg_ctl"), "-D", str(self._data), "-m", "immediate", "stop"])
            self._server.wait(START_SECONDS)
        shutil.rmtree(self._folder, ignore_errors=True)

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://{OWNER}@127.0.0.1:{self.port}/{database}"

    def create(self, *, migrated: bool) -> str:
        """The URL of a new database."""
        name = f"test_{next(self._numbers)}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE if migrated else 'template0'}{self._strategy}")
        return self.url(name)

    def drop(self, url: str) -> None:
        self._execute(f"DROP DATABASE {url.rsplit('/', 1)[1]} WITH (FORCE)")

    @cached_property
    def _strategy(self) -> str:
        """Copying files takes 27 ms, copying through the log, which is the default from PostgreSQL 15 on, 120 ms (measured)."""
        with psycopg.connect(self._conninfo) as connection:
            return " STRATEGY FILE_COPY" if connection.info.server_version >= 150_000 else ""

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def _run(self, command: list[str]) -> None:
        subprocess.run([*self._as_user, *command], cwd=self._folder, check=True, capture_output=True)

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self._conninfo, autocommit=True) as connection:
            connection.execute(statement.encode())

    @property
    def _conninfo(self) -> str:
        return f"host=127.0.0.1 port={self.port} user={OWNER} dbname=postgres"

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                psycopg.connect(self._conninfo, connect_timeout=2).close()
                return
            except psycopg.OperationalError:
                assert self._server is not None
                if time.monotonic() > deadline or self._server.poll() is not None:
                    raise RuntimeError((self._folder / "log").read_text()) from None
                time.sleep(0.05)


def _end_with_the_test() -> None:
    """Linux ends the server when the test run is killed and no fixture can: prctl(PR_SET_PDEATHSIG, SIGTERM)."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(kw_only=True)
class Factory:
    """Makes databases of one dialect for one test, and removes them after it, or puts them back where they are kept."""

    make_url: Callable[[bool], str]
    remove: Callable[[str], None]
    shelf: Shelf | None = None
    _made: list[tuple[str, Database]] = field(default_factory=list)
    _lent: list[Kept] = field(default_factory=list)

    def __call__(self, *, migrated: bool = True) -> Database:
        if self.shelf is None or not migrated:
            return self.open(self.make_url(migrated))
        self._lent.append(self.shelf.take())
        return self._lent[-1].database

    def new(self) -> Database:
        """One at head that no test had before and none gets after: for a test that changes its tables."""
        return self.open(self.make_url(True))

    def open(self, url: str, *, patience: float = 5.0) -> Database:
        """One more way into a database that may be open already."""
        database = Database(url, patience=patience)
        self._made.append((url, database))
        return database

    def clear(self) -> None:
        for _, database in self._made:
            database.close()
        for kept in self._lent:
            assert self.shelf is not None
            self.shelf.put_back(kept)
        for url in {url for url, _ in self._made} - {kept.url for kept in self._lent}:
            self.remove(url)


@contextmanager
def sqlite_factory(folder: Path, template: Path) -> Iterator[Factory]:
    numbers = count(1)

    def make_url(migrated: bool) -> str:
        path = folder / f"earshot-{next(numbers)}.db"
        if migrated:
            shutil.copyfile(template, path)
        return f"sqlite:///{path}"

    def remove(url: str) -> None:
        for path in folder.glob(f"{Path(url.removeprefix('sqlite:///')).name}*"):
            path.unlink()

    factory = Factory(make_url=make_url, remove=remove)
    yield factory
    factory.clear()


@contextmanager
def postgres_factory(cluster: Cluster) -> Iterator[Factory]:
    factory = Factory(
        make_url=lambda migrated: cluster.create(migrated=migrated), remove=cluster.drop, shelf=cluster.shelf
    )
    yield factory
    factory.clear()


def url_of(database: Database) -> str:
    return database.engine.url.render_as_string(hide_password=False)


def wipe(database: Database) -> None:
    """Empty every table, children first: faster than a new database where one test needs many."""
    with database.write() as session:
        for table in reversed(METADATA.sorted_tables):
            session.execute(text(f"DELETE FROM {table.name}"))

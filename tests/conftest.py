"""Fixtures for every room: databases on both engines, and a clock that the test moves."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from bot.store.database import Database
from bot.store.migrate import migrate
from tests import dovecot
from tests.compiled_statements import shared_between_engines
from tests.databases import Cluster, Factory, need_postgres, postgres_factory, sqlite_factory
from tests.fakes import MovedClock

ENGINES = ("sqlite", "postgresql")

# On top of whatever profile holds (hypothesis has one of its own for CI): 200 ms an example are no law on a busy machine.
settings.register_profile("unhurried", parent=settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")


@pytest.fixture(scope="session", autouse=True)
def _compiled_once() -> Iterator[None]:
    with shared_between_engines():
        yield


@pytest.fixture(scope="session", autouse=True)
def _servers_end_with_the_session() -> Iterator[None]:
    with dovecot.AT_END:
        yield


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """One PostgreSQL server for the session (under xdist: for the worker), started by the first test that asks."""
    running = Cluster(need_postgres())
    try:
        running.start()
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    template = Database(f"sqlite:///{path}")
    migrate(template)
    template.close()
    return path


@pytest.fixture(params=ENGINES)
def make_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Factory]:
    """Makes databases of one engine; a test that takes it runs once on each."""
    if request.param == "sqlite":
        with sqlite_factory(tmp_path, request.getfixturevalue("sqlite_template")) as factory:
            yield factory
    else:
        with postgres_factory(request.getfixturevalue("cluster")) as factory:
            yield factory


@pytest.fixture
def database(make_database: Factory) -> Database:
    """A fresh database at head."""
    return make_database()


@pytest.fixture
def empty_database(make_database: Factory) -> Database:
    """A database without a single table."""
    return make_database(migrated=False)


@pytest.fixture
def sqlite_database(tmp_path: Path, sqlite_template: Path) -> Iterator[Database]:
    """For tests that need a database but look at nothing that differs between the engines."""
    with sqlite_factory(tmp_path, sqlite_template) as factory:
        yield factory()


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()

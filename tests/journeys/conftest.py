"""Offices for journeys: one for all tests of a file, or one of its own for a test that moves time or breaks Slack."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.store.database import Database
from sandbox.person import Person
from tests.databases import sqlite_factory
from tests.journeys.office import Office, open_office


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Office]:
    """Shared by a file: each test has customers of its own, with words that no other test uses."""
    folder = tmp_path_factory.mktemp("office")
    with sqlite_factory(folder, sqlite_template) as make, open_office(make()) as opened:
        yield opened


@pytest.fixture
def own_office(sqlite_database: Database) -> Iterator[Office]:
    with open_office(sqlite_database) as opened:
        yield opened


@pytest.fixture(scope="module")
def ana(office: Office) -> Person:
    """Of Billing and Triage."""
    return office.person("ana")


@pytest.fixture(scope="module")
def ben(office: Office) -> Person:
    """Of Billing."""
    return office.person("ben")

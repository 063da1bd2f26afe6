"""Databases that a test may break."""

import pytest

from bot.store.database import Database
from tests.databases import Factory


@pytest.fixture
def database(make_database: Factory) -> Database:
    """A database at head that is thrown away after the test: tests of this room change tables and versions."""
    return make_database.new()

"""Statements compiled once for all databases of a test run: a bot has one engine for months, here each test has one of its own."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import URL, Engine, create_engine

import bot.store.database


@contextmanager
def shared_between_engines() -> Iterator[None]:
    """While it lasts, a new engine takes dialect and compiled statements from the first of its kind.

    SQLAlchemy keeps what it compiled by dialect object and engine. Compiling was two fifths of what a test of the flow cost.
    """
    elders: dict[str, Engine] = {}

    def make(url: URL, **options: object) -> Engine:
        engine = create_engine(url, query_cache_size=5000, **options)
        elder = elders.setdefault(engine.dialect.name, engine)
        if elder.dialect.server_version_info is None:  # it has connected to nothing yet, so its dialect knows no server
            elders[engine.dialect.name] = engine
        else:
            engine.dialect, engine._compiled_cache = elder.dialect, elder._compiled_cache
        return engine

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bot.store.database, "create_engine", make)
        yield

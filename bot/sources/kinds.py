"""The kinds of source there are: whichever file in this folder has a table. A new one is a new file and no line elsewhere."""

import functools
import pkgutil
from collections.abc import Iterator, Mapping
from importlib import import_module
from types import MappingProxyType, ModuleType
from typing import get_args

import bot.sources
from bot.sources.table import SourceTable


@functools.cache
def kinds() -> Mapping[str, type[SourceTable]]:
    """Kind → the class of its table, by name. Imports every source's file, and none of the libraries that they use."""
    names = sorted(found.name for found in pkgutil.iter_modules(bot.sources.__path__) if not found.ispkg)
    tables = (table for name in names for table in _tables(import_module(f"{bot.sources.__name__}.{name}")))
    return MappingProxyType({kind_of(table): table for table in tables})


def _tables(module: ModuleType) -> Iterator[type[SourceTable]]:
    for value in vars(module).values():
        is_table = isinstance(value, type) and issubclass(value, SourceTable)
        if is_table and value.__module__ == module.__name__ and kind_of(value):
            yield value


def kind_of(table: type[SourceTable]) -> str:
    """What `kind` says in the configuration; empty for a class that only others build on."""
    return next(iter(get_args(table.model_fields["kind"].annotation)), "")

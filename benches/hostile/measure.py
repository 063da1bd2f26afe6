"""What a case found, and what several cases need."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryDirectory

from bot.store import migrate
from bot.store.database import Database

MIB = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Result:
    """What was seen; raises AssertionError in the case where a bar was missed."""

    note: str
    seconds: float


def timed(run: Callable[[], str]) -> Result:
    started = time.monotonic()
    note = run()
    return Result(note=note, seconds=time.monotonic() - started)


def bounded(result: Result, most: float) -> Result:
    assert result.seconds < most, f"{result.seconds:.1f} s, and {most} s is the bar"
    return result


@contextmanager
def database() -> Iterator[Database]:
    with TemporaryDirectory() as folder:
        db = Database(f"sqlite:///{folder}/bench.db")
        migrate.migrate(db)
        yield db
        db.close()

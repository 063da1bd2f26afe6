"""What it costs to fold a post of a conversation: the same however long the conversation is."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from bot.store import arrivals
from bot.store.database import Database
from tests.fakes import START, MovedClock, post
from tests.world import World

MOST = 20


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """Whatever the database is asked while it lasts."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def test_a_later_post_of_a_conversation_takes_few_statements(database: Database, clock: MovedClock) -> None:
    world = World(database, clock)
    with database.write() as session:
        arrivals.add(session, "forum", [post("root", author="ann")], START)
    world.think()
    counts = []
    for number in range(4):
        later = post(f"later {number}", "still nothing", author="ann", thread="post-root")
        with statements(database) as asked, database.write() as session:
            arrivals.add(session, "forum", [later], START)
        counts.append(len(asked))
    assert set(counts) == {counts[0]}
    assert counts[0] < MOST
    assert world.card().follow_ups.total == 4

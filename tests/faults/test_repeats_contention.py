"""People, edits and deletes around posts that say the same: all take the first before what stands under it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from sqlalchemy import text

from bot.errors import Refused
from bot.flow import ingest, repeats
from bot.store import follow
from tests.databases import Factory
from tests.fakes import MovedClock, post
from tests.world import World

FIRSTS, UNDER = 15, 3


def said(number: int) -> str:
    """As of no other number: every word carries it."""
    return "billing awful " + " ".join(f"word{place}of{number}" for place in range(14))


def test_nobody_blocks_anybody_for_good(make_database: Factory) -> None:
    """PostgreSQL would end a deadlock with an error for one of them."""
    database = make_database.open(make_database.make_url(True), patience=30)
    world = World(database, MovedClock())
    world.arrive(*(post(f"first-{n}", said(n)) for n in range(FIRSTS)))
    world.think()
    again = [(n, f"again-{n}-{round_}") for n in range(FIRSTS) for round_ in range(UNDER)]
    world.arrive(*(post(name, said(n)) for n, name in again), source="blog")
    world.think()
    with database.read() as session:
        folded = session.scalars(text("SELECT id FROM mentions WHERE repeat_of IS NOT NULL ORDER BY id DESC")).all()
    assert len(folded) == FIRSTS * UNDER

    def authors_edit() -> None:
        items = [post(name, f"billing, and now for something else: {name}") for _, name in again]
        ingest.store_imported(database, "blog", items, world.clock)

    def authors_delete() -> None:
        for number in range(FIRSTS):
            with database.write() as session:
                follow.withdraw(session, "forum", f"post-first-{number}", world.clock())

    def people() -> None:
        for mention_id in folded:
            with suppress(Refused):
                repeats.take_out(world.desk, world.click("UANA", mention_id, f"out-{mention_id}"))

    def reposts_go() -> None:
        for _, name in again:
            with database.write() as session:
                follow.withdraw(session, "blog", f"post-{name}", world.clock())

    tasks: tuple[Callable[[], None], ...] = (authors_edit, authors_delete, reposts_go, people)
    with ThreadPoolExecutor(len(tasks)) as pool:
        futures = [pool.submit(task) for task in tasks]
    assert [repr(each.exception()) for each in futures if each.exception()] == []
    assert world.ledger().ingested == FIRSTS * (UNDER + 1)
    assert world.ledger().folded == 0

"""Forgetting: what is closed and old goes with everything that hangs on it, and nothing else does."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.domain.lifecycle import Action
from bot.domain.triage import Answer, Node
from bot.flow.desk import deciding, linking, overriding, rating
from bot.flow.forget import forget_old
from bot.store import figures
from bot.store.database import Database
from bot.store.metadata import METADATA
from tests.fakes import MovedClock, post
from tests.world import World

YEAR = timedelta(days=365)


@pytest.fixture
def world(database: Database, clock: MovedClock) -> World:
    made = World(database, clock)
    made.arrive(post(1, "charged twice, billing is awful #refund", author="customer1"), post(2, "awful billing"))
    made.run()
    return made


def close(world: World, mention_id: int = 1) -> None:
    deciding.decide(world.desk, world.click("UANA", mention_id), Action.LET_STAND, "fair enough")


def forget(world: World) -> int:
    return forget_old(world.db, world.clock(), YEAR)


def rows_of(world: World, mention_id: int) -> dict[str, int]:
    """How many rows of each table belong to a mention; tables without any are absent."""
    tables = [table for table in METADATA.sorted_tables if "mention_id" in table.columns]
    with world.db.read() as session:
        counts = {
            table.name: session.scalar(
                text(f"SELECT count(*) FROM {table.name} WHERE mention_id = :id"), {"id": mention_id}
            )
            for table in tables
        }
    return {name: count for name, count in counts.items() if count}


def test_what_is_closed_and_old_goes_with_everything_that_people_did_to_it(world: World) -> None:
    node, answer = next((finding.node, finding.answer) for finding in world.card().triage.path)  # type: ignore[union-attr]
    other = Answer.NO if answer is Answer.YES else Answer.YES
    overriding.override(world.desk, world.click("UANA"), Node(node), other, "I know them")
    rating.rate(world.desk, world.click("UBEN"), "CFEED", useful=True)
    linking.link_issue(world.desk, world.click("UANA"), "PIP-7", "Refunds")
    close(world)
    world.deliver()
    before = rows_of(world, 1)
    assert {"overrides", "ratings", "hashtags", "issue_mentions", "promises", "events", "outbox"} <= set(before)
    others = rows_of(world, 2)
    world.clock.forward(YEAR + timedelta(days=1))
    assert forget(world) == 1
    assert (rows_of(world, 1), rows_of(world, 2)) == ({}, others)
    with world.db.read() as session:
        assert figures.ledger(session).balanced


def test_what_is_open_or_young_stays(world: World) -> None:
    world.clock.forward(YEAR - timedelta(days=1))
    close(world)
    assert forget(world) == 0
    world.clock.forward(timedelta(days=2))
    assert forget(world) == 1
    assert world.record(2).mention.id == 2


def test_a_conversation_goes_as_one_after_its_newest_post(world: World) -> None:
    close(world)
    world.clock.forward(YEAR - timedelta(days=1))
    world.arrive(post(3, "and again", author="customer1", thread="post-1"))
    world.run()
    close(world)
    world.clock.forward(timedelta(days=2))
    assert forget(world) == 0
    world.clock.forward(YEAR)
    assert forget(world) == 1
    assert (rows_of(world, 1), rows_of(world, 3)) == ({}, {})
    with world.db.read() as session:
        assert figures.ledger(session).balanced


def test_without_a_limit_nothing_is_forgotten(world: World) -> None:
    close(world)
    world.clock.forward(YEAR * 10)
    assert forget_old(world.db, world.clock(), None) == 0

"""What operators were told of a source: it ends with the source, and is forgotten when it is long over."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.flow.forget import BULLETINS_KEPT, forget_bulletins
from bot.store.database import Database
from tests.fakes import FakeSource, MovedClock, policy
from tests.flow.test_ingest import know
from tests.flow.test_ingest_more import standing
from tests.flow.test_watch_sources import OPS, fail_for, recover, told, watch
from tests.world import World


@pytest.fixture
def world(database: Database, clock: MovedClock) -> World:
    return World(database, clock, policy(ops_channel=OPS))


def bulletins(world: World) -> int:
    with world.db.read() as session:
        return int(session.scalar(text("SELECT count(*) FROM outbox WHERE mention_id IS NULL")) or 0)


def forget(world: World, keep: timedelta | None) -> int:
    forget_bulletins(world.db, world.clock(), keep)
    return bulletins(world)


def test_trouble_of_a_source_that_was_taken_out_is_over(world: World) -> None:
    configured = know(world, FakeSource("forum"))
    fail_for(world, configured, timedelta(hours=3))
    for _ in range(2):
        watch(world, {})
        [said] = told(world)
        assert said.startswith("⏹️ “forum” is not listened to any more since <!date^")
        assert (standing(world).alarm, len(world.slack.shown(OPS))) == ("", 1)


def test_what_is_long_over_is_forgotten_and_what_lasts_is_not(world: World) -> None:
    configured = know(world, FakeSource("forum"))
    fail_for(world, configured, timedelta(hours=3))
    world.clock.forward(BULLETINS_KEPT + timedelta(days=1))
    assert forget(world, None) == 1, "it lasts"
    recover(world, configured)
    world.clock.forward(BULLETINS_KEPT - timedelta(seconds=1))
    assert forget(world, None) == 1
    world.clock.seconds(2)
    assert forget(world, None) == 0


def test_a_company_that_wants_to_remember_less_remembers_less_of_this_too(world: World) -> None:
    configured = know(world, FakeSource("forum"))
    fail_for(world, configured, timedelta(hours=3))
    recover(world, configured)
    world.clock.forward(timedelta(days=31))
    assert forget(world, None) == 1
    assert forget(world, timedelta(days=30)) == 0

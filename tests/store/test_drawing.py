"""What is remembered of what is drawn: no message stays as it was, whatever comes in between."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.domain.posting import PostingKind
from bot.store import drawing, mentions, outbox
from bot.store.database import Database
from tests.fakes import MovedClock
from tests.flow.test_repeats_at_once import PATIENCE, somebody_waits
from tests.world import World

LEASE = timedelta(seconds=20)


@pytest.fixture
def world(database: Database, clock: MovedClock) -> World:
    world = World(database, clock)
    world.arrive()
    world.run()
    return world


def touch(world: World) -> int:
    """The mention changes; the version that it has then."""
    with world.db.write() as session:
        mentions.touch(session, 1)
    return world.record().version


def stale(world: World) -> list[int]:
    with world.db.write() as session:
        return [each.id for each in drawing.lease_stale(session, world.clock(), limit=20, lease=LEASE)]


def strike_off(world: World) -> int:
    with world.db.write() as session:
        return drawing.strike_off(session)


def test_what_was_drawn_is_not_looked_at_again_until_it_changes(world: World) -> None:
    strike_off(world)
    assert (stale(world), strike_off(world)) == ([], 0)
    touch(world)
    assert strike_off(world) == 0, "it is not drawn yet"
    [posting] = stale(world)
    with world.db.write() as session:
        drawing.shown(session, posting, world.record().version)
    assert (strike_off(world), strike_off(world)) == (1, 0)


def test_a_slow_drawing_of_how_it_was_does_not_stay(world: World) -> None:
    older = world.record().version
    newer = touch(world)
    [posting] = stale(world)
    with world.db.write() as session:
        drawing.shown(session, posting, newer)
    assert strike_off(world) == 1
    with world.db.write() as session:
        drawing.shown(session, posting, older)
    assert stale(world) == [posting]


def test_a_slow_drawing_that_ends_while_its_mention_is_struck_off_does_not_stay(world: World) -> None:
    older = world.record().version
    newer = touch(world)
    [posting] = stale(world)
    with world.db.write() as session:
        drawing.shown(session, posting, newer)

    def end_slowly() -> None:
        with world.db.write() as session:
            drawing.shown(session, posting, older)

    with ThreadPoolExecutor(1) as workers:
        with world.db.write() as session:
            assert drawing.strike_off(session) == 1
            slow = workers.submit(end_slowly)
            until = time.monotonic() + PATIENCE
            while not slow.done() and not somebody_waits(world.db):
                assert time.monotonic() < until, "it neither ends nor waits"
                time.sleep(0.01)
        slow.result()
    assert stale(world) == [posting]


def test_what_is_on_its_way_is_waited_for(world: World) -> None:
    """It may have been written before the last change, and is stale as soon as it is recorded."""
    older = world.record().version
    newer = touch(world)
    with world.db.write() as session:
        outbox.want(session, 1, "#other", PostingKind.COPY, world.clock())
        drawing.shown(session, 1, newer)
    assert strike_off(world) == 0
    with world.db.write() as session:
        leased = outbox.lease_next(session, "#other", world.clock(), LEASE)
    assert leased is not None
    assert strike_off(world) == 0
    posting, _ = leased
    with world.db.write() as session:
        drawing.may_be_stale(session, posting.id, older)
        outbox.sent(session, posting.id, channel_id="C9", ts="9.0", version=older, now=world.clock())
    assert stale(world) == [posting.id]


def test_a_message_that_was_found_in_the_channel_is_drawn_whatever_was_struck_off(world: World) -> None:
    with world.db.write() as session:
        outbox.dead(session, 1, "the channel is archived")
    touch(world)
    assert strike_off(world) == 1, "nothing stands that could be drawn"
    with world.db.write() as session:
        drawing.may_be_stale(session, 1, 0)
        outbox.sent(session, 1, channel_id="C1", ts="1.0", version=0, now=world.clock())
    assert stale(world) == [1]


def test_what_stands_in_an_older_database_is_struck_off_by_and_by(world: World) -> None:
    with world.db.write() as session:
        session.execute(text("UPDATE mentions SET drawn_version = 0"))
    assert (stale(world), strike_off(world), strike_off(world)) == ([], 1, 0)

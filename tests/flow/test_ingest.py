"""Polling: what a source brings is stored with its cursor, once, whatever the source does."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.lifecycle import Action, State
from bot.errors import GiveUp, Retry
from bot.flow import ingest
from bot.flow.desk import deciding
from bot.store.database import Database
from tests.fakes import FakeSource, MovedClock, batch, post
from tests.world import World, minutes


def know(world: World, *sources: FakeSource) -> dict[str, FakeSource]:
    configured = {source.name: source for source in sources}
    ingest.know_sources(world.db, configured, world.clock())
    return configured


def poll_due(world: World, configured: dict[str, FakeSource]) -> int:
    due = ingest.lease_due(world.db, configured, world.clock())
    return sum(ingest.poll(world.db, source, cursor, world.clock) for source, cursor in due)


@pytest.fixture
def world(database: Database, clock: MovedClock) -> World:
    return World(database, clock)


def test_a_poll_hands_in_the_cursor_that_the_last_one_gave(world: World) -> None:
    forum = FakeSource("forum", [batch(post(1), cursor="a"), batch(post(2), cursor="b")])
    configured = know(world, forum)
    for _ in range(3):
        poll_due(world, configured)
        world.clock.minutes(1)
    assert forum.cursors == ["", "a", "b"]
    assert world.ledger().ingested == 2


def test_the_cursor_stays_where_the_rows_could_not_be_stored(world: World) -> None:
    naive = post(2, posted_at=world.clock().replace(tzinfo=None))
    forum = FakeSource("forum", [batch(post(1), naive, cursor="lost"), batch(post(1), post(2), cursor="kept")])
    configured = know(world, forum)
    [(source, cursor)] = ingest.lease_due(world.db, configured, world.clock())
    with pytest.raises(Exception, match="naive"):
        ingest.poll(world.db, source, cursor, world.clock)
    assert world.ledger().ingested == 0
    world.clock.forward(ingest.POLL_LEASE)
    assert poll_due(world, configured) == 2
    assert forum.cursors == ["", ""]


def test_the_same_item_again_changes_nothing(world: World) -> None:
    configured = know(world, FakeSource("forum", [batch(post(1), post(1)), batch(post(1, reach=9), post(2))]))
    assert poll_due(world, configured) == 1
    version = world.record().version
    world.clock.minutes(1)
    assert poll_due(world, configured) == 1
    assert world.record().version == version
    assert world.whats() == ["ingested"]


def test_the_same_id_of_two_sources_is_two_mentions(world: World) -> None:
    poll_due(world, know(world, FakeSource("forum", [batch(post(1))]), FakeSource("reviews", [batch(post(1))])))
    assert world.ledger().ingested == 2


def test_an_edit_is_taken_over_and_logged_with_what_stood_there_before(world: World) -> None:
    world.arrive(post(1, "billing is fine"))
    world.run()
    world.clock.minutes(5)
    world.arrive(post(1, "billing is awful"))
    record = world.record()
    assert (record.mention.text, record.mention.edited_at) == ("billing is awful", world.clock())
    edited = world.log()[-1]
    assert edited.detail == {"before": "billing is fine", "after": "billing is awful"}
    assert world.draw() == 1
    assert world.slack.texts("#billing") == ["billing is awful"]


@pytest.mark.parametrize("closing", [Action.LET_STAND, Action.MONITOR, Action.DISMISS])
def test_an_edit_opens_a_closed_mention_again_under_a_new_promise(world: World, closing: Action) -> None:
    world.arrive()
    world.run()
    deciding.decide(world.desk, world.click("UANA"), closing, "fair enough")
    world.clock.forward(timedelta(days=1))
    world.arrive(post(1, "billing got worse"))
    world.watch()
    record = world.record()
    assert (record.state, record.decision, record.claim) == (State.OPEN, None, None)
    assert {promise.due_at for promise in record.promises if promise.settled_at is None} == {
        world.clock() + timedelta(hours=1),
        world.clock() + timedelta(hours=4),
    }
    assert world.whats()[-2:] == ["edited", "reopen"]


def test_an_edit_leaves_an_open_mention_with_whoever_has_it(world: World) -> None:
    world.arrive()
    world.run()
    world.claim("UANA")
    world.arrive(post(1, "still awful, billing"))
    assert world.card().claim is not None
    assert world.card().state is State.CLAIMED


def test_a_failing_source_is_asked_less_and_less_often_and_says_why(world: World) -> None:
    forum = FakeSource("forum", [Retry("busy", after=timedelta(seconds=5))] * 12, every=60)
    configured = know(world, forum)
    waits = []
    for _ in range(12):
        poll_due(world, configured)
        [standing] = ingest.standings(world.db)
        waits.append(standing.next_at - world.clock())
        world.clock.now = standing.next_at
    assert timedelta(seconds=60) <= waits[0] <= timedelta(seconds=72)
    assert all(later > sooner for sooner, later in pairwise(waits[:6]))
    assert max(waits) <= ingest.LONGEST_BACK_OFF * 1.2
    assert (standing.failures, standing.problem) == (12, "busy")


def test_a_source_that_asks_for_patience_gets_it(world: World) -> None:
    configured = know(world, FakeSource("forum", [Retry("later", after=timedelta(hours=9))]))
    poll_due(world, configured)
    [standing] = ingest.standings(world.db)
    assert standing.next_at >= world.clock() + timedelta(hours=9)


def test_success_forgets_the_failures(world: World) -> None:
    configured = know(world, FakeSource("forum", [GiveUp("gone"), batch(post(1), problems=("entry 3 has no text",))]))
    poll_due(world, configured)
    world.clock.forward(timedelta(hours=2))
    assert poll_due(world, configured) == 1
    [standing] = ingest.standings(world.db)
    assert (standing.failures, standing.problem) == (0, "entry 3 has no text")
    assert standing.last_ok_at == standing.last_item_at == world.clock()


def test_one_bad_source_does_not_stop_the_others(world: World) -> None:
    bad = FakeSource("bad", [KeyError("surprise"), batch(post(9))])
    configured = know(world, bad, FakeSource("forum", [batch(post(1))]))
    assert poll_due(world, configured) == 1
    problems = {standing.name: standing.problem for standing in ingest.standings(world.db)}
    assert problems == {"bad": "an unexpected fault: KeyError", "forum": ""}
    world.clock.minutes(2)
    assert poll_due(world, configured) == 1


def test_a_source_is_polled_by_one_at_a_time_until_the_lease_runs_out(world: World) -> None:
    configured = know(world, FakeSource("forum"))
    assert len(ingest.lease_due(world.db, configured, world.clock())) == 1
    assert ingest.lease_due(world.db, configured, world.clock()) == []
    world.clock.forward(ingest.POLL_LEASE)
    assert len(ingest.lease_due(world.db, configured, world.clock())) == 1


def test_a_source_that_is_no_longer_configured_rests(world: World) -> None:
    know(world, FakeSource("forum"))
    assert ingest.lease_due(world.db, {}, world.clock()) == []


def test_a_source_keeps_its_cursor_over_a_restart(world: World) -> None:
    configured = know(world, FakeSource("forum", [batch(post(1), cursor="here")]))
    poll_due(world, configured)
    again = FakeSource("forum")
    configured = know(world, again)
    world.clock.minutes(1)
    poll_due(world, configured)
    assert again.cursors == ["here"]


def test_the_next_poll_keeps_to_the_interval_and_to_what_the_place_asked(world: World) -> None:
    configured = know(world, FakeSource("forum", [batch(), batch(retry_after=minutes(30))], every=60))
    poll_due(world, configured)
    assert ingest.standings(world.db)[0].next_at == world.clock() + minutes(1)
    world.clock.minutes(1)
    poll_due(world, configured)
    assert ingest.standings(world.db)[0].next_at == world.clock() + minutes(30)


@given(failures=st.integers(0, 10_000), base=st.floats(1, 86_400 * 7), least=st.floats(0, 86_400))
def test_back_off_is_never_shorter_than_the_interval_and_bounded(failures: int, base: float, least: float) -> None:
    every, asked = timedelta(seconds=base), timedelta(seconds=least)
    wait = ingest.back_off(failures, every, asked)
    assert wait >= max(every, asked)
    assert wait <= max(every, asked, ingest.LONGEST_BACK_OFF) * 1.2 + timedelta(seconds=1)

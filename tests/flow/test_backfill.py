"""What was written before we listened comes in on request: known to histories and figures, and to no channel."""

from datetime import timedelta

import pytest

from bot.domain.lifecycle import State
from bot.errors import GiveUp, Retry
from bot.flow import backfill, ingest, route
from bot.store.database import Database
from tests.fakes import START, FakeSource, MovedClock, batch, post
from tests.flow.test_ingest import know, poll_due
from tests.flow.test_ingest_more import CAP, Shop, standing
from tests.world import World

LAST_MONTH = START - timedelta(days=20)


@pytest.fixture
def world(database: Database, clock: MovedClock) -> World:
    return World(database, clock)


def fetch(world: World, source: FakeSource, cursor: str = "", *, cards: bool = False) -> backfill.Page:
    before = None if cards else world.clock() - source.first_lookback
    return backfill.fetch_page(world.db, source, cursor, world.clock, history_before=before)


def test_old_posts_are_judged_and_go_to_no_channel(world: World) -> None:
    know(world, forum := FakeSource("forum", [batch(post(1, posted_at=LAST_MONTH), post(2))]))
    page = fetch(world, forum)
    assert (page.found, page.added.new, page.oldest, page.cursor) == (2, 2, LAST_MONTH, "")
    world.run()
    record = world.record(1)
    assert (record.state, record.route_rule) == (State.FILTERED, "history")
    assert record.verdict is not None
    assert "otherwise it would go to Billing" in record.route_why
    assert world.slack.texts("#billing") == [post(2).text]
    ledger = world.ledger()
    assert (ledger.ingested, ledger.filtered, ledger.posted) == (2, 1, 1)


def test_they_count_from_when_they_were_written(world: World) -> None:
    know(world, forum := FakeSource("forum", [batch(post(1, posted_at=LAST_MONTH))]))
    fetch(world, forum)
    assert world.record(1).mention.received_at == LAST_MONTH


def test_cards_can_be_asked_for(world: World) -> None:
    know(world, forum := FakeSource("forum", [batch(post(1, posted_at=LAST_MONTH))]))
    fetch(world, forum, cards=True)
    world.run()
    assert world.record(1).state is State.OPEN
    assert world.record(1).mention.received_at == START


def test_twice_brings_nothing_twice_and_the_cursor_stays(world: World) -> None:
    again = [batch(post(1, posted_at=LAST_MONTH), cursor="past")] * 2
    forum = FakeSource("forum", [batch(post(2), cursor="live"), *again])
    configured = know(world, forum)
    poll_due(world, configured)
    assert [fetch(world, forum).added.new for _ in range(2)] == [1, 0]
    world.clock.minutes(1)
    poll_due(world, configured)
    assert forum.cursors == ["", "", "", "live"]
    assert world.ledger().ingested == 2


def test_it_goes_on_where_there_is_more(world: World) -> None:
    know(world, forum := FakeSource("forum", [batch(post(1), cursor="a", more=True), batch(post(2), cursor="b")]))
    page = fetch(world, forum)
    assert page.cursor == "a"
    assert fetch(world, forum, page.cursor).cursor == ""


def test_an_old_post_is_not_the_start_of_a_conversation_and_joins_none(world: World) -> None:
    old = post(1, posted_at=LAST_MONTH, author="mia", thread="t")
    know(world, forum := FakeSource("forum", [batch(old)]))
    fetch(world, forum)
    world.arrive(post(2, "billing: still nothing", author="mia", thread="t"))  # the old one is not even judged yet
    world.run()
    assert (world.record(1).state, world.record(2).state) == (State.FILTERED, State.OPEN)
    forum.will(batch(post(3, posted_at=LAST_MONTH, author="mia", thread="t")))
    fetch(world, forum)
    world.run()
    assert world.record(3).state is State.FILTERED
    assert world.record(2).follow_ups.total == 0


def test_what_is_new_is_judged_before_the_past(world: World) -> None:
    know(world, forum := FakeSource("forum", [batch(*(post(n, posted_at=LAST_MONTH) for n in range(40)))]))
    fetch(world, forum)
    world.clock.minutes(1)
    world.arrive(post(99))
    with world.db.write() as session:
        taken = route.mentions.lease_waiting(session, State.NEW, world.clock(), limit=1, lease=timedelta(minutes=1))
    assert [mention.external_id for mention, _ in taken] == ["post-99"]


def test_an_edit_of_an_old_post_leaves_it_where_it_is(world: World) -> None:
    know(world, forum := FakeSource("forum", [batch(post(1, posted_at=LAST_MONTH))]))
    fetch(world, forum)
    world.run()
    world.arrive(post(1, "the outage was awful", posted_at=LAST_MONTH))
    world.run()
    assert world.record(1).state is State.FILTERED


def test_the_bot_and_the_backfill_leave_a_tired_place_alone_together(world: World) -> None:
    forum = FakeSource("forum", [Retry("429", after=timedelta(minutes=30), asked=True)])
    configured = know(world, forum)
    with pytest.raises(Retry, match="429"):
        fetch(world, forum)
    world.clock.minutes(29)
    assert poll_due(world, configured) == 0
    with pytest.raises(Retry, match="left alone") as told:
        fetch(world, forum)
    assert told.value.after == timedelta(minutes=1)
    assert len(forum.cursors) == 1


def test_the_past_costs_money_too(world: World) -> None:
    know(world, shop := Shop("forum", [batch(post(1), cost=CAP)]))
    fetch(world, shop)
    assert standing(world).spent == CAP
    with pytest.raises(GiveUp, match="cap of"):
        fetch(world, shop)


def test_a_source_that_sends_by_itself_has_no_past_to_ask_for(world: World) -> None:
    class Hook(FakeSource):
        def receive(self, headers: object, body: bytes, now: object) -> None:
            raise AssertionError

    with pytest.raises(GiveUp, match="sends by itself"):
        backfill.begin(world.db, Hook("hook"), world.clock())
    assert ingest.standings(world.db) == []

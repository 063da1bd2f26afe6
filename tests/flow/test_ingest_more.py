"""The rest of a poll: what is gone, what is left to fetch, what it cost, and when the place is asked next."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import GiveUp, Retry
from bot.flow import ingest, spending
from bot.store.database import Database
from bot.store.sources import Standing
from tests.fakes import FakeSource, MovedClock, batch, post
from tests.flow.test_ingest import know, poll_due
from tests.world import World, minutes

CAP = 1_000_000


class Shop(FakeSource):
    """A place that charges, up to a dollar a month."""

    monthly_cap = CAP


@pytest.fixture
def world(database: Database, clock: MovedClock) -> World:
    return World(database, clock)


def standing(world: World, name: str = "forum") -> Standing:
    return next(each for each in ingest.standings(world.db) if each.name == name)


def test_what_is_gone_is_withdrawn_once_and_shown_on_the_card(world: World) -> None:
    again = batch(gone=("post-1", "nobody-knows-this"), cursor="b")
    configured = know(world, FakeSource("forum", [batch(post(1)), again, again]))
    poll_due(world, configured)
    world.run()
    for _ in range(2):
        world.clock.minutes(1)
        poll_due(world, configured)
    assert world.record().mention.withdrawn_at == world.clock() - minutes(1)
    assert world.whats().count("withdrawn") == 1
    assert world.draw() == 1


def test_a_place_that_has_more_is_asked_again_at_once_but_after_whoever_waits(world: World) -> None:
    forum = FakeSource("forum", [batch(post(n), cursor=str(n), more=True) for n in range(3)], every=600)
    other = FakeSource("other", [batch(post(9))] * 3, every=600)
    configured = know(world, forum, other)
    poll_due(world, configured)
    assert standing(world).next_at == world.clock() + ingest.MORE_PAUSE
    with world.db.write() as session:
        ingest.sources.put_off(session, "other", "", world.clock())
    world.clock.forward(ingest.MORE_PAUSE)
    due = ingest.lease_due(world.db, configured, world.clock())
    assert [source.name for source, _ in due] == ["other", "forum"]


def test_an_outage_is_caught_up_with_in_order(world: World) -> None:
    pages = [batch(post(n), cursor=str(n), more=n < 4) for n in range(5)]
    forum = FakeSource("forum", pages, every=600)
    configured = know(world, forum)
    for _ in range(5):
        assert poll_due(world, configured) == 1
        world.clock.forward(ingest.MORE_PAUSE)
    assert poll_due(world, configured) == 0, "there is no more: its rhythm again"
    assert forum.cursors == ["", "0", "1", "2", "3"]
    assert standing(world).catching_up == 0


def test_more_without_a_step_forward_is_not_believed(world: World) -> None:
    configured = know(world, FakeSource("forum", [batch(cursor="", more=True)], every=600))
    poll_due(world, configured)
    assert standing(world).next_at == world.clock() + minutes(10)


def test_a_place_that_promises_more_for_ever_is_soon_asked_no_more_often_than_others() -> None:
    spent, rounds = timedelta(0), 0
    while spent < timedelta(days=1):
        spent += ingest.next_poll(minutes(5), None, rounds, ingest.middle)
        rounds += 1
    assert rounds < 1_400, "a day of its rhythm is 288 polls, of two seconds 43,200"
    assert ingest.next_poll(minutes(5), None, 3_000, ingest.middle) == minutes(5)


@given(every=st.floats(1, 86_400), asked=st.none() | st.floats(0, 86_400), rounds=st.none() | st.integers(0, 10_000))
def test_the_next_poll_is_never_before_the_place_asked(every: float, asked: float | None, rounds: int | None) -> None:
    span, least = timedelta(seconds=every), None if asked is None else timedelta(seconds=asked)
    wait = ingest.next_poll(span, least, rounds, random.uniform)
    assert wait >= (least or timedelta(0))
    assert wait <= max(span * 1.1, least or timedelta(0)) + timedelta(seconds=1)
    assert wait > timedelta(0)


def test_polls_of_many_sources_drift_apart(world: World) -> None:
    waits = {ingest.next_poll(minutes(5), None, None, random.uniform) for _ in range(50)}
    assert len(waits) > 40
    assert min(waits) >= minutes(4.5)
    assert max(waits) <= minutes(5.5)


@pytest.mark.parametrize("asked", [1.0, 899.0, 86_400.0])
def test_no_poll_goes_out_before_the_place_asked_for_it(world: World, asked: float) -> None:
    span = timedelta(seconds=asked)
    forum = FakeSource("forum", [Retry("429", after=span), batch(retry_after=span), Retry("429", after=span)], every=1)
    configured = know(world, forum)
    for polls in range(1, 4):
        poll_due(world, configured)
        assert len(forum.cursors) == polls
        world.clock.now += span - timedelta(milliseconds=1)
        poll_due(world, configured)
        assert len(forum.cursors) == polls, "a millisecond too early"
        world.clock.now = standing(world).next_at


def test_how_long_it_has_been_failing_is_remembered_until_it_answers(world: World) -> None:
    configured = know(world, FakeSource("forum", [GiveUp("refused"), Retry("busy", after=minutes(1)), batch()]))
    began = world.clock()
    poll_due(world, configured)
    world.clock.now = standing(world).next_at
    poll_due(world, configured)
    assert (standing(world).failing_since, standing(world).failures) == (began, 2)
    world.clock.now = standing(world).next_at
    poll_due(world, configured)
    assert standing(world).failing_since is None


def test_entries_left_out_poll_after_poll_are_counted(world: World) -> None:
    bad = batch(problems=("entry 3 has no id",))
    configured = know(world, FakeSource("forum", [bad, bad, bad, batch()]))
    counts = []
    for _ in range(4):
        poll_due(world, configured)
        counts.append(standing(world).bad_polls)
        world.clock.minutes(1)
    assert counts == [1, 2, 3, 0]


def test_when_access_ends_is_what_the_place_said_last(world: World) -> None:
    ends = world.clock() + timedelta(days=3)
    configured = know(world, FakeSource("forum", [batch(access_ends_at=ends), batch()]))
    poll_due(world, configured)
    assert standing(world).access_ends_at == ends
    world.clock.minutes(1)
    poll_due(world, configured)
    assert standing(world).access_ends_at is None


def test_what_a_place_charges_is_counted_by_the_month(world: World) -> None:
    configured = know(world, Shop("forum", [batch(cost=300_000), batch(cost=200_000), batch(cost=5)]))
    poll_due(world, configured)
    world.clock.minutes(1)
    poll_due(world, configured)
    assert standing(world).spent_in("2026-06") == 500_000
    world.clock.now = datetime(2026, 7, 1, tzinfo=UTC)
    poll_due(world, configured)
    assert (standing(world).spent_in("2026-07"), standing(world).spent_in("2026-06")) == (5, 0)


@pytest.mark.parametrize("fault", [Retry("busy", after=minutes(1)), GiveUp("refused")])
def test_what_was_paid_before_a_place_failed_counts_too(world: World, fault: Retry | GiveUp) -> None:
    fault.cost = CAP
    shop = Shop("forum", [fault, batch(post(1))])
    configured = know(world, shop)
    poll_due(world, configured)
    world.clock.now = standing(world).next_at
    poll_due(world, configured)
    assert (standing(world).spent, len(shop.cursors)) == (CAP, 1)


def test_nothing_is_asked_above_the_cap_until_the_month_is_over(world: World) -> None:
    shop = Shop("forum", [batch(post(1), cost=CAP), batch(post(2), cost=1)])
    configured = know(world, shop)
    poll_due(world, configured)
    while world.clock() < datetime(2026, 7, 1, tzinfo=UTC):
        world.clock.now = max(standing(world).next_at, world.clock() + minutes(50))
        if world.clock() < datetime(2026, 7, 1, tzinfo=UTC):
            poll_due(world, configured)
    assert len(shop.cursors) == 1
    told = standing(world)
    assert told.problem.startswith("the cap of $1.00 a month is reached ($1.00 spent): nothing more is read")
    assert "before July 1" in told.problem
    assert told.failures == 0
    assert poll_due(world, configured) == 1
    assert standing(world).problem == ""


def test_a_cap_that_was_raised_counts_within_the_hour(world: World) -> None:
    shop = Shop("forum", [batch(cost=CAP), batch(post(2))])
    configured = know(world, shop)
    poll_due(world, configured)
    world.clock.minutes(1)
    poll_due(world, configured)
    shop.monthly_cap = 2 * CAP
    world.clock.minutes(60)
    assert poll_due(world, configured) == 1


@pytest.mark.parametrize(
    ("now", "after"),
    [
        (datetime(2026, 12, 31, 23, 59, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)),
        (datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)),
    ],
)
def test_the_month_after(now: datetime, after: datetime) -> None:
    assert spending.next_month(now) == after


@pytest.mark.parametrize(
    ("amount", "said"), [(0, "$0.00"), (1_500, "$0.0015"), (10_000, "$0.01"), (1_234_560_000, "$1,234.56")]
)
def test_amounts_as_people_read_them(amount: int, said: str) -> None:
    assert spending.dollars(amount) == said

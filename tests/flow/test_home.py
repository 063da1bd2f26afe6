"""App Home: a person's own work, nothing hidden and nobody else's."""

from datetime import datetime

import pytest

from bot.domain.card import HomePage
from bot.domain.lifecycle import Action
from bot.domain.routing import Rule
from bot.flow import home
from bot.flow.desk import deciding
from bot.store.database import Database
from tests.fakes import START, MovedClock, policy, post
from tests.world import World, minutes, posts


@pytest.fixture
def world(database: Database, clock: MovedClock) -> World:
    return World(database, clock, policy(rules=[Rule(name="fire", urgent=True, words=("on fire",))]))


def home_of(world: World, user: str = "UANA", *departments: str, now: datetime = START) -> HomePage:
    world.clock.now = now
    names = departments or ("billing",)
    return home.home_of(world.db, world.policy, user, names, now=now, permalink=world.slack.permalink)


def test_mine_are_the_ones_i_hold_and_nobody_elses(world: World) -> None:
    world.arrive(*posts(3))
    world.run()
    world.claim("UANA", 1)
    world.claim("UBEN", 2)
    page = home_of(world, "UANA")
    assert [line.mention_id for line in page.mine] == [1]
    assert [line.mention_id for line in page.unclaimed] == [3]
    assert page.mine[0].owner == "UANA"


def test_only_my_departments_are_listed(world: World) -> None:
    world.arrive(post(1, "billing"), post(2, "outage"))
    world.run()
    assert [line.mention_id for line in home_of(world, "UANA", "care").unclaimed] == [2]
    assert len(home_of(world, "UANA", "care", "billing").unclaimed) == 2
    assert [place.name for place in home_of(world, "UANA", "care").departments] == ["care"]


def test_somebody_without_a_department_sees_only_what_they_hold(world: World) -> None:
    world.arrive(*posts(2))
    world.run()
    world.claim("UGUEST", 1)
    page = home.home_of(world.db, world.policy, "UGUEST", (), now=START, permalink=world.slack.permalink)
    assert ([line.mention_id for line in page.mine], page.unclaimed, page.due_soon) == ([1], (), ())


def test_due_soon_are_those_due_within_two_hours_and_the_overdue(world: World) -> None:
    world.arrive(*posts(2))
    world.run()
    world.claim("UANA", 1)  # the decision is settled: what remains is the answer, due at 13:00
    assert [line.mention_id for line in home_of(world).due_soon] == [2]
    assert [line.mention_id for line in home_of(world, now=START + minutes(119)).due_soon] == [2]
    page = home_of(world, now=START + minutes(150))
    assert [line.mention_id for line in page.due_soon] == [2, 1]


def test_urgent_ones_come_first_then_those_due_first(world: World) -> None:
    world.arrive(post(1, "billing"))
    world.run()
    world.clock.minutes(5)
    world.arrive(post(2, "billing"), post(3, "billing is on fire"))
    world.run()
    assert [line.mention_id for line in home_of(world).unclaimed] == [3, 1, 2]
    assert home_of(world).unclaimed[0].urgent


def test_a_long_list_says_how_much_lies_beyond_it(world: World) -> None:
    world.arrive(*posts(home.PAGE + 5))
    world.think()
    page = home_of(world)
    assert (len(page.unclaimed), page.unclaimed_more) == (home.PAGE, 5)
    assert (len(page.due_soon), page.due_soon_more) == (home.PAGE, 5)


def test_closed_snoozed_and_waiting_ones_are_not_free_to_claim(world: World) -> None:
    world.arrive(*posts(3))
    world.run()
    deciding.decide(world.desk, world.click("UANA", 1), Action.LET_STAND, "fair")
    deciding.snooze(world.desk, world.click("UANA", 2), START + minutes(600))
    world.arrive(post(9, "billing, not judged yet"))
    assert [line.mention_id for line in home_of(world).unclaimed] == [3]


def test_a_line_leads_to_the_card_and_is_cut_short(world: World) -> None:
    world.arrive(post(1, "billing " * 400), post(2, "billing", title="A title says it"))
    world.think()
    assert {line.permalink for line in home_of(world).unclaimed} == {""}
    world.deliver()
    first, second = home_of(world).unclaimed
    assert first.permalink == world.slack.permalink("CBILLING", world.slack.shown("#billing")[0].ts)
    assert (len(first.excerpt), second.excerpt) == (home.EXCERPT, "A title says it")
    assert (first.source, first.department, first.author) == ("Forum", "Billing", "Customer 1")


def test_links_are_asked_for_outside_the_transaction(sqlite_database: Database, clock: MovedClock) -> None:
    """The way to a link may ask Slack; a transaction open meanwhile would hold up the database."""
    world = World(sqlite_database, clock)
    world.arrive()
    world.run()
    pool = sqlite_database.engine.pool

    def permalink(channel_id: str, ts: str) -> str:
        assert pool.checkedout() == 0  # type: ignore[attr-defined]
        return f"{channel_id}/{ts}"

    page = home.home_of(sqlite_database, world.policy, "UANA", ["billing"], now=START, permalink=permalink)
    assert page.unclaimed[0].permalink.startswith("CBILLING/")

"""App Home: a person's own work, nothing hidden and nobody else's."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.home import Choice, HomeList, HomePage, Span, Week, weeks
from bot.domain.lifecycle import Action
from bot.domain.listing import Line
from bot.domain.routing import Rule
from bot.flow import home
from bot.flow.desk import answering, deciding, moving, undoing
from bot.flow.home import Visit
from bot.store import lists
from bot.store.database import Database
from bot.store.weeks import week_of
from tests.fakes import START, MovedClock, policy, post
from tests.world import World, minutes, posts


@pytest.fixture
def world(database: Database, clock: MovedClock) -> World:
    return World(database, clock, policy(rules=[Rule(name="fire", urgent=True, words=("on fire",))]))


def home_of(world: World, *departments: str, user: str = "UANA", now: datetime = START, **pages: int) -> HomePage:
    world.clock.now = now
    turned = {HomeList(name): page for name, page in pages.items()}
    visit = Visit(user=user, departments=departments or ("billing",), pages=turned)
    return home.home_of(world.db, world.policy, visit, now=now, permalink=world.slack.permalink)


def ids_of(lines: Sequence[Line]) -> list[int]:
    return [line.mention_id for line in lines]


def mine(page: HomePage) -> tuple[Line, ...]:
    return page.listing(HomeList.MINE).lines


def free(page: HomePage) -> tuple[Line, ...]:
    return page.listing(HomeList.UNCLAIMED).lines


def soon(page: HomePage) -> tuple[Line, ...]:
    return page.listing(HomeList.DUE_SOON).lines


def choose(world: World, **chosen: str | bool) -> None:
    home.choose(world.db, "UANA", lambda _: Choice(**chosen), START)  # type: ignore[arg-type]


def test_mine_are_the_ones_i_hold_and_nobody_elses(world: World) -> None:
    world.arrive(*posts(3))
    world.run()
    world.claim("UANA", 1)
    world.claim("UBEN", 2)
    page = home_of(world)
    assert ids_of(mine(page)) == [1]
    assert ids_of(free(page)) == [3]
    assert mine(page)[0].owner == "UANA"


def test_only_my_departments_are_listed(world: World) -> None:
    world.arrive(post(1, "billing"), post(2, "outage"))
    world.run()
    assert ids_of(free(home_of(world, "care"))) == [2]
    assert len(free(home_of(world, "care", "billing"))) == 2
    assert [place.name for place in home_of(world, "care").departments] == ["care"]


def test_somebody_without_a_department_sees_only_what_they_hold(world: World) -> None:
    world.arrive(*posts(2))
    world.run()
    world.claim("UGUEST", 1)
    visit = Visit(user="UGUEST")
    page = home.home_of(world.db, world.policy, visit, now=START, permalink=world.slack.permalink)
    assert (ids_of(mine(page)), free(page), soon(page)) == ([1], (), ())


def test_due_soon_are_those_due_within_two_hours_and_the_overdue(world: World) -> None:
    world.arrive(*posts(2))
    world.run()
    world.claim("UANA", 1)  # the decision is settled: what remains is the answer, due at 13:00
    assert ids_of(soon(home_of(world))) == [2]
    assert ids_of(soon(home_of(world, now=START + minutes(119)))) == [2]
    assert ids_of(soon(home_of(world, now=START + minutes(150)))) == [2, 1]


def test_urgent_ones_come_first_then_those_due_first(world: World) -> None:
    world.arrive(post(1, "billing"))
    world.run()
    world.clock.minutes(5)
    world.arrive(post(2, "billing"), post(3, "billing is on fire"))
    world.run()
    assert ids_of(free(home_of(world))) == [3, 1, 2]
    assert free(home_of(world))[0].urgent


def test_a_long_list_is_read_page_by_page_to_its_end(world: World) -> None:
    world.arrive(*posts(2 * home.SIZE + 5))
    world.think()
    seen = []
    for number in range(3):
        listing = home_of(world, unclaimed=number).listing(HomeList.UNCLAIMED)
        assert (listing.page, listing.first, listing.total) == (number, number * home.SIZE, 2 * home.SIZE + 5)
        seen += ids_of(listing.lines)
    assert seen == list(range(1, 2 * home.SIZE + 6))
    first = home_of(world, unclaimed=2).listing(HomeList.DUE_SOON)
    assert (first.page, len(first.lines)) == (0, home.SIZE), "the other lists stay where they are"


def test_a_page_beyond_the_end_is_the_last_one(world: World) -> None:
    """The list grew shorter while somebody read it."""
    world.arrive(*posts(home.SIZE + 1))
    world.think()
    listing = home_of(world, unclaimed=7).listing(HomeList.UNCLAIMED)
    assert (listing.page, ids_of(listing.lines)) == (1, [home.SIZE + 1])
    assert home_of(world, mine=3).listing(HomeList.MINE).first == 0


def test_closed_snoozed_and_waiting_ones_are_not_free_to_claim(world: World) -> None:
    world.arrive(*posts(3))
    world.run()
    deciding.decide(world.desk, world.click("UANA", 1), Action.LET_STAND, "fair")
    deciding.snooze(world.desk, world.click("UANA", 2), START + minutes(600))
    world.arrive(post(9, "billing, not judged yet"))
    assert ids_of(free(home_of(world))) == [3]


def test_what_a_person_chose_holds_until_they_choose_again(world: World) -> None:
    world.arrive(post(1, "billing"), post(2, "billing is on fire"))
    world.arrive(post(3, "billing", url="https://blog.test/3"), source="blog")
    world.arrive(post(4, "outage"))
    world.run()
    both = ("billing", "care")
    for chosen, expected in (
        ({"urgent": True}, [2]),
        ({"source": "blog"}, [3]),
        ({"topic": "outage"}, [4]),
        ({"department": "care"}, [4]),
        ({"department": "billing", "source": "forum"}, [2, 1]),
        ({}, [2, 1, 3, 4]),
    ):
        choose(world, **chosen)  # type: ignore[arg-type]
        page = home_of(world, *both)
        assert ids_of(free(page)) == expected, chosen
        assert page.choice == Choice(**chosen)  # type: ignore[arg-type]
    assert ids_of(free(home_of(world, *both, user="UBEN"))) == [2, 1, 3, 4], "a choice is one person's own"


def test_a_choice_that_is_gone_hides_nothing(world: World) -> None:
    """Somebody left a department, or a topic is not configured any more."""
    world.arrive()
    world.run()
    choose(world, department="care", topic="gone")
    page = home_of(world, "billing")
    assert (ids_of(free(page)), page.choice) == ([1], Choice())


def test_a_topic_is_what_people_said_last(world: World) -> None:
    world.arrive(post(1, "billing"))
    world.run()
    moving.reroute(world.desk, world.click("UANA"), "care", topic="praise")
    choose(world, topic="billing")
    assert free(home_of(world, "care")) == ()
    choose(world, topic="praise")
    assert ids_of(free(home_of(world, "care"))) == [1]


def test_every_source_that_ever_brought_something_can_be_chosen(world: World) -> None:
    world.arrive(post(1), source="an old import")
    page = home_of(world)
    assert page.choices.sources == (("an old import", "an old import"), ("forum", "Forum"))
    assert page.choices.departments == (("billing", "Billing"),)
    with world.db.read() as session:
        assert lists.sources(session) == ["an old import"]


def test_a_line_leads_to_the_card_and_is_cut_short(world: World) -> None:
    world.arrive(post(1, "billing " * 400), post(2, "billing", title="A title says it"))
    world.think()
    assert {line.permalink for line in free(home_of(world))} == {""}
    world.deliver()
    first, second = free(home_of(world))
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

    visit = Visit(user="UANA", departments=["billing"])
    page = home.home_of(sqlite_database, world.policy, visit, now=START, permalink=permalink)
    assert free(page)[0].permalink.startswith("CBILLING/")


def test_my_week_counts_what_i_did(world: World) -> None:
    world.arrive(*posts(5))
    world.run()
    began = world.clock()
    world.clock.minutes(30)
    for number in (1, 2):
        world.claim("UANA", number)
    world.clock.minutes(15)
    answering.answer_elsewhere(world.desk, world.click("UANA", 1), link="https://forum.test/1#ours")
    deciding.decide(world.desk, world.click("UANA", 3), Action.LET_STAND, "fair")
    world.clock.minutes(300)
    answering.answer_elsewhere(
        world.desk, world.click("UANA", 2), link="https://forum.test/2#ours"
    )  # its promise is past
    world.claim("UBEN", 4)
    with world.db.read() as session:
        week = week_of(session, "UANA", Span(begin=began, end=world.clock() + minutes(1)))
        none = week_of(session, "UANA", Span(begin=START - timedelta(days=7), end=began))
    assert (week.claimed, week.answered, week.let_stand) == (2, 2, 1)
    assert week.first_response is not None
    assert minutes(345) <= week.first_response < minutes(347)
    # Two decisions by claims and one by letting stand, each with the answer that was promised then: 2 + 2 + 2.
    assert (week.promises, week.kept) == (6, 5)
    assert none == Week()


def test_what_was_taken_back_is_nothing_that_i_did(world: World) -> None:
    world.arrive(*posts(3))
    world.run()
    for number in (1, 2):
        world.claim("UANA", number)
    undoing.undo_last(world.desk, world.click("UANA", 1))
    for _ in range(2):
        deciding.decide(world.desk, world.click("UANA", 3), Action.LET_STAND, "fair")
        undoing.undo_last(world.desk, world.click("UANA", 3))
    with world.db.read() as session:
        week = week_of(session, "UANA", Span(begin=START, end=world.clock() + minutes(1)))
    assert (week.claimed, week.let_stand) == (1, 0)


def test_a_week_begins_on_monday_where_the_person_is() -> None:
    lisbon = ZoneInfo("Europe/Lisbon")
    now = datetime(2026, 3, 31, 10, tzinfo=UTC)  # a Tuesday, 11:00 there: clocks went forward on the Sunday before
    this, last = weeks(now, lisbon)
    assert (this.begin, this.end) == (datetime(2026, 3, 29, 23, tzinfo=UTC), now)
    assert (last.begin, last.end) == (datetime(2026, 3, 23, tzinfo=UTC), datetime(2026, 3, 24, 11, tzinfo=UTC))

"""Cards that are offered in turn: to whom, until when, and what becomes of them."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta

import pytest

from bot.domain.assignment import Assign
from bot.domain.event import EARSHOT
from bot.domain.lifecycle import Action, State
from bot.domain.promise import OfficeHours, Opening
from bot.domain.routing import Department
from bot.errors import GiveUp, Retry
from bot.flow import assign
from bot.flow.desk import claiming, deciding, moving, offering
from bot.store.database import Database
from tests.fakes import START, FakeRoster, MovedClock, department, policy, post
from tests.world import World, minutes

DAY = (Opening(opens=time(9), closes=time(17)),)
OFFICE = OfficeHours(zone="UTC", week=(DAY, DAY, DAY, DAY, DAY, (), ()))


def open_world(database: Database, clock: MovedClock, assign: Assign = Assign.ROUND_ROBIN, **fields: object) -> World:
    """Billing deals its cards out to Ana, Ben and Cat; care and triage do not."""
    base = department("billing", people=("@ana", "@ben", "@cat"))
    dealing = replace(base, assign=assign, **fields)  # type: ignore[arg-type]
    return World(database, clock, policy(departments=[dealing, department("care"), department("triage")]))


def arrive(world: World, *numbers: int) -> None:
    world.arrive(*[post(number) for number in numbers])
    world.think()


def asked(world: World, mention_id: int = 1) -> str:
    offer = world.card(mention_id).offer
    return offer.to if offer else ""


@pytest.fixture
def world(database: Database, clock: MovedClock) -> World:
    return open_world(database, clock)


def test_a_new_card_is_offered_and_stays_open_to_everybody(world: World) -> None:
    arrive(world, 1)
    assert world.assign() == 1
    card = world.card()
    assert (card.state, card.claim) == (State.OPEN, None)
    assert card.offer is not None
    assert (card.offer.to, card.offer.by, card.offer.until) == ("UANA", EARSHOT, START + minutes(15))
    world.deliver()
    assert world.notices("UANA") == ["offered"]
    assert world.claim("UCAT").offer is None


def test_turns_go_round(world: World) -> None:
    arrive(world, *range(1, 7))
    assert world.assign() == 6
    assert [asked(world, each) for each in range(1, 7)] == ["UANA", "UBEN", "UCAT"] * 2


def test_turns_are_remembered_from_card_to_card(world: World) -> None:
    for number, person in enumerate(["UANA", "UBEN", "UCAT", "UANA"], start=1):
        arrive(world, number)
        world.assign()
        assert asked(world, number) == person
        world.clock.seconds(30)


def test_the_least_loaded_is_asked(database: Database, clock: MovedClock) -> None:
    world = open_world(database, clock, Assign.LEAST_LOADED)
    arrive(world, 1, 2, 3)
    world.claim("UANA", 1)
    world.claim("UCAT", 2)
    world.assign()
    assert asked(world, 3) == "UBEN"
    arrive(world, 4, 5)
    world.assign()
    assert {asked(world, each) for each in (4, 5)} == {"UANA", "UCAT"}


def test_who_is_asked_accepts_by_claiming(world: World) -> None:
    arrive(world, 1)
    world.assign()
    card = offering.accept(world.desk, world.click("UANA"))
    assert (card.claim.owner if card.claim else "", card.offer) == ("UANA", None)
    world.clock.minutes(20)
    assert world.assign() == 0


def test_an_offer_that_runs_out_goes_round_once_and_then_to_the_pool(world: World) -> None:
    arrive(world, 1)
    seen = []
    for _ in range(5):
        world.assign()
        seen.append(asked(world))
        world.clock.minutes(15)
    assert seen == ["UANA", "UBEN", "UCAT", "", ""]
    assert world.whats().count("offered") == 3
    assert world.whats().count("offer_ended") == 3
    assert world.whats().count("turns_over") == 1


def test_a_declined_turn_is_the_next_persons_at_once(world: World) -> None:
    arrive(world, 1)
    world.assign()
    offering.decline(world.desk, world.click("UANA"), "at lunch")
    world.assign()
    assert asked(world) == "UBEN"
    world.deliver()
    assert world.notices("UANA") == ["offered"]  # Earshot reads the log, nobody else is told


def test_what_was_released_is_for_everybody(world: World) -> None:
    arrive(world, 1)
    world.assign()
    world.claim("UANA")
    claiming.release(world.desk, world.click("UANA"))
    assert (world.assign(), asked(world)) == (0, "")


def test_what_moves_in_is_offered_and_what_moves_out_is_not(world: World) -> None:
    world.arrive(post(1, "outage"))
    world.think()
    assert world.assign() == 0
    moving.reroute(world.desk, world.click("UZOE"), "billing", topic="billing")
    assert (world.assign(), asked(world)) == (1, "UANA")
    moving.reroute(world.desk, world.click("UZOE"), "care", topic="outage")
    assert (asked(world), world.assign()) == ("", 0)


def test_what_is_snoozed_is_offered_when_it_wakes(world: World) -> None:
    arrive(world, 1)
    deciding.snooze(world.desk, world.click("UZOE"), world.clock() + timedelta(hours=1))
    assert world.assign() == 0
    world.clock.minutes(61)
    world.watch()
    assert world.assign() == 1


def test_who_left_is_not_asked(world: World) -> None:
    world.roster.left.add("UANA")
    arrive(world, 1)
    world.assign()
    assert asked(world) == "UBEN"


def test_where_everybody_left_it_is_for_whoever_claims_it(world: World) -> None:
    world.roster.left |= {"UANA", "UBEN", "UCAT"}
    arrive(world, 1)
    assert world.assign() == 0
    world.roster.left.clear()
    assert world.assign() == 0
    assert world.claim("UZOE").claim is not None


def test_while_slack_does_not_say_who_works_there_nothing_is_offered_and_nothing_lost(world: World) -> None:
    arrive(world, 1)
    world.roster.trouble = Retry("Slack asks for patience", after=timedelta(seconds=3))
    assert world.assign() == 0
    world.roster.trouble = None
    assert world.assign() == 1


@dataclass
class OneGroupGone(FakeRoster):
    """Slack knows who works everywhere but in one department."""

    name: str = "billing"

    def members_of(self, department: Department) -> tuple[str, ...]:
        if department.name == self.name:
            raise GiveUp("the user group was deleted")
        return super().members_of(department)


def test_a_department_that_slack_does_not_know_holds_up_no_other(
    database: Database, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assign, "BATCH", 2)
    dealing = [replace(department(name, people=("@ana",)), assign=Assign.ROUND_ROBIN) for name in ("billing", "care")]
    world = World(database, clock, policy(departments=[*dealing, department("triage")]))
    world.roster = OneGroupGone()
    arrive(world, 1, 2)
    world.arrive(post(3, "outage"))
    world.think()
    assert (world.assign(), asked(world, 1), asked(world, 3)) == (1, "", "UANA")


def test_outside_office_hours_nobody_is_asked_until_it_opens(database: Database, clock: MovedClock) -> None:
    world = open_world(database, clock, office_hours=OFFICE)
    clock.now = datetime(2026, 6, 5, 17, 30, tzinfo=UTC)  # a Friday evening
    arrive(world, 1)
    assert world.assign() == 0
    clock.now = datetime(2026, 6, 8, 8, 59, tzinfo=UTC)
    assert world.assign() == 0
    clock.now = datetime(2026, 6, 8, 9, tzinfo=UTC)
    assert world.assign() == 1


def test_an_offer_made_before_closing_lasts_into_the_morning(database: Database, clock: MovedClock) -> None:
    world = open_world(database, clock, office_hours=OFFICE)
    clock.now = datetime(2026, 6, 1, 16, 55, tzinfo=UTC)
    arrive(world, 1)
    world.assign()
    offer = world.card().offer
    assert offer is not None
    assert offer.until == datetime(2026, 6, 2, 9, 10, tzinfo=UTC)
    clock.now = datetime(2026, 6, 2, 9, 9, tzinfo=UTC)
    assert (world.assign(), asked(world)) == (0, "UANA")


def test_a_department_that_stops_dealing_out_leaves_its_cards_to_everybody(world: World) -> None:
    arrive(world, 1)
    world.policy = policy(departments=[department("billing"), department("care"), department("triage")])
    assert world.assign() == 0
    assert asked(world) == ""


def test_an_offer_is_told_once_however_often_the_clock_ticks(world: World) -> None:
    arrive(world, 1)
    for _ in range(5):
        world.assign()
        world.clock.seconds(3)
    world.deliver()
    assert world.notices("UANA") == ["offered"]
    assert world.whats().count("offered") == 1


def test_a_claim_ends_the_round_for_good(world: World) -> None:
    arrive(world, 1)
    world.assign()
    world.claim("UBEN")
    world.clock.minutes(40)
    world.watch()  # the lease runs out
    assert world.record().state is State.OPEN
    assert (world.assign(), asked(world)) == (0, "")
    assert Action.EXPIRE in world.whats()

"""Handing a mention over: offered, accepted, declined, taken back, run out; and leases that a sign of life renews."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.domain.card import Card
from bot.domain.label import Score
from bot.domain.lifecycle import Action, State
from bot.errors import Refused, Taken
from bot.flow.desk import answering, claiming, correcting, deciding, moving, offering, raising
from bot.flow.desk.act import Click, Desk
from bot.store.database import Database
from tests.fakes import START, MovedClock, department, policy
from tests.world import World, minutes


@pytest.fixture
def world(database: Database, clock: MovedClock) -> World:
    """One mention that Ana holds until 9:30."""
    made = World(database, clock, policy(answerable=["forum"]))
    made.arrive()
    made.think()
    made.claim("UANA")
    return made


def offer(world: World, to: str = "UBEN", note: str = "") -> Card:
    return offering.offer_to(world.desk, world.click("UANA"), to, note)


def accept(world: World, user: str = "UBEN") -> Card:
    return offering.accept(world.desk, world.click(user))


def test_an_offer_leaves_the_holder_the_claim_and_says_until_when(world: World) -> None:
    card = offer(world)
    assert card.claim is not None
    assert card.claim.owner == "UANA"
    assert card.offer is not None
    assert (card.offer.to, card.offer.by, card.offer.until) == ("UBEN", "UANA", START + minutes(15))


def test_an_offer_is_told_in_person_and_nowhere_else(world: World) -> None:
    offer(world, note="you know them")
    world.deliver()
    assert world.notices("UBEN") == ["offered"]
    (told,) = world.slack.shown("UBEN")
    assert (told.content.body["by"], told.content.body["reason"]) == ("UANA", "you know them")
    assert world.notices("#billing") == []


def test_who_accepts_has_it_from_then_on_and_the_holder_is_told(world: World) -> None:
    offer(world)
    world.clock.minutes(5)
    card = accept(world)
    assert card.claim is not None
    assert (card.claim.owner, card.claim.since, card.claim.until) == ("UBEN", world.clock(), START + minutes(35))
    assert card.offer is None
    assert world.record().first_claimed_at == START
    world.deliver()
    assert world.notices("UANA") == ["offer_accepted"]
    (taken,) = (event for event in world.log() if event.what == Action.ACCEPT)
    assert (taken.actor, taken.detail["before"], taken.detail["after"]) == ("UBEN", "UANA", "UBEN")


def test_who_declines_leaves_it_with_its_holder_who_reads_why(world: World) -> None:
    offer(world)
    card = offering.decline(world.desk, world.click("UBEN"), "on the phone")
    assert (card.claim.owner if card.claim else "", card.offer) == ("UANA", None)
    world.deliver()
    (told,) = [each for each in world.slack.shown("UANA") if each.content.notice]
    assert (told.content.notice, told.content.body["reason"]) == ("offer_declined", "on the phone")


def test_an_offer_runs_out_at_its_time_and_its_maker_is_told(world: World) -> None:
    offer(world)
    world.clock.now = START + minutes(15) - minutes(0.02)
    world.assign()
    assert world.card().offer is not None
    world.clock.now = START + minutes(15)
    world.assign()
    card = world.card()
    assert (card.claim.owner if card.claim else "", card.offer) == ("UANA", None)
    world.deliver()
    assert world.notices("UANA") == ["offer_ended"]
    with pytest.raises(Taken, match="offer is over") as refusal:
        accept(world)
    assert refusal.value.owner == "UANA"


def test_no_offer_outlasts_the_lease_under_it(database: Database, clock: MovedClock) -> None:
    world = World(database, clock, policy(lease=minutes(4)))
    world.arrive()
    world.think()
    world.claim("UANA")
    card = offer(world)
    assert card.offer is not None
    assert card.offer.until == START + minutes(4)


def test_what_was_taken_back_cannot_be_accepted(world: World) -> None:
    offer(world)
    assert offering.take_back(world.desk, world.click("UANA")).offer is None
    with pytest.raises(Taken, match="offer is over"):
        accept(world)
    with pytest.raises(Refused, match="Nothing is offered"):
        offering.take_back(world.desk, world.click("UANA"))


def test_an_offer_is_for_one_person(world: World) -> None:
    offer(world)
    with pytest.raises(Taken, match="offer is over"):
        accept(world, "UCAT")
    with pytest.raises(Refused, match="nothing left to decline"):
        offering.decline(world.desk, world.click("UCAT"))
    with pytest.raises(Refused, match="Only whoever made the offer"):
        offering.take_back(world.desk, world.click("UBEN"))
    with pytest.raises(Taken, match="offered already"):
        offer(world, "UCAT")
    assert world.card().offer is not None


def test_only_what_one_holds_can_be_handed_over_and_not_to_oneself(world: World) -> None:
    with pytest.raises(Refused, match="choose a colleague"):
        offer(world, "UANA")
    with pytest.raises(Taken, match="Only its holder"):
        offering.offer_to(world.desk, world.click("UBEN"), "UCAT")
    claiming.release(world.desk, world.click("UANA"))
    with pytest.raises(Refused, match="claim it, and then hand it over"):
        offer(world)


def test_nothing_is_handed_over_while_an_answer_is_on_its_way(world: World) -> None:
    answering.write_answer(world.desk, world.click("UANA"), "We are sorry.")
    with pytest.raises(Refused, match="on its way"):
        offer(world)


def test_who_accepts_what_is_back_in_the_pool_claims_it(world: World) -> None:
    offer(world)
    claiming.release(world.desk, world.click("UANA"))
    assert world.card().offer is None
    card = accept(world)
    assert (card.state, card.claim.owner if card.claim else "") == (State.CLAIMED, "UBEN")


@pytest.mark.parametrize(
    "end",
    [
        lambda desk, click: claiming.release(desk, click),
        lambda desk, click: deciding.decide(desk, click, Action.LET_STAND, "fair"),
        lambda desk, click: moving.reroute(desk, click, "care"),
        lambda desk, click: deciding.snooze(desk, click, desk.clock() + minutes(60)),
    ],
)
def test_an_offer_ends_with_the_claim(world: World, end: Callable[[Desk, Click], Card]) -> None:
    offer(world)
    assert end(world.desk, world.click("UANA")).offer is None


def test_an_offer_survives_an_escalation(world: World) -> None:
    offer(world)
    raising.escalate(world.desk, world.click("UCAT"), "look")
    assert accept(world).claim is not None


@pytest.mark.parametrize("act", ["offer", "accept", "decline", "take back"])
def test_a_second_delivery_changes_nothing(world: World, act: str) -> None:
    acts: dict[str, Callable[[Click], Card]] = {
        "offer": lambda click: offering.offer_to(world.desk, replace(click, user="UANA"), "UBEN"),
        "accept": lambda click: offering.accept(world.desk, click),
        "decline": lambda click: offering.decline(world.desk, click),
        "take back": lambda click: offering.take_back(world.desk, replace(click, user="UANA")),
    }
    if act != "offer":
        offer(world)
    click = world.click("UBEN")
    card = acts[act](click)
    log = world.log()
    world.clock.seconds(3)
    assert acts[act](click) == card
    assert world.log() == log


# -- leases


def test_every_act_of_the_holder_begins_the_lease_anew(world: World) -> None:
    acts: list[Callable[[], Card]] = [
        lambda: raising.escalate(world.desk, world.click("UANA"), "look"),
        lambda: offer(world),
        lambda: offering.take_back(world.desk, world.click("UANA")),
        lambda: correcting.correct_score(world.desk, world.click("UANA"), Score.PROMOTER),
        lambda: answering.write_answer(world.desk, world.click("UANA"), "We are sorry."),
    ]
    for act in acts:
        world.clock.minutes(10)
        card = act()
        assert card.claim is not None
        assert card.claim.until == world.clock() + minutes(30)


def test_what_others_do_does_not_renew_a_lease(world: World) -> None:
    world.clock.minutes(10)
    raising.escalate(world.desk, world.click("UBEN"), "look")
    assert not claiming.renew(world.desk, world.card(), "UBEN")
    claim = world.record().claim
    assert claim is not None
    assert claim.until == START + minutes(30)


def test_a_dialog_that_opens_is_a_sign_of_life_worth_noting_once_a_minute(world: World) -> None:
    version = world.record().version
    assert not claiming.renew(world.desk, world.card(), "UANA")
    assert world.record().version == version
    world.clock.minutes(10)
    assert claiming.renew(world.desk, world.card(), "UANA")
    card = world.card()
    assert card.claim is not None
    assert card.claim.until == START + minutes(40)
    assert card.version > version


def test_a_lease_that_was_renewed_runs_out_later(world: World) -> None:
    world.clock.minutes(20)
    claiming.renew(world.desk, world.card(), "UANA")
    world.clock.now = START + minutes(30)
    assert world.watch()["expired"] == 0
    world.clock.now = START + minutes(50)
    assert world.watch()["expired"] == 1


def test_a_department_may_have_a_lease_of_its_own(database: Database, clock: MovedClock) -> None:
    rules = policy(departments=[department("billing", lease=minutes(5)), department("triage"), department("care")])
    world = World(database, clock, rules)
    world.arrive()
    world.think()
    card = world.claim("UANA")
    assert card.claim is not None
    assert card.claim.until == START + minutes(5)


def test_the_card_tells_whose_claim_ran_out_until_somebody_does_something(world: World) -> None:
    world.clock.minutes(31)
    world.watch()
    lapse = world.card().lapse
    assert lapse is not None
    assert (lapse.owner, lapse.at) == ("UANA", START + minutes(30))
    world.claim("UBEN")
    assert world.card().lapse is None

"""Escalation: whom a level reaches, what falls through, quiet hours, rounds, and who is on it. On both engines."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.escalation import Quiet, is_quiet
from bot.domain.event import EARSHOT
from bot.domain.lifecycle import Action, State
from bot.domain.policy import Policy
from bot.domain.promise import always
from bot.domain.rota import Duty, Rota
from bot.domain.routing import Level
from bot.errors import GiveUp, Refused, Taken
from bot.flow.desk import claiming, deciding, raising
from bot.store import duties
from bot.store.database import Database
from tests.databases import wipe
from tests.fakes import START, MovedClock, department, policy, post
from tests.world import World, minutes

HALF = minutes(30)
LEA, MAX, LEADS = "@lea", "@max", "#leads"
CHAIN = (Level(notify=(LEA,), within=HALF), Level(notify=(LEADS, MAX), within=HALF))
NIGHT = (Quiet(begins=time(22), ends=time(7)),)
CARE = Rota(name="care", people=("@ana", "@ben"), starts=date(2026, 6, 1), turn_days=1, handover=time(8), zone="UTC")


def rules(**fields: object) -> Policy:
    """Billing with a chain of two, and an operators' channel."""
    known = {"escalation": CHAIN, **fields}
    return policy(departments=[department("billing", **known), department("triage", escalation=())], ops_channel="#ops")


def company(database: Database, clock: MovedClock, *, start: datetime = START, **fields: object) -> World:
    clock.now = start
    world = World(database, clock, rules(**fields))
    world.arrive()
    world.think()
    return world


@pytest.fixture
def world(database: Database, clock: MovedClock) -> World:
    return company(database, clock)


def raised(world: World, mention_id: int = 1) -> list[tuple[str, str]]:
    """Round and level of each call in the log, oldest first."""
    calls = [event for event in world.log(mention_id) if event.what == Action.ESCALATE]
    return [(event.detail.get("round", "1"), event.detail["level"]) for event in calls]


def escalate(world: World, user: str = "UANA", *, call_now: bool = False) -> None:
    raising.escalate(world.desk, world.click(user), "a lawyer writes", call_now=call_now)


# -- falling through


def test_whoever_left_is_passed_over_in_the_same_step_and_reported(world: World) -> None:
    world.reach.gone[LEA] = "has left Slack"
    escalate(world)
    world.deliver()
    assert world.record().level == 2
    assert (world.notices(LEA), world.notices(LEADS), world.notices(MAX)) == ([], ["escalated"], ["escalated"])
    assert world.notices("#ops") == ["unreached"]
    (event,) = [each for each in world.log() if each.what == Action.ESCALATE]
    assert event.detail["nobody_could_be_told"] == "@lea: has left Slack"


def test_what_is_gone_within_a_level_leaves_the_others_of_it_called(world: World) -> None:
    world.reach.gone[LEADS] = "is archived"
    escalate(world)
    escalate(world)
    world.deliver()
    assert (world.notices(LEADS), world.notices(MAX)) == ([], ["escalated"])
    assert world.record().escalation is not None
    assert world.record().escalation.notified == (MAX,)  # type: ignore[union-attr]


def test_a_cause_is_reported_once_however_many_mentions_meet_it(world: World) -> None:
    world.arrive(post(2), post(3))
    world.think()
    world.reach.gone[LEA] = "has left Slack"
    for mention_id in (1, 2, 3):
        raising.escalate(world.desk, world.click("UANA", mention_id), "help")
    world.deliver()
    assert world.notices("#ops") == ["unreached"]


def test_where_nobody_at_all_can_be_told_that_is_said_loudly(world: World) -> None:
    world.reach.gone |= {LEA: "has left Slack", LEADS: "is archived", MAX: "has left Slack"}
    escalate(world)
    world.deliver()
    assert "nobody_told" in world.notices("#billing")
    assert "nobody_told" in world.notices("#ops")
    assert world.card().escalation is not None
    assert world.card().escalation.notified == ()  # type: ignore[union-attr]


def test_a_call_that_cannot_be_posted_lets_the_clock_go_on_at_once(world: World) -> None:
    world.slack.gone[LEA] = GiveUp("the person has left this workspace")
    escalate(world)
    world.deliver()
    world.watch()
    assert world.record().level == 2


def test_one_of_two_calls_that_cannot_be_posted_changes_nothing(world: World) -> None:
    escalate(world)
    world.slack.gone[MAX] = GiveUp("the person has left this workspace")
    escalate(world)
    world.deliver()
    world.watch()
    assert raised(world) == [("1", "1"), ("1", "2")]


def test_people_of_one_level_are_asked_about_before_the_transaction(world: World) -> None:
    escalate(world)
    assert world.reach.asked == [tuple(sorted((LEA, LEADS, MAX)))]


# -- rotas


def on_call(database: Database, clock: MovedClock, *, start: datetime = START) -> World:
    """One level that calls the rota; its turns change at eight in the morning, Ana's is the first."""
    clock.now = start
    chain = (Level(notify=("oncall:care",), within=HALF), Level(notify=(LEADS,), within=HALF))
    base = rules(escalation=chain)
    world = World(database, clock, Policy(**{**vars(base), "rotas": {"care": CARE}}))
    world.arrive()
    world.think()
    return world


def test_a_rota_calls_whoever_has_the_turn(database: Database, clock: MovedClock) -> None:
    world = on_call(database, clock)
    escalate(world, "UEVE")
    world.deliver()
    assert world.notices("@ana") == ["escalated"]


def test_a_rota_calls_whoever_took_the_duty(database: Database, clock: MovedClock) -> None:
    world = on_call(database, clock)
    with world.db.write() as session:
        duty = Duty(
            id=0, rota="care", person="UZOE", starts_at=START, ends_at=START + HALF, set_by="UANA", set_at=START
        )
        duties.add(session, duty)
    escalate(world, "UEVE")
    world.deliver()
    assert (world.notices("UZOE"), world.notices("@ana")) == (["escalated"], [])


def test_a_gap_in_a_rota_falls_through(database: Database, clock: MovedClock) -> None:
    world = on_call(database, clock, start=datetime(2026, 6, 1, 7, tzinfo=UTC))  # before the first turn
    escalate(world, "UEVE")
    world.deliver()
    assert world.notices(LEADS) == ["escalated"]
    assert raised(world) == [("1", "2")]


# -- rounds and the end


def test_the_chain_is_called_again_and_its_end_is_said(database: Database, clock: MovedClock) -> None:
    world = company(database, clock, escalation_repeats=1)
    escalate(world)
    for _ in range(12):
        clock.forward(HALF)
        world.watch()
    assert raised(world) == [("1", "1"), ("1", "2"), ("2", "1"), ("2", "2")]
    world.deliver()
    assert world.whats().count("chain_ended") == 1
    assert world.notices("#billing").count("chain_ended") == 1
    assert world.notices("#ops") == ["chain_ended"]


# -- quiet hours

EVENING = datetime(2026, 6, 1, 21, 45, tzinfo=UTC)
LATE = datetime(2026, 6, 1, 23, tzinfo=UTC)
MORNING = datetime(2026, 6, 2, 7, tzinfo=UTC)


def test_the_clock_waits_for_the_end_of_quiet_hours_and_the_card_says_so(database: Database, clock: MovedClock) -> None:
    world = company(database, clock, start=EVENING, quiet_hours=NIGHT)
    escalate(world)
    card = world.card()
    assert card.escalation is not None
    assert (card.escalation.next_at, card.escalation.put_off) == (MORNING, True)
    clock.now = MORNING - timedelta(seconds=1)
    world.watch()
    assert world.record().level == 1
    clock.now = MORNING
    world.watch()
    assert world.record().level == 2


def test_a_person_who_escalates_at_night_is_heard_in_the_morning(database: Database, clock: MovedClock) -> None:
    world = company(database, clock, start=LATE, quiet_hours=NIGHT)
    escalate(world)
    waiting = world.card().waiting_call
    assert waiting is not None
    assert (waiting.by, waiting.reason, waiting.until) == ("UANA", "a lawyer writes", MORNING)
    assert world.whats()[-1] == "escalation_waits"
    with pytest.raises(Refused, match="asked for already"):
        escalate(world, "UBEN")
    clock.now = MORNING
    world.watch()
    card = world.card()
    assert card.waiting_call is None
    assert card.escalation is not None
    assert (card.escalation.level, card.escalation.by) == (1, "UANA")


def test_what_cannot_wait_is_called_at_night_and_so_is_all_that_follows(database: Database, clock: MovedClock) -> None:
    world = company(database, clock, start=LATE, quiet_hours=NIGHT)
    escalate(world, call_now=True)
    assert world.record().level == 1
    clock.forward(HALF)
    world.watch()
    assert world.record().level == 2


def test_a_claim_takes_a_waiting_call_away(database: Database, clock: MovedClock) -> None:
    world = company(database, clock, start=LATE, quiet_hours=NIGHT)
    escalate(world)
    world.claim("UBEN")
    assert world.card().waiting_call is None
    clock.forward(HALF)
    assert world.watch()["raised"] == 0


@pytest.mark.parametrize("end", ["released", "ran out"])
def test_a_call_that_a_claim_took_away_is_made_where_the_claim_comes_to_nothing(
    database: Database, clock: MovedClock, end: str
) -> None:
    world = company(database, clock, start=LATE, quiet_hours=NIGHT)
    escalate(world)
    world.claim("UBEN")
    if end == "released":
        claiming.release(world.desk, world.click("UBEN"))
    clock.forward(HALF)
    assert world.watch()["raised"] == 0
    waiting = world.card().waiting_call
    assert waiting is not None
    assert (waiting.by, waiting.reason, waiting.until) == ("UANA", "a lawyer writes", MORNING)
    clock.now = MORNING
    world.watch()
    card = world.card()
    assert card.escalation is not None
    assert (card.escalation.level, card.escalation.by) == (1, "UANA")
    world.claim("UBEN")
    claiming.release(world.desk, world.click("UBEN"))
    assert world.card().waiting_call is None, "it was made"


def test_a_second_delivery_of_a_call_that_waits_changes_nothing(database: Database, clock: MovedClock) -> None:
    world = company(database, clock, start=LATE, quiet_hours=NIGHT)
    click = world.click("UANA")
    raising.escalate(world.desk, click, "help")
    raising.escalate(world.desk, click, "help")
    assert world.whats().count("escalation_waits") == 1


# -- who is on it


def test_whoever_is_on_it_stops_the_chain_without_claiming(world: World) -> None:
    escalate(world)
    card = raising.acknowledge(world.desk, world.click("ULEA"))
    assert card.state is State.OPEN
    assert card.escalation is not None
    assert card.escalation.acknowledged_by == "ULEA"
    world.clock.forward(minutes(45))
    assert world.watch()["raised"] == 0


def test_a_second_one_is_told_who_is_on_it(world: World) -> None:
    escalate(world)
    raising.acknowledge(world.desk, world.click("ULEA"))
    with pytest.raises(Taken) as told:
        raising.acknowledge(world.desk, world.click("UMAX"))
    assert told.value.owner == "ULEA"


def test_nobody_is_on_what_nobody_was_called_for(world: World) -> None:
    with pytest.raises(Refused, match="Nobody was called"):
        raising.acknowledge(world.desk, world.click("ULEA"))


def test_a_claim_says_that_one_is_on_it_and_its_end_takes_that_back(world: World) -> None:
    escalate(world)
    world.claim("UBEN")
    assert world.card().escalation.acknowledged_by == "UBEN"  # type: ignore[union-attr]
    claiming.release(world.desk, world.click("UBEN"))
    assert world.card().escalation.acknowledged_by == ""  # type: ignore[union-attr]


def test_an_owner_who_escalates_is_not_on_it_thereby(database: Database, clock: MovedClock) -> None:
    world = company(database, clock, lease=timedelta(hours=2))
    world.claim("UBEN")
    escalate(world, "UBEN")
    assert world.card().escalation.acknowledged_by == ""  # type: ignore[union-attr]
    world.clock.forward(HALF)
    world.watch()
    assert (world.record().level, world.record().state) == (2, State.CLAIMED)


def test_whoever_was_on_it_and_lets_the_promise_pass_is_passed_over(world: World) -> None:
    escalate(world)
    raising.acknowledge(world.desk, world.click("ULEA"))
    world.clock.now = START + minutes(60)  # a decision is due
    world.watch()
    assert raised(world) == [("1", "1"), ("1", "2")]
    assert world.card().escalation.by == EARSHOT  # type: ignore[union-attr]


def test_what_is_closed_and_reopened_starts_anew(world: World) -> None:
    escalate(world)
    raising.acknowledge(world.desk, world.click("ULEA"))
    deciding.decide(world.desk, world.click("UANA"), Action.LET_STAND, "fair")
    deciding.reopen(world.desk, world.click("UANA"))
    assert world.record().escalation is None
    escalate(world)
    assert world.record().level == 1


# -- whatever the clock does

ZONE = "Europe/Berlin"
DUSK = datetime(2026, 10, 24, 12, tzinfo=UTC)
"""The day before clocks go back in Berlin."""


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sleeps=st.lists(st.integers(1, 7 * 60), min_size=3, max_size=14),
    restarts=st.sets(st.integers(0, 13), max_size=4),
    repeats=st.integers(0, 3),
    gone=st.sets(st.sampled_from((LEA, LEADS, MAX)), max_size=2),
    urgent=st.booleans(),
    quiet=st.booleans(),
)
def test_each_level_is_called_once_a_round_in_order_never_at_night_and_never_lost(
    sqlite_database: Database,
    sleeps: list[int],
    restarts: set[int],
    repeats: int,
    gone: set[str],
    urgent: bool,
    quiet: bool,
) -> None:
    """The machine sleeps for random times and restarts; wherever the clock looks, everything due by then was called."""
    wipe(sqlite_database)
    hours = NIGHT if quiet else ()
    wide = {"decide_within": timedelta(days=30), "answer_within": timedelta(days=40)}
    clock = MovedClock(DUSK)
    zoned = {"office_hours": always(ZONE), "quiet_hours": hours, "escalation_repeats": repeats, **wide}
    world = company(sqlite_database, clock, start=DUSK, **zoned)
    world.reach.gone = dict.fromkeys(gone, "has left Slack")
    mention_id = world.log_ids()[0]
    raising.escalate(world.desk, world.click("UANA", mention_id), "help", call_now=urgent)
    for number, sleep in enumerate(sleeps):
        clock.minutes(sleep)
        if number in restarts:
            world = World(sqlite_database, clock, world.policy)
            world.reach.gone = dict.fromkeys(gone, "has left Slack")
        world.watch()
        assert world.watch()["raised"] == 0, "one look calls whatever is due"
        record = world.record(mention_id)
        assert record.escalation is not None
        assert record.escalation.next_at is None or record.escalation.next_at > clock(), "late by one look at the most"
    calls = [event for event in world.log(mention_id) if event.what == Action.ESCALATE]
    order = [(int(event.detail.get("round", "1")), int(event.detail["level"])) for event in calls]
    assert order == sorted(set(order))
    assert len(order) <= 2 * (repeats + 1)
    for event in calls:
        heard = {LEA} if event.detail["level"] == "1" else {LEADS, MAX}
        assert set(event.detail["notified"].split()) == heard - gone
        assert heard - gone or event.detail["level"] == "2", "only at the end of a round is there nobody left"
    if not urgent:
        assert not [event for event in calls if is_quiet(hours, ZONE, event.at)]

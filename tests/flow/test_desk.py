"""The desk: who may do what when, one transaction each, and twice the same click is once."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.domain.card import AnswerState, Card
from bot.domain.lifecycle import CLOSED, OWNERS_ONLY, Action, State, after
from bot.errors import Refused, Taken
from bot.flow.desk import answering, claiming, deciding, looking, moving, raising
from bot.flow.desk.act import Click, Desk
from bot.store.database import Database
from tests.fakes import START, MovedClock, department, policy, post
from tests.world import World, minutes

ACTS: dict[Action, Callable[[Desk, Click], Card]] = {
    Action.CLAIM: claiming.claim,
    Action.RELEASE: claiming.release,
    Action.ANSWER: lambda at, click: answering.write_answer(at, click, "We are sorry."),
    Action.ANSWER_ELSEWHERE: lambda at, click: answering.answer_elsewhere(at, click, text="Said it there."),
    Action.ESCALATE: lambda at, click: raising.escalate(at, click, "a lawyer writes"),
    Action.REROUTE: lambda at, click: moving.reroute(at, click, "care", topic="outage"),
    Action.LET_STAND: lambda at, click: deciding.decide(at, click, Action.LET_STAND, "fair"),
    Action.MONITOR: lambda at, click: deciding.decide(at, click, Action.MONITOR, "a troll"),
    Action.DISMISS: lambda at, click: deciding.decide(at, click, Action.DISMISS, "another Acme"),
    Action.SNOOZE: lambda at, click: deciding.snooze(at, click, at.clock() + timedelta(hours=2)),
    Action.WAKE: deciding.wake,
    Action.REOPEN: deciding.reopen,
}
"""Every action of people, done as a listener does it."""

REACH: dict[State, tuple[Action, ...]] = {
    State.OPEN: (),
    State.CLAIMED: (Action.CLAIM,),
    State.SNOOZED: (Action.SNOOZE,),
    State.ANSWERED: (Action.CLAIM, Action.ANSWER_ELSEWHERE),
    State.LET_STAND: (Action.LET_STAND,),
    State.MONITORED: (Action.MONITOR,),
    State.DISMISSED: (Action.DISMISS,),
}
"""How Ana brings a mention into each state."""

ONLY_STARTS = {Action.ANSWER}
"""What changes the state later, when the answer has arrived."""


@pytest.fixture
def world(database: Database, clock: MovedClock) -> World:
    made = World(database, clock, policy(ops_channel="#ops"))
    made.arrive()
    made.think()
    return made


def bring(world: World, state: State) -> None:
    for action in REACH[state]:
        ACTS[action](world.desk, world.click("UANA"))
    assert world.record().state is state


def test_the_table_of_acts_is_what_people_can_do() -> None:
    nobodys = {Action.JUDGE, Action.ROUTE, Action.FILTER, Action.FOLD, Action.EXPIRE}
    ask_for_more = {
        Action.ACCEPT,
        Action.ACKNOWLEDGE,
        Action.UNFOLD,
    }  # an offer, a call, a repeat: tests/flow/test_offers.py, test_raising.py, test_repeats.py
    assert set(ACTS) == set(Action) - nobodys - ask_for_more


@pytest.mark.parametrize("user", ["UANA", "UBEN"])
def test_every_action_from_every_state_does_what_the_table_says_or_is_refused(world: World, user: str) -> None:
    """One database for all pairs: each on a mention of its own."""
    pairs = [(state, action) for state in REACH for action in ACTS]
    world.arrive(*[post(number, "billing") for number in range(2, len(pairs) + 2)])
    world.think()
    for mention_id, (state, action) in enumerate(pairs, start=2):
        for step in REACH[state]:
            ACTS[step](world.desk, world.click("UANA", mention_id))
        before = world.record(mention_id)
        owned_by_other = before.state is State.CLAIMED and user != "UANA"
        target = after(state, action)
        allowed = target is not None and not (owned_by_other and action in {*OWNERS_ONLY, Action.CLAIM})
        said = f"{user}: {action} from {state}"
        if not allowed:
            with pytest.raises(Refused):
                ACTS[action](world.desk, world.click(user, mention_id))
            assert world.record(mention_id) == before, said
            continue
        card = ACTS[action](world.desk, world.click(user, mention_id))
        expected = State.CLAIMED if action in ONLY_STARTS else target
        assert card.state is expected, said
        assert card == world.card(mention_id), said
        assert card.version > before.version, said
        assert (card.claim is not None) == (expected is State.CLAIMED), said
        assert (card.decision is not None) == (expected in CLOSED), said
        actor = [event.actor for event in world.log(mention_id) if event.what != "ingested"][-1]
        assert actor == user, said


def test_a_claim_is_exclusive_and_says_who_has_it(world: World) -> None:
    card = world.claim("UANA")
    assert card.claim is not None
    assert (card.claim.owner, card.claim.until) == ("UANA", world.clock() + minutes(30))
    world.clock.minutes(3)
    with pytest.raises(Taken) as taken:
        world.claim("UBEN")
    assert (taken.value.owner, taken.value.since) == ("UANA", card.claim.since)


def test_claiming_what_one_has_is_refused_without_harm(world: World) -> None:
    world.claim("UANA")
    with pytest.raises(Refused, match="You have it already"):
        world.claim("UANA")


@pytest.mark.parametrize("action", list(ACTS))
def test_a_second_delivery_of_a_click_changes_nothing(world: World, action: Action) -> None:
    if action is Action.RELEASE:
        world.claim("UANA")
    if action is Action.WAKE:
        ACTS[Action.SNOOZE](world.desk, world.click("UANA"))
    if action is Action.REOPEN:
        ACTS[Action.LET_STAND](world.desk, world.click("UANA"))
    click = world.click("UANA")
    card = ACTS[action](world.desk, click)
    log = world.log()
    world.clock.seconds(3)
    assert ACTS[action](world.desk, click) == card
    assert world.log() == log


def test_a_refused_click_leaves_no_key_behind(world: World) -> None:
    """The person may press again when the reason is gone; the second delivery is judged anew."""
    world.claim("UANA")
    click = world.click("UBEN")
    with pytest.raises(Taken):
        claiming.claim(world.desk, click)
    claiming.release(world.desk, world.click("UANA"))
    assert claiming.claim(world.desk, click).claim is not None


def test_answering_an_open_mention_claims_it(world: World) -> None:
    card = answering.write_answer(world.desk, world.click("UBEN"), "We are sorry.")
    assert card.claim is not None
    assert card.claim.owner == "UBEN"
    assert card.answer is not None
    assert card.answer.state is AnswerState.COPIED


@pytest.mark.parametrize("text", ["", "  \n\t "])
def test_an_empty_answer_and_an_empty_reason_are_refused(world: World, text: str) -> None:
    with pytest.raises(Refused):
        answering.write_answer(world.desk, world.click("UANA"), text)
    with pytest.raises(Refused):
        deciding.decide(world.desk, world.click("UANA"), Action.LET_STAND, text)
    with pytest.raises(Refused):
        raising.escalate(world.desk, world.click("UANA"), text)
    assert world.card().claim is None


def test_a_snooze_into_the_past_is_refused(world: World) -> None:
    with pytest.raises(Refused, match="has passed"):
        deciding.snooze(world.desk, world.click("UANA"), world.clock())


def test_anybody_may_escalate_what_somebody_holds_and_the_holder_keeps_it(world: World) -> None:
    world.claim("UANA")
    card = raising.escalate(world.desk, world.click("UBEN"), "a lawyer writes")
    assert (card.state, card.claim is not None) == (State.CLAIMED, True)
    assert card.escalation is not None
    assert (card.escalation.level, card.escalation.by, card.escalation.notified) == (1, "UBEN", ("@lea",))


def test_escalation_ends_with_the_chain(world: World) -> None:
    for _ in range(2):
        raising.escalate(world.desk, world.click("UANA"), "more")
    with pytest.raises(Refused, match="no further level"):
        raising.escalate(world.desk, world.click("UANA"), "more")
    assert world.record().level == 2


def test_a_department_without_a_chain_says_so(world: World) -> None:
    moving.reroute(world.desk, world.click("UANA"), "triage")
    with pytest.raises(Refused, match="no escalation chain"):
        raising.escalate(world.desk, world.click("UANA"), "help")


def test_people_are_called_in_person_and_a_channel_where_it_reads(world: World) -> None:
    raising.escalate(world.desk, world.click("UANA"), "one")
    raising.escalate(world.desk, world.click("UANA"), "two")
    world.deliver()
    assert [world.notices(place) for place in ("@lea", "#leads", "@max")] == [["escalated"]] * 3
    assert world.notices("#billing") == []


def test_a_reroute_is_a_label_to_learn_from(world: World) -> None:
    moving.reroute(world.desk, world.click("UANA"), "care", topic="outage", reason="the site was down")
    event = world.log()[-1]
    assert event.detail == {
        "state_before": "open",
        "state_after": "open",
        "before": "billing",
        "after": "care",
        "topic": "outage",
        "reason": "the site was down",
    }


def test_a_reroute_to_where_it_is_or_to_nowhere_is_refused(world: World) -> None:
    for target in ("billing", "moon"):
        with pytest.raises(Refused):
            moving.reroute(world.desk, world.click("UANA"), target)


def test_who_comes_after_a_decision_is_told_who_decided(world: World) -> None:
    deciding.decide(world.desk, world.click("UANA"), Action.DISMISS, "another Acme")
    with pytest.raises(Taken, match="decided meanwhile") as taken:
        world.claim("UBEN")
    assert taken.value.owner == "UANA"


def test_a_mention_that_is_not_there_is_refused(world: World) -> None:
    for act in ACTS.values():
        with pytest.raises(Refused, match="erased"):
            act(world.desk, world.click("UANA", 404))


@pytest.mark.parametrize("action", list(ACTS))
def test_allow_agrees_with_what_then_happens(world: World, action: Action) -> None:
    world.claim("UANA")
    for user in ("UANA", "UBEN"):
        asked = said = None
        try:
            looking.allow(world.desk, 1, user, action)
        except Refused as refusal:
            asked = type(refusal)
        snapshot = world.record()
        try:
            ACTS[action](world.desk, world.click(user))
        except Refused as refusal:
            said = type(refusal)
        assert asked == said
        if said is None:
            return
        assert world.record() == snapshot


def test_the_history_tells_everything_in_order(world: World) -> None:
    world.claim("UANA")
    raising.escalate(world.desk, world.click("UBEN"), "now")
    deciding.decide(world.desk, world.click("UANA"), Action.MONITOR, "a troll")
    told = looking.history(world.desk, 1)
    assert [(event.actor, event.what) for event in told.events] == [
        ("earshot", "ingested"),
        ("earshot", "judge"),
        ("earshot", "route"),
        ("UANA", "claim"),
        ("UBEN", "escalate"),
        ("UANA", "monitor"),
    ]
    assert told.events[-1].detail["reason"] == "a troll"


def test_monitoring_tells_the_operators(world: World) -> None:
    deciding.decide(world.desk, world.click("UANA"), Action.MONITOR, "a troll")
    world.deliver()
    assert world.notices("#ops") == ["monitor"]


def test_people_may_write_anything(world: World) -> None:
    reason = "\x00\ud800 <!channel> ' \" \\ \u202e %s"
    raising.escalate(world.desk, world.click("UANA"), reason)
    deciding.decide(world.desk, world.click("U\x00ANA"), Action.LET_STAND, reason)
    assert world.record().state is State.LET_STAND


def test_promises_are_settled_by_what_they_promise(database: Database, clock: MovedClock) -> None:
    world = World(database, clock, policy(departments=[department("triage")]))
    world.arrive()
    world.think()
    world.clock.minutes(10)
    world.claim("UANA")
    decision, answer = world.record().promises
    assert (decision.settled_at, answer.settled_at) == (START + minutes(10), None)
    world.clock.minutes(10)
    answering.answer_elsewhere(world.desk, world.click("UANA"), text="said")
    decision, answer = world.record().promises
    assert (decision.settled_at, answer.settled_at) == (START + minutes(10), START + minutes(20))

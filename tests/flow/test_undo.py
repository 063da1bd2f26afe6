"""Undo: the last step is as if it had not been taken, for its own taker, for half a minute."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.assignment import Assign
from bot.domain.card import Card
from bot.domain.label import Score
from bot.domain.lifecycle import Action, State
from bot.domain.undo import UNDOABLE, UNDONE
from bot.errors import Refused, Taken
from bot.flow.desk import answering, claiming, correcting, deciding, moving, offering, raising, undoing
from bot.flow.desk.act import Click, Desk
from bot.flow.desk.rating import rate
from bot.store import figures
from bot.store import undo as kept
from bot.store.database import Database
from bot.store.records import Record
from bot.store.schema import MentionRow
from tests.fakes import START, MovedClock, department, policy
from tests.world import World, minutes

STEPS: dict[Action, Callable[[Desk, Click], Card]] = {
    Action.CLAIM: claiming.claim,
    Action.RELEASE: claiming.release,
    Action.SNOOZE: lambda at, click: deciding.snooze(at, click, at.clock() + timedelta(hours=2)),
    Action.LET_STAND: lambda at, click: deciding.decide(at, click, Action.LET_STAND, "fair"),
    Action.MONITOR: lambda at, click: deciding.decide(at, click, Action.MONITOR, "a troll"),
    Action.DISMISS: lambda at, click: deciding.decide(at, click, Action.DISMISS, "It is about somebody else"),
    Action.REROUTE: lambda at, click: moving.reroute(at, click, "care", topic="outage"),
}


@pytest.fixture
def world(database: Database, clock: MovedClock) -> World:
    made = World(database, clock, policy(answerable=["forum"], ops_channel="#ops"))
    made.arrive()
    made.think()
    return made


def undo(world: World, user: str = "UANA") -> Card:
    return undoing.undo_last(world.desk, world.click(user))


def told(record: Record) -> Record:
    """Without what every change moves."""
    return replace(record, version=0, undo=None)


def promised(world: World) -> list[tuple[object, ...]]:
    return [(each.kind, each.due_at, each.settled_at, each.paused_at) for each in world.record().promises]


def test_every_step_that_can_be_undone_is_tried_here() -> None:
    assert set(STEPS) == UNDOABLE


@pytest.mark.parametrize("action", sorted(STEPS))
@pytest.mark.parametrize("before", ["open", "claimed", "snoozed"])
def test_undoing_leaves_everything_as_it_was(world: World, action: Action, before: str) -> None:
    if before == "claimed":
        world.claim("UANA")
    if before == "snoozed":
        STEPS[Action.SNOOZE](world.desk, world.click("UANA"))
    world.clock.seconds(5)
    was, promises = told(world.record()), promised(world)
    try:
        STEPS[action](world.desk, world.click("UANA"))
    except Refused:
        return
    assert told(world.record()) != was
    world.clock.seconds(20)
    card = undo(world)
    now = told(world.record())
    if was.claim is not None and now.claim is not None:
        assert now.claim.until == world.clock() + minutes(30)
        now = replace(now, claim=was.claim)
    assert now == was
    assert promised(world) == promises
    assert card.undo is None
    last = world.log()[-1]
    assert (last.what, last.actor, last.detail["undone"]) == (UNDONE, "UANA", action)
    assert last.detail["state_after"] == card.state == before


def test_the_card_says_what_can_be_undone_and_until_when(world: World) -> None:
    card = world.claim("UANA")
    assert card.undo is not None
    assert (card.undo.what, card.undo.by, card.undo.until) == (Action.CLAIM, "UANA", START + timedelta(seconds=30))


def test_only_whoever_took_the_step_undoes_it(world: World) -> None:
    world.claim("UANA")
    with pytest.raises(Taken, match="Only whoever took the last step") as refusal:
        undo(world, "UBEN")
    assert refusal.value.owner == "UANA"
    assert world.record().state is State.CLAIMED


def test_after_its_time_it_is_too_late(world: World) -> None:
    world.claim("UANA")
    world.clock.seconds(31)
    with pytest.raises(Refused, match="too late"):
        undo(world)
    version = world.record().version
    world.assign()
    assert (world.card().undo, world.record().version) == (None, version + 1)
    with pytest.raises(Refused, match="nothing to undo any more"):
        undo(world)


@pytest.mark.parametrize(
    "act",
    [
        lambda world: raising.escalate(world.desk, world.click("UBEN"), "look"),
        lambda world: correcting.correct_score(world.desk, world.click("UBEN"), Score.PROMOTER),
        lambda world: offering.offer_to(world.desk, world.click("UANA"), "UBEN"),
        lambda world: answering.write_answer(world.desk, world.click("UANA"), "We are sorry."),
        lambda world: claiming.release(world.desk, world.click("UANA")) and world.claim("UBEN"),
    ],
)
def test_nothing_is_undone_under_what_came_after(world: World, act: Callable[[World], object]) -> None:
    world.claim("UANA")
    act(world)
    before = world.record()
    with pytest.raises(Refused):
        undo(world)
    assert world.record() == before


def test_what_others_say_of_a_card_leaves_its_holder_their_undo(world: World) -> None:
    """A rating draws no card anew: a button that stays has to work."""
    world.claim("UANA")
    rate(world.desk, world.click("UBEN"), "CFEED", useful=True)
    assert undo(world).state is State.OPEN


def test_an_undo_is_not_undone(world: World) -> None:
    world.claim("UANA")
    undo(world)
    with pytest.raises(Refused, match="nothing to undo"):
        undo(world)


def test_a_second_delivery_of_an_undo_changes_nothing(world: World) -> None:
    world.claim("UANA")
    click = world.click("UANA")
    card = undoing.undo_last(world.desk, click)
    assert undoing.undo_last(world.desk, click) == card
    assert world.whats().count(UNDONE) == 1


def test_a_reroute_undone_leaves_one_live_card_where_it_was(world: World) -> None:
    world.run()
    STEPS[Action.REROUTE](world.desk, world.click("UANA"))
    undo(world)
    world.run()
    assert [message.content.moved for message in world.slack.shown("#billing")] == [False]
    assert world.slack.shown("#care") == []


def test_a_reroute_undone_after_its_card_was_posted_leaves_a_pointer_there(world: World) -> None:
    world.run()
    STEPS[Action.REROUTE](world.desk, world.click("UANA"))
    world.clock.seconds(2)
    assert world.deliver_round() == 1
    undo(world)
    world.run()
    assert [message.content.moved for message in world.slack.shown("#billing")] == [False]
    assert [message.content.moved for message in world.slack.shown("#care")] == [True]


def test_what_a_step_taught_is_forgotten_and_what_was_known_before_holds_again(world: World) -> None:
    moving.reroute(world.desk, world.click("UBEN"), "care", topic="outage")
    moving.reroute(world.desk, world.click("UANA"), "billing", topic="billing")
    undo(world)
    said = world.record().corrections
    assert [(label.topic, label.by) for label in said.values()] == [("outage", "UBEN")]


def test_a_dismissal_undone_teaches_nothing(world: World) -> None:
    STEPS[Action.DISMISS](world.desk, world.click("UANA"))
    undo(world)
    assert world.record().corrections == {}


def test_headquarters_are_not_told_of_what_was_undone_in_time(world: World) -> None:
    STEPS[Action.MONITOR](world.desk, world.click("UANA"))
    undo(world)
    world.deliver()
    assert world.notices("#ops") == []


def test_a_report_does_not_count_what_was_undone(world: World) -> None:
    STEPS[Action.LET_STAND](world.desk, world.click("UANA"))
    undo(world)
    with world.db.read() as session:
        (found,) = figures.facts(session, START - minutes(60))
    assert (found.first_decided_at, found.decision, found.first_claimed_at) == (None, None, None)


def test_a_claim_undone_gives_the_offer_back(database: Database, clock: MovedClock) -> None:
    dealing = replace(department("billing"), assign=Assign.ROUND_ROBIN)
    world = World(database, clock, policy(departments=[dealing, department("care"), department("triage")]))
    world.arrive()
    world.think()
    world.assign()
    offer = world.card().offer
    world.claim("UBEN")
    assert undo(world, "UBEN").offer == offer


def test_a_turn_dealt_out_meanwhile_ends_with_the_reroute_that_it_followed(
    database: Database, clock: MovedClock
) -> None:
    dealing = replace(department("care"), assign=Assign.ROUND_ROBIN)
    world = World(database, clock, policy(departments=[department("billing"), dealing, department("triage")]))
    world.arrive()
    world.think()
    world.claim("UZOE")
    STEPS[Action.REROUTE](world.desk, world.click("UZOE"))
    assert world.assign() == 1
    asked = world.card().offer
    assert asked is not None
    card = undo(world, "UZOE")
    assert (card.place.name, card.claim.owner if card.claim else "", card.offer) == ("billing", "UZOE", None)
    with pytest.raises(Taken, match="This offer is over"):
        offering.accept(world.desk, world.click(asked.to))
    assert world.assign() == 0


def test_a_promise_undone_into_the_past_is_announced(world: World) -> None:
    world.clock.now = START + minutes(60) - timedelta(seconds=5)
    world.claim("UANA")
    world.clock.seconds(10)
    undo(world)
    assert world.watch()["said"] == 1


def test_with_no_time_for_it_nothing_is_kept(database: Database, clock: MovedClock) -> None:
    world = World(database, clock, replace(policy(), undo=timedelta(0)))
    world.arrive()
    world.think()
    assert world.claim("UANA").undo is None
    with pytest.raises(Refused):
        undo(world)


def test_what_was_erased_cannot_be_undone(world: World) -> None:
    with pytest.raises(Refused, match="erased"):
        undoing.undo_last(world.desk, world.click("UANA", 404))


LEFT_ALONE = frozenset(
    {
        *("id", "source", "external_id", "title", "text", "url", "author", "author_name", "author_url", "reach"),
        *("rating", "language", "posted_at", "parent", "media", "content_hash", "received_at", "edited_at"),
        *("withdrawn_at", "added_by", "thread", "follow_of", "followed_at"),
        *("repeat_of", "looked_at", "for_history"),
        *("version", "drawn_version", "next_at", "leased_until", "attempts", "owed_since", "judge_at", "recommended"),
        *("undo", "undo_until"),
    }
)
"""What a source wrote, what the stages need, and what a verdict says: no step of a person's changes it."""


def test_every_column_of_a_mention_is_restored_or_left_alone() -> None:
    columns = {column.name for column in MentionRow.__table__.columns}
    assert set(kept.COLUMNS).isdisjoint(LEFT_ALONE)
    assert set(kept.COLUMNS) | LEFT_ALONE == columns

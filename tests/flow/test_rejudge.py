"""Judging again: what the model could not judge, and what its author changed, gets its verdict, and goes where it says."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import func, select

from bot.domain.card import Subscription
from bot.domain.lifecycle import Action, State
from bot.domain.routing import Outcome, Rule
from bot.flow import classify, deliver, rejudge
from bot.flow.ask_model import PROBE
from bot.flow.desk import claiming, deciding
from bot.flow.subscribe import subscribe
from bot.store import outbox
from bot.store.database import Database
from bot.store.schema import MentionRow
from classifiers.verdict import Subject, Verdict
from tests.fakes import START, FakeClassifier, MovedClock, policy, post
from tests.world import World, posts

RULES = (
    Rule(name="spam", outcome=Outcome.FILTER, words=("win a prize",)),
    Rule(name="fire", department="billing", urgent=True, words=("on fire",)),
)


@pytest.fixture
def world(database: Database, clock: MovedClock) -> World:
    return World(database, clock, policy(rules=RULES))


def judge(world: World) -> int:
    return classify.classify_waiting(world.db, world.model, world.policy, world.clock)


def unjudged(world: World, text: str = "billing is awful ☠") -> None:
    """One mention that the model failed at, in triage."""
    world.model = FakeClassifier(poison=["☠"])
    world.arrive(post(1, text))
    for _ in range(classify.TRIES):
        judge(world)
        world.clock.forward(classify.FAULT_PAUSE)
    world.run()
    assert world.card().route_rule == "unjudged"
    world.model = FakeClassifier()


def later(world: World) -> None:
    world.clock.forward(classify.AGAIN)
    world.run()


def test_what_nobody_touched_goes_where_the_late_verdict_says(world: World) -> None:
    unjudged(world)
    later(world)
    card = world.card()
    assert (card.place.name, card.route_rule, card.verdict) == ("billing", "topic", world.model.judge("billing awful"))
    assert [world.whats()[-4:-1], world.whats()[-1]] == [["posted", "rejudged", "reroute"], "posted"]
    moved = next(event for event in world.log() if event.what == Action.REROUTE)
    assert (moved.actor, moved.detail["before"], moved.detail["after"]) == ("earshot", "triage", "billing")
    assert moved.detail["reason"].startswith("judged again: topic billing, 90% sure")
    assert [each.content.moved for each in world.slack.shown("#triage")] == [True]
    assert [each.content.moved for each in world.slack.shown("#billing")] == [False]
    assert {promise.due_at for promise in card.promises} == {
        moved.at + timedelta(hours=1),
        moved.at + timedelta(hours=4),
    }
    assert world.ledger().posted == 1
    assert judge(world) == 0, "it is owed no more"


@pytest.mark.parametrize("act", ["claim", "release", "snooze", "let_stand"])
def test_what_somebody_touched_stays_and_shows_the_verdict(world: World, act: str) -> None:
    unjudged(world)
    click = world.click("UANA")
    if act == "release":
        claiming.claim(world.desk, world.click("UANA"))
        claiming.release(world.desk, click)
    elif act == "snooze":
        deciding.snooze(world.desk, click, world.clock() + timedelta(days=1))
    elif act == "let_stand":
        deciding.decide(world.desk, click, Action.LET_STAND, "fair")
    else:
        claiming.claim(world.desk, click)
    state = world.record().state
    later(world)
    assert (world.card().place.name, world.record().state) == ("triage", state)
    assert world.card().verdict is not None
    assert world.whats().count("reroute") == 0
    shown = world.slack.shown("#triage")[0].content.card
    assert shown.verdict == world.card().verdict


def test_somebody_who_claims_while_it_is_judged_keeps_it(world: World) -> None:
    unjudged(world)

    class Slow(FakeClassifier):
        def classify(self, subjects: Sequence[Subject]) -> list[Verdict]:
            world.claim("UANA")
            return super().classify(subjects)

    world.model = Slow()
    later(world)
    assert (world.card().place.name, world.record().state) == ("triage", State.CLAIMED)
    assert world.card().verdict is not None


def test_a_verdict_that_leaves_it_in_triage_gives_the_reason(world: World) -> None:
    unjudged(world, "hello ☠")
    later(world)
    card = world.card()
    assert (card.place.name, card.route_rule) == ("triage", "unsure")
    assert world.slack.shown("#triage")[0].content.card.route_rule == "unsure"
    assert len(world.slack.shown("#triage")) == 1


def test_what_a_rule_would_have_kept_out_stays_where_it_was_posted(world: World) -> None:
    unjudged(world, "win a prize ☠")
    later(world)
    card = world.card()
    assert (card.state, card.place.name, card.route_rule) == (State.OPEN, "triage", "spam")
    assert "it stays" in card.route_why


def test_an_urgent_rule_counts_for_a_late_verdict_too(world: World) -> None:
    unjudged(world, "the billing desk is on fire ☠")
    later(world)
    assert (world.card().urgent, world.card().place.name) == (True, "billing")


def test_copies_that_needed_a_verdict_come_with_it(world: World) -> None:
    wish = Subscription(id=0, channel="CLOUD", created_by="UANA", created_at=START, min_detractor=0.5)
    subscribe(world.desk, wish, "k1")
    unjudged(world)
    assert world.slack.shown("CLOUD") == []
    later(world)
    world.run()
    assert len(world.slack.shown("CLOUD")) == 1


# -- when


def asked_at(world: World, span: timedelta) -> list[float]:
    """Minutes after now at which the model is asked, looking every half minute."""
    begun, found = world.clock(), []
    while world.clock() < begun + span:
        world.clock.seconds(30)
        before = len(world.model.batches)
        judge(world)
        if len(world.model.batches) > before:
            found.append((world.clock() - begun) / timedelta(minutes=1))
    return found


def test_pauses_grow_with_the_time_it_has_waited(world: World) -> None:
    unjudged(world)
    world.model = FakeClassifier(poison=["☠"])
    tried = asked_at(world, timedelta(hours=6))
    gaps = [later - earlier for earlier, later in pairwise(tried)]
    assert gaps[0] >= 1
    assert all(after >= before - 0.5 for before, after in pairwise(gaps))
    assert gaps[-1] == pytest.approx(60, abs=0.5)
    assert len(tried) < 14


def test_after_a_week_the_model_is_not_asked_any_more(world: World) -> None:
    unjudged(world)
    world.model = FakeClassifier(poison=["☠"])
    world.clock.forward(rejudge.GIVE_UP)
    later(world)
    world.model = FakeClassifier()
    assert asked_at(world, timedelta(hours=2)) == []
    world.arrive(post(1, "billing is awful, without it"))
    world.run()
    assert world.card().place.name == "billing", "an edit makes it worth another try"


def test_a_text_that_kills_the_process_three_times_is_left_alone(world: World) -> None:
    unjudged(world)

    class Dying(FakeClassifier):
        def classify(self, subjects: object) -> list[Verdict]:
            raise SystemExit(137)

    world.model = Dying()
    world.clock.forward(classify.AGAIN)
    for _ in range(rejudge.TRIES):
        with pytest.raises(SystemExit):
            judge(world)
        assert judge(world) == 0, "its lease is not over"
        world.clock.forward(rejudge.LEASE)
    assert judge(world) == 0
    assert asked_at(world, timedelta(hours=2)) == []


def test_a_mention_that_is_judged_again_is_nobody_elses(world: World) -> None:
    unjudged(world)
    other = FakeClassifier()

    class Slow(FakeClassifier):
        def classify(self, subjects: Sequence[Subject]) -> list[Verdict]:
            assert classify.classify_waiting(world.db, other, world.policy, world.clock) == 0
            return super().classify(subjects)

    world.model = Slow()
    later(world)
    assert (other.batches, world.card().place.name) == ([], "billing")


# -- a model that is down


def pass_time(world: World, span: timedelta) -> None:
    """As the engine does, but for a look every ten seconds: twice in the shortest pause."""
    until = world.clock() + span
    while world.clock() < until:
        world.think()
        world.deliver_round()
        world.draw()
        world.clock.seconds(10)


def states(world: World) -> set[str]:
    """Those that any mention is in."""
    with world.db.read() as session:
        return set(session.scalars(select(MentionRow.state)))


def left_in_triage(world: World) -> bool:
    with world.db.read() as session:
        return bool(session.scalar(select(func.count()).where(MentionRow.department == "triage")))


def test_a_short_outage_costs_no_try_and_few_questions(world: World) -> None:
    world.arrive(*posts(100))
    world.model.down = True
    pass_time(world, classify.PATIENCE - timedelta(seconds=30))
    assert states(world) == {State.NEW}
    assert len(world.model.batches) <= 2 * (classify.PATIENCE / classify.FAULT_PAUSE) + 2
    world.model.down = False
    world.clock.forward(classify.FAULT_PAUSE)
    world.think()
    assert all("unjudged" not in world.whats(each) for each in world.log_ids())
    assert states(world) == {State.OPEN}


def test_a_long_outage_brings_them_to_triage_and_its_end_to_their_departments(world: World) -> None:
    world.arrive(*posts(60))
    world.model.down = True
    pass_time(world, classify.PATIENCE + timedelta(minutes=1))
    assert {world.record(each).route_rule for each in world.log_ids()} == {"unjudged"}
    world.arrive(post("late", "billing again"))
    asked = len(world.model.batches)
    pass_time(world, timedelta(hours=1))
    new, old = classify.PATIENCE / classify.FAULT_PAUSE, timedelta(hours=1) / rejudge.FIRST_PAUSE
    assert len(world.model.batches) - asked <= 2 * (new + old), "one batch and the probe for all"
    assert len(world.slack.shown("#triage")) == 61

    world.model.down = False
    world.clock.forward(rejudge.LONGEST_PAUSE)
    begun, most = world.clock(), 0
    while left_in_triage(world):
        world.think()
        with world.db.read() as session:
            most = max(most, outbox.backlog(session, world.clock()))
        world.deliver_round()
        world.clock.seconds(1.2)
        assert world.clock() < begun + timedelta(minutes=10)
    assert most <= rejudge.BACKLOG + rejudge.BATCH + 1, "no flood: what is new would stand behind it"
    world.run()
    assert len([each for each in world.slack.shown("#billing") if not each.content.moved]) == 61
    assert (world.slack.doubled(), world.ledger().posted) == ([], 61)


def test_one_bad_text_is_no_outage(world: World) -> None:
    world.model = FakeClassifier(poison=["☠"])
    world.arrive(post(1, "billing ☠"))
    judge(world)
    assert world.model.batches == [["billing ☠"], [PROBE.text]]
    world.model.down = True
    world.clock.forward(classify.FAULT_PAUSE)
    judge(world)
    world.model.down = False
    for _ in range(classify.TRIES + 1):
        assert "unjudged" not in world.whats(), "the outage counted for nothing"
        world.clock.forward(classify.FAULT_PAUSE)
        judge(world)
    assert "unjudged" in world.whats()


# -- what its author changed


def edit(world: World, text: str, number: int = 1) -> None:
    world.arrive(post(number, text))
    world.run()


def test_an_edit_brings_a_new_verdict_and_the_department_of_that(world: World) -> None:
    world.arrive(post(1, "billing is awful"))
    world.run()
    edit(world, "an outage, I mean")
    card = world.card()
    assert card.verdict == world.model.judge("an outage, I mean")
    assert (card.place.name, world.whats()[-4:]) == ("care", ["edited", "rejudged", "reroute", "posted"])
    with world.db.read() as session:
        assert outbox.live_card(session, 1, "#care") is not None


def test_an_edit_of_a_claimed_one_leaves_it_with_its_owner(world: World) -> None:
    world.arrive(post(1, "billing is awful"))
    world.run()
    world.claim("UANA")
    edit(world, "an outage, I mean")
    assert (world.card().place.name, world.record().state) == ("billing", State.CLAIMED)
    assert world.slack.shown("#billing")[0].content.card.verdict == world.model.judge("an outage")


def test_an_edit_of_a_closed_one_opens_it_where_it_was(world: World) -> None:
    world.arrive(post(1, "billing is awful"))
    world.run()
    deciding.decide(world.desk, world.click("UANA"), Action.LET_STAND, "fair")
    edit(world, "an outage, I mean")
    assert (world.card().place.name, world.record().state) == ("billing", State.OPEN)
    assert world.card().verdict == world.model.judge("an outage")


def test_an_edit_of_a_filtered_one_is_judged_and_stays_out(world: World) -> None:
    world.arrive(post(1, "win a prize with billing"))
    world.run()
    edit(world, "win a prize in an outage")
    assert world.record().state is State.FILTERED
    assert world.card().verdict == world.model.judge("an outage")


def test_an_edit_that_no_rule_keeps_out_lets_a_filtered_one_in(world: World) -> None:
    world.arrive(post(1, "win a prize with billing"))
    world.run()
    edit(world, "an outage, I mean")
    assert (world.record().state, world.card().place.name, world.card().route_rule) == (State.OPEN, "care", "topic")
    assert world.slack.texts("#care") == ["an outage, I mean"]
    assert len(world.card().promises) == 2
    assert (world.ledger().posted, world.ledger().filtered) == (1, 0)
    assert ("reopen", "earshot") in [(event.what, event.actor) for event in world.log()]


def test_an_edit_that_changes_no_department_makes_no_second_card(world: World) -> None:
    world.arrive(post(1, "billing is awful"))
    world.run()
    promised = world.card().promises
    edit(world, "billing is great")
    assert len(world.slack.shown("#billing")) == 1
    assert world.card().promises == promised
    assert world.slack.shown("#billing")[0].content.card.verdict == world.model.judge("billing is great")


class Editing(FakeClassifier):
    """Its author changes the text while it is judged, once."""

    def __init__(self, world: World, text: str, *, poison: Sequence[str] = ()) -> None:
        super().__init__(poison=poison)
        self._world, self._text = world, text

    def classify(self, subjects: Sequence[Subject]) -> list[Verdict]:
        text, self._text = self._text, ""
        if text:
            self._world.arrive(post(1, text))
        return super().classify(subjects)


def test_a_verdict_on_words_that_are_gone_is_not_kept(world: World) -> None:
    world.arrive(post(1, "billing is awful"))
    world.model = Editing(world, "an outage, I mean")
    world.run()
    world.model = Editing(world, "praise, love it")
    edit(world, "billing after all")
    assert world.card().verdict == world.model.judge("praise, love it")
    told = [event.detail["topic"] for event in world.log() if event.what in ("judge", "rejudged")]
    assert told == ["outage", "praise"]


def test_an_edit_at_the_last_try_is_worth_another(world: World) -> None:
    unjudged(world)
    world.clock.forward(rejudge.GIVE_UP)
    world.model = Editing(world, "an outage, I mean", poison=["☠"])
    judge(world)
    world.model = FakeClassifier()
    later(world)
    assert world.card().place.name == "care"


def test_an_edit_between_verdict_and_route_is_seen(world: World) -> None:
    world.arrive(post(1, "billing is awful"))
    judge(world)
    edit(world, "an outage, I mean")
    world.run()
    assert world.card().place.name == "care"
    assert world.card().verdict == world.model.judge("an outage")


def test_a_card_that_moved_before_it_was_posted_leaves_nothing_behind(world: World) -> None:
    world.arrive(post(1, "billing is awful"))
    world.think()
    world.arrive(post(1, "an outage, I mean"))
    world.think()
    world.deliver()
    world.draw()
    assert world.slack.shown("#billing") == []
    assert [each.content.moved for each in world.slack.shown("#care")] == [False]
    assert world.ledger().posted == 1
    assert deliver.failed_postings(world.db) == []

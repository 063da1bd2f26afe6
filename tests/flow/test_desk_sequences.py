"""Random sequences of everything that people, authors and the clock can do, by several people, delivered once or more."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from bot.domain.approval import ApprovalRule
from bot.domain.assignment import Assign
from bot.domain.card import AnswerState, Card
from bot.domain.event import EARSHOT
from bot.domain.label import Score
from bot.domain.lifecycle import CLOSED, LIVE, OWNERS_ONLY, Action, State
from bot.domain.mention import Incoming
from bot.domain.triage import Answer, Node
from bot.errors import GiveUp, Refused, Retry
from bot.flow import close_loop
from bot.flow.desk import (
    answering,
    approving,
    correcting,
    deciding,
    linking,
    looking,
    offering,
    overriding,
    raising,
    rating,
    sharing,
    undoing,
)
from bot.flow.desk.act import Click, Desk
from bot.store.database import Database
from tests.databases import wipe
from tests.fakes import FakeForum, MovedClock, department, policy, post
from tests.flow.test_desk import ACTS
from tests.replaying import replay, replayed
from tests.world import World

PEOPLE = st.sampled_from(["UANA", "UBEN", "UCAT"])
MENTIONS = st.integers(0, 2)

STEPS: dict[str, Callable[[Desk, Click], Card]] = {
    **{str(action): act for action, act in ACTS.items()},
    "offer": lambda at, click: offering.offer_to(at, click, "UCAT"),
    "accept": offering.accept,
    "decline": lambda at, click: offering.decline(at, click, "busy"),
    "take back": offering.take_back,
    "undo": undoing.undo_last,
    "acknowledge": raising.acknowledge,
    "wait for the customer": lambda at, click: deciding.snooze(
        at, click, at.clock() + timedelta(days=3), waiting_for=deciding.CUSTOMER
    ),
    "approve": lambda at, click: approving.approve(at, click, _answer_of(at, click)),
    "edit and approve": lambda at, click: approving.approve(at, click, _answer_of(at, click), "We are so sorry."),
    "give back": lambda at, click: approving.give_back(at, click, _answer_of(at, click), "kinder, please"),
    "say that it is a troll": lambda at, click: overriding.override(at, click, Node.TROLL, Answer.YES, "I know them"),
    "say that it is no troll": lambda at, click: overriding.override(at, click, Node.TROLL, Answer.NO, "I know them"),
    "let the model say": lambda at, click: overriding.withdraw(at, click, Node.TROLL),
    "link": lambda at, click: linking.link_issue(at, click, "SIM-42"),
    "unlink": lambda at, click: linking.unlink_issue(at, click, "SIM-42"),
    "praise": lambda at, click: correcting.correct_score(at, click, Score.PROMOTER),
    "share": sharing.share_success,
    "rate": lambda at, click: rating.rate(at, click, "CBILLING", useful=False, reason="too noisy"),
}


def _answer_of(desk: Desk, click: Click) -> int:
    card = looking.look(desk, click.mention_id)
    return card.answer.id if card.answer else 0


HELD = ApprovalRule(name="outages", topics=("outage",))


def posted(which: int) -> Incoming:
    return post(which, ("billing is awful", "outage")[which - 1], thread=f"talk-{which}")


class DeskMachine(RuleBasedStateMachine):
    """The database is the test's; each run empties it."""

    database: Database

    @initialize()
    def start(self) -> None:
        wipe(self.database)
        self.clock = MovedClock()
        dealing = replace(department("billing"), assign=Assign.ROUND_ROBIN)
        departments = [dealing, department("care"), department("triage", escalation=())]
        rules = policy(departments=departments, answerable=["forum"], ops_channel="#ops")
        rules = replace(rules, approvals=(HELD,), success_channel="#wins")
        self.world = World(self.database, self.clock, rules)
        self.forum = FakeForum("forum")
        self.world.sources["forum"] = self.forum
        self.world.arrive(posted(1), posted(2))
        self.world.arrive(post(3, "billing twice"), source="reviews")
        self.world.think()
        self.ids = self.world.log_ids()
        self.past: list[tuple[str, Click]] = []
        self.edits = 0
        self.ingested = 3

    def _act(self, action: str, click: Click) -> None:
        try:
            STEPS[action](self.world.desk, click)
        except Refused:
            return
        self.past.append((action, click))

    @rule(action=st.sampled_from(sorted(STEPS)), user=PEOPLE, which=MENTIONS)
    def somebody_acts(self, action: str, user: str, which: int) -> None:
        self._act(action, self.world.click(user, self.ids[which]))

    @rule(which=st.integers(0, 50))
    def a_click_is_delivered_again(self, which: int) -> None:
        if not self.past:
            return
        action, click = self.past[which % len(self.past)]
        before = self.world.record(click.mention_id), self.world.log(click.mention_id)
        STEPS[action](self.world.desk, click)
        assert (self.world.record(click.mention_id), self.world.log(click.mention_id)) == before

    @rule(user=PEOPLE, which=MENTIONS)
    def somebody_sends_again(self, user: str, which: int) -> None:
        try:
            answering.send_again(self.world.desk, self.world.click(user, self.ids[which]))
        except Refused:
            return

    @rule(which=st.integers(1, 2))
    def an_author_edits(self, which: int) -> None:
        self.edits += 1
        self.world.arrive(replace(posted(which), text=f"billing, edit {self.edits}"))

    @rule(which=st.integers(1, 2))
    def an_author_writes_again(self, which: int) -> None:
        """In the same conversation: it is part of the first."""
        self.ingested += 1
        self.world.arrive(
            replace(posted(which), external_id=f"again-{self.ingested}", text=f"billing, again {self.ingested}")
        )

    @rule(act=st.sampled_from(["r1", "r2"]))
    def an_issue_is_released(self, act: str) -> None:
        try:
            linking.release_issue(self.world.desk, "SIM-42", "2.3", by="UCAT", act=act)
        except Refused:
            return

    @rule()
    def the_model_reads_what_changed(self) -> None:
        self.world.think()

    @rule(step=st.integers(1, 180))
    def time_passes(self, step: int) -> None:
        self.clock.minutes(step)
        self.world.watch()
        self.world.assign()
        close_loop.bring_back_released(self.database, self.world.policy, self.clock())
        close_loop.note_told(self.database, self.clock())

    @rule(seconds=st.integers(1, 20))
    def a_moment_passes(self, seconds: int) -> None:
        """Short enough to undo what was done before it."""
        self.clock.seconds(seconds)

    @rule(trouble=st.sampled_from(["", "retry", "give up"]))
    def answers_travel(self, trouble: str) -> None:
        if trouble == "retry":
            self.forum.trouble.append(Retry("busy", after=timedelta(seconds=1)))
        if trouble == "give up":
            self.forum.trouble.append(GiveUp("closed"))
        self.world.reply()

    @rule()
    def messages_go_out(self) -> None:
        self.world.deliver_round()
        self.world.draw()
        self.clock.seconds(1.2)

    @invariant()
    def every_state_is_legal_and_is_what_the_log_says(self) -> None:
        for mention_id in self.ids:
            record, log = self.world.record(mention_id), self.world.log(mention_id)
            told = replayed(log)
            assert record.state is told.state
            assert (record.claim.owner if record.claim else "") == told.owner
            assert record.offer is None or record.offer.by in (told.owner, EARSHOT)
            assert (record.claim is not None) == (record.state is State.CLAIMED)
            assert (record.decision is not None) == (record.state in CLOSED)
            assert (record.snoozed_until is not None) == (record.state is State.SNOOZED)
            still = [promise.kind for promise in record.promises if promise.settled_at is None]
            assert len(still) == len(set(still))
            if record.state in CLOSED:
                assert still == []
            assert record.level <= 2

    @invariant()
    def nobody_else_decided_over_a_claim(self) -> None:
        for mention_id in self.ids:
            log = self.world.log(mention_id)
            for event, before in zip(log[1:], replay(log), strict=False):
                if event.what in OWNERS_ONLY and event.what != Action.ANSWER:  # which arrives whoever holds it then
                    assert before.owner in ("", event.actor) or event.actor == EARSHOT

    @invariant()
    def each_answer_was_carried_once(self) -> None:
        assert len(self.forum.answers) == len({key for _, _, key in self.forum.sends if key in self.forum.answers})
        sent = sum(self.world.whats(each).count("reply_sent") for each in self.ids)
        assert sent == len(self.forum.answers)

    @invariant()
    def the_ledger_balances(self) -> None:
        assert self.world.ledger().ingested == self.ingested
        assert self.world.slack.doubled() == []

    def _give_back(self, mention_id: int) -> None:
        """An answer that waits for approval keeps its writer's claim: any other may end that."""
        answer = self.world.record(mention_id).answer
        if answer is not None and answer.state is AnswerState.WAITING:
            other = next(each for each in ("UANA", "UBEN") if each != answer.author)
            approving.give_back(self.world.desk, self.world.click(other, mention_id), answer.id, "the end")

    def teardown(self) -> None:
        """What is still open can always be brought to an end."""
        for mention_id in self.ids:
            self.clock.forward(timedelta(days=1))
            for _ in range(12):
                self.world.reply()
                self.clock.minutes(15)
            self._give_back(mention_id)
            self.clock.minutes(45)
            self.world.watch()
            if self.world.record(mention_id).state in LIVE:
                deciding.decide(self.world.desk, self.world.click("UANA", mention_id), Action.LET_STAND, "the end")
            assert self.world.record(mention_id).state in CLOSED


def run(database: Database, *, examples: int, steps: int) -> None:
    class OnThis(DeskMachine):
        pass

    OnThis.database = database
    quietly = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(OnThis, settings=quietly)  # type: ignore[no-untyped-call]


def test_no_sequence_of_acts_leads_to_an_illegal_state(database: Database) -> None:
    run(database, examples=8 if database.dialect == "sqlite" else 4, steps=25)

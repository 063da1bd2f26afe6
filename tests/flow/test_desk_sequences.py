"""Random sequences of everything that people, authors and the clock can do, by several people, delivered once or more."""

from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from bot.domain.event import EARSHOT, Event
from bot.domain.lifecycle import CLOSED, LIVE, Action, State, after
from bot.errors import GiveUp, Refused, Retry
from bot.flow.desk import answering, deciding
from bot.flow.desk.act import Click
from bot.store.database import Database
from tests.databases import wipe
from tests.fakes import FakeForum, MovedClock, policy, post
from tests.flow.test_desk import ACTS
from tests.world import World

PEOPLE = st.sampled_from(["UANA", "UBEN", "UCAT"])
MENTIONS = st.integers(0, 2)


def replayed(log: tuple[Event, ...]) -> State:
    """The state that the log alone leads to."""
    state = State.NEW
    for event in log:
        if event.what == "unjudged":
            state = State.JUDGED
        if event.what in set(Action):
            moved = after(state, Action(event.what))
            assert moved is not None, f"{event.what} cannot come after {state}"
            state = moved
    return state


class DeskMachine(RuleBasedStateMachine):
    """The database is the test's; each run empties it."""

    database: Database

    @initialize()
    def start(self) -> None:
        wipe(self.database)
        self.clock = MovedClock()
        self.world = World(self.database, self.clock, policy(answerable=["forum"], ops_channel="#ops"))
        self.forum = FakeForum("forum")
        self.world.sources["forum"] = self.forum
        self.world.arrive(post(1, "billing is awful"), post(2, "outage"))
        self.world.arrive(post(3, "billing twice"), source="reviews")
        self.world.think()
        self.ids = self.world.log_ids()
        self.past: list[tuple[Action, Click]] = []
        self.edits = 0

    def _act(self, action: Action, click: Click) -> None:
        try:
            ACTS[action](self.world.desk, click)
        except Refused:
            return
        self.past.append((action, click))

    @rule(action=st.sampled_from(sorted(ACTS)), user=PEOPLE, which=MENTIONS)
    def somebody_acts(self, action: Action, user: str, which: int) -> None:
        self._act(action, self.world.click(user, self.ids[which]))

    @rule(which=st.integers(0, 50))
    def a_click_is_delivered_again(self, which: int) -> None:
        if not self.past:
            return
        action, click = self.past[which % len(self.past)]
        before = self.world.record(click.mention_id), self.world.log(click.mention_id)
        ACTS[action](self.world.desk, click)
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
        self.world.arrive(post(which, f"billing, edit {self.edits}"))

    @rule()
    def the_model_reads_what_changed(self) -> None:
        self.world.think()

    @rule(step=st.integers(1, 180))
    def time_passes(self, step: int) -> None:
        self.clock.minutes(step)
        self.world.watch()

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
            assert record.state is replayed(log)
            assert (record.claim is not None) == (record.state is State.CLAIMED)
            assert (record.decision is not None) == (record.state in CLOSED)
            assert (record.snoozed_until is not None) == (record.state is State.SNOOZED)
            self._owner_is_the_last_to_claim(mention_id, log)
            still = [promise.kind for promise in record.promises if promise.settled_at is None]
            assert len(still) == len(set(still))
            if record.state in CLOSED:
                assert still == []
            assert record.level <= 2

    def _owner_is_the_last_to_claim(self, mention_id: int, log: tuple[Event, ...]) -> None:
        record = self.world.record(mention_id)
        claims = [event.actor for event in log if event.what == Action.CLAIM]
        assert record.claim is None or record.claim.owner == claims[-1]

    @invariant()
    def nobody_else_decided_over_a_claim(self) -> None:
        for mention_id in self.ids:
            owner = ""
            for event in self.world.log(mention_id):
                if event.what == Action.CLAIM:
                    assert owner == "", "claimed although somebody had it"
                    owner = event.actor
                elif event.what in set(Action) and event.what != Action.ESCALATE:
                    arrived = event.what == Action.ANSWER  # by its writer, whoever holds it when it arrives
                    assert arrived or owner in ("", event.actor) or event.actor == EARSHOT
                    owner = ""

    @invariant()
    def each_answer_was_carried_once(self) -> None:
        assert len(self.forum.answers) == len({key for _, _, key in self.forum.sends if key in self.forum.answers})
        sent = sum(self.world.whats(each).count("reply_sent") for each in self.ids)
        assert sent == len(self.forum.answers)

    @invariant()
    def the_ledger_balances(self) -> None:
        assert self.world.ledger().ingested == 3
        assert self.world.slack.doubled() == []

    def teardown(self) -> None:
        """What is still open can always be brought to an end."""
        for mention_id in self.ids:
            self.clock.forward(timedelta(days=1))
            for _ in range(12):
                self.world.reply()
                self.clock.minutes(15)
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

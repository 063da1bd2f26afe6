"""The whole core around one database, with fakes outside: what a test of the flow drives."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import count

from bot.domain.card import Card
from bot.domain.event import Event
from bot.domain.mention import Incoming
from bot.domain.policy import Policy
from bot.flow import assign, classify, deliver, ingest, reply, report, route, watch
from bot.flow.desk import claiming, looking
from bot.flow.desk.act import Click, Desk
from bot.flow.keep_promises import keep_promises
from bot.flow.pace import mend_pace
from bot.sources.base import Source
from bot.store import events, figures, mentions
from bot.store.database import Database
from bot.store.figures import Ledger
from bot.store.records import Record
from tests.fakes import START, FakeClassifier, FakeMessenger, FakeReach, FakeRoster, MovedClock, policy, post

QUIET = 400
"""Rounds after which a test that never comes to rest fails."""


class World:
    """Mentions come in, stages run when told, people click. `forum` is the source of all mentions unless named."""

    def __init__(self, database: Database, clock: MovedClock, rules: Policy | None = None) -> None:
        self.db = database
        self.clock = clock
        self.policy = rules or policy()
        self.model = FakeClassifier()
        self.slack = FakeMessenger(clock=clock)
        self.reach = FakeReach()
        self.desk = Desk(db=database, policy=self.policy, clock=clock, reach=self.reach)
        self.sources: dict[str, Source] = {}
        self.roster = FakeRoster()
        self._keys = count(1)

    # -- what happens by itself

    def arrive(self, *items: Incoming, source: str = "forum") -> None:
        ingest.store_imported(self.db, source, items or [post()], self.clock)

    def think(self) -> None:
        """Judge and route until nothing is left."""
        while classify.classify_waiting(self.db, self.model, self.policy, self.clock):
            pass
        while route.route_judged(self.db, self.policy, self.clock()):
            pass

    def deliver_round(self) -> int:
        """One look at every channel that has something to post."""
        due = deliver.due_channels(self.db, self.clock())
        return sum(deliver.deliver_next(self.db, self.slack, self.policy, channel, self.clock) for channel in due)

    def deliver(self) -> int:
        """Post until nothing waits, also what was put off: the clock goes as far as that takes."""
        posted = 0
        for _ in range(QUIET):
            if not deliver.due_channels(self.db, self.clock() + timedelta(days=1)):
                return posted
            due_now = deliver.due_channels(self.db, self.clock())
            posted += self.deliver_round() if due_now else 0
            self.clock.seconds(1.2 if due_now else 4)
        raise AssertionError("the outbox never comes to rest")

    def draw(self) -> int:
        drawn = 0
        while some := deliver.draw_stale(self.db, self.slack, self.policy, self.clock):
            drawn += some
        return drawn

    def run(self) -> None:
        """Everything that is due, up to the cards in Slack."""
        self.think()
        self.deliver()
        self.draw()

    def reply(self) -> int:
        due = reply.due_sources(self.db, self.clock())
        return sum(reply.send_answers(self.db, name, self.sources.get(name), self.clock) for name in due)

    def watch(self) -> dict[str, int]:
        """One tick of the clock's stages: how much each had to do."""
        now = self.clock()
        return {
            "expired": watch.end_leases(self.db, now),
            "woken": watch.wake_snoozed(self.db, now),
            "paced": mend_pace(self.db, self.policy, now),
            "said": keep_promises(self.db, self.policy, now),
            "raised": watch.escalate_further(self.db, self.policy, self.reach, now),
        }

    def assign(self) -> int:
        """The same for offers and undos: how many offers were made."""
        now = self.clock()
        assign.end_undos(self.db, now)
        assign.end_offers(self.db, now)
        return assign.offer_turns(self.db, self.policy, self.roster, now)

    # -- what people do

    def click(self, user: str, mention_id: int = 1, key: str = "") -> Click:
        return Click(mention_id=mention_id, user=user, key=key or f"key-{next(self._keys)}")

    def claim(self, user: str, mention_id: int = 1) -> Card:
        return claiming.claim(self.desk, self.click(user, mention_id))

    # -- what a test asks

    def record(self, mention_id: int = 1) -> Record:
        with self.db.read() as session:
            found = mentions.load(session, mention_id)
        assert found is not None
        return found

    def card(self, mention_id: int = 1) -> Card:
        return looking.look(self.desk, mention_id)

    def log(self, mention_id: int = 1) -> tuple[Event, ...]:
        with self.db.read() as session:
            return events.of_mention(session, mention_id)

    def log_ids(self) -> list[int]:
        """Ids of all mentions, oldest first."""
        with self.db.read() as session:
            return [each.mention_id for each in sorted(figures.facts(session, START), key=lambda each: each.mention_id)]

    def whats(self, mention_id: int = 1) -> list[str]:
        return [event.what for event in self.log(mention_id)]

    def ledger(self) -> Ledger:
        found = report.balance(self.db)
        assert found.balanced, found
        return found

    def notices(self, reference: str) -> list[str]:
        """Kinds of the notices that stand in a channel, oldest first."""
        return [str(each.content.notice) for each in self.slack.shown(reference) if each.content.notice]


def posts(number: int, text: str = "charged twice, billing is awful") -> Sequence[Incoming]:
    return [post(each, f"{text} #{each}") for each in range(1, number + 1)]


def minutes(count_: float) -> timedelta:
    return timedelta(minutes=count_)

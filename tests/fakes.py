"""Stand-ins written by hand: a clock, a model, a source and a Slack that keep state and do what the test scripts."""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from bot.domain.escalation import Target, TargetKind
from bot.domain.mention import Incoming
from bot.domain.policy import Policy
from bot.domain.promise import always
from bot.domain.routing import Department, Level, RoutingTable, Rule, Topic
from bot.errors import GiveUp, Retry
from bot.flow.deliver import Content
from bot.sources.base import Batch, Replied
from tests.fake_model import TOPICS, FakeClassifier, verdict  # noqa: F401 - one of the fakes that tests take from here

START = datetime(2026, 6, 1, 9, tzinfo=UTC)
"""A Monday morning."""


class MovedClock:
    """Stands still until the test moves it."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, span: timedelta) -> datetime:
        self.now += span
        return self.now

    def seconds(self, count: float) -> datetime:
        return self.forward(timedelta(seconds=count))

    def minutes(self, count: float) -> datetime:
        return self.forward(timedelta(minutes=count))


# -- a source ---------------------------------------------------------------------------------------------------------

Scripted = Batch | Exception


class FakeSource:
    """Gives its script poll by poll: a batch, or an error that it raises. When that is over it brings nothing new."""

    kind = "fake"
    first_lookback = timedelta(hours=24)

    def __init__(self, name: str = "forum", script: Iterable[Scripted] = (), *, every: float = 60.0) -> None:
        self.name = name
        self.every = timedelta(seconds=every)
        self._script: deque[Scripted] = deque(script)
        self.cursors: list[str] = []

    def will(self, *script: Scripted) -> None:
        self._script.extend(script)

    def poll(self, cursor: str, now: datetime) -> Batch:
        self.cursors.append(cursor)
        if not self._script:
            return Batch(items=(), cursor=cursor)
        turn = self._script.popleft()
        if isinstance(turn, Exception):
            raise turn
        return turn


@dataclass(frozen=True, kw_only=True)
class Done:
    """A reply that is carried out although its caller sees `error`."""

    error: Exception


class FakeForum(FakeSource):
    """A source that takes answers. The same key twice leaves one answer, as its contract says."""

    max_answer: int | None = None

    def __init__(self, name: str = "forum", script: Iterable[Scripted] = (), *, every: float = 60.0) -> None:
        super().__init__(name, script, every=every)
        self.trouble: deque[Exception | Done] = deque()
        self.sends: list[tuple[str, str, str]] = []
        self.answers: dict[str, tuple[str, str]] = {}

    def reply(self, external_id: str, text: str, *, key: str) -> Replied:
        self.sends.append((external_id, text, key))
        turn = self.trouble.popleft() if self.trouble else None
        if isinstance(turn, Exception):
            raise turn
        self.answers.setdefault(key, (external_id, text))
        if isinstance(turn, Done):
            raise turn.error
        return Replied(permalink=f"https://{self.name}.test/{external_id}#{key[:8]}")


def post(number: int | str = 1, text: str = "charged twice, billing is awful", **fields: object) -> Incoming:
    """One customer's post."""
    base = Incoming(
        external_id=f"post-{number}",
        text=text,
        author=f"customer{number}",
        author_name=f"Customer {number}",
        url=f"https://forum.test/{number}",
        posted_at=START - timedelta(minutes=5),
    )
    return replace(base, **fields)  # type: ignore[arg-type]


def batch(*items: Incoming, cursor: str = "c1", **fields: object) -> Batch:
    return replace(Batch(items=items, cursor=cursor), **fields)  # type: ignore[arg-type]


# -- Slack ------------------------------------------------------------------------------------------------------------


@dataclass(kw_only=True)
class Message:
    """One message in a channel's history; `content` is what it shows now."""

    ts: str
    delivery_id: str
    content: Content
    at: datetime
    updates: int = 0


@dataclass(frozen=True, kw_only=True)
class Committed:
    """Slack did it, and then the caller saw `error`: a reply that was lost."""

    error: Exception


Fault = Exception | Committed


@dataclass(frozen=True, kw_only=True)
class Call:
    method: str
    channel: str
    at: datetime


@dataclass(kw_only=True)
class FakeMessenger:
    """Slack's channels as the Messenger of flow/deliver sees them: with histories, a rate of one post a second, and faults.

    References turn into ids as `#care` → `CCARE`, `@ana` → `UANA`; an id stays one. `gone` references are unknown to Slack.
    `history_lag` is how long a new message takes to show up in a channel's history.
    """

    clock: MovedClock
    history_lag: timedelta = timedelta(0)
    gone: dict[str, Exception] = field(default_factory=dict)
    channels: dict[str, list[Message]] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    _faults: dict[tuple[str, str], deque[Fault]] = field(default_factory=dict)
    _numbers: int = 0

    def will(self, method: str, channel: str, *faults: Fault) -> None:
        """The next calls of `method` on `channel` (an id) meet these, one each."""
        self._faults.setdefault((method, channel), deque()).extend(faults)

    def channel_id(self, reference: str) -> str:
        if reference in self.gone:
            raise self.gone[reference]
        return id_of(reference)

    def post(self, channel_id: str, content: Content, *, delivery_id: str) -> str:
        fault = self._enter("post", channel_id)
        history = self.channels.setdefault(channel_id, [])
        if history and self.clock() - history[-1].at < timedelta(seconds=1):
            raise Retry("more than one message a second", after=timedelta(seconds=1))
        self._numbers += 1
        ts = f"{self.clock().timestamp():.0f}.{self._numbers:06d}"
        history.append(Message(ts=ts, delivery_id=delivery_id, content=content, at=self.clock()))
        _meet(fault)
        return ts

    def update(self, channel_id: str, ts: str, content: Content) -> None:
        fault = self._enter("update", channel_id)
        message = self.message(channel_id, ts)
        if message is None:
            raise GiveUp("the message was deleted in Slack")
        message.content = content
        message.updates += 1
        _meet(fault)

    def find(self, channel_id: str, delivery_id: str, *, since: datetime) -> str:
        _meet(self._enter("find", channel_id))
        settled = self.clock() - self.history_lag
        for message in self.channels.get(channel_id, ()):
            if message.delivery_id == delivery_id and since <= message.at <= settled:
                return message.ts
        return ""

    def permalink(self, channel_id: str, ts: str) -> str:
        return f"https://slack.test/archives/{channel_id}/p{ts.replace('.', '')}"

    # -- what a test asks

    def shown(self, reference: str) -> list[Message]:
        """The messages in a channel, oldest first."""
        return self.channels.get(id_of(reference), [])

    def texts(self, reference: str) -> list[str]:
        """What customers' texts a channel shows, in the order of the messages."""
        return [message.content.card.mention.text for message in self.shown(reference)]

    def doubled(self) -> list[str]:
        """Delivery ids that stand in a channel more than once."""
        posted = [message.delivery_id for history in self.channels.values() for message in history]
        return sorted({each for each in posted if posted.count(each) > 1})

    def times(self, method: str, reference: str) -> list[datetime]:
        """When a method was called on a channel."""
        return [call.at for call in self.calls if (call.method, call.channel) == (method, id_of(reference))]

    def message(self, channel_id: str, ts: str) -> Message | None:
        return next((each for each in self.channels.get(channel_id, ()) if each.ts == ts), None)

    def delete(self, reference: str, ts: str) -> None:
        self.channels[id_of(reference)] = [each for each in self.shown(reference) if each.ts != ts]

    def _enter(self, method: str, channel_id: str) -> Committed | None:
        """Note the call and raise what was scripted to come before any effect; gives what is to come after it."""
        self.calls.append(Call(method=method, channel=channel_id, at=self.clock()))
        scripted = self._faults.get((method, channel_id))
        fault = scripted.popleft() if scripted else None
        if isinstance(fault, Exception):
            raise fault
        return fault


def _meet(fault: Committed | None) -> None:
    if fault is not None:
        raise fault.error


@dataclass(kw_only=True)
class FakeRoster:
    """Slack's people as flow/assign sees them: `@ana` is `UANA`. `left` are gone; `trouble` is raised instead of an answer."""

    left: set[str] = field(default_factory=set)
    trouble: Exception | None = None

    def members_of(self, department: Department) -> tuple[str, ...]:
        if self.trouble is not None:
            raise self.trouble
        return tuple(person for each in department.people if (person := id_of(each)) not in self.left)


@dataclass(kw_only=True)
class FakeReach:
    """Slack's people as escalations see them: everybody can be told but the `gone`, of whom it says why.

    A name that ends in -group is a user group's.
    """

    gone: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, ...]] = field(default_factory=list)

    def look(self, references: Iterable[str]) -> dict[str, Target]:
        named = tuple(references)
        self.asked.append(named)
        return {each: self._target(each) for each in named}

    def _target(self, reference: str) -> Target:
        kind = {"#": TargetKind.CHANNEL}.get(reference[:1], TargetKind.PERSON)
        if reference.endswith("-group"):
            kind = TargetKind.GROUP
        return Target(reference=reference, called=reference, kind=kind, problem=self.gone.get(reference, ""))


def id_of(reference: str) -> str:
    """The id of a reference: `#care` → `CCARE`, `@ana` → `UANA`, `U1` → `U1`."""
    kind = {"#": "C", "@": "U"}.get(reference[:1])
    return f"{kind}{reference[1:].upper()}" if kind else reference


LOST_REPLY = Committed(error=Retry("the connection to Slack broke", after=timedelta(seconds=3), ambiguous=True))
NEVER_ARRIVED = Retry("the connection to Slack broke", after=timedelta(seconds=3), ambiguous=True)


def patience(seconds: float) -> Retry:
    """Slack's 429."""
    return Retry("Slack asks for patience", after=timedelta(seconds=seconds))


# -- the company ------------------------------------------------------------------------------------------------------

CHAIN = (
    Level(notify=("@lea",), within=timedelta(minutes=30)),
    Level(notify=("#leads", "@max"), within=timedelta(minutes=30)),
)


def department(name: str, **fields: object) -> Department:
    """One that decides within an hour and answers within four, round the clock, warned ten minutes before."""
    base = Department(
        name=name,
        title=name.title(),
        channel=f"#{name}",
        people=("@ana", "@ben"),
        decide_within=timedelta(hours=1),
        answer_within=timedelta(hours=4),
        warn_before=timedelta(minutes=10),
        office_hours=always(),
        escalation=CHAIN,
    )
    return replace(base, **fields)  # type: ignore[arg-type]


def policy(
    *,
    departments: Sequence[Department] | None = None,
    rules: Sequence[Rule] = (),
    answerable: Iterable[str] = (),
    lease: timedelta = timedelta(minutes=30),
    offer: timedelta = timedelta(minutes=15),
    ops_channel: str = "",
) -> Policy:
    """Departments billing, care and triage; topics billing and outage are owned, the rest goes to triage."""
    known = departments or (department("billing"), department("care"), department("triage", escalation=()))
    topics = {"billing": "billing", "outage": "care", "praise": "care"}
    routing = RoutingTable(
        rules=tuple(rules),
        topics={name: Topic(name=name, department=owner) for name, owner in topics.items()},
        departments={each.name: each for each in known},
        triage="triage",
        min_confidence=0.5,
    )
    return Policy(
        company="Acme",
        zone="UTC",
        routing=routing,
        lease=lease,
        offer=offer,
        ops_channel=ops_channel,
        source_titles={"forum": "Forum"},
        answerable=frozenset(answerable),
    )

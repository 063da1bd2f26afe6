"""What people see of a mention: everything that a card, its dialogs and the Home show, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.domain.event import Event
from bot.domain.label import Label, LabelKind
from bot.domain.lifecycle import State
from bot.domain.mention import Mention
from bot.domain.promise import Promise
from bot.domain.triage import Triage
from classifiers.verdict import Verdict


class AnswerState(StrEnum):
    """Where an answer stands on its way to the customer. `copied` = the source cannot be written to; a person carries it."""

    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    COPIED = "copied"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, kw_only=True)
class Claim:
    """An exclusive, expiring hold: `until` is when it returns to the pool by itself."""

    owner: str
    since: datetime
    until: datetime


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What was said to the customer. `problem` says why a failed one failed."""

    id: int
    author: str
    text: str
    at: datetime
    state: AnswerState
    permalink: str = ""
    problem: str = ""


@dataclass(frozen=True, kw_only=True)
class Decision:
    """How a mention was closed, by whom, and why where a reason was given. `what` is an Action's value."""

    what: str
    by: str
    at: datetime
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Escalation:
    """The last time it was raised: `level` counts from 1."""

    level: int
    by: str
    at: datetime
    reason: str
    notified: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Place:
    """A department as a card needs it."""

    name: str
    title: str
    channel: str


@dataclass(frozen=True, kw_only=True)
class Guess:
    """Where the model would have sent a mention, had it been sure: one click moves it there and teaches the topic."""

    place: Place
    topic: str
    share: float


@dataclass(frozen=True, kw_only=True)
class Card:
    """One mention as it stands now. `version` rises with each change, so a shown card tells whether it is current.

    `can_reply` says that the source takes our answer; else a person carries it there.
    """

    mention: Mention
    state: State
    version: int
    urgent: bool
    place: Place
    route_rule: str
    route_why: str
    verdict: Verdict | None
    triage: Triage | None
    can_reply: bool
    claim: Claim | None = None
    promises: tuple[Promise, ...] = ()
    escalation: Escalation | None = None
    escalation_levels: int = 0
    """How many levels the department's chain has; escalating past the last is not offered."""
    answer: Answer | None = None
    decision: Decision | None = None
    snoozed_until: datetime | None = None
    guesses: tuple[Guess, ...] = ()
    """The two likeliest places for what waits in triage because the model was not sure; the likelier first."""
    topic_trusted: bool = True
    """Whether the model is trusted with the topic of what is written in this language."""
    score_trusted: bool = True
    """The same for its scores and for what the response flow makes of them."""
    corrections: Mapping[LabelKind, Label] = field(default_factory=dict)
    """What people said against the model and nobody took back."""
    source_title: str = ""
    """The source's name for people; where it is empty its key is shown."""


@dataclass(frozen=True, kw_only=True)
class History:
    """A mention's whole log, oldest first."""

    card: Card
    events: tuple[Event, ...]


@dataclass(frozen=True, kw_only=True)
class Line:
    """A mention in a list: enough to recognise it and to open its card."""

    mention_id: int
    state: State
    source: str
    author: str
    excerpt: str
    department: str
    due_at: datetime | None
    owner: str
    urgent: bool
    permalink: str


@dataclass(frozen=True, kw_only=True)
class HomePage:
    """App Home of one person. Each list is a page; `more` counts what lies beyond it, so nothing hides."""

    user: str
    departments: tuple[Place, ...]
    mine: tuple[Line, ...]
    mine_more: int
    due_soon: tuple[Line, ...]
    due_soon_more: int
    unclaimed: tuple[Line, ...]
    unclaimed_more: int
    made_at: datetime


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """A channel's wish for copies. An empty filter lets everything through; bounds are inclusive."""

    id: int
    channel: str
    created_by: str
    created_at: datetime
    topics: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    min_detractor: float = 0.0
    min_promoter: float = 0.0

    def wants(self, source: str, verdict: Verdict | None) -> bool:
        """Whether a mention from `source` is copied here; an unjudged one is copied only where no filter needs a verdict."""
        if self.sources and source not in self.sources:
            return False
        if verdict is None:
            return not self.topics and not self.min_detractor and not self.min_promoter
        return (
            (not self.topics or verdict.topic in self.topics)
            and verdict.detractor >= self.min_detractor
            and verdict.promoter >= self.min_promoter
        )

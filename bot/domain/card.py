"""What people see of a mention: everything that a card and its dialogs show, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.assignment import Lapse, Offer
from bot.domain.comeback import FollowUps, Revision
from bot.domain.escalation import Waiting
from bot.domain.event import Event
from bot.domain.issue import Wish
from bot.domain.kudos import Thanks
from bot.domain.label import Label, LabelKind, Score
from bot.domain.lifecycle import State
from bot.domain.listening import THEME
from bot.domain.mention import Mention
from bot.domain.promise import Promise, PromiseKind
from bot.domain.repeat import Repeats
from bot.domain.stance import Heard
from bot.domain.triage import Triage
from bot.domain.undo import Undo
from classifiers.verdict import Verdict

PRAISE = 0.5
"""From this promoter score on a mention is in the promoters' lane: to be thanked, and to be shared."""


class AnswerState(StrEnum):
    """Where an answer stands on its way to the customer.

    `waiting` = an approver has to see it first; `returned` = one gave it back. `replaced` = its writer wrote another before
    it went anywhere. `copied` = the source cannot be written to; a person carries it.
    """

    WAITING = "waiting"
    RETURNED = "returned"
    REPLACED = "replaced"
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
class Approval:
    """What holds or held an answer back. `approvers` are the references of whoever may let it go; `by` is who did, `at` when.

    `returned` is the reason of whoever gave it back.
    """

    rule: str
    why: str
    approvers: tuple[str, ...] = ()
    by: str = ""
    at: datetime | None = None
    returned: str = ""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What was said to the customer. `problem` says why a failed one failed, `unclear` that it may have arrived even so."""

    id: int
    author: str
    text: str
    at: datetime
    state: AnswerState
    permalink: str = ""
    problem: str = ""
    unclear: bool = False
    approval: Approval | None = None


@dataclass(frozen=True, kw_only=True)
class Decision:
    """How a mention was closed, by whom, and why where a reason was given. `what` is an Action's value."""

    what: str
    by: str
    at: datetime
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Escalation:
    """The last time it was raised: `level` counts from 1, `round` from 0; the chain is called in rounds.

    `next_at` is when the clock goes on where nobody acts, `put_off` says that quiet hours made that later, and `call_now`
    that they do not count. Whoever is on it stops the clock.
    """

    level: int
    by: str
    at: datetime
    reason: str
    notified: tuple[str, ...]
    round: int = 0
    next_at: datetime | None = None
    put_off: bool = False
    call_now: bool = False
    acknowledged_by: str = ""
    acknowledged_at: datetime | None = None


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

    `can_reply` says that the source takes our answer; else a person carries it there. `answer_max` is how many characters
    the source takes, None where it does not say. `followed_at` is when the author last wrote again.
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
    answer_max: int | None = None
    followed_at: datetime | None = None
    follow_ups: FollowUps = field(default_factory=FollowUps)
    repeats: Repeats = field(default_factory=Repeats)
    """What other posts say the same, and stand under this one."""
    heard: tuple[Heard, ...] = ()
    """What its author said so far, over all accounts linked to theirs; read for the live card only."""
    revision: Revision | None = None
    """What stood there before its author changed it, while nobody has decided on the new words."""
    claim: Claim | None = None
    offer: Offer | None = None
    lapse: Lapse | None = None
    """The claim that ran out last, while nobody has done anything since."""
    undo: Undo | None = None
    """The last step, while it can be taken back."""
    promises: tuple[Promise, ...] = ()
    escalation: Escalation | None = None
    waiting_call: Waiting | None = None
    escalation_levels: int = 0
    """How many levels the department's chain has; escalating past the last is not offered."""
    answer: Answer | None = None
    decision: Decision | None = None
    wishes: tuple[Wish, ...] = ()
    """The issues that it asks for, in the order in which they were linked."""
    snoozed_until: datetime | None = None
    waiting_for: str = ""
    """What it is put aside for besides a time: "customer", or nothing."""
    time_left: Mapping[PromiseKind, timedelta] = field(default_factory=dict)
    """Office time left of each promise that stands still."""
    guesses: tuple[Guess, ...] = ()
    """The two likeliest places for what waits in triage because the model was not sure; the likelier first."""
    topic_trusted: bool = True
    """Whether the model is trusted with the topic of what is written in this language."""
    score_trusted: bool = True
    """The same for its scores and for what the response flow makes of them."""
    corrections: Mapping[LabelKind, Label] = field(default_factory=dict)
    """What people said against the model and nobody took back."""
    success_channel: str = ""
    """Where praise can be shared with the whole company; empty where that is nowhere."""
    praised: tuple[Thanks, ...] = ()
    """Our people whom it praises by name."""
    source_title: str = ""
    """The source's name for people; where it is empty its key is shown."""

    @property
    def is_chance(self) -> bool:
        """Whether it names nobody of us and is here for its theme: to join in, and nothing is owed."""
        return self.route_rule == THEME

    @property
    def praises(self) -> bool:
        """Whether a promoter speaks: by a person's word, else by the model's estimate."""
        if self.is_chance:
            return False
        said = self.corrections.get(LabelKind.SCORE)
        if said is not None and said.score is not None:
            return said.score is Score.PROMOTER
        verdict = self.verdict
        return verdict is not None and verdict.promoter >= PRAISE and verdict.promoter > verdict.detractor


@dataclass(frozen=True, kw_only=True)
class History:
    """A mention's whole log, oldest first."""

    card: Card
    events: tuple[Event, ...]


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

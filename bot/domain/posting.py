"""A Slack message that we want posted, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class PostingKind(StrEnum):
    """`card` is the live one of the owning department (a pointer once it moved), `copy` a read-only one, `notice` a call.

    `signal` is the one card of mentions that add up, posted under one of them.
    `call` calls an escalation's level and `approval` asks for a second pair of eyes on an answer; unlike a notice they are
    drawn anew, when somebody is on it or has looked. A `bulletin` is about no mention: it tells the operators of a source.
    """

    CARD = "card"
    COPY = "copy"
    NOTICE = "notice"
    SIGNAL = "signal"
    CALL = "call"
    APPROVAL = "approval"
    BULLETIN = "bulletin"


class NoticeKind(StrEnum):
    """Why a notice is sent."""

    DUE_SOON = "due_soon"
    MISSED = "missed"
    ESCALATED = "escalated"
    UNREACHED = "unreached"
    NOBODY_TOLD = "nobody_told"
    CHAIN_ENDED = "chain_ended"
    LEASE_ENDED = "lease_ended"
    OFFERED = "offered"
    OFFER_ACCEPTED = "offer_accepted"
    OFFER_DECLINED = "offer_declined"
    OFFER_ENDED = "offer_ended"
    CAME_BACK = "came_back"
    MONITOR = "monitor"
    RELEASED = "released"
    DRIFT = "drift"
    APPROVED = "approved"
    RETURNED = "returned"
    KUDOS = "kudos"


class PostingState(StrEnum):
    """`sending` may have reached Slack already: look before sending again. `dead` needs a person."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    DEAD = "dead"


@dataclass(frozen=True, kw_only=True)
class Posting:
    """One outbox row. `channel` is a reference as configured, `channel_id` and `ts` say where it was posted.

    `body` holds what a notice says besides the mention: people to call, the promise, the reason. That of a bulletin says
    all, in `version`; its `mention_id` is 0.
    """

    id: int
    delivery_id: str
    mention_id: int
    channel: str
    kind: PostingKind
    slot: str = ""
    urgent: bool = False
    body: Mapping[str, str] = field(default_factory=dict)
    state: PostingState = PostingState.PENDING
    attempts: int = 0
    tried_at: datetime | None = None
    channel_id: str = ""
    ts: str = ""
    shown_version: int = 0
    version: int = 0
    problem: str = ""

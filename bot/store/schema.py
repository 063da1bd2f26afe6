"""The tables of what comes in and what goes out. Migrations make them; `alembic check` holds the two together."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import Base, BigKey, mention_key


class MentionRow(Base):
    """`leased_until` and `next_at` belong to the stage at work; `version` rises with every change people see.

    `added_by` brought it in by hand. `follow_of` is the mention that this one continues, `repeat_of` the one that it says
    again; `looked_at` is when its source was last asked how it stands now; one `for_history` came by a backfill and goes
    to no channel. `offered_to` may take it until `offer_until`. At `assign_at` Earshot asks the next person whose turn it
    is, none of `asked`; `lapsed_by` held the claim that ran out last. `undo` holds what the last step changed, for whoever
    takes it back before `undo_until`. `raise_by` asked for the level that waits for the end of quiet hours; with
    `call_now` none waits. All its messages show `drawn_version` or a later one: below `version` one of them may be stale.
    The indexes on what a source chooses freely are hashes on PostgreSQL, whose trees take no long keys. Those on `follow_of`
    and `repeat_of` leave out what has none: with it, SQLite believes after `ANALYZE` that whatever is asked for is most of
    the table.
    """

    __tablename__ = "mentions"
    __table_args__ = (
        UniqueConstraint("source", "external_id"),
        Index(
            "ix_mentions_waiting",
            "state",
            "next_at",
            sqlite_where=text("state IN ('new', 'judged')"),
            postgresql_where=text("state IN ('new', 'judged')"),
        ),
        Index("ix_mentions_state_department", "state", "department"),
        Index(
            "ix_mentions_claim_until",
            "claim_until",
            sqlite_where=text("claim_until IS NOT NULL"),
            postgresql_where=text("claim_until IS NOT NULL"),
        ),
        Index("ix_mentions_received_at", "received_at"),
        Index(
            "ix_mentions_escalate_at",
            "escalate_at",
            sqlite_where=text("escalate_at IS NOT NULL"),
            postgresql_where=text("escalate_at IS NOT NULL"),
        ),
        Index(
            "ix_mentions_snoozed_until",
            "snoozed_until",
            sqlite_where=text("snoozed_until IS NOT NULL"),
            postgresql_where=text("snoozed_until IS NOT NULL"),
        ),
        Index(
            "ix_mentions_offer_until",
            "offer_until",
            sqlite_where=text("offer_until IS NOT NULL"),
            postgresql_where=text("offer_until IS NOT NULL"),
        ),
        Index(
            "ix_mentions_assign_at",
            "assign_at",
            sqlite_where=text("assign_at IS NOT NULL"),
            postgresql_where=text("assign_at IS NOT NULL"),
        ),
        Index(
            "ix_mentions_undo_until",
            "undo_until",
            sqlite_where=text("undo_until IS NOT NULL"),
            postgresql_where=text("undo_until IS NOT NULL"),
        ),
        Index("ix_mentions_author", "author", postgresql_using="hash"),
        Index("ix_mentions_thread", "thread", postgresql_using="hash"),
        Index(
            "ix_mentions_follow_of",
            "follow_of",
            sqlite_where=text("follow_of IS NOT NULL"),
            postgresql_where=text("follow_of IS NOT NULL"),
        ),
        Index(
            "ix_mentions_repeat_of",
            "repeat_of",
            sqlite_where=text("repeat_of IS NOT NULL"),
            postgresql_where=text("repeat_of IS NOT NULL"),
        ),
        Index(
            "ix_mentions_undrawn",
            "id",
            sqlite_where=text("drawn_version < version"),
            postgresql_where=text("drawn_version < version"),
        ),
        Index("ix_mentions_source_received_at", "source", "received_at"),
        Index(
            "ix_mentions_judge_at",
            "judge_at",
            sqlite_where=text("judge_at IS NOT NULL"),
            postgresql_where=text("judge_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    source: Mapped[str]
    external_id: Mapped[str]
    title: Mapped[str]
    text: Mapped[str]
    url: Mapped[str]
    author: Mapped[str]
    author_name: Mapped[str]
    author_url: Mapped[str]
    reach: Mapped[int | None] = mapped_column(BigInteger)
    rating: Mapped[float | None]
    language: Mapped[str]
    posted_at: Mapped[datetime | None]
    parent: Mapped[str]
    media: Mapped[list[str]]
    content_hash: Mapped[str]
    received_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    thread: Mapped[str] = mapped_column(server_default="")
    follow_of: Mapped[int | None] = mapped_column(BigKey, ForeignKey("mentions.id", ondelete="CASCADE"))
    followed_at: Mapped[datetime | None]
    added_by: Mapped[str] = mapped_column(server_default="")
    repeat_of: Mapped[int | None] = mapped_column(BigKey, ForeignKey("mentions.id", ondelete="CASCADE"))
    looked_at: Mapped[datetime | None]
    for_history: Mapped[bool] = mapped_column(server_default=false())

    state: Mapped[str]
    version: Mapped[int]
    drawn_version: Mapped[int] = mapped_column(server_default="0")
    next_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    attempts: Mapped[int]
    owed_since: Mapped[datetime | None]
    judge_at: Mapped[datetime | None]

    department: Mapped[str]
    urgent: Mapped[bool]
    route_rule: Mapped[str]
    route_why: Mapped[str]
    recommended: Mapped[str]

    claimed_by: Mapped[str | None]
    claimed_at: Mapped[datetime | None]
    claim_until: Mapped[datetime | None]
    first_claimed_at: Mapped[datetime | None]
    offered_to: Mapped[str | None]
    offered_by: Mapped[str | None]
    offered_at: Mapped[datetime | None]
    offer_until: Mapped[datetime | None]
    assign_at: Mapped[datetime | None]
    asked: Mapped[list[str]] = mapped_column(server_default="[]")
    lapsed_by: Mapped[str | None]
    lapsed_at: Mapped[datetime | None]
    undo: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    undo_until: Mapped[datetime | None]
    snoozed_until: Mapped[datetime | None]
    waiting_for: Mapped[str] = mapped_column(server_default="")
    level: Mapped[int]
    level_at: Mapped[datetime | None]
    level_by: Mapped[str]
    level_reason: Mapped[str]
    level_notified: Mapped[list[str]]
    escalate_at: Mapped[datetime | None]
    rounds: Mapped[int] = mapped_column(server_default="0")
    acknowledged_by: Mapped[str | None]
    acknowledged_at: Mapped[datetime | None]
    call_now: Mapped[bool] = mapped_column(server_default=false())
    raise_by: Mapped[str] = mapped_column(server_default="")
    raise_reason: Mapped[str] = mapped_column(server_default="")
    decided_what: Mapped[str]
    decided_by: Mapped[str]
    decided_at: Mapped[datetime | None]
    decided_reason: Mapped[str]


class VerdictRow(Base):
    """Every verdict ever given; the one with the highest id is the current one."""

    __tablename__ = "verdicts"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    mention_id: Mapped[int] = mention_key()
    at: Mapped[datetime]
    model: Mapped[str]
    topic: Mapped[str]
    topics: Mapped[dict[str, Any]]
    detractor: Mapped[float]
    promoter: Mapped[float]
    triage: Mapped[dict[str, Any]]
    reply: Mapped[float]
    language: Mapped[str]
    why: Mapped[list[str]]
    floor: Mapped[float] = mapped_column(server_default="0")
    irony: Mapped[float] = mapped_column(server_default="0")


class LabelRow(Base):
    """What a person said against the model. No row is changed: the latest of a kind holds, unless it is `withdrawn`.

    `topic_before` and `model` are what had been said and by which model; empty where it could not judge.
    """

    __tablename__ = "labels"
    __table_args__ = (Index("ix_labels_at", "at"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    mention_id: Mapped[int] = mention_key()
    at: Mapped[datetime]
    labelled_by: Mapped[str]
    kind: Mapped[str]
    withdrawn: Mapped[bool]
    topic_before: Mapped[str]
    topic: Mapped[str]
    score: Mapped[str]
    model: Mapped[str]


class EventRow(Base):
    """The append-only log: no code updates or deletes a row."""

    __tablename__ = "events"
    __table_args__ = (Index("ix_events_at", "at"), Index("ix_events_actor_at", "actor", "at"))

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    mention_id: Mapped[int] = mention_key()
    at: Mapped[datetime]
    actor: Mapped[str]
    what: Mapped[str]
    detail: Mapped[dict[str, Any]]


class PostingRow(Base):
    """The outbox: one Slack message each, wanted, on its way, posted or dead. `slot` tells several notices apart.

    A bulletin is about no mention: its `body` says what it shows, in `version`.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("mention_id", "channel", "kind", "slot"),
        UniqueConstraint("delivery_id"),
        Index(
            "ix_outbox_due",
            "state",
            "next_at",
            sqlite_where=text("state IN ('pending', 'sending')"),
            postgresql_where=text("state IN ('pending', 'sending')"),
        ),
        Index(
            "uq_outbox_bulletins",
            "channel",
            "slot",
            unique=True,
            sqlite_where=text("mention_id IS NULL"),
            postgresql_where=text("mention_id IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    delivery_id: Mapped[str]
    mention_id: Mapped[int | None] = mention_key()
    channel: Mapped[str]
    kind: Mapped[str]
    slot: Mapped[str]
    urgent: Mapped[bool]
    body: Mapped[dict[str, Any]]
    state: Mapped[str]
    created_at: Mapped[datetime]
    next_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    attempts: Mapped[int]
    tried_at: Mapped[datetime | None]
    problem: Mapped[str]
    channel_id: Mapped[str]
    ts: Mapped[str]
    posted_at: Mapped[datetime | None]
    shown_version: Mapped[int]
    version: Mapped[int] = mapped_column(server_default="0")


class LaneRow(Base):
    """When a Slack channel takes its next message."""

    __tablename__ = "lanes"

    channel: Mapped[str] = mapped_column(primary_key=True)
    next_at: Mapped[datetime]


class AnswerRow(Base):
    """What was said to the customer; `key` makes sending it twice harmless where the source allows.

    `approval_rule` is the rule that holds or held it back. `unclear` says that a try may have arrived unseen.
    """

    __tablename__ = "answers"
    __table_args__ = (UniqueConstraint("key"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    mention_id: Mapped[int] = mention_key()
    key: Mapped[str]
    author: Mapped[str]
    text: Mapped[str]
    at: Mapped[datetime]
    state: Mapped[str]
    permalink: Mapped[str]
    problem: Mapped[str]
    attempts: Mapped[int]
    next_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    approval_rule: Mapped[str] = mapped_column(server_default="")
    approval_why: Mapped[str] = mapped_column(server_default="")
    approved_by: Mapped[str] = mapped_column(server_default="")
    approved_at: Mapped[datetime | None]
    returned_reason: Mapped[str] = mapped_column(server_default="")
    unclear: Mapped[bool] = mapped_column(server_default=false())


class PromiseRow(Base):
    """A time by which something is due. `look_at` is when the clock has something to say next, null when never again.

    `settled_at` ends it, kept or late; `cancelled_at` ends one that a reroute replaced, which no figure counts.
    Of each kind a mention has one open promise at the most.
    """

    __tablename__ = "promises"
    __table_args__ = (
        Index(
            "uq_promises_open",
            "mention_id",
            "kind",
            unique=True,
            sqlite_where=text("settled_at IS NULL AND cancelled_at IS NULL"),
            postgresql_where=text("settled_at IS NULL AND cancelled_at IS NULL"),
        ),
        Index(
            "ix_promises_paused_at",
            "paused_at",
            sqlite_where=text("paused_at IS NOT NULL"),
            postgresql_where=text("paused_at IS NOT NULL"),
        ),
        Index(
            "ix_promises_look_at",
            "look_at",
            sqlite_where=text("look_at IS NOT NULL"),
            postgresql_where=text("look_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    mention_id: Mapped[int] = mention_key()
    kind: Mapped[str]
    department: Mapped[str]
    started_at: Mapped[datetime]
    warn_at: Mapped[datetime | None]
    due_at: Mapped[datetime]
    look_at: Mapped[datetime | None]
    warned_at: Mapped[datetime | None]
    announced_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    terms: Mapped[str] = mapped_column(server_default="")
    paused_at: Mapped[datetime | None]


class SubscriptionRow(Base):
    """A channel's wish for copies."""

    __tablename__ = "subscriptions"
    __table_args__ = (Index("ix_subscriptions_channel", "channel"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    channel: Mapped[str]
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    topics: Mapped[list[str]]
    sources: Mapped[list[str]]
    min_detractor: Mapped[float]
    min_promoter: Mapped[float]


class InboundRow(Base):
    """Slack deliveries already acted on, so that a second delivery of the same click has no second effect."""

    __tablename__ = "inbound"
    __table_args__ = (Index("ix_inbound_seen_at", "seen_at"),)

    key: Mapped[str] = mapped_column(primary_key=True)
    seen_at: Mapped[datetime]

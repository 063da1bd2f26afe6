"""The tables of people's work on mentions: overrides, ratings, saved replies, duties, signals, issues."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import Base, BigKey, mention_key


class OverrideRow(Base):
    """What a person said at a node of the response flow. The latest of a node holds, unless it is `withdrawn`."""

    __tablename__ = "overrides"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    mention_id: Mapped[int] = mention_key()
    at: Mapped[datetime]
    said_by: Mapped[str]
    node: Mapped[str]
    says: Mapped[bool]
    reason: Mapped[str]
    withdrawn: Mapped[bool]


class RatingRow(Base):
    """Whether a card or copy was of use to one person in one channel; the latest word of each holds."""

    __tablename__ = "ratings"
    __table_args__ = (UniqueConstraint("mention_id", "channel", "rated_by"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    mention_id: Mapped[int] = mention_key()
    channel: Mapped[str]
    rated_by: Mapped[str]
    at: Mapped[datetime]
    useful: Mapped[bool]
    reason: Mapped[str]


class HashtagRow(Base):
    """Which hashtags stand in a mention, folded; `at` is when its author posted it, or when we received it."""

    __tablename__ = "hashtags"
    __table_args__ = (Index("ix_hashtags_tag_at", "tag", "at"),)

    tag: Mapped[str] = mapped_column(primary_key=True)
    mention_id: Mapped[int] = mapped_column(
        BigKey, ForeignKey("mentions.id", ondelete="CASCADE"), primary_key=True, autoincrement=False, index=True
    )
    at: Mapped[datetime]


class SavedReplyRow(Base):
    """A reply to use again, with fields in braces. `department` is empty for all; `version` guards against two editors."""

    __tablename__ = "saved_replies"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    department: Mapped[str]
    title: Mapped[str]
    text: Mapped[str]
    version: Mapped[int]
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    updated_by: Mapped[str]
    updated_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    used: Mapped[int]
    last_used_at: Mapped[datetime | None]


class VectorRow(Base):
    """What a mention means, as the encoder sees it: a normalised vector of float16, little endian; empty for no text.

    `weighed_at` says that it was looked at whether it adds up to a signal with others.
    """

    __tablename__ = "vectors"
    __table_args__ = (
        Index(
            "ix_vectors_unweighed",
            "mention_id",
            sqlite_where=text("weighed_at IS NULL"),
            postgresql_where=text("weighed_at IS NULL"),
        ),
    )

    mention_id: Mapped[int] = mapped_column(
        BigKey, ForeignKey("mentions.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    model: Mapped[str]
    vector: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime]
    weighed_at: Mapped[datetime | None]


class SignalRow(Base):
    """Quiet mentions that add up. `mention_id` is the one under which its card is posted; `key` keeps it unique.

    `outcome` is what a person made of it, empty while nobody did.
    """

    __tablename__ = "signals"
    __table_args__ = (UniqueConstraint("key"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    key: Mapped[str]
    mention_id: Mapped[int] = mention_key()
    department: Mapped[str]
    topic: Mapped[str]
    opened_at: Mapped[datetime]
    last_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str]
    closed_reason: Mapped[str]
    outcome: Mapped[str]


class SignalMentionRow(Base):
    """Which mentions a signal is made of; a mention belongs to one signal at the most."""

    __tablename__ = "signal_mentions"

    mention_id: Mapped[int] = mapped_column(
        BigKey, ForeignKey("mentions.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    signal_id: Mapped[int] = mapped_column(BigKey, ForeignKey("signals.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]


class IssueRow(Base):
    """A piece of work outside (a ticket, by key or address) and the release that brought it."""

    __tablename__ = "issues"
    __table_args__ = (UniqueConstraint("key"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    key: Mapped[str]
    title: Mapped[str]
    opened_by: Mapped[str]
    opened_at: Mapped[datetime]
    released_in: Mapped[str]
    released_by: Mapped[str]
    released_at: Mapped[datetime | None]


class IssueMentionRow(Base):
    """Which mentions asked for an issue, when it was brought back to be told of its release, and when that was done."""

    __tablename__ = "issue_mentions"
    __table_args__ = (UniqueConstraint("issue_id", "mention_id"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    issue_id: Mapped[int] = mapped_column(BigKey, ForeignKey("issues.id", ondelete="CASCADE"), index=True)
    mention_id: Mapped[int] = mention_key()
    linked_by: Mapped[str]
    linked_at: Mapped[datetime]
    brought_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]


class DutyRow(Base):
    """Somebody takes a rota's duty out of turn, from `starts_at` until `ends_at`; the latest that is not withdrawn holds."""

    __tablename__ = "duties"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    rota: Mapped[str] = mapped_column(index=True)
    person: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    set_by: Mapped[str]
    set_at: Mapped[datetime]
    withdrawn_by: Mapped[str]
    withdrawn_at: Mapped[datetime | None]


class TurnRow(Base):
    """When a mention of a department was last offered to a person, so that turns go round."""

    __tablename__ = "turns"

    department: Mapped[str] = mapped_column(primary_key=True)
    person: Mapped[str] = mapped_column(primary_key=True)
    offered_at: Mapped[datetime]


class HomeChoiceRow(Base):
    """What a person chose to see at Home."""

    __tablename__ = "home_choices"

    person: Mapped[str] = mapped_column(primary_key=True)
    choices: Mapped[dict[str, Any]]
    at: Mapped[datetime]

"""The tables around the sources: how each stands, deliveries, posts that say the same, people behind accounts, thanks."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import Base, BigKey, mention_key


class SourceRow(Base):
    """Where a source stands; its cursor is written in the transaction that stores what it brought.

    `access_ends_at` is when our token runs out; `spent` what was paid in `spent_month` ("2026-11"), in millionths of a
    US dollar. `rest_until` is how long the place asked for no request of any kind. `failing_since` is when the first of
    the `failures` in a row came, of which `refusals` were such that only a person can mend them; `bad_polls` how many
    polls in a row brought entries that had to be left out, `catching_up` how many in a row said that there is more. At
    `look_at` posts may be looked up again. `alarm` is what the operators were told is wrong, empty while nothing is,
    since `alarmed_at`.
    """

    __tablename__ = "sources"

    name: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    cursor: Mapped[str]
    next_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    last_ok_at: Mapped[datetime | None]
    last_item_at: Mapped[datetime | None]
    failures: Mapped[int]
    problem: Mapped[str]
    access_ends_at: Mapped[datetime | None]
    spent_month: Mapped[str] = mapped_column(server_default="")
    spent: Mapped[int] = mapped_column(BigInteger, server_default="0")
    rest_until: Mapped[datetime | None]
    failing_since: Mapped[datetime | None]
    refusals: Mapped[int] = mapped_column(server_default="0")
    bad_polls: Mapped[int] = mapped_column(server_default="0")
    catching_up: Mapped[int] = mapped_column(server_default="0")
    look_at: Mapped[datetime | None]
    look_problem: Mapped[str] = mapped_column(server_default="")
    alarm: Mapped[str] = mapped_column(server_default="")
    alarmed_at: Mapped[datetime | None]


class DeliveryRow(Base):
    """What a place sent us by itself, by the place's own id of it, so that a replay is taken once."""

    __tablename__ = "deliveries"
    __table_args__ = (Index("ix_deliveries_received_at", "received_at"),)

    source: Mapped[str] = mapped_column(primary_key=True)
    delivery: Mapped[str] = mapped_column(primary_key=True)
    received_at: Mapped[datetime]


class NearBandRow(Base):
    """One band of a mention's MinHash: mentions that share one may say the same in other words."""

    __tablename__ = "near_bands"
    __table_args__ = (Index("ix_near_bands_hash", "hash"),)

    mention_id: Mapped[int] = mapped_column(BigKey, ForeignKey("mentions.id", ondelete="CASCADE"), primary_key=True)
    band: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[int] = mapped_column(BigInteger)


class PersonRow(Base):
    """Somebody who writes under several accounts, as an employee found."""

    __tablename__ = "people"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    made_by: Mapped[str]
    made_at: Mapped[datetime]


class AccountRow(Base):
    """An account at a source, linked by hand to the person behind it."""

    __tablename__ = "accounts"

    source: Mapped[str] = mapped_column(primary_key=True)
    author: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(BigKey, ForeignKey("people.id", ondelete="CASCADE"), index=True)
    linked_by: Mapped[str]
    linked_at: Mapped[datetime]


class KudosRow(Base):
    """A customer's praise of an employee by name; `person` is the reference that the configuration has for them."""

    __tablename__ = "kudos"
    __table_args__ = (UniqueConstraint("mention_id", "person"), Index("ix_kudos_at", "at"))

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    mention_id: Mapped[int] = mention_key()
    person: Mapped[str]
    name: Mapped[str]
    at: Mapped[datetime]


class KudosSilenceRow(Base):
    """Somebody who does not want to be told of praise, by their Slack id."""

    __tablename__ = "kudos_silence"

    person: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime]

"""What every table is made of: column types that both engines agree on, the names of constraints, the base class."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Float, ForeignKey, Integer, MetaData, Text, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UTCDateTime(TypeDecorator[datetime]):
    """Aware UTC in and out; refuses a naive time. SQLite keeps it naive, PostgreSQL as timestamptz."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive time cannot be stored: {value!r}")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def storable(said: str) -> str:
    """A text without what the engines refuse."""
    return said.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8")


class PlainText(TypeDecorator[str]):
    """Text that both engines store: without NUL, which PostgreSQL refuses, and lone surrogates, which both refuse.

    Posts are cleaned at the source already; this holds what people and other servers put into reasons and problems.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else storable(value)


BigKey = BigInteger().with_variant(Integer, "sqlite")
"""SQLite gives row ids only to INTEGER primary keys."""


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it as a class attribute
        datetime: UTCDateTime,
        str: PlainText,
        float: Float,
        dict[str, Any]: JSON,
        list[str]: JSON,
    }


def mention_key() -> Mapped[int]:
    """A column that leads to the mention, and goes with it."""
    return mapped_column(BigKey, ForeignKey("mentions.id", ondelete="CASCADE"), index=True)

"""The append-only log."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.event import EARSHOT, Event
from bot.store.schema import EventRow


def append(
    session: Session, mention_id: int, actor: str, what: str, at: datetime, detail: Mapping[str, str] | None = None
) -> None:
    session.add(EventRow(mention_id=mention_id, at=at, actor=actor, what=str(what), detail=dict(detail or {})))


def of_kind(session: Session, mention_id: int, what: str) -> tuple[Event, ...]:
    """Those events of a mention that tell of `what`, oldest first."""
    query = select(EventRow).where(EventRow.mention_id == mention_id, EventRow.what == str(what))
    return tuple(_event_of(row) for row in session.scalars(query.order_by(EventRow.id)))


def of_mention(session: Session, mention_id: int) -> tuple[Event, ...]:
    """A mention's whole log, oldest first."""
    rows = session.scalars(select(EventRow).where(EventRow.mention_id == mention_id).order_by(EventRow.id))
    return tuple(_event_of(row) for row in rows)


def _event_of(row: EventRow) -> Event:
    return Event(id=row.id, mention_id=row.mention_id, at=row.at, actor=row.actor, what=row.what, detail=row.detail)


def has_person(session: Session, mention_id: int) -> bool:
    """Whether anybody but the bot itself ever acted on it. To bring it in by hand says nothing about where it belongs."""
    acted = select(EventRow.id).where(
        EventRow.mention_id == mention_id, EventRow.actor != EARSHOT, EventRow.what != "ingested"
    )
    return session.scalar(acted.limit(1)) is not None

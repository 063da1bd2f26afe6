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


def of_mention(session: Session, mention_id: int) -> tuple[Event, ...]:
    """A mention's whole log, oldest first."""
    rows = session.scalars(select(EventRow).where(EventRow.mention_id == mention_id).order_by(EventRow.id))
    return tuple(
        Event(id=row.id, mention_id=row.mention_id, at=row.at, actor=row.actor, what=row.what, detail=row.detail)
        for row in rows
    )


def has_person(session: Session, mention_id: int) -> bool:
    """Whether anybody but the bot itself ever acted on it."""
    acted = select(EventRow.id).where(EventRow.mention_id == mention_id, EventRow.actor != EARSHOT)
    return session.scalar(acted.limit(1)) is not None

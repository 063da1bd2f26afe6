"""Slack deliveries that were acted on: the second delivery of one click finds its key taken."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from bot.store.database import insert_into
from bot.store.schema import InboundRow


def first_time(session: Session, key: str, now: datetime) -> bool:
    """Whether this delivery is new; takes the key in the caller's transaction, so effect and key stand or fall together."""
    taken = session.execute(
        insert_into(session, InboundRow)
        .values(key=key, seen_at=now)
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(InboundRow.key)
    ).scalar_one_or_none()
    return taken is not None


def known(session: Session, key: str) -> bool:
    """Whether this delivery was acted on before; takes nothing."""
    return session.get(InboundRow, key) is not None


def seen(session: Session, key: str) -> bool:
    """Whether this delivery was acted on; takes nothing."""
    return session.get(InboundRow, key) is not None


def forget_before(session: Session, before: datetime) -> None:
    session.execute(delete(InboundRow).where(InboundRow.seen_at < before))

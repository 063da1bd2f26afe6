"""Mentions whose time has come. The rows stay locked until the transaction ends, so two clocks never act on one."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from bot.domain.lifecycle import State
from bot.store.records import Record, records_of
from bot.store.schema import MentionRow


def leases_ended(session: Session, now: datetime, limit: int) -> list[Record]:
    return _due(session, MentionRow.claim_until, [State.CLAIMED], now, limit)


def snoozes_ended(session: Session, now: datetime, limit: int) -> list[Record]:
    return _due(session, MentionRow.snoozed_until, [State.SNOOZED], now, limit)


def escalations_due(session: Session, now: datetime, limit: int) -> list[Record]:
    return _due(session, MentionRow.escalate_at, [State.OPEN], now, limit)


def _due(
    session: Session,
    column: InstrumentedAttribute[datetime | None],
    states: list[State],
    now: datetime,
    limit: int,
) -> list[Record]:
    query = select(MentionRow).where(column <= now, MentionRow.state.in_(states)).order_by(column, MentionRow.id)
    rows = session.scalars(query.limit(limit).with_for_update(skip_locked=True)).all()
    return records_of(session, rows)

"""Mentions whose time has come. The rows stay locked until the transaction ends, so two clocks never act on one."""

from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from bot.domain.card import AnswerState
from bot.domain.lifecycle import State
from bot.store.records import Record, records_of
from bot.store.schema import AnswerRow, MentionRow


def leases_ended(session: Session, now: datetime, limit: int) -> list[Record]:
    """Claims that ran out, but for those whose answer is on its way: its writer holds the mention until it has arrived."""
    sending = select(AnswerRow.id).where(AnswerRow.mention_id == MentionRow.id, AnswerRow.state == AnswerState.SENDING)
    return _due(session, MentionRow.claim_until, now, limit, MentionRow.state == State.CLAIMED, ~sending.exists())


def snoozes_ended(session: Session, now: datetime, limit: int) -> list[Record]:
    return _due(session, MentionRow.snoozed_until, now, limit, MentionRow.state == State.SNOOZED)


def escalations_due(session: Session, now: datetime, limit: int) -> list[Record]:
    return _due(session, MentionRow.escalate_at, now, limit, MentionRow.state == State.OPEN)


def _due(
    session: Session,
    column: InstrumentedAttribute[datetime | None],
    now: datetime,
    limit: int,
    *conditions: ColumnElement[bool],
) -> list[Record]:
    query = select(MentionRow).where(column <= now, *conditions).order_by(column, MentionRow.id)
    rows = session.scalars(query.limit(limit).with_for_update(skip_locked=True)).all()
    return records_of(session, rows)

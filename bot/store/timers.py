"""Mentions whose time has come. The rows stay locked until the transaction ends, so two clocks never act on one."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from bot.domain.card import AnswerState
from bot.domain.lifecycle import LIVE, State
from bot.store.records import Record, records_of
from bot.store.schema import AnswerRow, MentionRow

HELD_BY_OTHERS = (AnswerState.SENDING, AnswerState.WAITING)
"""Whoever wrote it can do nothing but wait."""


def leases_ended(session: Session, now: datetime, limit: int) -> list[Record]:
    """Claims that ran out, but for those of whoever wrote an answer that is on its way or with an approver."""
    written = select(AnswerRow.id).where(
        AnswerRow.mention_id == MentionRow.id,
        AnswerRow.author == MentionRow.claimed_by,
        AnswerRow.state.in_(HELD_BY_OTHERS),
    )
    return _due(session, MentionRow.claim_until, now, limit, MentionRow.state == State.CLAIMED, ~written.exists())


def offers_ended(session: Session, now: datetime, limit: int) -> list[Record]:
    return _due(session, MentionRow.offer_until, now, limit, MentionRow.offered_to.is_not(None))


def to_assign(session: Session, now: datetime, limit: int, departments: Iterable[str]) -> list[Record]:
    """Open mentions of these departments for which somebody is to be asked: nobody is asked just now."""
    waiting = (MentionRow.state == State.OPEN, MentionRow.offered_to.is_(None))
    return _due(session, MentionRow.assign_at, now, limit, *waiting, MentionRow.department.in_(sorted(departments)))


def departments_to_assign(session: Session, now: datetime) -> list[str]:
    """Departments with such mentions."""
    waiting = (MentionRow.assign_at <= now, MentionRow.state == State.OPEN, MentionRow.offered_to.is_(None))
    return list(session.scalars(select(MentionRow.department).where(*waiting).distinct()))


def undos_ended(session: Session, now: datetime, limit: int) -> list[Record]:
    """Mentions whose last step can no longer be taken back, though their card still says so."""
    return _due(session, MentionRow.undo_until, now, limit)


def snoozes_ended(session: Session, now: datetime, limit: int) -> list[Record]:
    return _due(session, MentionRow.snoozed_until, now, limit, MentionRow.state == State.SNOOZED)


def escalations_due(session: Session, now: datetime, limit: int) -> list[tuple[int, str]]:
    """Ids and departments of mentions whose next level is to be called, not locked: nobody is on it, or somebody asked."""
    unheeded = and_(MentionRow.state.in_((State.OPEN, State.CLAIMED)), MentionRow.acknowledged_by.is_(None))
    asked = and_(MentionRow.state.in_(LIVE), MentionRow.raise_by != "")
    query = select(MentionRow.id, MentionRow.department).where(MentionRow.escalate_at <= now, or_(unheeded, asked))
    rows = session.execute(query.order_by(MentionRow.escalate_at, MentionRow.id).limit(limit))
    return [(id_, department) for id_, department in rows]


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

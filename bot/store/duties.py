"""Duties that people take out of turn."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.domain.rota import Duty
from bot.store.schema_desk import DutyRow


def add(session: Session, duty: Duty) -> Duty:
    """The duty with its number."""
    row = DutyRow(
        rota=duty.rota,
        person=duty.person,
        starts_at=duty.starts_at,
        ends_at=duty.ends_at,
        set_by=duty.set_by,
        set_at=duty.set_at,
        withdrawn_by="",
        withdrawn_at=None,
    )
    session.add(row)
    session.flush()
    return _duty(row)


def ahead(session: Session, now: datetime) -> list[Duty]:
    """Duties that are not over and were not withdrawn, of every rota, in the order in which they were set."""
    query = select(DutyRow).where(DutyRow.ends_at > now, DutyRow.withdrawn_at.is_(None)).order_by(DutyRow.id)
    return [_duty(row) for row in session.scalars(query)]


def withdraw(session: Session, duty_id: int, *, by: str, now: datetime) -> Duty | None:
    """End a duty that is not over; None where there is none, or somebody was first."""
    row = session.scalars(
        update(DutyRow)
        .where(DutyRow.id == duty_id, DutyRow.ends_at > now, DutyRow.withdrawn_at.is_(None))
        .values(withdrawn_by=by, withdrawn_at=now)
        .returning(DutyRow)
    ).one_or_none()
    return _duty(row) if row else None


def _duty(row: DutyRow) -> Duty:
    return Duty(
        id=row.id,
        rota=row.rota,
        person=row.person,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        set_by=row.set_by,
        set_at=row.set_at,
    )

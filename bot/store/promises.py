"""Promises: rows with a time at which the clock has something to say."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.domain.lifecycle import State
from bot.domain.promise import OfficeHours, Promise, PromiseKind, Step, next_look, paused, resumed
from bot.store.records import promise_of
from bot.store.schema import MentionRow, PromiseRow


@dataclass(frozen=True, kw_only=True)
class Due:
    """A promise that the clock has to look at."""

    id: int
    mention_id: int
    department: str


def make(session: Session, mention_id: int, department: str, promises: Iterable[Promise], now: datetime) -> None:
    """Promise anew; what was promised before and is still open is withdrawn (the department changed, or it opened again)."""
    session.execute(
        update(PromiseRow)
        .where(PromiseRow.mention_id == mention_id, PromiseRow.settled_at.is_(None), PromiseRow.cancelled_at.is_(None))
        .values(cancelled_at=now, look_at=None)
    )
    for promise in promises:
        session.add(
            PromiseRow(
                mention_id=mention_id,
                kind=promise.kind,
                department=department,
                started_at=now,
                warn_at=promise.warn_at,
                due_at=promise.due_at,
                look_at=next_look(promise),
                terms=promise.terms,
            )
        )


def settle(session: Session, mention_id: int, kinds: Iterable[PromiseKind], now: datetime) -> None:
    """What was promised has happened."""
    session.execute(
        update(PromiseRow)
        .where(
            PromiseRow.mention_id == mention_id,
            PromiseRow.kind.in_(list(kinds)),
            PromiseRow.settled_at.is_(None),
            PromiseRow.cancelled_at.is_(None),
        )
        .values(settled_at=now, look_at=None)
    )


def pause(session: Session, mention_id: int, now: datetime) -> None:
    """The time of what is promised stands still."""
    for row in _open(session, mention_id):
        _keep(row, paused(promise_of(row), now))


def resume(session: Session, mention_id: int, now: datetime, hours: OfficeHours) -> None:
    """It goes on, counted in `hours`."""
    for row in _open(session, mention_id):
        _keep(row, resumed(promise_of(row), now, hours))


def _open(session: Session, mention_id: int) -> Sequence[PromiseRow]:
    """What is promised and neither settled nor withdrawn, locked. Lock the mention first."""
    query = select(PromiseRow).where(
        PromiseRow.mention_id == mention_id, PromiseRow.settled_at.is_(None), PromiseRow.cancelled_at.is_(None)
    )
    return session.scalars(query.order_by(PromiseRow.id).with_for_update()).all()


def _keep(row: PromiseRow, promise: Promise) -> None:
    row.warn_at, row.due_at, row.paused_at = promise.warn_at, promise.due_at, promise.paused_at
    row.look_at = next_look(promise)


def out_of_pace(session: Session, limit: int) -> list[int]:
    """Mentions put aside whose promises go on, and mentions at work whose promises stand still.

    Two queries, each with an index of its own: this is asked every few seconds.
    """
    running = [MentionRow.state == State.SNOOZED, PromiseRow.look_at.is_not(None)]
    still = [MentionRow.state.in_([State.OPEN, State.CLAIMED]), PromiseRow.paused_at.is_not(None)]
    found: set[int] = set()
    for conditions in (running, still):
        query = select(MentionRow.id).join(PromiseRow, PromiseRow.mention_id == MentionRow.id).where(*conditions)
        unsettled = (PromiseRow.settled_at.is_(None), PromiseRow.cancelled_at.is_(None))
        found.update(session.scalars(query.where(*unsettled).order_by(MentionRow.id).limit(limit)))
    return sorted(found)[:limit]


def due(session: Session, now: datetime, limit: int) -> list[Due]:
    """Open promises with something to say, most overdue first."""
    rows = session.execute(
        select(PromiseRow.id, PromiseRow.mention_id, PromiseRow.department)
        .where(PromiseRow.look_at <= now)
        .order_by(PromiseRow.look_at, PromiseRow.id)
        .limit(limit)
    )
    return [Due(id=id_, mention_id=mention_id, department=department) for id_, mention_id, department in rows]


def lock_due(session: Session, promise_id: int, now: datetime) -> Promise | None:
    """The promise, held until the transaction ends, if it still has something to say. Lock its mention first."""
    query = select(PromiseRow).where(PromiseRow.id == promise_id, PromiseRow.look_at <= now).with_for_update()
    row = session.scalars(query).one_or_none()
    return promise_of(row) if row else None


def unpromised(session: Session, limit: int, *, leave_out: Sequence[str] = ()) -> list[int]:
    """Mentions at work that nobody promises anything for: their author brought them back.

    `leave_out` are departments that owe nothing.
    """
    still = select(PromiseRow.id).where(
        PromiseRow.mention_id == MentionRow.id, PromiseRow.settled_at.is_(None), PromiseRow.cancelled_at.is_(None)
    )
    at_work = MentionRow.state.in_([State.OPEN, State.CLAIMED])
    query = select(MentionRow.id).where(at_work, MentionRow.department.not_in(leave_out), ~still.exists())
    return list(session.scalars(query.order_by(MentionRow.id).limit(limit)))


def said(session: Session, promise_id: int, step: Step, now: datetime) -> None:
    """Remember what the clock said, and when it looks again."""
    row = session.get_one(PromiseRow, promise_id)
    if step is Step.WARN:
        row.warned_at = now
    if step is Step.ANNOUNCE:
        row.announced_at = now
    row.look_at = next_look(promise_of(row))

"""Verdicts that the model owes: `owed_since` a mention is without the verdict that it should have, `judge_at` is when the
model is asked again for one that is past judging (it waits in triage unjudged, or its author changed it).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from bot.domain.lifecycle import State
from bot.domain.mention import Mention
from bot.store.records import mention_of
from bot.store.schema import MentionRow

PAID = {"owed_since": None, "judge_at": None, "attempts": 0}
"""Columns of a mention that has its verdict."""

_BEFORE = (State.NEW, State.JUDGED)
"""States in which the usual stages look after a mention."""


@dataclass(frozen=True, kw_only=True)
class Owed:
    """A mention to judge again; `attempts` counts the tries that ended with the death of the process, and this one."""

    mention: Mention
    attempts: int
    since: datetime


def lease_owed(session: Session, now: datetime, *, limit: int, lease: timedelta) -> list[Owed]:
    """Take what is due to be judged again, longest waiting first; it is due again when the lease has run out."""
    rows = session.scalars(
        select(MentionRow)
        .where(MentionRow.judge_at <= now, MentionRow.state.not_in(_BEFORE))
        .order_by(MentionRow.judge_at, MentionRow.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        row.judge_at = now + lease
        row.attempts += 1
        row.owed_since = row.owed_since or now
    return [Owed(mention=mention_of(row), attempts=row.attempts, since=row.owed_since or now) for row in rows]


def owe(session: Session, mention_id: int, now: datetime, judge_at: datetime | None) -> None:
    """The model owes it a verdict, and is asked at `judge_at`; with None it is not asked any more."""
    session.execute(
        update(MentionRow)
        .where(MentionRow.id == mention_id)
        .values(owed_since=func.coalesce(MentionRow.owed_since, now), judge_at=judge_at, attempts=0)
        .execution_options(synchronize_session=False)
    )


def overdue(session: Session, ids: Iterable[int], before: datetime) -> set[int]:
    """Those of `ids` that have been owed a verdict since `before`."""
    return set(
        session.scalars(select(MentionRow.id).where(MentionRow.id.in_(list(ids)), MentionRow.owed_since <= before))
    )


def hold_new(session: Session, ids: Iterable[int], now: datetime, until: datetime, *, young: datetime) -> None:
    """The model is down: `ids`, and whatever else is new, wait until then, but for what has waited since `young`.

    No try is counted: it is not their fault.
    """
    free = or_(MentionRow.leased_until.is_(None), MentionRow.leased_until <= now, MentionRow.id.in_(list(ids)))
    patient = or_(MentionRow.owed_since.is_(None), MentionRow.owed_since > young)
    _hold(session, now, {"next_at": until, "leased_until": None}, MentionRow.state == State.NEW, free, patient)


def hold_owed(session: Session, ids: Iterable[int], now: datetime, until: datetime) -> None:
    """The model is down: `ids`, and whatever else was to be judged again before that, wait until then, all together."""
    due = or_(MentionRow.judge_at < until, MentionRow.id.in_(list(ids)))
    _hold(session, now, {"judge_at": until}, MentionRow.state.not_in(_BEFORE), due)


def _hold(session: Session, now: datetime, values: dict[str, datetime | None], *which: ColumnElement[bool]) -> None:
    """Rows that others hold are left to them: two that wait for each other's rows would both stand still."""
    ids = select(MentionRow.id).where(*which).order_by(MentionRow.id).with_for_update(skip_locked=True)
    session.execute(
        update(MentionRow)
        .where(MentionRow.id.in_(ids))
        .values(owed_since=func.coalesce(MentionRow.owed_since, now), attempts=0, **values)
        .execution_options(synchronize_session=False)
    )

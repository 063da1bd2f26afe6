"""The mentions table: what waits for a stage, and the one compare-and-set that changes a state."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from bot.domain.lifecycle import CLOSED, Action, State, after
from bot.domain.mention import Mention
from bot.store.offers import NO_OFFER
from bot.store.records import Record, mention_of, record_of_row, records_of
from bot.store.schema import MentionRow, VerdictRow
from bot.store.undo import NOTHING_KEPT
from classifiers.verdict import Verdict

NO_WAITING_CALL: Mapping[str, Any] = {"raise_by": "", "raise_reason": ""}
NO_ESCALATION: Mapping[str, Any] = {
    "level": 0,
    "level_at": None,
    "rounds": 0,
    "escalate_at": None,
    "call_now": False,
    "acknowledged_by": None,
    "acknowledged_at": None,
    **NO_WAITING_CALL,
}
"""The columns of a mention that was not escalated."""


def lease_waiting(
    session: Session, state: State, now: datetime, *, limit: int, lease: timedelta
) -> list[tuple[Mention, int]]:
    """Take up to `limit` mentions in `state` for one stage, oldest first, with how often they were tried before.

    What came in for its history waits until nothing else does. A lease that ran out (its holder died) is taken over.
    """
    wanted = (
        select(MentionRow.id)
        .where(MentionRow.state == state, MentionRow.next_at <= now)
        .where(or_(MentionRow.leased_until.is_(None), MentionRow.leased_until <= now))
        .order_by(MentionRow.for_history, MentionRow.next_at, MentionRow.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = session.scalars(
        update(MentionRow)
        .where(MentionRow.id.in_(wanted))
        .values(leased_until=now + lease, attempts=MentionRow.attempts + 1)
        .returning(MentionRow)
    ).all()
    return [(mention_of(row), row.attempts) for row in sorted(taken, key=lambda row: (row.next_at, row.id))]


def put_off(session: Session, ids: Iterable[int], until: datetime) -> None:
    """Give up a lease; the stage looks again at `until`."""
    session.execute(update(MentionRow).where(MentionRow.id.in_(list(ids))).values(leased_until=None, next_at=until))


def save_verdict(session: Session, mention_id: int, verdict: Verdict, now: datetime) -> None:
    session.add(
        VerdictRow(
            mention_id=mention_id,
            at=now,
            model=verdict.model,
            topic=verdict.topic,
            topics=dict(verdict.topics),
            detractor=verdict.detractor,
            promoter=verdict.promoter,
            triage=dict(verdict.triage),
            reply=verdict.reply,
            language=verdict.language,
            why=list(verdict.why),
            floor=verdict.floor,
            irony=verdict.irony,
        )
    )


def lock(session: Session, mention_id: int) -> Record | None:
    """The mention, held until the transaction ends, so that what is decided on it is still true when it is written."""
    row = _locked(session, mention_id)
    return records_of(session, [row])[0] if row else None


def lock_row(session: Session, mention_id: int) -> Record | None:
    """The same with what the mention's own row tells, for whoever moves it along and shows it to nobody: one query, not ten."""
    row = _locked(session, mention_id)
    return record_of_row(row) if row else None


def _locked(session: Session, mention_id: int) -> MentionRow | None:
    return session.scalars(
        select(MentionRow)
        .where(MentionRow.id == mention_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()


def change(session: Session, record: Record, action: Action, now: datetime, values: Mapping[str, Any]) -> bool:
    """Move a mention along the transition table by compare-and-set on its version; False where that is not possible.

    Clears what belongs to the state that is left: the claim, the offer, the snooze, the decision and the stage's lease.
    `values` are columns to set besides, by name.
    """
    target = after(record.state, action)
    if target is None:
        return False
    cleared = {**_cleared(target, action), **_taken_up(record, target, values, now)}
    moved = session.execute(
        update(MentionRow)
        .where(
            MentionRow.id == record.mention.id,
            MentionRow.version == record.version,
            MentionRow.state == record.state,
        )
        .values(
            {**cleared, **values, "state": target, "version": record.version + 1, "leased_until": None, "next_at": now}
        )
        .returning(MentionRow.id),
        execution_options={"synchronize_session": False},
    ).scalar_one_or_none()
    return moved is not None


def _cleared(target: State, action: Action) -> dict[str, Any]:
    values: dict[str, Any] = dict(NOTHING_KEPT)
    if action not in (Action.ESCALATE, Action.ACKNOWLEDGE):
        values |= {**NO_OFFER, "lapsed_by": None, "lapsed_at": None}
    if target in CLOSED or target is State.CLAIMED:
        values |= {"assign_at": None, "asked": []}
    if target is not State.CLAIMED:
        values |= {"claimed_by": None, "claimed_at": None, "claim_until": None}
    if target is not State.SNOOZED:
        values |= {"snoozed_until": None, "waiting_for": ""}
    if action is Action.REOPEN:
        values |= {"decided_what": "", "decided_by": "", "decided_at": None, "decided_reason": ""}
    if action in (Action.REOPEN, Action.REROUTE):
        values |= NO_ESCALATION
    if target in CLOSED:
        values |= {"escalate_at": None, **NO_WAITING_CALL}
    return values


def _taken_up(record: Record, target: State, values: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Whoever claims an escalated mention is on it, and until the claim ends nobody further is called."""
    if (record.state is State.CLAIMED) == (target is State.CLAIMED):
        return {}
    if target is not State.CLAIMED:
        return {"acknowledged_by": None, "acknowledged_at": None}
    waits = dict(NO_WAITING_CALL)
    if record.waiting_call is not None and not record.level:
        waits["escalate_at"] = None
    if not record.escalation or record.escalation.acknowledged_by:
        return waits
    return {**waits, "acknowledged_by": values.get("claimed_by"), "acknowledged_at": now}


def touch(session: Session, mention_id: int, **values: Any) -> None:
    """Make every message that shows this mention stale, so that it is drawn again; `values` are columns to set besides."""
    session.execute(
        update(MentionRow)
        .where(MentionRow.id == mention_id)
        .values(version=MentionRow.version + 1, **values)
        .execution_options(synchronize_session=False)
    )


def load(session: Session, mention_id: int) -> Record | None:
    row = session.get(MentionRow, mention_id, populate_existing=True)
    return records_of(session, [row])[0] if row else None


def load_all(session: Session, ids: Sequence[int]) -> dict[int, Record]:
    rows = session.scalars(select(MentionRow).where(MentionRow.id.in_(ids))).all()
    return {record.mention.id: record for record in records_of(session, rows)}

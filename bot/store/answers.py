"""Answers: what was said to customers, and the queue of those on their way to a source."""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from bot.domain.card import Answer, AnswerState, Approval
from bot.store.comebacks import newest_post
from bot.store.records import answer_of
from bot.store.schema import AnswerRow, MentionRow

ON_ITS_WAY = (AnswerState.SENDING, AnswerState.COPIED)
UNSENT = (AnswerState.WAITING, AnswerState.RETURNED)
"""What no customer can have read: another answer takes its place."""


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """An answer to carry to its source, under the conversation's newest post.

    `attempts` counts this try too; `unclear` says that an earlier one may have arrived. Before `written_at` it cannot have.
    """

    id: int
    mention_id: int
    source: str
    external_id: str
    author: str
    text: str
    key: str
    attempts: int
    unclear: bool
    written_at: datetime

    @property
    def was_tried(self) -> bool:
        return self.attempts > 1 or self.unclear


@dataclass(frozen=True, kw_only=True)
class New:
    """An answer to remember."""

    author: str
    text: str
    state: AnswerState
    permalink: str = ""
    approval: Approval | None = None


def add(session: Session, mention_id: int, new: New, now: datetime) -> int:
    """Keep it; its id."""
    row = AnswerRow(
        mention_id=mention_id,
        key=uuid.uuid4().hex,
        author=new.author,
        text=new.text,
        at=now,
        state=new.state,
        permalink=new.permalink,
        problem="",
        attempts=0,
        next_at=now,
        approval_rule=new.approval.rule if new.approval else "",
        approval_why=new.approval.why if new.approval else "",
        approved_by="",
        returned_reason="",
        unclear=False,
    )
    session.add(row)
    session.flush()
    return row.id


def due_sources(session: Session, now: datetime) -> list[str]:
    """Names of the sources with something to send now, the longest waiting first."""
    rows = session.execute(
        select(MentionRow.source, func.min(AnswerRow.id))
        .join(MentionRow, MentionRow.id == AnswerRow.mention_id)
        .where(*_due(now))
        .group_by(MentionRow.source)
        .order_by(func.min(AnswerRow.id))
    )
    return [source for source, _ in rows]


def lease(session: Session, source: str, now: datetime, *, limit: int, lease: timedelta) -> list[Parcel]:
    """Answers that wait to be sent to one source, oldest first.

    Whoever leased one and let the time run out may have sent it: from then on it is unclear whether it arrived.
    """
    wanted = (
        select(AnswerRow.id)
        .join(MentionRow, MentionRow.id == AnswerRow.mention_id)
        .where(MentionRow.source == source, *_due(now))
        .order_by(AnswerRow.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=AnswerRow)
    )
    rows = session.scalars(
        update(AnswerRow)
        .where(AnswerRow.id.in_(wanted))
        .values(
            leased_until=now + lease,
            attempts=AnswerRow.attempts + 1,
            unclear=or_(AnswerRow.unclear, AnswerRow.leased_until.is_not(None)),
        )
        .returning(AnswerRow)
    ).all()
    return [_parcel(session, row) for row in sorted(rows, key=lambda row: row.id)]


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    free = or_(AnswerRow.leased_until.is_(None), AnswerRow.leased_until <= now)
    return (AnswerRow.state == AnswerState.SENDING, AnswerRow.next_at <= now, free)


def _parcel(session: Session, row: AnswerRow) -> Parcel:
    mention = session.get_one(MentionRow, row.mention_id)
    return Parcel(
        id=row.id,
        mention_id=row.mention_id,
        source=mention.source,
        external_id=newest_post(session, mention.id, row.at),
        author=row.author,
        text=row.text,
        key=row.key,
        attempts=row.attempts,
        unclear=row.unclear,
        written_at=max(row.at, row.approved_at or row.at),
    )


def of_others(session: Session, parcel: Parcel, permalinks: Collection[str]) -> set[str]:
    """Those of the addresses at which, as we know, another answer to the same source stands."""
    found = session.scalars(
        select(AnswerRow.permalink)
        .join(MentionRow, MentionRow.id == AnswerRow.mention_id)
        .where(MentionRow.source == parcel.source, AnswerRow.permalink.in_(permalinks), AnswerRow.id != parcel.id)
    )
    return set(found)


def settle(
    session: Session,
    answer_id: int,
    state: AnswerState,
    *,
    permalink: str = "",
    problem: str = "",
    unclear: bool = False,
) -> bool:
    """Say how an answer on its way ended; False where that was said before (a lease ran out and two carried it)."""
    settled = session.execute(
        update(AnswerRow)
        .where(AnswerRow.id == answer_id, AnswerRow.state.in_(ON_ITS_WAY))
        .values(state=state, permalink=permalink, problem=problem, unclear=unclear, leased_until=None)
        .returning(AnswerRow.id)
    ).scalar_one_or_none()
    return settled is not None


def carried(session: Session, answer_id: int, permalink: str) -> None:
    """A person found it there or brought it there."""
    session.execute(
        update(AnswerRow)
        .where(AnswerRow.id == answer_id)
        .values(state=AnswerState.ELSEWHERE, permalink=permalink, problem="", unclear=False)
    )


def put_off(session: Session, parcel: Parcel, problem: str, until: datetime, *, tried: bool = True) -> None:
    """Give up the lease until then. Whose lease ran out and was taken over has none to give up. Only what was `tried` counts."""
    still_ours = (AnswerRow.state == AnswerState.SENDING, AnswerRow.attempts == parcel.attempts)
    attempts = parcel.attempts if tried else parcel.attempts - 1
    session.execute(
        update(AnswerRow)
        .where(AnswerRow.id == parcel.id, *still_ours)
        .values(problem=problem, next_at=until, leased_until=None, unclear=parcel.unclear, attempts=attempts)
    )


def replace_unsent(session: Session, mention_id: int) -> None:
    """What waits for approval or was returned is history: another answer takes its place."""
    session.execute(
        update(AnswerRow)
        .where(AnswerRow.mention_id == mention_id, AnswerRow.state.in_(UNSENT))
        .values(state=AnswerState.REPLACED)
    )


def find(session: Session, answer_id: int) -> Answer | None:
    row = session.get(AnswerRow, answer_id)
    return answer_of(row) if row else None


def approve(session: Session, answer_id: int, text: str, state: AnswerState, *, by: str, now: datetime) -> bool:
    """Let a waiting answer go, as `text`; False where it does not wait any more."""
    values = {"text": text, "state": state, "approved_by": by, "approved_at": now, "next_at": now}
    return _from_waiting(session, answer_id, values)


def give_back(session: Session, answer_id: int, reason: str) -> bool:
    """Return a waiting answer to its writer; False where it does not wait any more."""
    return _from_waiting(session, answer_id, {"state": AnswerState.RETURNED, "returned_reason": reason})


def _from_waiting(session: Session, answer_id: int, values: Mapping[str, Any]) -> bool:
    moved = session.execute(
        update(AnswerRow)
        .where(AnswerRow.id == answer_id, AnswerRow.state == AnswerState.WAITING)
        .values(**values)
        .returning(AnswerRow.id)
    ).scalar_one_or_none()
    return moved is not None


def send_again(session: Session, mention_id: int, now: datetime) -> bool:
    """Queue the newest failed answer again, under the same key, as one that was tried; False where none failed."""
    newest = select(AnswerRow.id).where(AnswerRow.mention_id == mention_id).order_by(AnswerRow.id.desc()).limit(1)
    row = session.execute(
        update(AnswerRow)
        .where(AnswerRow.id.in_(newest), AnswerRow.state == AnswerState.FAILED)
        .values(state=AnswerState.SENDING, problem="", attempts=1, next_at=now)
        .returning(AnswerRow.id)
    ).scalar_one_or_none()
    return row is not None

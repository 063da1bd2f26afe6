"""Answers: what was said to customers, and the queue of those on their way to a source."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from bot.domain.card import AnswerState
from bot.store.schema import AnswerRow, MentionRow

ON_ITS_WAY = (AnswerState.SENDING, AnswerState.COPIED)


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """An answer to carry to its source. `attempts` counts this try too."""

    id: int
    mention_id: int
    source: str
    external_id: str
    author: str
    text: str
    key: str
    attempts: int


def add(
    session: Session, mention_id: int, author: str, text: str, state: AnswerState, now: datetime, permalink: str = ""
) -> None:
    session.add(
        AnswerRow(
            mention_id=mention_id,
            key=uuid.uuid4().hex,
            author=author,
            text=text,
            at=now,
            state=state,
            permalink=permalink,
            problem="",
            attempts=0,
            next_at=now,
        )
    )


def lease(session: Session, now: datetime, *, limit: int, lease: timedelta) -> list[Parcel]:
    """Answers that wait to be sent, oldest first."""
    wanted = (
        select(AnswerRow.id)
        .where(AnswerRow.state == AnswerState.SENDING, AnswerRow.next_at <= now)
        .where(or_(AnswerRow.leased_until.is_(None), AnswerRow.leased_until <= now))
        .order_by(AnswerRow.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = session.scalars(
        update(AnswerRow)
        .where(AnswerRow.id.in_(wanted))
        .values(leased_until=now + lease, attempts=AnswerRow.attempts + 1)
        .returning(AnswerRow)
    ).all()
    return [_parcel(session, row) for row in sorted(rows, key=lambda row: row.id)]


def _parcel(session: Session, row: AnswerRow) -> Parcel:
    mention = session.get_one(MentionRow, row.mention_id)
    return Parcel(
        id=row.id,
        mention_id=row.mention_id,
        source=mention.source,
        external_id=mention.external_id,
        author=row.author,
        text=row.text,
        key=row.key,
        attempts=row.attempts,
    )


def settle(session: Session, answer_id: int, state: AnswerState, *, permalink: str = "", problem: str = "") -> bool:
    """Say how an answer on its way ended; False where that was said before (a lease ran out and two carried it)."""
    settled = session.execute(
        update(AnswerRow)
        .where(AnswerRow.id == answer_id, AnswerRow.state.in_(ON_ITS_WAY))
        .values(state=state, permalink=permalink, problem=problem, leased_until=None)
        .returning(AnswerRow.id)
    ).scalar_one_or_none()
    return settled is not None


def put_off(session: Session, answer_id: int, problem: str, until: datetime) -> None:
    session.execute(
        update(AnswerRow)
        .where(AnswerRow.id == answer_id, AnswerRow.state == AnswerState.SENDING)
        .values(problem=problem, next_at=until, leased_until=None)
    )


def send_again(session: Session, mention_id: int, now: datetime) -> bool:
    """Queue the newest failed answer again, under the same key; False where none failed."""
    newest = select(AnswerRow.id).where(AnswerRow.mention_id == mention_id).order_by(AnswerRow.id.desc()).limit(1)
    row = session.execute(
        update(AnswerRow)
        .where(AnswerRow.id.in_(newest), AnswerRow.state == AnswerState.FAILED)
        .values(state=AnswerState.SENDING, problem="", attempts=0, next_at=now)
        .returning(AnswerRow.id)
    ).scalar_one_or_none()
    return row is not None

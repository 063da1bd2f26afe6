"""Replies to use again. Nothing is deleted: a retired one is ended and can be brought back."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bot.domain.saved_reply import SavedReply
from bot.store.schema import MentionRow
from bot.store.schema_desk import SavedReplyRow


def add(session: Session, reply: SavedReply) -> SavedReply:
    """Store a new one; its id is given by the database, `reply.id` is ignored."""
    row = SavedReplyRow(
        department=reply.department,
        title=reply.title,
        text=reply.text,
        version=1,
        created_by=reply.created_by,
        created_at=reply.created_at,
        updated_by=reply.updated_by,
        updated_at=reply.updated_at,
        used=0,
    )
    session.add(row)
    session.flush()
    return _reply_of(row)


def load(session: Session, reply_id: int) -> SavedReply | None:
    row = session.get(SavedReplyRow, reply_id, populate_existing=True)
    return _reply_of(row) if row else None


def change(session: Session, reply: SavedReply, *, version: int) -> bool:
    """Write what `reply` says over the version that was read; False where somebody has changed it since."""
    changed = session.execute(
        update(SavedReplyRow)
        .where(SavedReplyRow.id == reply.id, SavedReplyRow.version == version)
        .values(
            department=reply.department,
            title=reply.title,
            text=reply.text,
            version=version + 1,
            updated_by=reply.updated_by,
            updated_at=reply.updated_at,
            ended_at=reply.ended_at,
        )
        .returning(SavedReplyRow.id)
    ).scalar_one_or_none()
    return changed is not None


def page(session: Session, *, retired: bool, offset: int, limit: int) -> tuple[list[SavedReply], int]:
    """Some of them by department and title, and how many there are."""
    which = SavedReplyRow.ended_at.is_not(None) if retired else SavedReplyRow.ended_at.is_(None)
    total = session.scalar(select(func.count()).select_from(SavedReplyRow).where(which)) or 0
    rows = session.scalars(
        select(SavedReplyRow)
        .where(which)
        .order_by(SavedReplyRow.department, func.lower(SavedReplyRow.title), SavedReplyRow.id)
        .offset(offset)
        .limit(limit)
    )
    return [_reply_of(row) for row in rows], total


def for_department(session: Session, department: str) -> Sequence[SavedReply]:
    """Those in force for one department and for all, the most used first."""
    rows = session.scalars(
        select(SavedReplyRow)
        .where(SavedReplyRow.ended_at.is_(None), SavedReplyRow.department.in_(["", department]))
        .order_by(SavedReplyRow.used.desc(), func.lower(SavedReplyRow.title), SavedReplyRow.id)
    )
    return [_reply_of(row) for row in rows]


def is_title_taken(session: Session, reply: SavedReply) -> bool:
    """Whether another one in force, for the same department, is called so."""
    same = select(SavedReplyRow.id).where(
        SavedReplyRow.ended_at.is_(None),
        SavedReplyRow.department == reply.department,
        func.lower(SavedReplyRow.title) == reply.title.lower(),
        SavedReplyRow.id != reply.id,
    )
    return session.scalar(same.limit(1)) is not None


def newest_mention(session: Session, department: str) -> int | None:
    """The newest mention of a department, or of any where none is named: an example to fill the fields from."""
    wanted = select(MentionRow.id).where(MentionRow.department == department) if department else select(MentionRow.id)
    return session.scalar(wanted.order_by(MentionRow.id.desc()).limit(1))


def was_used(session: Session, reply_id: int, now: datetime) -> None:
    """An answer was written out of it."""
    session.execute(
        update(SavedReplyRow).where(SavedReplyRow.id == reply_id).values(used=SavedReplyRow.used + 1, last_used_at=now)
    )


def _reply_of(row: SavedReplyRow) -> SavedReply:
    return SavedReply(
        id=row.id,
        title=row.title,
        text=row.text,
        department=row.department,
        version=row.version,
        created_by=row.created_by,
        created_at=row.created_at,
        updated_by=row.updated_by,
        updated_at=row.updated_at,
        ended_at=row.ended_at,
        used=row.used,
        last_used_at=row.last_used_at,
    )

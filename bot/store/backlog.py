"""What waits for a decision, a page at a time, the oldest first."""

from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from bot.domain.backlog import Age, BacklogItem, BacklogPage, Pick, Whose
from bot.domain.lifecycle import State
from bot.store.lists import Window, topic_now
from bot.store.schema import MentionRow

EXCERPT = 200


def backlog(session: Session, user: str, pick: Pick, window: Window, now: datetime) -> BacklogPage:
    """A page beyond the end is the last one: others clear the same backlog."""
    wanted = _fits(user, pick, now)
    total = session.scalar(select(func.count()).select_from(MentionRow).where(*wanted)) or 0
    first = min(window.page, max(total - 1, 0) // window.size) * window.size
    ids = select(MentionRow.id).where(*wanted).order_by(MentionRow.received_at, MentionRow.id)
    page = list(session.scalars(ids.limit(window.size).offset(first)))
    rows = session.execute(select(MentionRow, topic_now()).where(MentionRow.id.in_(page)))
    found = {row.id: _waiting(row, topic or "") for row, topic in rows}
    return BacklogPage(waiting=tuple(found[each] for each in page), first=first, total=total, size=window.size)


def _fits(user: str, pick: Pick, now: datetime) -> list[ColumnElement[bool]]:
    wanted = [MentionRow.state == State.OPEN]
    if pick.whose is Whose.MINE:
        wanted = [MentionRow.state == State.CLAIMED, MentionRow.claimed_by == user]
    if pick.department:
        wanted.append(MentionRow.department == pick.department)
    if pick.topic:
        wanted.append(topic_now() == pick.topic)
    if pick.outcome:
        wanted.append(MentionRow.recommended == pick.outcome)
    if pick.age is not Age.ANY:
        wanted.append(MentionRow.received_at <= now - pick.age.least)
    return wanted


def _waiting(row: MentionRow, topic: str) -> BacklogItem:
    return BacklogItem(
        mention_id=row.id,
        source=row.source,
        author=row.author_name or row.author,
        text=(row.title or row.text)[:EXCERPT],
        department=row.department,
        topic=topic,
        recommended=row.recommended,
        urgent=row.urgent,
        received_at=row.received_at,
    )

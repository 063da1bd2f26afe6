"""When customers wrote at a source lately."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.store.schema import MentionRow

MOST = 50_000
"""Times that are looked at: of a place with more, the newest say enough."""


def newest(session: Session, source: str) -> datetime | None:
    """When the newest mention of it came in, however it came."""
    of_source = (MentionRow.source == source, MentionRow.added_by == "")
    return session.scalar(select(func.max(MentionRow.received_at)).where(*of_source))


def posts_of(session: Session, source: str, look_back: timedelta) -> list[datetime]:
    """When what the source brought was written, in order, over `look_back` before the newest of it.

    By when it came in where that was sooner: a date in the future would hide a silence.
    """
    last = newest(session, source)
    if last is None:
        return []
    of_source = (MentionRow.source == source, MentionRow.added_by == "")
    rows = session.execute(
        select(MentionRow.posted_at, MentionRow.received_at)
        .where(*of_source, MentionRow.received_at > last - look_back)
        .order_by(MentionRow.received_at.desc())
        .limit(MOST)
    ).all()
    return sorted(min(row.posted_at or row.received_at, row.received_at) for row in rows)


def count_since(session: Session, source: str, since: datetime) -> int:
    """How many mentions it brought since then."""
    of_source = (MentionRow.source == source, MentionRow.added_by == "", MentionRow.received_at >= since)
    return session.scalar(select(func.count()).select_from(MentionRow).where(*of_source)) or 0

"""Forgetting what is older than the company wants to remember."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.domain.lifecycle import CLOSED, State
from bot.store.schema import MentionRow


def forget_closed(session: Session, before: datetime, limit: int) -> int:
    """Delete closed and filtered mentions received before `before`, with their verdicts, log, answers and outbox.

    What is open stays, however old: nobody has dealt with it. Gives the number deleted, `limit` at most.
    """
    old = (
        select(MentionRow.id)
        .where(MentionRow.received_at < before, MentionRow.state.in_([*sorted(CLOSED), State.FILTERED]))
        .order_by(MentionRow.id)
        .limit(limit)
    )
    gone = session.execute(delete(MentionRow).where(MentionRow.id.in_(old)).returning(MentionRow.id)).all()
    return len(gone)

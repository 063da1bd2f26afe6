"""Forgetting what is older than the company wants to remember."""

from datetime import datetime

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from bot.domain.lifecycle import CLOSED, State
from bot.store import accounts, repeats
from bot.store.schema import MentionRow


def forget_closed(session: Session, before: datetime, limit: int) -> int:
    """Delete closed and filtered mentions received before `before`, with everything that hangs on them.

    What is open stays, however old: nobody has dealt with it. A conversation goes as one, after its newest
    post, and so does a post with all that say the same. Gives the
    number deleted, `limit` at most, without the posts that were folded into them.
    """
    ended = MentionRow.state.in_([*sorted(CLOSED), State.FILTERED])
    silent = or_(MentionRow.followed_at.is_(None), MentionRow.followed_at < before)
    old = (
        select(MentionRow.id)
        .where(MentionRow.received_at < before, ended, silent, repeats.nobody_under(before))
        .order_by(MentionRow.id)
        .limit(limit)
    )
    gone = session.execute(delete(MentionRow).where(MentionRow.id.in_(old)).returning(MentionRow.id)).all()
    if gone:
        accounts.forget_gone(session)
    return len(gone)

"""How many people write about the same thing just now."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.store.schema import MentionRow, VerdictRow


def recent(session: Session, topic: str, since: datetime) -> int:
    """Mentions received since then that the model read as being about `topic`, once or still."""
    return (
        session.scalar(
            select(func.count(VerdictRow.mention_id.distinct()))
            .join(MentionRow, MentionRow.id == VerdictRow.mention_id)
            .where(MentionRow.received_at >= since, VerdictRow.topic == topic)
        )
        or 0
    )

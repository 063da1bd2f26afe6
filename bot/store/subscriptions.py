"""Which channels want copies of which mentions."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.domain.card import Subscription
from bot.store.schema import SubscriptionRow


def add(session: Session, wish: Subscription) -> int:
    """Store a new subscription; its id is given by the database, `wish.id` is ignored."""
    row = SubscriptionRow(
        channel=wish.channel,
        created_by=wish.created_by,
        created_at=wish.created_at,
        topics=list(wish.topics),
        sources=list(wish.sources),
        min_detractor=wish.min_detractor,
        min_promoter=wish.min_promoter,
    )
    session.add(row)
    session.flush()
    return row.id


def active(session: Session, channel: str | None = None) -> list[Subscription]:
    """Subscriptions in force, of one channel or all, oldest first."""
    query = select(SubscriptionRow).where(SubscriptionRow.ended_at.is_(None)).order_by(SubscriptionRow.id)
    if channel is not None:
        query = query.where(SubscriptionRow.channel == channel)
    return [
        Subscription(
            id=row.id,
            channel=row.channel,
            created_by=row.created_by,
            created_at=row.created_at,
            topics=tuple(row.topics),
            sources=tuple(row.sources),
            min_detractor=row.min_detractor,
            min_promoter=row.min_promoter,
        )
        for row in session.scalars(query)
    ]


def end(session: Session, subscription_id: int, channel: str, now: datetime) -> bool:
    """End one subscription of a channel; False where the channel has none of that id in force."""
    row = session.execute(
        update(SubscriptionRow)
        .where(
            SubscriptionRow.id == subscription_id,
            SubscriptionRow.channel == channel,
            SubscriptionRow.ended_at.is_(None),
        )
        .values(ended_at=now)
        .returning(SubscriptionRow.id)
    ).scalar_one_or_none()
    return row is not None

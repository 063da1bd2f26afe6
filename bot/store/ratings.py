"""The ratings table: whether a card or copy was of use, once for each person and channel."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from bot.domain.rating import Rated, Rating
from bot.store.database import insert_into
from bot.store.records import verdict_of
from bot.store.schema import MentionRow, VerdictRow
from bot.store.schema_desk import RatingRow

KEY = ("mention_id", "channel", "rated_by")


def said(session: Session, mention_id: int, channel: str, by: str) -> Rating | None:
    """What somebody says of a mention in a channel so far."""
    row = session.scalars(
        select(RatingRow).where(
            RatingRow.mention_id == mention_id, RatingRow.channel == channel, RatingRow.rated_by == by
        )
    ).one_or_none()
    return _rating_of(row) if row else None


def keep(session: Session, rating: Rating) -> None:
    """The person's word holds in place of the one before."""
    values = {"at": rating.at, "useful": rating.useful, "reason": rating.reason}
    key = {"mention_id": rating.mention_id, "channel": rating.channel, "rated_by": rating.by}
    statement = insert_into(session, RatingRow).values({**key, **values})
    session.execute(statement.on_conflict_do_update(index_elements=list(KEY), set_=values))


def in_channel(session: Session, channel: str, *, since: datetime) -> list[Rated]:
    """Everything said in a channel since a time, with what the mentions are judged to be now; oldest first."""
    latest = aliased(VerdictRow)
    newest = (
        select(func.max(latest.id))
        .where(latest.mention_id == RatingRow.mention_id)
        .correlate(RatingRow)
        .scalar_subquery()
    )
    rows = session.execute(
        select(RatingRow, MentionRow.source, VerdictRow)
        .join(MentionRow, MentionRow.id == RatingRow.mention_id)
        .outerjoin(VerdictRow, VerdictRow.id == newest)
        .where(RatingRow.channel == channel, RatingRow.at >= since)
        .order_by(RatingRow.at, RatingRow.id)
    )
    return [
        Rated(rating=_rating_of(row), source=source, verdict=verdict_of(verdict) if verdict else None)
        for row, source, verdict in rows
    ]


def _rating_of(row: RatingRow) -> Rating:
    return Rating(
        mention_id=row.mention_id,
        channel=row.channel,
        by=row.rated_by,
        at=row.at,
        useful=row.useful,
        reason=row.reason,
    )

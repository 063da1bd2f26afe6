"""What a card shows of an author who came back, and where an answer goes then. Read only."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.domain.comeback import FollowUp, FollowUps, Revision
from bot.domain.lifecycle import CLOSED, TRANSITIONS, Action
from bot.store.schema import EventRow, MentionRow, VerdictRow

NEWEST = 3
"""Follow-ups that a card shows; there may be thousands."""

_CLOSING = {action.value for (_, action), target in TRANSITIONS.items() if target in CLOSED}
_DECIDING = sorted({*_CLOSING - {Action.ANSWER.value}, "answer_written", "answer_approved"})
"""An answer is decided on when it is written or approved; what is changed while it is on its way neither has seen."""


def follow_ups_of(session: Session, ids: Iterable[int]) -> dict[int, FollowUps]:
    """The follow-ups of some mentions, by the id of the first; ids without any are absent."""
    listed = list(ids)
    if not listed:
        return {}
    place = func.row_number().over(partition_by=MentionRow.follow_of, order_by=MentionRow.id.desc())
    total = func.count().over(partition_by=MentionRow.follow_of)
    ranked = (
        select(MentionRow.id, place.label("place"), total.label("total"))
        .where(MentionRow.follow_of.in_(listed))
        .subquery()
    )
    rows = session.execute(
        select(MentionRow, ranked.c.total)
        .join(ranked, ranked.c.id == MentionRow.id)
        .where(ranked.c.place <= NEWEST)
        .order_by(MentionRow.id)
    ).all()
    scores = _detractors(session, [row.id for row, _ in rows])
    found: dict[int, FollowUps] = {}
    for row, count in rows:
        known = found.get(row.follow_of, FollowUps())
        found[row.follow_of] = FollowUps(total=count, newest=(*known.newest, _follow_up(row, scores.get(row.id))))
    return found


def _detractors(session: Session, ids: list[int]) -> dict[int, float]:
    query = select(VerdictRow.mention_id, VerdictRow.detractor).where(VerdictRow.mention_id.in_(ids))
    return {row.mention_id: row.detractor for row in session.execute(query.order_by(VerdictRow.id))}


def _follow_up(row: MentionRow, detractor: float | None) -> FollowUp:
    return FollowUp(
        mention_id=row.id,
        external_id=row.external_id,
        author=row.author_name or row.author,
        text=row.text,
        url=row.url,
        at=row.posted_at or row.received_at,
        detractor=detractor,
    )


def revisions_of(session: Session, ids: Iterable[int]) -> dict[int, Revision]:
    """What stood in the edited ones of some mentions before the edits that nobody has decided on yet."""
    listed = list(ids)
    if not listed:
        return {}
    found: dict[int, Revision] = {}
    rows = session.scalars(
        select(EventRow)
        .where(EventRow.mention_id.in_(listed), EventRow.what.in_(["edited", *_DECIDING]))
        .order_by(EventRow.id)
    )
    for row in rows:
        if row.what != "edited":
            found.pop(row.mention_id, None)
            continue
        known = found.get(row.mention_id)
        before = known.before if known else str(row.detail.get("before", ""))
        found[row.mention_id] = Revision(before=before, at=row.at)
    return found


def newest_post(session: Session, mention_id: int, by: datetime) -> str:
    """The external id of the conversation's newest post that was here at `by`: an answer goes under that one.

    The same for every try, whatever has come in since.
    """
    query = (
        select(MentionRow.external_id)
        .where(MentionRow.follow_of == mention_id, MentionRow.received_at <= by)
        .order_by(MentionRow.id.desc())
        .limit(1)
    )
    newest = session.scalar(query)
    return newest or session.get_one(MentionRow, mention_id).external_id

"""What one person did in a span of time, read from the log."""

from datetime import datetime, timedelta
from statistics import median_high

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import Session, aliased

from bot.domain.home import Span, Week
from bot.domain.lifecycle import Action
from bot.store.schema import EventRow, MentionRow, PromiseRow

ANSWERS = (Action.ANSWER, Action.ANSWER_ELSEWHERE)
NO_ANSWERS = (Action.LET_STAND, Action.MONITOR)


def week_of(session: Session, person: str, span: Span) -> Week:
    """Counts mentions, not clicks: one that was claimed twice is one."""
    done: dict[str, int] = {
        str(what): count
        for what, count in session.execute(
            select(EventRow.what, func.count(EventRow.mention_id.distinct()))
            .where(_by(person, span))
            .group_by(EventRow.what)
        )
    }
    promises = _promises(session, person, span)
    return Week(
        claimed=done.get(Action.CLAIM, 0),
        answered=sum(done.get(action, 0) for action in ANSWERS),
        let_stand=sum(done.get(action, 0) for action in NO_ANSWERS),
        first_response=_median(session, person, span),
        promises=len(promises),
        kept=sum(settled <= due for settled, due in promises),
    )


def _by(person: str, span: Span) -> ColumnElement[bool]:
    return and_(EventRow.actor == person, EventRow.at >= span.begin, EventRow.at < span.end)


def _median(session: Session, person: str, span: Span) -> timedelta | None:
    """From arrival to the first answer of all, where that was this person's."""
    earlier = aliased(EventRow)
    answered_before = exists().where(
        earlier.mention_id == EventRow.mention_id, earlier.what.in_(ANSWERS), earlier.id < EventRow.id
    )
    rows = session.execute(
        select(EventRow.at, MentionRow.received_at)
        .join(MentionRow, MentionRow.id == EventRow.mention_id)
        .where(_by(person, span), EventRow.what.in_(ANSWERS), ~answered_before)
    ).all()
    return median_high(at - received for at, received in rows) if rows else None


def _promises(session: Session, person: str, span: Span) -> list[tuple[datetime, datetime]]:
    """Promises that were settled in the very transaction in which this person acted: (settled, due) each."""
    rows = session.execute(
        select(PromiseRow.settled_at, PromiseRow.due_at)
        .join(EventRow, and_(EventRow.mention_id == PromiseRow.mention_id, EventRow.at == PromiseRow.settled_at))
        .where(_by(person, span), PromiseRow.cancelled_at.is_(None))
        .group_by(PromiseRow.id)
    )
    return [(at, due) for at, due in rows if at is not None]

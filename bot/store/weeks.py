"""What one person did in a span of time, read from the log."""

from collections import Counter
from datetime import datetime, timedelta
from statistics import median_high

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.orm import Session, aliased

from bot.domain.home import Span, Week
from bot.domain.lifecycle import Action
from bot.domain.undo import UNDONE
from bot.store.schema import EventRow, MentionRow, PromiseRow

ANSWERS = (Action.ANSWER, Action.ANSWER_ELSEWHERE)
NO_ANSWERS = (Action.LET_STAND, Action.MONITOR)


def week_of(session: Session, person: str, span: Span) -> Week:
    """Counts mentions, not clicks: one that was claimed twice is one."""
    done = _done(session, person, span)
    promises = _promises(session, person, span)
    return Week(
        claimed=done[Action.CLAIM],
        answered=sum(done[action] for action in ANSWERS),
        let_stand=sum(done[action] for action in NO_ANSWERS),
        first_response=_median(session, person, span),
        promises=len(promises),
        kept=sum(settled <= due for settled, due in promises),
    )


def _done(session: Session, person: str, span: Span) -> Counter[str]:
    """How many mentions of each action; what was taken back in the moment after it was not done."""
    wanted = EventRow.what.in_((Action.CLAIM, *ANSWERS, *NO_ANSWERS, UNDONE))
    rows = session.execute(
        select(EventRow.mention_id, EventRow.what, EventRow.detail)
        .where(_by(person, span), wanted)
        .order_by(EventRow.id)
    )
    times = Counter[tuple[str, int]]()
    for mention_id, what, detail in rows:
        if what == UNDONE:
            times[detail["undone"], mention_id] -= 1
        else:
            times[what, mention_id] += 1
    return Counter(what for (what, _), count in times.items() if count > 0)


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

"""Which posts to look up again at their source, and what is known of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from bot.domain.event import EARSHOT
from bot.domain.lifecycle import LIVE
from bot.store import events, follow, repeats
from bot.store.keys import LONGEST_KEY, key_of
from bot.store.schema import MentionRow

YOUNGEST = timedelta(hours=1)
SHARE_OF_AGE = 6
"""A post is looked up again after a sixth of its age: at most every ten minutes in its first hour, then less and less often."""

OPEN_FOR = timedelta(days=30)
"""So long what is still open is looked up, also where the source's own time is over."""

_last_seen = func.coalesce(MentionRow.looked_at, MentionRow.edited_at, MentionRow.received_at)


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What we know of a post: `at` is when its source last told us of it."""

    at: datetime
    withdrawn: bool


def take(session: Session, source: str, now: datetime, *, within: timedelta, limit: int) -> list[str]:
    """External ids of the posts that are due, the longest unseen first; from now on they count as looked at."""
    live = and_(MentionRow.state.in_(sorted(LIVE)), MentionRow.received_at > now - OPEN_FOR)
    due = (
        select(MentionRow.id)
        .where(MentionRow.source == source, or_(MentionRow.received_at > now - within, live), _is_due(now))
        .where(MentionRow.withdrawn_at.is_(None), MentionRow.for_history.is_(False), MentionRow.added_by == "")
        .where(func.length(MentionRow.external_id) < LONGEST_KEY)
        .order_by(_last_seen, MentionRow.id)
        .limit(limit)
    )
    taken = session.execute(
        update(MentionRow)
        .where(MentionRow.id.in_(due))
        .values(looked_at=now)
        .returning(MentionRow.id, MentionRow.external_id)
        .execution_options(synchronize_session=False)
    ).all()
    return [external for _, external in sorted(taken)]


def _is_due(now: datetime) -> ColumnElement[bool]:
    """Ages doubling from an hour on; within each the same time must have passed since the post was seen last."""
    ages: list[ColumnElement[bool]] = []
    younger, bound = timedelta(0), YOUNGEST
    while younger < OPEN_FOR:
        of_age = and_(MentionRow.received_at <= now - younger, MentionRow.received_at > now - bound)
        ages.append(and_(of_age, _last_seen <= now - bound / SHARE_OF_AGE))
        younger, bound = bound, bound * 2
    return or_(*ages)


def seen(session: Session, source: str, external_id: str) -> Seen | None:
    row = session.execute(
        select(MentionRow.withdrawn_at, _last_seen.label("at")).where(
            MentionRow.source == source, MentionRow.external_id == key_of(external_id)
        )
    ).one_or_none()
    return Seen(at=row.at, withdrawn=row.withdrawn_at is not None) if row else None


def note(session: Session, source: str, external_id: str, now: datetime) -> None:
    session.execute(
        update(MentionRow)
        .where(MentionRow.source == source, MentionRow.external_id == key_of(external_id))
        .values(looked_at=now)
    )


def restore(session: Session, source: str, external_ids: Iterable[str], now: datetime) -> int:
    """Posts that are there after all: their cards say so; how many were taken for withdrawn."""
    keys: Sequence[str] = [key_of(each) for each in external_ids]
    gone = (MentionRow.source == source, MentionRow.external_id.in_(keys), MentionRow.withdrawn_at.is_not(None))
    for mention_id in session.scalars(select(MentionRow.id).where(*gone).order_by(MentionRow.id)).all():
        repeats.hold_first(session, mention_id)
    rows = session.scalars(select(MentionRow).where(*gone).order_by(MentionRow.id).with_for_update()).all()
    for row in rows:
        row.withdrawn_at = None
        row.version += 1
        session.flush()
        events.append(session, row.id, EARSHOT, "restored", now)
        follow.redraw_root(session, row.id)
    return len(rows)

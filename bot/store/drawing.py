"""Messages that show what a mention was: found by what their mention remembers of them, and leased for drawing.

Whatever changes a mention raises its `version`, and with that it is undrawn: it stands in an index of its own, which is as
long as what is to be done, until all its messages are seen to show that version. To compare every message ever posted with
its mention took 50 to 70 ms of each quarter of a second at 100,000 of them, with SQLite's write lock held (measured).
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, or_, select, update
from sqlalchemy.orm import Session

from bot.domain.lifecycle import State
from bot.domain.posting import Posting, PostingKind, PostingState
from bot.store.outbox import WAITING, posting_of
from bot.store.schema import MentionRow, PostingRow

PORTION = 500
"""Mentions that one statement looks at, and that one transaction strikes off: 20 ms."""


def lease_stale(session: Session, now: datetime, *, limit: int, lease: timedelta) -> list[Posting]:
    """Posted cards and copies that show an older version than the mention has; leased for drawing."""
    found: list[Posting] = []
    for portion in _undrawn(session):
        found += _lease(session, _stale_of(portion, now, limit - len(found)), now + lease)
        if len(found) >= limit:
            break
    return [*found, *_lease(session, _changed_bulletins(now, limit), now + lease)]


def _undrawn(session: Session) -> Iterator[Sequence[int]]:
    """In portions, and apart from the query for their messages: joined, both databases take them for a third of all
    mentions and begin with the outbox.
    """
    undrawn = MentionRow.drawn_version < MentionRow.version
    routed = MentionRow.state.not_in((State.NEW, State.JUDGED))
    ids = session.scalars(select(MentionRow.id).where(undrawn, routed).order_by(MentionRow.id)).all()
    return (ids[start : start + PORTION] for start in range(0, len(ids), PORTION))


def _stale_of(ids: Sequence[int], now: datetime, limit: int) -> Select[int]:
    return (
        select(PostingRow.id)
        .join(MentionRow, MentionRow.id == PostingRow.mention_id)
        .where(PostingRow.mention_id.in_(ids), _is_stale(), PostingRow.next_at <= now)
        .where(or_(PostingRow.leased_until.is_(None), PostingRow.leased_until <= now))
        .order_by(PostingRow.next_at, PostingRow.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=PostingRow)
    )


def strike_off(session: Session) -> int:
    """Remember of what is drawn that it is drawn, of a portion at the most; the number struck off. What has a message on its
    way stays: that one may have been written before the last change.
    """
    return next((struck for portion in _undrawn(session) if (struck := _strike_off(session, portion))), 0)


def _strike_off(session: Session, ids: Sequence[int]) -> int:
    on_its_way = and_(PostingRow.state.in_(WAITING), PostingRow.kind != PostingKind.NOTICE)
    undone = select(PostingRow.id).where(PostingRow.mention_id == MentionRow.id, or_(on_its_way, _is_stale())).exists()
    done = select(MentionRow.id).where(MentionRow.id.in_(ids), ~undone)
    locked = session.scalars(done.with_for_update(skip_locked=True)).all()
    if not locked:
        return 0
    # Asked again now that nobody can change them: on PostgreSQL the first look may be older than its locks.
    struck = session.execute(
        update(MentionRow)
        .where(MentionRow.id.in_(locked), ~undone)
        .values(drawn_version=MentionRow.version)
        .returning(MentionRow.id)
        .execution_options(synchronize_session=False)
    ).all()
    return len(struck)


def _is_stale() -> ColumnElement[bool]:
    return and_(
        PostingRow.state == PostingState.SENT,
        PostingRow.kind != PostingKind.NOTICE,
        PostingRow.shown_version < MentionRow.version,
    )


def _changed_bulletins(now: datetime, limit: int) -> Select[int]:
    """A query of its own, with an index of its own: the join would leave them out."""
    return (
        select(PostingRow.id)
        .where(
            PostingRow.mention_id.is_(None),
            PostingRow.state == PostingState.SENT,
            PostingRow.shown_version < PostingRow.version,
            PostingRow.next_at <= now,
            or_(PostingRow.leased_until.is_(None), PostingRow.leased_until <= now),
        )
        .order_by(PostingRow.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )


def _lease(session: Session, ids: Select[int], until: datetime) -> list[Posting]:
    rows = session.scalars(
        update(PostingRow).where(PostingRow.id.in_(ids)).values(leased_until=until).returning(PostingRow)
    ).all()
    return [posting_of(row) for row in rows]


def shown(session: Session, posting_id: int, version: int) -> None:
    may_be_stale(session, posting_id, version)
    session.execute(
        update(PostingRow)
        .where(PostingRow.id == posting_id)
        .values(shown_version=version, leased_until=None, problem="")
    )


def not_shown(session: Session, posting_id: int, problem: str, again_at: datetime) -> None:
    session.execute(
        update(PostingRow)
        .where(PostingRow.id == posting_id)
        .values(leased_until=None, next_at=again_at, problem=problem)
    )


def may_be_stale(session: Session, posting_id: int, version: int) -> None:
    """A message shows this version of its mention: where a newer one was struck off already, the mention is undrawn again.

    To be said before the message itself is written, as whoever strikes off holds a mention and then looks at its messages.
    """
    mention_id = select(PostingRow.mention_id).where(PostingRow.id == posting_id).scalar_subquery()
    # Held first: on PostgreSQL the condition below would not see what somebody strikes off at this moment.
    held = select(MentionRow.id).where(MentionRow.id == mention_id).with_for_update(key_share=True)
    session.execute(
        update(MentionRow)
        .where(MentionRow.id == session.scalar(held), MentionRow.drawn_version > version)
        .values(drawn_version=version)
        .execution_options(synchronize_session=False)
    )

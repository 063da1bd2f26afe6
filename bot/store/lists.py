"""Lists of mentions for one person's Home: a page each, and how many lie beyond it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, func, select
from sqlalchemy.orm import Session

from bot.domain.lifecycle import LIVE, State
from bot.store.schema import MentionRow, PromiseRow


@dataclass(frozen=True, kw_only=True)
class Item:
    """One mention in a list; `due_at` is the earliest promise still open."""

    mention_id: int
    state: State
    source: str
    author: str
    text: str
    department: str
    owner: str
    urgent: bool
    due_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Page:
    items: tuple[Item, ...]
    more: int


def mine(session: Session, user: str, limit: int) -> Page:
    """What a person holds, the most urgent promise first."""
    return _page(session, [MentionRow.claimed_by == user, MentionRow.state == State.CLAIMED], limit)


def due_before(session: Session, departments: Sequence[str], before: datetime, limit: int) -> Page:
    """Open mentions of some departments with a promise due before a time."""
    wanted = [MentionRow.department.in_(departments), MentionRow.state.in_(sorted(LIVE)), _next_due() <= before]
    return _page(session, wanted, limit)


def unclaimed(session: Session, departments: Sequence[str], limit: int) -> Page:
    return _page(session, [MentionRow.department.in_(departments), MentionRow.state == State.OPEN], limit)


def _next_due() -> ScalarSelect[datetime]:
    return (
        select(func.min(PromiseRow.due_at))
        .where(
            PromiseRow.mention_id == MentionRow.id,
            PromiseRow.settled_at.is_(None),
            PromiseRow.cancelled_at.is_(None),
        )
        .correlate(MentionRow)
        .scalar_subquery()
    )


def _page(session: Session, conditions: Sequence[ColumnElement[bool]], limit: int) -> Page:
    due = _next_due()
    total = session.scalar(select(func.count()).select_from(MentionRow).where(*conditions)) or 0
    rows = session.execute(
        select(MentionRow, due)
        .where(*conditions)
        .order_by(MentionRow.urgent.desc(), due.is_(None), due, MentionRow.id)
        .limit(limit)
    ).all()
    items = tuple(_item(row, due_at) for row, due_at in rows)
    return Page(items=items, more=total - len(items))


def _item(row: MentionRow, due_at: datetime | None) -> Item:
    return Item(
        mention_id=row.id,
        state=State(row.state),
        source=row.source,
        author=row.author_name or row.author,
        text=row.title or row.text,
        department=row.department,
        owner=row.claimed_by or "",
        urgent=row.urgent,
        due_at=due_at,
    )

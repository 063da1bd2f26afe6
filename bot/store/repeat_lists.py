"""What stands under a first post, as its card counts it and its dialog lists it. Read only."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Subquery, case, func, select
from sqlalchemy.orm import Session, aliased

from bot.domain.repeat import Repeat, Repeats
from bot.store.schema import MentionRow, VerdictRow


@dataclass(frozen=True, kw_only=True)
class RepeatPage:
    """Some of the posts under a first one, oldest first."""

    repeats: tuple[Repeat, ...]
    first: int
    total: int


def of_mentions(session: Session, ids: Iterable[int]) -> dict[int, Repeats]:
    """What stands under some mentions; ids with nothing under them are absent. Posts that were taken down do not count."""
    asked = session.scalars(select(MentionRow.repeat_of).where(MentionRow.repeat_of.in_(list(ids))).distinct())
    repeated = [first_id for first_id in asked if first_id is not None]
    if not repeated:  # nearly always: counting costs ten times as much as asking
        return {}
    voices = _voices(repeated)
    rows = session.execute(
        select(
            voices.c.first,
            func.sum(voices.c.posts),
            func.count(),
            func.count(voices.c.source.distinct()),
            func.sum(voices.c.own),
            func.sum(voices.c.reach),
            func.max(voices.c.reach),
            func.max(voices.c.detractor),
            func.sum(voices.c.urgent),
        ).group_by(voices.c.first)
    )
    return {first_id: _repeats(*found) for first_id, *found in rows}


def _voices(ids: list[int]) -> Subquery:
    """A row for each author at each source under each first."""
    first = aliased(MentionRow)
    by_author_of_first = (MentionRow.source == first.source) & (MentionRow.author == first.author)
    return (
        select(
            MentionRow.repeat_of.label("first"),
            MentionRow.source,
            func.count().label("posts"),
            func.max(func.coalesce(MentionRow.reach, 0)).label("reach"),
            func.max(VerdictRow.detractor).label("detractor"),
            func.sum(case((MentionRow.urgent, 1), else_=0)).label("urgent"),
            func.sum(case((by_author_of_first, 1), else_=0)).label("own"),
        )
        .join(first, first.id == MentionRow.repeat_of)
        .outerjoin(VerdictRow, VerdictRow.id == _newest_verdict())
        .where(MentionRow.repeat_of.in_(ids), MentionRow.withdrawn_at.is_(None))
        .group_by(MentionRow.repeat_of, MentionRow.source, _voice())
        .subquery()
    )


def _repeats(*found: Any) -> Repeats:
    """Sums of PostgreSQL are decimals."""
    total, people, places, own, reach, most, detractor, urgent = found
    return Repeats(
        total=int(total),
        people=people,
        places=places,
        by_author=int(own),
        reach=int(reach),
        most_reach=int(most),
        detractor=detractor,
        urgent=int(urgent),
    )


def page(session: Session, first_id: int, *, first: int, size: int) -> RepeatPage:
    under = MentionRow.repeat_of == first_id
    total = session.scalar(select(func.count()).select_from(MentionRow).where(under)) or 0
    begin = min(first, max(total - 1, 0) // size * size)
    rows = session.execute(
        select(MentionRow, VerdictRow.detractor)
        .outerjoin(VerdictRow, VerdictRow.id == _newest_verdict())
        .where(under)
        .order_by(MentionRow.id)
        .offset(begin)
        .limit(size)
    )
    return RepeatPage(repeats=tuple(_repeat(row, score) for row, score in rows), first=begin, total=total)


def _repeat(row: MentionRow, detractor: float | None) -> Repeat:
    return Repeat(
        mention_id=row.id,
        source=row.source,
        author=row.author_name or row.author,
        text=row.text or row.title,
        url=row.url,
        at=row.posted_at or row.received_at,
        reach=row.reach,
        detractor=detractor,
        urgent=row.urgent,
        withdrawn=row.withdrawn_at is not None,
    )


def _voice() -> ColumnElement[str]:
    """Whoever has no name is somebody of their own."""
    named = func.coalesce(func.nullif(MentionRow.author, ""), func.nullif(MentionRow.author_name, ""))
    return func.coalesce(named, MentionRow.external_id)


def _newest_verdict() -> Any:
    newest = select(func.max(VerdictRow.id)).where(VerdictRow.mention_id == MentionRow.id)
    return newest.correlate(MentionRow).scalar_subquery()

"""Every mention there ever was, searched by what stands in it and where it is now."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from bot.domain.card import AnswerState
from bot.domain.lifecycle import State
from bot.domain.query import Query
from bot.store import labels
from bot.store.lists import Condition, Page, Window, items_of, topic_now
from bot.store.schema import AnswerRow, MentionRow, VerdictRow

_READ = (MentionRow.text, MentionRow.title, MentionRow.author, MentionRow.author_name)
_POSTED: ColumnElement[datetime] = func.coalesce(MentionRow.posted_at, MentionRow.received_at)

_NAME: ColumnElement[str] = case((MentionRow.author == "", MentionRow.author_name), else_="")
"""What else tells an author apart where the source gives no handle."""


@dataclass(frozen=True, kw_only=True)
class Author:
    """Somebody who writes at a source; another source may know the same name as another person. `ends` counts by state.

    `name` tells those apart who have no handle there; it is empty for whoever has one.
    """

    source: str
    author: str
    name: str
    first_at: datetime
    total: int
    ends: Mapping[State, int]


@dataclass(frozen=True, kw_only=True)
class Post:
    """A post of theirs: the model's estimate or a person's correction of it, None where nobody judged, and our answer."""

    mention_id: int
    at: datetime
    name: str
    profile: str
    detractor: float | None
    answer: str
    answered_by: str
    answered_at: datetime | None


def find(session: Session, query: Query, window: Window) -> Page:
    """What fits, the newest first."""
    fits = list(_conditions(query))
    total = session.scalar(select(func.count()).select_from(MentionRow).where(*fits)) or 0
    first = min(window.page, max(total - 1, 0) // window.size) * window.size
    in_order = select(MentionRow.id).where(*fits).order_by(_POSTED.desc(), MentionRow.id.desc())
    ids = session.scalars(in_order.limit(window.size).offset(first)).all()
    return Page(items=tuple(items_of(session, dict.fromkeys(ids))), first=first, total=total, size=window.size)


def authors(session: Session, name: str) -> list[Author]:
    """Whoever has this handle or name at some source, those who wrote most first. Upper and lower case do not matter."""
    rows = session.execute(
        select(MentionRow.source, MentionRow.author, _NAME, MentionRow.state, func.count(), func.min(_POSTED))
        .where(_is_author(name))
        .group_by(MentionRow.source, MentionRow.author, _NAME, MentionRow.state)
    ).all()
    ends: dict[tuple[str, str, str], dict[State, int]] = {}
    firsts: dict[tuple[str, str, str], datetime] = {}
    for *who, state, count, first in rows:
        key = (who[0], who[1], who[2])
        ends.setdefault(key, {})[State(state)] = count
        firsts[key] = min(first, firsts.get(key, first))
    found = [
        Author(source=key[0], author=key[1], name=key[2], first_at=firsts[key], total=sum(counts.values()), ends=counts)
        for key, counts in ends.items()
    ]
    return sorted(found, key=lambda each: (-each.total, each.source, each.author, each.name))


def last_posts(session: Session, who: Author, limit: int) -> list[Post]:
    """The last things that somebody wrote at a source, oldest first, with what we think of them and answered last."""
    rows = session.scalars(
        select(MentionRow)
        .where(
            MentionRow.author == who.author,
            MentionRow.source == who.source,
            _NAME.is_not_distinct_from(who.name),
        )
        .order_by(_POSTED.desc(), MentionRow.id.desc())
        .limit(limit)
    ).all()
    ids = [row.id for row in rows]
    verdicts = session.scalars(select(VerdictRow).where(VerdictRow.mention_id.in_(ids)).order_by(VerdictRow.id))
    scores: dict[int, float] = {row.mention_id: row.detractor for row in verdicts}
    scores |= {
        id_: label.score.detractor
        for id_, said in labels.of_mentions(session, ids).items()
        for label in said.values()
        if label.score is not None
    }
    arrived = AnswerRow.state.in_((AnswerState.SENT, AnswerState.ELSEWHERE))
    given = session.scalars(select(AnswerRow).where(AnswerRow.mention_id.in_(ids), arrived).order_by(AnswerRow.id))
    answers = {row.mention_id: row for row in given}
    return [_written(row, scores.get(row.id), answers.get(row.id)) for row in reversed(rows)]


def _written(row: MentionRow, detractor: float | None, answer: AnswerRow | None) -> Post:
    return Post(
        mention_id=row.id,
        at=row.posted_at or row.received_at,
        name=row.author_name,
        profile=row.author_url,
        detractor=detractor,
        answer=answer.text if answer else "",
        answered_by=answer.author if answer else "",
        answered_at=answer.at if answer else None,
    )


def _conditions(query: Query) -> Iterable[Condition]:
    for word in query.words:
        yield or_(*(_holds(column, word) for column in _READ))
    if query.author:
        yield _is_author(query.author)
    if query.source:
        yield MentionRow.source == query.source
    if query.department:
        yield MentionRow.department == query.department
    if query.states:
        yield MentionRow.state.in_(sorted(query.states))
    if query.since:
        yield query.since <= _POSTED
    if query.until:
        yield query.until > _POSTED
    if query.topic:
        yield topic_now() == query.topic


def _holds(column: InstrumentedAttribute[str], word: str) -> Condition:
    """Upper and lower case do not matter. SQLite knows them of ASCII only, so other letters are looked for in each spelling."""
    spellings = {word} if word.isascii() else {word, word.lower(), word.upper(), word.capitalize()}
    return or_(*(column.icontains(spelling, autoescape=True) for spelling in sorted(spellings)))


def _is_author(name: str) -> Condition:
    handle = name.removeprefix("@")
    spellings = {spelt for each in (handle, f"@{handle}") for spelt in (each, each.lower())}
    by_handle = and_(MentionRow.author != "", func.lower(MentionRow.author).in_(sorted(spellings)))
    return or_(
        by_handle, MentionRow.author.in_(sorted(spellings)), func.lower(MentionRow.author_name).in_(sorted(spellings))
    )

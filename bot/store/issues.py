"""Issues, the mentions that ask for them, and how far telling the customers has come."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import and_, case, func, select, update
from sqlalchemy.orm import Session

from bot.domain.issue import Demand, Issue, Wish
from bot.domain.lifecycle import State
from bot.store.database import insert_into
from bot.store.schema import MentionRow
from bot.store.schema_desk import IssueMentionRow, IssueRow


def get(session: Session, key: str) -> Issue | None:
    row = session.scalars(select(IssueRow).where(IssueRow.key == key)).one_or_none()
    return _issue(row) if row else None


def open_issue(session: Session, key: str, title: str, by: str, now: datetime) -> Issue:
    """The issue of this key, made if there is none; a title is taken where it had none."""
    session.execute(
        insert_into(session, IssueRow)
        .values(key=key, title=title, opened_by=by, opened_at=now, released_in="", released_by="")
        .on_conflict_do_nothing(index_elements=["key"])
    )
    if title:
        session.execute(update(IssueRow).where(IssueRow.key == key, IssueRow.title == "").values(title=title))
    found = get(session, key)
    assert found is not None
    return found


def link(session: Session, issue: Issue, mention_id: int, by: str, now: datetime) -> bool:
    """Note that the mention asks for the issue; False where that was known."""
    made = session.execute(
        insert_into(session, IssueMentionRow)
        .values(issue_id=issue.id, mention_id=mention_id, linked_by=by, linked_at=now)
        .on_conflict_do_nothing(index_elements=["issue_id", "mention_id"])
        .returning(IssueMentionRow.id)
    ).scalar_one_or_none()
    return made is not None


def unlink(session: Session, key: str, mention_id: int) -> bool:
    issue = select(IssueRow.id).where(IssueRow.key == key).scalar_subquery()
    row = session.scalars(
        select(IssueMentionRow).where(IssueMentionRow.issue_id == issue, IssueMentionRow.mention_id == mention_id)
    ).one_or_none()
    if row is None:
        return False
    session.delete(row)
    return True


def of_mentions(session: Session, ids: Sequence[int]) -> Mapping[int, tuple[Wish, ...]]:
    """What each mention asks for, oldest link first."""
    rows = session.execute(
        select(IssueMentionRow, IssueRow)
        .join(IssueRow, IssueRow.id == IssueMentionRow.issue_id)
        .where(IssueMentionRow.mention_id.in_(ids))
        .order_by(IssueMentionRow.id)
    )
    found: dict[int, tuple[Wish, ...]] = {}
    for wish, issue in rows:
        made = Wish(issue=_issue(issue), linked_by=wish.linked_by, linked_at=wish.linked_at, told_at=wish.told_at)
        found[wish.mention_id] = (*found.get(wish.mention_id, ()), made)
    return found


def demands(session: Session, *, limit: int, offset: int = 0) -> tuple[list[Demand], int]:
    """Issues with something left to do, those that most ask for first; and how many there are in all."""
    asked = func.count(IssueMentionRow.id)
    waiting = func.count(case((IssueMentionRow.told_at.is_(None), 1)))
    query = (
        select(IssueRow, asked, waiting)
        .join(IssueMentionRow, IssueMentionRow.issue_id == IssueRow.id)
        .group_by(IssueRow.id)
        .having(waiting > 0)
    )
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = session.execute(query.order_by(asked.desc(), IssueRow.id).limit(limit).offset(offset))
    return [Demand(issue=_issue(row), mentions=number, to_tell=left) for row, number, left in rows], total


def release(session: Session, issue: Issue, version: str, by: str, now: datetime) -> bool:
    """Note that it is out; False where that was said before."""
    row = session.execute(
        update(IssueRow)
        .where(IssueRow.id == issue.id, IssueRow.released_at.is_(None))
        .values(released_in=version, released_by=by, released_at=now)
        .returning(IssueRow.id)
    ).scalar_one_or_none()
    return row is not None


def to_bring_back(session: Session, limit: int) -> list[tuple[int, Issue]]:
    """Mentions whose issue is out and who were not brought back for it yet, with the issue, oldest link first."""
    rows = session.execute(
        select(IssueMentionRow.mention_id, IssueRow)
        .join(IssueRow, IssueRow.id == IssueMentionRow.issue_id)
        .where(IssueRow.released_at.is_not(None), IssueMentionRow.brought_at.is_(None))
        .order_by(IssueMentionRow.id)
        .limit(limit)
    )
    return [(mention_id, _issue(row)) for mention_id, row in rows]


def brought_back(session: Session, issue: Issue, mention_id: int, now: datetime) -> bool:
    """Note it; False where another bot was quicker."""
    row = session.execute(
        update(IssueMentionRow)
        .where(
            IssueMentionRow.issue_id == issue.id,
            IssueMentionRow.mention_id == mention_id,
            IssueMentionRow.brought_at.is_(None),
        )
        .values(brought_at=now)
        .returning(IssueMentionRow.id)
    ).scalar_one_or_none()
    return row is not None


def asked(session: Session, issue: Issue) -> int:
    """How many mentions ask for it."""
    query = select(func.count()).select_from(IssueMentionRow).where(IssueMentionRow.issue_id == issue.id)
    return session.scalar(query) or 0


def waiting(session: Session, issue: Issue) -> int:
    """How many of their authors are still to be told."""
    still = (IssueMentionRow.issue_id == issue.id, IssueMentionRow.told_at.is_(None))
    return session.scalar(select(func.count()).select_from(IssueMentionRow).where(*still)) or 0


def any_to_tell(session: Session) -> bool:
    """Whether anybody's author is still to be told of something that is out."""
    still = (IssueMentionRow.brought_at.is_not(None), IssueMentionRow.told_at.is_(None))
    return session.scalar(select(IssueMentionRow.id).where(*still).limit(1)) is not None


def note_told(session: Session, now: datetime) -> list[int]:
    """Authors who had an answer since their mention was brought back have been told; the mentions."""
    answered = (
        select(IssueMentionRow.id)
        .join(MentionRow, MentionRow.id == IssueMentionRow.mention_id)
        .where(
            and_(IssueMentionRow.brought_at.is_not(None), IssueMentionRow.told_at.is_(None)),
            MentionRow.state == State.ANSWERED,
            MentionRow.decided_at >= IssueMentionRow.brought_at,
        )
    )
    rows = session.scalars(
        update(IssueMentionRow)
        .where(IssueMentionRow.id.in_(answered))
        .values(told_at=now)
        .returning(IssueMentionRow.mention_id)
        .execution_options(synchronize_session=False)
    )
    return sorted(set(rows))


def _issue(row: IssueRow) -> Issue:
    return Issue(
        id=row.id,
        key=row.key,
        title=row.title,
        opened_by=row.opened_by,
        opened_at=row.opened_at,
        released_in=row.released_in,
        released_by=row.released_by,
        released_at=row.released_at,
    )

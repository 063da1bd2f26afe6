"""Mentions around one mention: those of the same conversation, and the author's others."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from bot.domain.mention import Mention
from bot.domain.person import Account
from bot.store import accounts
from bot.store.records import Record, records_of
from bot.store.schema import MentionRow


@dataclass(frozen=True, kw_only=True)
class Around:
    """A page of other mentions, newest first, and how many there are."""

    records: tuple[Record, ...] = ()
    total: int = 0


def of_thread(session: Session, mention: Mention, thread: str, *, limit: int) -> Around:
    """The rest of a conversation; nothing where the source does not say which one it is."""
    if not thread:
        return Around()
    same = [MentionRow.thread == thread, MentionRow.source == mention.source]
    return _around(session, mention, same, limit=limit, first=0)


def of_author(session: Session, mention: Mention, *, limit: int, first: int = 0) -> Around:
    """The author's other posts, over all accounts that people linked: one handle at two places may be two people."""
    if not mention.author:
        return Around()
    account = Account(source=mention.source, author=mention.author)
    theirs = sorted(accounts.linked(session, [account])[account])
    same = or_(*(and_(MentionRow.author == each.author, MentionRow.source == each.source) for each in theirs))
    return _around(session, mention, [same], limit=limit, first=first)


def thread_of(session: Session, mention_id: int) -> str:
    return session.scalar(select(MentionRow.thread).where(MentionRow.id == mention_id)) or ""


def _around(
    session: Session, mention: Mention, same: Sequence[ColumnElement[bool]], *, limit: int, first: int
) -> Around:
    wanted = [*same, MentionRow.id != mention.id]
    total = session.scalar(select(func.count()).select_from(MentionRow).where(*wanted)) or 0
    newest = select(MentionRow).where(*wanted).order_by(MentionRow.received_at.desc(), MentionRow.id.desc())
    rows = session.scalars(newest.offset(first).limit(limit)).all()
    return Around(records=tuple(records_of(session, rows)), total=total)

"""The overrides table: what people said at questions of the response flow, and what of it holds."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from bot.domain.override import Override
from bot.domain.triage import Answer, Node
from bot.store.schema import MentionRow
from bot.store.schema_desk import OverrideRow

CHUNK = 500
"""Ids in one query, as in `figures`."""


def add(session: Session, mention_id: int, ruling: Override) -> None:
    """Keep an answer. Earlier ones to the same question no longer hold."""
    session.add(_row(mention_id, ruling, withdrawn=False))


def withdraw(session: Session, mention_id: int, node: Node, *, by: str, at: datetime) -> Override | None:
    """Take back what holds at a question; the answer taken back, None where none holds."""
    held = next((each for each in of_mention(session, mention_id) if each.node is node), None)
    if held is not None:
        taken_back = Override(node=node, answer=held.answer, reason=held.reason, by=by, at=at)
        session.add(_row(mention_id, taken_back, withdrawn=True))
    return held


def of_mention(session: Session, mention_id: int) -> tuple[Override, ...]:
    return of_mentions(session, [mention_id]).get(mention_id, ())


def of_mentions(session: Session, ids: Iterable[int]) -> dict[int, tuple[Override, ...]]:
    """What holds, by mention; ids without any are absent. What was said before the author changed the words does not hold."""
    listed, found = list(ids), dict[int, tuple[Override, ...]]()
    latest = select(func.max(OverrideRow.id)).group_by(OverrideRow.mention_id, OverrideRow.node)
    for start in range(0, len(listed), CHUNK):
        chunk = listed[start : start + CHUNK]
        rows = session.scalars(
            select(OverrideRow)
            .join(MentionRow, MentionRow.id == OverrideRow.mention_id)
            .where(OverrideRow.id.in_(latest.where(OverrideRow.mention_id.in_(chunk))))
            .where(OverrideRow.withdrawn.is_(False))
            .where(or_(MentionRow.edited_at.is_(None), MentionRow.edited_at <= OverrideRow.at))
            .order_by(OverrideRow.id)
        )
        for row in rows:
            found[row.mention_id] = (*found.get(row.mention_id, ()), _override_of(row))
    return found


def _row(mention_id: int, ruling: Override, *, withdrawn: bool) -> OverrideRow:
    return OverrideRow(
        mention_id=mention_id,
        at=ruling.at,
        said_by=ruling.by,
        node=ruling.node.value,
        says=ruling.answer is Answer.YES,
        reason=ruling.reason,
        withdrawn=withdrawn,
    )


def _override_of(row: OverrideRow) -> Override:
    return Override(
        node=Node(row.node),
        answer=Answer.YES if row.says else Answer.NO,
        reason=row.reason,
        by=row.said_by,
        at=row.at,
    )

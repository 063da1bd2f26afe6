"""What mentions mean, as vectors: kept, found missing, and compared."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session, aliased

from bot.domain.card import AnswerState
from bot.domain.draft import Accepted
from bot.domain.lifecycle import State
from bot.domain.mention import Mention
from bot.store.database import insert_into
from bot.store.records import mention_of
from bot.store.schema import AnswerRow, MentionRow
from bot.store.schema_desk import VectorRow

NUMBERS = np.dtype("<f2")
MOST_ANSWERS = 3_000
"""Accepted answers that a mention is compared with, the newest: 5 MB to read."""

ARRIVED = (AnswerState.SENT, AnswerState.ELSEWHERE)

Rows = NDArray[np.float32]


def is_quiet(session: Session, now: datetime) -> bool:
    """Whether no new mention waits for its verdict."""
    waiting = exists().where(MentionRow.state == State.NEW, MentionRow.next_at <= now)
    return not session.scalar(select(waiting))


def missing(session: Session, model: str, limit: int, since: datetime | None = None) -> list[Mention]:
    """Mentions without a vector of this model, or with one of words that their author changed since; the newest first.

    With `since` only those received from then on: a look that costs nothing. At all of 100,000 it takes 0.1 s.
    """
    current = exists().where(
        VectorRow.mention_id == MentionRow.id,
        VectorRow.model == model,
        or_(MentionRow.edited_at.is_(None), VectorRow.at >= MentionRow.edited_at),
    )
    wanted = select(MentionRow).where(~current)
    if since is not None:
        wanted = wanted.where(MentionRow.received_at >= since)
    newest_first = wanted.order_by(MentionRow.received_at.desc(), MentionRow.id.desc())
    return [mention_of(row) for row in session.scalars(newest_first.limit(limit))]


def save(session: Session, model: str, vectors: Mapping[int, bytes], now: datetime) -> None:
    """Keep vectors by mention; mentions erased meanwhile fall out. What had been weighed by another vector is weighed again."""
    still_there = select(MentionRow.id).where(MentionRow.id.in_(vectors)).order_by(MentionRow.id).with_for_update()
    for mention_id in session.scalars(still_there).all():
        values = {"model": model, "vector": vectors[mention_id], "at": now, "weighed_at": None}
        session.execute(
            insert_into(session, VectorRow)
            .values(mention_id=mention_id, **values)
            .on_conflict_do_update(index_elements=["mention_id"], set_=values)
        )


def accepted_like(session: Session, mention_id: int, *, least: float, limit: int) -> list[Accepted]:
    """Answers that reached customers whose mentions are at least so like this one, the likest first; one a mention.

    Compared with the newest MOST_ANSWERS. Empty for a mention whose vector is not there (yet).
    """
    own = _of(session, mention_id)
    if own is None:
        return []
    rows = session.execute(
        select(AnswerRow.id, VectorRow.vector)
        .join(VectorRow, VectorRow.mention_id == AnswerRow.mention_id)
        .join(MentionRow, MentionRow.id == AnswerRow.mention_id)
        .where(
            AnswerRow.state.in_(ARRIVED),
            AnswerRow.text != "",
            AnswerRow.mention_id != mention_id,
            ~_answered_again(),
            MentionRow.state != State.DISMISSED,
            VectorRow.model == own[0],
            VectorRow.vector != b"",
        )
        .order_by(AnswerRow.id.desc())
        .limit(MOST_ANSWERS)
    ).all()
    likeness = matrix_of([vector for _, vector in rows]) @ own[1] if rows else np.zeros(0)
    near = [int(place) for place in np.argsort(-likeness, kind="stable")[:limit] if likeness[place] >= least]
    return [_accepted(session, rows[place][0], float(likeness[place])) for place in near]


def newest_answers(session: Session, limit: int) -> Sequence[str]:
    """Texts that reached customers: how this company writes."""
    arrived = select(AnswerRow.text).where(AnswerRow.state.in_(ARRIVED), AnswerRow.text != "")
    return session.scalars(arrived.order_by(AnswerRow.id.desc()).limit(limit)).all()


def has_vector(session: Session, mention_id: int) -> bool:
    return session.get(VectorRow, mention_id) is not None


def _answered_again() -> ColumnElement[bool]:
    later = aliased(AnswerRow)
    return exists().where(
        later.mention_id == AnswerRow.mention_id, later.id > AnswerRow.id, later.state.in_(ARRIVED), later.text != ""
    )


def _accepted(session: Session, answer_id: int, likeness: float) -> Accepted:
    answer = session.get_one(AnswerRow, answer_id)
    mention = session.get_one(MentionRow, answer.mention_id)
    return Accepted(
        answer_id=answer.id,
        mention_id=mention.id,
        likeness=min(likeness, 1.0),
        text=answer.text,
        by=answer.author,
        at=answer.at,
        permalink=answer.permalink,
        question=mention.text or mention.title,
        author=mention.author,
        author_name=mention.author_name,
    )


def _of(session: Session, mention_id: int) -> tuple[str, Rows] | None:
    row = session.get(VectorRow, mention_id)
    if row is None or not row.vector:
        return None
    return row.model, matrix_of([row.vector])[0]


def matrix_of(vectors: Sequence[bytes]) -> Rows:
    """A row each; the product of two rows is their likeness. The vectors are of one model, none is empty."""
    return np.frombuffer(b"".join(vectors), dtype=NUMBERS).reshape(len(vectors), -1).astype(np.float32)

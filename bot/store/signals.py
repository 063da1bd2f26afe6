"""Weak signals: quiet mentions compared with each other, and the signals that they add up to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from bot.domain.lifecycle import LIVE, State
from bot.domain.listening import THEME
from bot.domain.mention import subject_text
from bot.domain.routing import IRRELEVANT
from bot.domain.shared_words import shared_words
from bot.domain.signal import Alike, Conclusion, Member, QuietMention, Signal, SignalTerms
from bot.store.database import insert_into
from bot.store.schema import MentionRow, VerdictRow
from bot.store.schema_desk import SignalMentionRow, SignalRow, VectorRow
from bot.store.vectors import matrix_of

NEAREST = 40
"""A mention is weighed with so many of those that are likest to it."""

QUIET_STATES = (*LIVE, State.ANSWERED, State.LET_STAND, State.MONITORED)
PRAISE = 0.5
"""From this promoter score on a mention is a good word, and no quiet trouble."""


@dataclass(frozen=True, kw_only=True)
class Around:
    """A quiet mention, those that are likest to it, and the likeness of each pair of all of them."""

    seed: QuietMention
    others: tuple[QuietMention, ...]
    alike: Alike


def unweighed(session: Session, limit: int) -> Sequence[int]:
    """Mentions whose vector was not weighed yet, oldest first."""
    waiting = select(VectorRow.mention_id).where(VectorRow.weighed_at.is_(None))
    return session.scalars(waiting.order_by(VectorRow.mention_id).limit(limit)).all()


def weighed(session: Session, mention_id: int, now: datetime) -> None:
    session.execute(update(VectorRow).where(VectorRow.mention_id == mention_id).values(weighed_at=now))


def around(session: Session, mention_id: int, terms: SignalTerms, now: datetime) -> Around | None:
    """What a mention is weighed with; None for one that is not quiet, not of these days, or in a signal already."""
    own = session.execute(
        select(MentionRow, VectorRow).join(VectorRow).where(MentionRow.id == mention_id, *_quiet(terms, now))
    ).one_or_none()
    member = session.get(SignalMentionRow, mention_id)
    if own is None or member is not None or not _plain(session, [mention_id]):
        return None
    mention, vector = own
    others = session.execute(
        select(MentionRow.id, VectorRow.vector)
        .join(VectorRow)
        .where(MentionRow.id != mention_id, VectorRow.model == vector.model, *_quiet(terms, now))
        .order_by(MentionRow.id)
    ).all()
    if not others:
        return None
    likeness = matrix_of([each for _, each in others]) @ matrix_of([vector.vector])[0]
    order = np.argsort(-likeness, kind="stable")[: 2 * NEAREST]
    nearest = _plain(session, [int(others[place][0]) for place in order])[:NEAREST]
    return _around(session, mention.id, nearest)


def _around(session: Session, seed: int, nearest: Sequence[int]) -> Around:
    ids = [seed, *nearest]
    rows = session.execute(
        select(MentionRow, VectorRow.vector, SignalMentionRow.signal_id, _topic())
        .join(VectorRow, VectorRow.mention_id == MentionRow.id)
        .outerjoin(SignalMentionRow, SignalMentionRow.mention_id == MentionRow.id)
        .where(MentionRow.id.in_(ids))
        .order_by(MentionRow.id)
    ).all()
    rows_of = matrix_of([vector for _, vector, _, _ in rows])
    table = rows_of @ rows_of.T
    numbers = [mention.id for mention, _, _, _ in rows]
    alike = {
        (low, high): float(table[at, to])
        for at, low in enumerate(numbers)
        for to, high in enumerate(numbers)
        if low < high
    }
    found = [_quiet_of(mention, signal or 0, topic or "") for mention, _, signal, topic in rows]
    own = next(each for each in found if each.mention_id == seed)
    return Around(seed=own, others=tuple(each for each in found if each is not own), alike=alike)


def add(session: Session, signal: Signal, members: Sequence[int]) -> int:
    """Store a signal with its members; its id, or 0 where another bot has one with any of them: then nothing may stay written."""
    signal_id = session.execute(
        insert_into(session, SignalRow)
        .values(
            key=f"mention-{min(members)}",
            mention_id=signal.lead,
            department=signal.department,
            topic=signal.topic,
            opened_at=signal.opened_at,
            last_at=signal.last_at,
            closed_by="",
            closed_reason="",
            outcome="",
        )
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(SignalRow.id)
    ).scalar_one_or_none()
    if signal_id is None:
        return 0
    joined = [join(session, signal_id, mention_id, signal.opened_at) for mention_id in sorted(members)]
    return signal_id if all(joined) else 0


def join(session: Session, signal_id: int, mention_id: int, now: datetime) -> bool:
    """Make a mention a member; False for one that is a member of any."""
    added = session.execute(
        insert_into(session, SignalMentionRow)
        .values(signal_id=signal_id, mention_id=mention_id, at=now)
        .on_conflict_do_nothing(index_elements=["mention_id"])
        .returning(SignalMentionRow.mention_id)
    ).scalar_one_or_none()
    if added is not None:
        session.execute(update(SignalRow).where(SignalRow.id == signal_id).values(last_at=now))
    return added is not None


def load(session: Session, signal_id: int, names: Sequence[str] = ()) -> Signal | None:
    """A signal with its members; `names` are the company's, which say nothing of what is shared."""
    row = session.get(SignalRow, signal_id, populate_existing=True)
    if row is None:
        return None
    mentions = session.scalars(
        select(MentionRow)
        .join(SignalMentionRow, SignalMentionRow.mention_id == MentionRow.id)
        .where(SignalMentionRow.signal_id == signal_id)
        .order_by(_when(), MentionRow.id)
    ).all()
    return Signal(
        id=row.id,
        lead=row.mention_id,
        department=row.department,
        topic=row.topic,
        opened_at=row.opened_at,
        last_at=row.last_at,
        members=tuple(_member(each) for each in mentions),
        shared=shared_words([subject_text(each.title, each.text) for each in mentions], names),
        closed_at=row.closed_at,
        closed_by=row.closed_by,
        closed_reason=row.closed_reason,
        outcome=Conclusion(row.outcome) if row.outcome else None,
    )


def settle(session: Session, signal_id: int, outcome: Conclusion, by: str, reason: str, now: datetime) -> bool:
    """Keep what a person made of it; False where somebody had said so before."""
    settled = session.execute(
        update(SignalRow)
        .where(SignalRow.id == signal_id, SignalRow.closed_at.is_(None))
        .values(outcome=outcome, closed_by=by, closed_reason=reason, closed_at=now)
        .returning(SignalRow.id)
    ).scalar_one_or_none()
    return settled is not None


def _quiet(terms: SignalTerms, now: datetime) -> list[ColumnElement[bool]]:
    """Of these days, with words, and nothing that anybody would stop at."""
    since = now - terms.within
    return [
        MentionRow.received_at >= since,
        _when() >= since,
        MentionRow.state.in_(QUIET_STATES),
        MentionRow.urgent.is_(False),
        MentionRow.level == 0,
        MentionRow.withdrawn_at.is_(None),
        MentionRow.follow_of.is_(None),
        MentionRow.route_rule != THEME,
        VectorRow.vector != b"",
    ]


def _plain(session: Session, ids: Sequence[int]) -> list[int]:
    """Those that the model read as no praise and as about us, in the same order."""
    newest = select(func.max(VerdictRow.id)).where(VerdictRow.mention_id.in_(ids)).group_by(VerdictRow.mention_id)
    kept = set(
        session.scalars(
            select(VerdictRow.mention_id).where(
                VerdictRow.id.in_(newest), VerdictRow.promoter < PRAISE, VerdictRow.topic != IRRELEVANT
            )
        )
    )
    return [each for each in ids if each in kept]


def _topic() -> ColumnElement[str]:
    newest_first = select(VerdictRow.topic).where(VerdictRow.mention_id == MentionRow.id).order_by(VerdictRow.id.desc())
    return newest_first.limit(1).correlate(MentionRow).scalar_subquery()


def _when() -> ColumnElement[datetime]:
    return func.coalesce(MentionRow.posted_at, MentionRow.received_at)


def _quiet_of(row: MentionRow, signal: int, topic: str) -> QuietMention:
    return QuietMention(
        mention_id=row.id,
        source=row.source,
        author=row.author,
        at=row.posted_at or row.received_at,
        department=row.department,
        topic=topic,
        signal=signal,
    )


def _member(row: MentionRow) -> Member:
    return Member(
        mention_id=row.id,
        source=row.source,
        author=row.author_name or row.author,
        at=row.posted_at or row.received_at,
        text=": ".join(part for part in (row.title, row.text) if part),
        url=row.url,
        department=row.department,
    )

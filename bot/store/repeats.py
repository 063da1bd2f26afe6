"""Posts that say again what another one says: found by their bands, folded under the first, and taken out again.

Only a first post has bands: what is folded is compared with it and never with what was folded before, so a chain of small
changes leads nowhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.orm import Session, aliased

from bot.domain.event import EARSHOT
from bot.domain.lifecycle import CLOSED, LIVE, Action, State
from bot.domain.wording import Wording, says_again, wording_of
from bot.store import events, mentions
from bot.store.records import Record
from bot.store.schema import EventRow, MentionRow
from bot.store.schema_sources import NearBandRow
from bot.store.sketches import bands_of

NEAREST = 12
"""First posts that are compared word by word, those that share most bands; of a template there may be thousands."""

ALONE = 7_316_003
"""The number of the advisory lock; that of migrations is `bot.store.migrate.ADVISORY_LOCK`."""

FIRSTS = tuple(sorted(LIVE | CLOSED))
"""States of a post that others can stand under: a person sees its card."""


@dataclass(frozen=True, kw_only=True)
class First:
    """A post that may be the first of others."""

    mention_id: int
    source: str
    author: str
    state: State
    rating: float | None
    wording: Wording


def decide_alone(session: Session) -> None:
    """Nobody else looks for a first until the transaction ends: of two copies at one instant neither would see the other.

    To be asked for before any row is locked. SQLite has one writer at a time as it is.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(ALONE)))


def keep_bands(session: Session, mention_id: int, bands: Sequence[int]) -> None:
    session.execute(delete(NearBandRow).where(NearBandRow.mention_id == mention_id))
    rows = [{"mention_id": mention_id, "band": band, "hash": number} for band, number in enumerate(bands)]
    if rows:
        session.execute(insert(NearBandRow), rows)


def forget_bands(session: Session, before: datetime) -> None:
    """Nothing is folded under what came in before that time."""
    old = select(MentionRow.id).where(MentionRow.received_at < before)
    session.execute(delete(NearBandRow).where(NearBandRow.mention_id.in_(old)))


def firsts(session: Session, record: Record, bands: Sequence[int], since: datetime) -> list[First]:
    """Whatever came in since then and may say the same, the likeliest first."""
    mention = record.mention
    shared = func.count(NearBandRow.band)
    near = (
        select(NearBandRow.mention_id, shared.label("shared"))
        .where(NearBandRow.hash.in_(list(bands)), NearBandRow.mention_id != mention.id)
        .group_by(NearBandRow.mention_id)
        .subquery()
    )
    rows = session.scalars(
        select(MentionRow)
        .join(near, near.c.mention_id == MentionRow.id)
        .where(MentionRow.state.in_(FIRSTS), MentionRow.received_at >= since)
        .where(MentionRow.withdrawn_at.is_(None), MentionRow.for_history.is_(False))
        .order_by(near.c.shared.desc(), MentionRow.id)
        .limit(NEAREST)
    )
    return [_first(row) for row in rows]


def _first(row: MentionRow) -> First:
    return First(
        mention_id=row.id,
        source=row.source,
        author=row.author,
        state=State(row.state),
        rating=row.rating,
        wording=wording_of(row.title, row.text),
    )


def was_taken_out(session: Session, mention_id: int) -> bool:
    """Whether it stood under another once, and somebody or its author said that it is not the same."""
    out = select(EventRow.id).where(EventRow.mention_id == mention_id, EventRow.what == Action.UNFOLD)
    return session.scalar(out.limit(1)) is not None


def fold(session: Session, record: Record, first: Record, values: dict[str, Any], now: datetime) -> bool:
    """Put a judged mention under the first that says the same; `values` are columns that tell where it would have gone."""
    mention, root = record.mention, first.mention
    if not mentions.change(session, record, Action.FOLD, now, {**values, "repeat_of": root.id}):
        return False
    detail = {"repeats": str(root.id), "link": root.url}
    events.append(session, mention.id, EARSHOT, Action.FOLD, now, detail)
    events.append(session, root.id, EARSHOT, "repeated", now, {"mention": str(mention.id), "link": mention.url})
    mentions.touch(session, root.id)
    return True


def hold_first(session: Session, mention_id: int) -> None:
    """Lock the post under which a mention stands, before the mention itself: whoever holds a first reaches for what stands
    under it, and two who went opposite ways would block each other for good.
    """
    first = select(MentionRow.repeat_of).where(MentionRow.id == mention_id).scalar_subquery()
    session.execute(select(MentionRow.id).where(MentionRow.id == first).with_for_update())


def take_out(session: Session, record: Record, *, by: str, now: datetime, why: str = "") -> bool:
    """It stands for itself from now on: routed like a new one, never folded again. False where it is not folded so."""
    if record.repeat_of is None or not mentions.change(session, record, Action.UNFOLD, now, {"repeat_of": None}):
        return False
    mention_id, first = record.mention.id, record.repeat_of
    events.append(
        session, mention_id, by, Action.UNFOLD, now, {"mention": str(first), **({"reason": why} if why else {})}
    )
    events.append(session, first, by, "repeat_taken_out", now, {"mention": str(mention_id), "link": record.mention.url})
    mentions.touch(session, first)
    return True


def hand_over(session: Session, first_id: int, now: datetime, why: str) -> None:
    """The first no longer says what the others say: the oldest of them gets a card, and the rest stand under that one."""
    others = [MentionRow.repeat_of == first_id, MentionRow.withdrawn_at.is_(None)]
    heir_id = session.scalar(select(func.min(MentionRow.id)).where(*others))
    heir = mentions.lock(session, heir_id) if heir_id is not None else None
    if heir is None or not take_out(session, heir, by=EARSHOT, now=now, why=why):
        return
    session.execute(
        update(MentionRow)
        .where(*others, MentionRow.id != heir_id)
        .values(repeat_of=heir_id)
        .execution_options(synchronize_session=False)
    )


def follow_edit(session: Session, record: Record, now: datetime) -> None:
    """Its author changed it: what no longer says the same stands for itself."""
    mention = record.mention
    now_says = wording_of(mention.title, mention.text)
    if record.repeat_of is not None:
        first = session.get_one(MentionRow, record.repeat_of)
        same_author = (first.source, first.author) == (mention.source, mention.author)
        if not says_again(now_says, wording_of(first.title, first.text), same_author=same_author):
            take_out(session, record, by=EARSHOT, now=now, why="the author changed it")
        return
    if session.scalar(select(NearBandRow.band).where(NearBandRow.mention_id == mention.id).limit(1)) is not None:
        keep_bands(session, mention.id, bands_of(now_says.pieces))
    oldest = session.scalars(
        select(MentionRow).where(MentionRow.repeat_of == mention.id).order_by(MentionRow.id).limit(1)
    ).one_or_none()
    if oldest is not None and not says_again(wording_of(oldest.title, oldest.text), now_says, same_author=True):
        hand_over(session, mention.id, now, "the author of the first changed it")


def nobody_under(before: datetime) -> ColumnElement[bool]:
    """Of a query over mentions: nothing stands under them that came in since `before`."""
    under = aliased(MentionRow)
    return ~select(under.id).where(under.repeat_of == MentionRow.id, under.received_at >= before).exists()

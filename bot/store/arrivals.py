"""What a source gave → mentions: new ones are stored, known ones follow what their author changed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.event import EARSHOT
from bot.domain.lifecycle import State
from bot.domain.mention import Incoming
from bot.store import events, follow, hashtags, mentions, repeats
from bot.store.database import insert_into
from bot.store.keys import key_of
from bot.store.records import content_hash
from bot.store.schema import MentionRow

PORTION = 25
"""Posts in one transaction. A post of a conversation takes 5 to 8 ms of processor, one of none about 1."""

MOST_REACH = 2**63 - 1


@dataclass(frozen=True, kw_only=True)
class Added:
    """What became of a batch: `new` rows, `edited` ones, and the rest, which we had."""

    new: int = 0
    edited: int = 0
    known: int = 0

    def __add__(self, other: "Added") -> "Added":
        return Added(new=self.new + other.new, edited=self.edited + other.edited, known=self.known + other.known)


def add(
    session: Session, source: str, items: Iterable[Incoming], now: datetime, *, history_before: datetime | None = None
) -> Added:
    """Store what a source gave; (source, external id) is unique, so giving it twice changes nothing.

    Older posts come first in a batch, so that a conversation begins with its beginning. What was written before
    `history_before` comes in for its history only: it counts from when it was written, and continues no conversation.
    """
    total = Added()
    for portion in portions(items, now):
        batch = {key_of(item.external_id): item for item in portion}
        total += _add_batch(session, source, batch, now, history_before)
    return total


def portions(items: Iterable[Incoming], now: datetime) -> list[Sequence[Incoming]]:
    """The posts as they are stored: each once, the oldest first, in parts of which each is a transaction short enough for
    the clicks that wait for it.
    """
    unique = {key_of(item.external_id): item for item in items}
    listed = sorted(unique.values(), key=lambda item: item.posted_at or now)
    return [listed[start : start + PORTION] for start in range(0, len(listed), PORTION)]


def _add_batch(
    session: Session, source: str, items: Mapping[str, Incoming], now: datetime, history_before: datetime | None
) -> Added:
    history = {key: _is_history(item, history_before) for key, item in items.items()}
    statement = (
        insert_into(session, MentionRow)
        .values([_dated(new_row(source, key, item, now), for_history=history[key]) for key, item in items.items()])
        .on_conflict_do_nothing(index_elements=["source", "external_id"])
        .returning(MentionRow.id, MentionRow.external_id)
    )
    fresh = {external: id_ for id_, external in session.execute(statement)}
    for mention_id in fresh.values():
        events.append(session, mention_id, EARSHOT, "ingested", now, {"source": source})
    known = {key: item for key, item in items.items() if key not in fresh}
    edited = sum(_follow_edit(session, row_id, item, now) for row_id, item in _changed(session, source, known))
    arrived = {id_: items[key] for key, id_ in fresh.items()}
    hashtags.keep(session, arrived, now)
    follow.fold(session, source, {id_: items[key] for key, id_ in fresh.items() if not history[key]}, now)
    return Added(new=len(fresh), edited=edited, known=len(known) - edited)


def _is_history(item: Incoming, before: datetime | None) -> bool:
    """A post without a date may be of any age: where history is fetched, it is taken for some."""
    return before is not None and (item.posted_at is None or item.posted_at < before)


def _dated(row: dict[str, Any], *, for_history: bool) -> dict[str, Any]:
    received = (row["posted_at"] or row["received_at"]) if for_history else row["received_at"]
    return {**row, "for_history": for_history, "received_at": received}


def _changed(session: Session, source: str, known: Mapping[str, Incoming]) -> list[tuple[int, Incoming]]:
    """Those of the known ones that read differently now, in the order in which every stage locks rows: by id."""
    rows = session.execute(
        select(MentionRow.id, MentionRow.external_id, MentionRow.content_hash)
        .where(MentionRow.source == source, MentionRow.external_id.in_(list(known)))
        .order_by(MentionRow.id)
    ).all()
    return [(id_, known[key]) for id_, key, stored in rows if stored != content_hash(known[key])]


def new_row(source: str, key: str, item: Incoming, now: datetime) -> dict[str, Any]:
    return {
        **_content(item),
        "source": source,
        "external_id": key,
        "thread": key_of(item.thread),
        "received_at": now,
        "state": State.NEW,
        "version": 1,
        "drawn_version": 1,
        "next_at": now,
        "attempts": 0,
        "department": "",
        "urgent": False,
        "route_rule": "",
        "route_why": "",
        "recommended": "",
        "level": 0,
        "level_by": "",
        "level_reason": "",
        "level_notified": [],
        "decided_what": "",
        "decided_by": "",
        "decided_reason": "",
    }


def _content(item: Incoming) -> dict[str, Any]:
    return {
        "title": item.title,
        "text": item.text,
        "url": item.url,
        "author": item.author,
        "author_name": item.author_name,
        "author_url": item.author_url,
        "reach": None if item.reach is None else min(item.reach, MOST_REACH),
        "rating": item.rating,
        "language": item.language,
        "posted_at": item.posted_at,
        "parent": item.parent,
        "media": list(item.media),
        "content_hash": content_hash(item),
    }


def _follow_edit(session: Session, mention_id: int, item: Incoming, now: datetime) -> bool:
    """Take over what the author changed: it is judged again, and comes back to people: what they decided on is not there."""
    repeats.hold_first(session, mention_id)
    row = session.scalars(select(MentionRow).where(MentionRow.id == mention_id).with_for_update()).one()
    if row.content_hash == content_hash(item):
        return False
    before, context = row.text, row.parent
    for column, value in _content(item).items():
        setattr(row, column, value)
    row.parent = row.parent or context  # a post that is looked up alone often comes without what it was said to
    row.edited_at = now
    row.version += 1
    row.attempts = 0
    if State(row.state) is not State.NEW:
        row.judge_at = now  # the verdict was on other words
    events.append(session, row.id, EARSHOT, "edited", now, {"before": before, "after": item.text})
    hashtags.keep(session, {row.id: item}, row.received_at)
    session.flush()
    record = mentions.lock(session, row.id)
    assert record is not None
    follow.bring_back(session, record, now, follow.EDITED, slot=f"edited-{row.id}-{record.version}")
    repeats.follow_edit(session, record, now)
    return True

"""The mentions table: what comes in, what waits for a stage, and the one compare-and-set that changes a state."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from bot.domain.event import EARSHOT
from bot.domain.lifecycle import CLOSED, Action, State, after
from bot.domain.mention import Incoming, Mention
from bot.store import events, hashtags
from bot.store.columns import storable
from bot.store.database import insert_into
from bot.store.offers import NO_OFFER
from bot.store.records import Record, content_hash, mention_of, records_of
from bot.store.schema import MentionRow, VerdictRow
from bot.store.undo import NOTHING_KEPT
from classifiers.verdict import Verdict

INSERT_BATCH = 200
LONGEST_KEY = 512
"""Characters of an external id that are kept as they are: PostgreSQL's index takes no more than 2,700 bytes."""

MOST_REACH = 2**63 - 1


@dataclass(frozen=True, kw_only=True)
class Added:
    """What became of a batch: `new` rows, `edited` ones, and the rest, which we had."""

    new: int = 0
    edited: int = 0
    known: int = 0

    def __add__(self, other: "Added") -> "Added":
        return Added(new=self.new + other.new, edited=self.edited + other.edited, known=self.known + other.known)


def add(session: Session, source: str, items: Iterable[Incoming], now: datetime) -> Added:
    """Store what a source gave; (source, external id) is unique, so giving it twice changes nothing."""
    unique = {_key_of(item.external_id): item for item in items}
    listed = list(unique.items())
    total = Added()
    for start in range(0, len(listed), INSERT_BATCH):
        total += _add_batch(session, source, dict(listed[start : start + INSERT_BATCH]), now)
    return total


def _key_of(external_id: str) -> str:
    """The id as it is stored: a very long one is cut, with a hash of the whole to keep it unique."""
    key = storable(external_id)
    if len(key) <= LONGEST_KEY:
        return key
    digest = hashlib.sha256(key.encode()).hexdigest()
    return f"{key[: LONGEST_KEY - len(digest) - 1]}#{digest}"


def _add_batch(session: Session, source: str, items: Mapping[str, Incoming], now: datetime) -> Added:
    statement = (
        insert_into(session, MentionRow)
        .values([_new_row(source, key, item, now) for key, item in items.items()])
        .on_conflict_do_nothing(index_elements=["source", "external_id"])
        .returning(MentionRow.id, MentionRow.external_id)
    )
    fresh = {external: id_ for id_, external in session.execute(statement)}
    for mention_id in fresh.values():
        events.append(session, mention_id, EARSHOT, "ingested", now, {"source": source})
    hashtags.keep(session, {id_: items[external] for external, id_ in fresh.items()}, now)
    known = {key: item for key, item in items.items() if key not in fresh}
    edited = sum(_follow_edit(session, row_id, item, now) for row_id, item in _changed(session, source, known))
    return Added(new=len(fresh), edited=edited, known=len(known) - edited)


def _changed(session: Session, source: str, known: Mapping[str, Incoming]) -> list[tuple[int, Incoming]]:
    """Those of the known ones that read differently now, in the order in which every stage locks rows: by id."""
    rows = session.execute(
        select(MentionRow.id, MentionRow.external_id, MentionRow.content_hash)
        .where(MentionRow.source == source, MentionRow.external_id.in_(list(known)))
        .order_by(MentionRow.id)
    ).all()
    return [(id_, known[key]) for id_, key, stored in rows if stored != content_hash(known[key])]


def _new_row(source: str, key: str, item: Incoming, now: datetime) -> dict[str, Any]:
    return {
        **_content(item),
        "source": source,
        "external_id": key,
        "received_at": now,
        "state": State.NEW,
        "version": 1,
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
    """Take over what the author changed: it is judged again, and a closed mention opens: what was answered is not there."""
    row = session.scalars(select(MentionRow).where(MentionRow.id == mention_id).with_for_update()).one()
    if row.content_hash == content_hash(item):
        return False
    before = row.text
    for column, value in _content(item).items():
        setattr(row, column, value)
    row.edited_at = now
    row.version += 1
    row.attempts = 0
    if State(row.state) is not State.NEW:
        row.judge_at = now  # the verdict was on other words
    hashtags.keep(session, {row.id: item}, row.received_at)
    events.append(session, row.id, EARSHOT, "edited", now, {"before": before, "after": item.text})
    if State(row.state) in CLOSED:
        session.flush()
        record = lock(session, row.id)
        assert record is not None
        change(session, record, Action.REOPEN, now, {})
        states = {"state_before": record.state, "state_after": State.OPEN}
        detail = {**states, "reason": "the author edited it"}
        events.append(session, row.id, EARSHOT, Action.REOPEN, now, detail)
    return True


def lease_waiting(
    session: Session, state: State, now: datetime, *, limit: int, lease: timedelta
) -> list[tuple[Mention, int]]:
    """Take up to `limit` mentions in `state` for one stage, oldest first, with how often they were tried before.

    A lease that ran out (its holder died) is taken over.
    """
    wanted = (
        select(MentionRow.id)
        .where(MentionRow.state == state, MentionRow.next_at <= now)
        .where(or_(MentionRow.leased_until.is_(None), MentionRow.leased_until <= now))
        .order_by(MentionRow.next_at, MentionRow.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = session.scalars(
        update(MentionRow)
        .where(MentionRow.id.in_(wanted))
        .values(leased_until=now + lease, attempts=MentionRow.attempts + 1)
        .returning(MentionRow)
    ).all()
    return [(mention_of(row), row.attempts) for row in sorted(taken, key=lambda row: (row.next_at, row.id))]


def put_off(session: Session, ids: Iterable[int], until: datetime) -> None:
    """Give up a lease; the stage looks again at `until`."""
    session.execute(update(MentionRow).where(MentionRow.id.in_(list(ids))).values(leased_until=None, next_at=until))


def save_verdict(session: Session, mention_id: int, verdict: Verdict, now: datetime) -> None:
    session.add(
        VerdictRow(
            mention_id=mention_id,
            at=now,
            model=verdict.model,
            topic=verdict.topic,
            topics=dict(verdict.topics),
            detractor=verdict.detractor,
            promoter=verdict.promoter,
            triage=dict(verdict.triage),
            reply=verdict.reply,
            language=verdict.language,
            why=list(verdict.why),
            floor=verdict.floor,
            irony=verdict.irony,
        )
    )


def lock(session: Session, mention_id: int) -> Record | None:
    """The mention, held until the transaction ends, so that what is decided on it is still true when it is written."""
    row = session.scalars(
        select(MentionRow)
        .where(MentionRow.id == mention_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    return records_of(session, [row])[0] if row else None


def change(session: Session, record: Record, action: Action, now: datetime, values: Mapping[str, Any]) -> bool:
    """Move a mention along the transition table by compare-and-set on its version; False where that is not possible.

    Clears what belongs to the state that is left: the claim, the offer, the snooze, the decision and the stage's lease.
    `values` are columns to set besides, by name.
    """
    target = after(record.state, action)
    if target is None:
        return False
    cleared = _cleared(target, action)
    moved = session.execute(
        update(MentionRow)
        .where(
            MentionRow.id == record.mention.id,
            MentionRow.version == record.version,
            MentionRow.state == record.state,
        )
        .values(
            {**cleared, **values, "state": target, "version": record.version + 1, "leased_until": None, "next_at": now}
        )
        .returning(MentionRow.id),
        execution_options={"synchronize_session": False},
    ).scalar_one_or_none()
    return moved is not None


def _cleared(target: State, action: Action) -> dict[str, Any]:
    values: dict[str, Any] = dict(NOTHING_KEPT)
    if action is not Action.ESCALATE:
        values |= {**NO_OFFER, "lapsed_by": None, "lapsed_at": None}
    if target in CLOSED or target is State.CLAIMED:
        values |= {"assign_at": None, "asked": []}
    if target is not State.CLAIMED:
        values |= {"claimed_by": None, "claimed_at": None, "claim_until": None}
    if target is not State.SNOOZED:
        values |= {"snoozed_until": None, "waiting_for": ""}
    if action is Action.REOPEN:
        values |= {"decided_what": "", "decided_by": "", "decided_at": None, "decided_reason": ""}
        values |= {"decided_agreed": None}
        values |= {"level": 0, "level_at": None}
    if target in CLOSED:
        values |= {"escalate_at": None}
    return values


def touch(session: Session, mention_id: int, **values: Any) -> None:
    """Make every message that shows this mention stale, so that it is drawn again; `values` are columns to set besides."""
    session.execute(
        update(MentionRow)
        .where(MentionRow.id == mention_id)
        .values(version=MentionRow.version + 1, **values)
        .execution_options(synchronize_session=False)
    )


def load(session: Session, mention_id: int) -> Record | None:
    row = session.get(MentionRow, mention_id, populate_existing=True)
    return records_of(session, [row])[0] if row else None


def load_all(session: Session, ids: Sequence[int]) -> dict[int, Record]:
    rows = session.scalars(select(MentionRow).where(MentionRow.id.in_(ids))).all()
    return {record.mention.id: record for record in records_of(session, rows)}

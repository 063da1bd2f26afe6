"""What the last step of a mention changed, kept for a moment so that it can be taken back.

That is columns of the mention, its promises, the labels that it taught, and the messages that it asked for.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Table, delete, select, update
from sqlalchemy.orm import Session

from bot.domain.label import Label, LabelKind, Score
from bot.domain.lifecycle import State
from bot.domain.posting import PostingState
from bot.domain.undo import Undo
from bot.store import labels
from bot.store.columns import UTCDateTime
from bot.store.records import Record
from bot.store.schema import MentionRow, PostingRow, PromiseRow

Json = dict[str, Any]

COLUMNS = (
    "state",
    "department",
    "urgent",
    "route_rule",
    "route_why",
    "claimed_by",
    "claimed_at",
    "claim_until",
    "first_claimed_at",
    "offered_to",
    "offered_by",
    "offered_at",
    "offer_until",
    "assign_at",
    "asked",
    "lapsed_by",
    "lapsed_at",
    "snoozed_until",
    "waiting_for",
    "level",
    "level_at",
    "level_by",
    "level_reason",
    "level_notified",
    "escalate_at",
    "rounds",
    "raise_by",
    "raise_reason",
    "call_now",
    "acknowledged_by",
    "acknowledged_at",
    "decided_what",
    "decided_by",
    "decided_at",
    "decided_reason",
)
"""Of a mention, what people's steps change. Its words, its verdict and the stages' own columns are not among them."""

DEALT = ("offered_to", "offered_by", "offered_at", "offer_until", "assign_at", "asked")
"""Those that the clock may change in between: it offers at once what a reroute brought to another department."""

TAUGHT = (LabelKind.TOPIC, LabelKind.NOT_ABOUT_US)
"""What the steps that can be taken back teach."""

NOTHING_KEPT: Json = {"undo": {}, "undo_until": None}


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """A mention as it stood: values that JSON can hold, by column; promises by id, labels by kind."""

    columns: Json
    promises: Mapping[str, Json]
    taught: Mapping[LabelKind, Label]
    messages: frozenset[int]


def look(session: Session, mention_id: int) -> Snapshot:
    """How the mention stands at this point of the transaction. It must be locked."""
    session.flush()
    mention = select(*(_table(MentionRow).c[name] for name in COLUMNS)).where(MentionRow.id == mention_id)
    promises = select(_table(PromiseRow)).where(PromiseRow.mention_id == mention_id)
    return Snapshot(
        columns=_plain(session.execute(mention).mappings().one()),
        promises={str(row["id"]): _plain(row) for row in session.execute(promises).mappings()},
        taught={kind: label for kind, label in labels.of_mention(session, mention_id).items() if kind in TAUGHT},
        messages=frozenset(session.scalars(select(PostingRow.id).where(PostingRow.mention_id == mention_id))),
    )


def keep(session: Session, before: Snapshot, undo: Undo, mention_id: int) -> None:
    """Remember what has changed since `before`, until `undo.until`. Shows nothing by itself: the step did."""
    after = look(session, mention_id)
    kept = {
        "what": undo.what,
        "by": undo.by,
        "at": undo.at.isoformat(),
        "columns": {**{name: before.columns[name] for name in DEALT}, **_changed(before.columns, after.columns)},
        "made": [int(id_) for id_ in after.promises if id_ not in before.promises],
        "promises": {id_: _changed(row, after.promises[id_]) for id_, row in before.promises.items()},
        "taught": {
            kind.value: _label(before.taught.get(kind))
            for kind in TAUGHT
            if before.taught.get(kind) != after.taught.get(kind)
        },
        "messages": sorted(after.messages - before.messages),
    }
    set_columns(session, mention_id, {"undo": kept, "undo_until": undo.until})


def restore(session: Session, record: Record, now: datetime, *, by: str, values: Mapping[str, Any]) -> State:
    """Put back what was kept, by compare-and-set on the version that was locked; the state as it was before.

    `values` are columns to set besides. The kept row must be there: `record.undo` says so.
    """
    kept: Json = session.execute(select(MentionRow.undo).where(MentionRow.id == record.mention.id)).scalar_one()
    columns = _revived(_table(MentionRow), kept["columns"])
    session.execute(
        update(MentionRow)
        .where(MentionRow.id == record.mention.id, MentionRow.version == record.version)
        .values({**columns, **values, **NOTHING_KEPT, "version": record.version + 1, "next_at": now})
        .execution_options(synchronize_session=False)
    )
    _restore_promises(session, kept, now)
    _restore_labels(session, record, kept["taught"], now, by=by)
    # One that Slack may have by now stays: a card in another place turns into a pointer.
    unsent = (PostingRow.state == PostingState.PENDING, PostingRow.tried_at.is_(None))
    session.execute(delete(PostingRow).where(PostingRow.id.in_(kept["messages"]), *unsent))
    return State(columns.get("state", record.state))


def owner_before(session: Session, mention_id: int) -> str | None:
    """Who held it before the step that can be taken back; whoever holds it now where the step left that as it was."""
    row = session.execute(select(MentionRow.undo, MentionRow.claimed_by).where(MentionRow.id == mention_id)).one()
    owner: str | None = row.undo["columns"].get("claimed_by", row.claimed_by)
    return owner


def set_columns(session: Session, mention_id: int, values: Mapping[str, Any]) -> None:
    """Set what no message shows: the version stays."""
    session.execute(
        update(MentionRow)
        .where(MentionRow.id == mention_id)
        .values(dict(values))
        .execution_options(synchronize_session=False)
    )


def _restore_promises(session: Session, kept: Json, now: datetime) -> None:
    """The new ones first: of each kind a mention has one open promise at the most."""
    still: tuple[ColumnElement[bool], ...] = (PromiseRow.settled_at.is_(None), PromiseRow.cancelled_at.is_(None))
    made = update(PromiseRow).where(PromiseRow.id.in_(kept["made"]), *still).values(cancelled_at=now, look_at=None)
    session.execute(made.execution_options(synchronize_session=False))
    for id_, changed in kept["promises"].items():
        if changed:
            values = _revived(_table(PromiseRow), changed)
            row = update(PromiseRow).where(PromiseRow.id == int(id_)).values(values)
            session.execute(row.execution_options(synchronize_session=False))


def _restore_labels(session: Session, record: Record, taught: Json, now: datetime, *, by: str) -> None:
    for kind, before in taught.items():
        said = record.corrections.get(LabelKind(kind))
        if before is not None:
            labels.add(session, _label_of(before))
        elif said is not None:
            labels.withdraw(session, replace(said, by=by, at=now))


def _changed(before: Json, after: Json) -> Json:
    return {name: value for name, value in before.items() if after[name] != value}


def _plain(row: RowMapping) -> Json:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()}


def _revived(table: Table, values: Json) -> Json:
    moments = {name for name in values if isinstance(table.c[name].type, UTCDateTime)}
    return {
        name: datetime.fromisoformat(value) if name in moments and value is not None else value
        for name, value in values.items()
    }


def _label(label: Label | None) -> Json | None:
    return None if label is None else asdict(label) | {"at": label.at.isoformat()}


def _label_of(kept: Json) -> Label:
    score = Score(kept["score"]) if kept["score"] else None
    return Label(**{**kept, "at": datetime.fromisoformat(kept["at"]), "kind": LabelKind(kept["kind"]), "score": score})


def _table(row: type[MentionRow] | type[PromiseRow]) -> Table:
    table = row.__table__
    assert isinstance(table, Table)
    return table

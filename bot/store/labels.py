"""The labels table: corrections as they were made, and those of them that hold."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from bot.domain.label import Label, LabelKind, Labelled, Score
from bot.domain.mention import subject_text
from bot.store.schema import LabelRow, MentionRow

CHUNK = 500
"""Ids in one query, as in `figures`."""


def add(session: Session, label: Label) -> None:
    """Keep a correction. The earlier ones of its kind for the mention no longer hold."""
    session.add(_row(label, withdrawn=False))


def withdraw(session: Session, label: Label) -> bool:
    """Take back what holds of the label's kind for its mention, in the name of `label.by`; False where nothing holds."""
    if label.kind not in of_mention(session, label.mention_id):
        return False
    session.add(_row(label, withdrawn=True))
    return True


def all_labels(session: Session, since: datetime | None = None) -> list[Labelled]:
    """Every correction that holds, with what it is about, in order of time; with `since`, those made from then on.

    Of several of one kind for one mention the latest holds, and none where that took the correction back: a reroute
    and its way back are one label, a dismissal that was reopened is none. A correction made before its author changed
    the post spoke of other words and is left out.
    """
    query = _holding().add_columns(MentionRow)
    rows = session.execute(query if since is None else query.where(LabelRow.at >= since))
    return [
        Labelled(label=_label_of(label), text=subject_text(mention.title, mention.text), source=mention.source)
        for label, mention in rows
    ]


def of_mention(session: Session, mention_id: int) -> dict[LabelKind, Label]:
    """What holds for one mention, by kind."""
    return of_mentions(session, [mention_id]).get(mention_id, {})


def of_mentions(session: Session, ids: Iterable[int]) -> dict[int, dict[LabelKind, Label]]:
    """What holds for some mentions, by id and kind; ids without a label are absent."""
    listed, found = list(ids), dict[int, dict[LabelKind, Label]]()
    for start in range(0, len(listed), CHUNK):
        chunk = listed[start : start + CHUNK]
        for row in session.scalars(_holding().where(LabelRow.mention_id.in_(chunk))):
            found.setdefault(row.mention_id, {})[LabelKind(row.kind)] = _label_of(row)
    return found


def _holding() -> Select[LabelRow]:
    """The latest of each kind and mention, in order of time, without those withdrawn or older than the author's words."""
    latest = select(func.max(LabelRow.id)).group_by(LabelRow.mention_id, LabelRow.kind)
    return (
        select(LabelRow)
        .join(MentionRow, MentionRow.id == LabelRow.mention_id)
        .where(LabelRow.id.in_(latest), LabelRow.withdrawn.is_(False))
        .where(or_(MentionRow.edited_at.is_(None), MentionRow.edited_at <= LabelRow.at))
        .order_by(LabelRow.at, LabelRow.id)
    )


def _row(label: Label, *, withdrawn: bool) -> LabelRow:
    return LabelRow(
        mention_id=label.mention_id,
        at=label.at,
        labelled_by=label.by,
        kind=label.kind.value,
        withdrawn=withdrawn,
        topic_before=label.topic_before,
        topic=label.topic,
        score=label.score.value if label.score else "",
        model=label.model,
    )


def _label_of(row: LabelRow) -> Label:
    return Label(
        mention_id=row.mention_id,
        at=row.at,
        by=row.labelled_by,
        kind=LabelKind(row.kind),
        model=row.model,
        topic_before=row.topic_before,
        topic=row.topic,
        score=Score(row.score) if row.score else None,
    )

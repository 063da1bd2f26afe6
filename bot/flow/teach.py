"""What people's acts say against the model → labels, in the transaction of the act."""

from datetime import datetime

from bot.domain.label import Label, LabelKind, Score
from bot.domain.terms import Traits
from bot.store import labels
from bot.store.database import Session
from bot.store.records import Record


def topic_of(record: Record) -> str:
    """What the mention is about as far as is known: what a person said, else the model; empty where neither did."""
    said = record.corrections.get(LabelKind.TOPIC)
    if said is not None:
        return said.topic
    return record.verdict.topic if record.verdict else ""


def traits_of(record: Record) -> Traits:
    """What promises go by: people's corrections before the model's words."""
    said, verdict = record.corrections.get(LabelKind.SCORE), record.verdict
    score = said.score if said is not None and said.score is not None else verdict
    return Traits(
        source=record.mention.source,
        topic=topic_of(record),
        detractor=score.detractor if score else 0.0,
        promoter=score.promoter if score else 0.0,
        reach=record.mention.reach or 0,
    )


def teach_topic(session: Session, record: Record, topic: str, *, by: str, now: datetime) -> None:
    """Keep the topic that a person named. Without one a move takes back what an earlier move had said."""
    label = _label(record, LabelKind.TOPIC, by=by, now=now, topic=topic)
    if topic:
        labels.add(session, label)
    else:
        labels.withdraw(session, label)


def teach_not_about_us(session: Session, record: Record, *, by: str, now: datetime) -> None:
    labels.add(session, _label(record, LabelKind.NOT_ABOUT_US, by=by, now=now))


def unteach_not_about_us(session: Session, record: Record, *, by: str, now: datetime) -> None:
    """It was opened again: whatever had been said of it, it is for us."""
    labels.withdraw(session, _label(record, LabelKind.NOT_ABOUT_US, by=by, now=now))


def teach_score(session: Session, record: Record, score: Score | None, *, by: str, now: datetime) -> None:
    """Keep the score that a person gave; None takes the correction back."""
    label = _label(record, LabelKind.SCORE, by=by, now=now, score=score)
    if score is None:
        labels.withdraw(session, label)
    else:
        labels.add(session, label)


def _label(
    record: Record, kind: LabelKind, *, by: str, now: datetime, topic: str = "", score: Score | None = None
) -> Label:
    verdict = record.verdict
    return Label(
        mention_id=record.mention.id,
        at=now,
        by=by,
        kind=kind,
        model=verdict.model if verdict else "",
        topic_before=verdict.topic if verdict else "",
        topic=topic,
        score=score,
    )

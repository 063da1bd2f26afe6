"""Verdicts that people acted on: those they put right, and those they worked with."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.domain.event import EARSHOT
from bot.domain.judged import Judged
from bot.domain.label import LabelKind, Labelled
from bot.domain.lifecycle import State
from bot.domain.listening import THEME
from bot.domain.mention import subject_text
from bot.domain.routing import IRRELEVANT
from bot.store import labels
from bot.store.schema import EventRow, MentionRow, VerdictRow

MOST = 5_000
"""Confirmed verdicts that are looked at, the newest."""

WORKED_ON = (State.ANSWERED, State.LET_STAND, State.MONITORED)
NOT_BY_TOPIC = ("unsure", "language", "unnamed", "unjudged", "unowned", THEME)
"""Routes that the topic has no part in: that somebody answered there says nothing of it."""

FELL, RECOVERED = "accuracy_fell", "accuracy_recovered"
"""Notes in the log, each on one mention of those that it speaks of."""


def corrected(found: list[Labelled]) -> list[Judged]:
    """What was put right, one a mention, the latest where somebody named a topic and somebody closed it as not about us."""
    latest: dict[int, Judged] = {}
    for each in found:
        label = each.label
        if label.kind is LabelKind.SCORE or not label.topic_before:
            continue
        latest[label.mention_id] = Judged(
            mention_id=label.mention_id,
            at=label.at,
            by=label.by,
            model=label.model,
            said=label.topic_before,
            meant=label.topic if label.kind is LabelKind.TOPIC else IRRELEVANT,
            text=each.text,
            source=each.source,
        )
    return list(latest.values())


def confirmed(session: Session, owners: Mapping[str, str]) -> list[Judged]:
    """Mentions that the department of the said topic answered, let stand or monitored, and nobody put right; newest first.

    `owners` gives the department of each topic. What went to triage because the model was unsure confirms nothing.
    """
    latest = select(func.max(VerdictRow.id)).group_by(VerdictRow.mention_id)
    rows = session.execute(
        select(MentionRow, VerdictRow)
        .join(VerdictRow, VerdictRow.mention_id == MentionRow.id)
        .where(
            VerdictRow.id.in_(latest),
            MentionRow.state.in_(WORKED_ON),
            MentionRow.decided_at.is_not(None),
            MentionRow.decided_by.not_in(["", EARSHOT]),
            MentionRow.route_rule.not_in(NOT_BY_TOPIC),
        )
        .order_by(MentionRow.decided_at.desc(), MentionRow.id.desc())
        .limit(MOST)
    ).all()
    objected = labels.of_mentions(session, [mention.id for mention, _ in rows])
    return [
        _confirmed(mention, verdict)
        for mention, verdict in rows
        if owners.get(verdict.topic) == mention.department
        and not set(objected.get(mention.id, ())) & {LabelKind.TOPIC, LabelKind.NOT_ABOUT_US}
    ]


def _confirmed(mention: MentionRow, verdict: VerdictRow) -> Judged:
    assert mention.decided_at is not None
    return Judged(
        mention_id=mention.id,
        at=mention.decided_at,
        by=mention.decided_by,
        model=verdict.model,
        said=verdict.topic,
        meant=verdict.topic,
        text=subject_text(mention.title, mention.text),
        source=mention.source,
    )


def last_alarm(session: Session) -> tuple[datetime, float] | None:
    """When a fall was told that is not over, and the level before it; None where all is well."""
    row = session.scalars(
        select(EventRow).where(EventRow.what.in_([FELL, RECOVERED])).order_by(EventRow.id.desc()).limit(1)
    ).one_or_none()
    if row is None or row.what == RECOVERED:
        return None
    return row.at, float(row.detail["before"])

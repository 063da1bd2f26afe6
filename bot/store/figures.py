"""What the report and the ledger count, read from the rows and the log."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, or_, select, true
from sqlalchemy.orm import Session

from bot.domain.agreement import Agreement
from bot.domain.facts import MentionFacts
from bot.domain.kudos import Thanks
from bot.domain.label import Label, LabelKind, Score
from bot.domain.lifecycle import LIVE, Action, State, after
from bot.domain.listening import OURS, THEME
from bot.domain.posting import PostingKind, PostingState
from bot.domain.promise import Promise
from bot.domain.undo import UNDONE
from bot.store import kudos, labels
from bot.store.records import promise_of
from bot.store.schema import EventRow, MentionRow, PostingRow, PromiseRow, VerdictRow

DECISIONS = (Action.ANSWER, Action.ANSWER_ELSEWHERE, Action.LET_STAND, Action.MONITOR, Action.DISMISS)
ANSWERS = (Action.ANSWER, Action.ANSWER_ELSEWHERE)
APART = (State.FILTERED, State.FOLDED)
"""States without a card of their own."""

CHUNK = 500
"""Ids in one query: SQLite takes 32,766 parameters, a plan stays good far below."""


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """Where every mention is. `ingested` is counted apart from the rest, so that a gap would show.

    `posted` have their card in Slack, `folded` stand on another's, `waiting` are on their way, `failed` have a card that
    could not be posted.
    """

    ingested: int
    posted: int
    folded: int
    filtered: int
    waiting: int
    failed: int

    @property
    def balanced(self) -> bool:
        return self.ingested == self.posted + self.folded + self.filtered + self.waiting + self.failed


def ledger(session: Session) -> Ledger:
    """Count every mention once, in one consistent look."""
    card = select(PostingRow.mention_id).where(PostingRow.kind == PostingKind.CARD)
    posted = card.where(PostingRow.ts != "")
    failed = card.where(PostingRow.state == PostingState.DEAD, PostingRow.mention_id.not_in(posted))
    wanted = card.where(PostingRow.state.in_([PostingState.PENDING, PostingState.SENDING]))
    failed = failed.where(PostingRow.mention_id.not_in(wanted.where(PostingRow.ts == "")))

    def count(*conditions: object) -> int:
        query = select(func.count()).select_from(MentionRow)
        return session.scalar(query.where(*conditions)) or 0  # type: ignore[arg-type]

    return Ledger(
        ingested=session.scalar(select(func.count()).select_from(EventRow).where(EventRow.what == "ingested")) or 0,
        posted=count(MentionRow.id.in_(posted)),
        folded=count(MentionRow.state == State.FOLDED),
        filtered=count(MentionRow.state == State.FILTERED),
        waiting=count(MentionRow.state.not_in(APART), MentionRow.id.not_in(posted), MentionRow.id.not_in(failed)),
        failed=count(MentionRow.id.in_(failed)),
    )


def facts(session: Session, since: datetime, *, follow_ups: bool = False) -> list[MentionFacts]:
    """Every mention received since `since`, and every one that is open now whenever it came.

    A later post of a conversation is part of the first, which counts; `follow_ups` gives those too.
    """
    rows = session.scalars(
        select(MentionRow)
        .where(or_(MentionRow.received_at >= since, MentionRow.state.in_(sorted(LIVE))))
        .where(true() if follow_ups else MentionRow.state != State.FOLDED)
        .order_by(MentionRow.id)
    ).all()
    found: list[MentionFacts] = []
    for start in range(0, len(rows), CHUNK):
        chunk = rows[start : start + CHUNK]
        ids = [row.id for row in chunk]
        verdicts, decisions, promised = _verdicts(session, ids), _decisions(session, ids), _promises(session, ids)
        said, praised = labels.of_mentions(session, ids), kudos.of_mentions(session, ids)
        found += [
            _corrected(
                _facts(row, verdicts.get(row.id), decisions.get(row.id, []), tuple(promised.get(row.id, ()))),
                said.get(row.id, {}),
                praised.get(row.id, ()),
            )
            for row in chunk
        ]
    return found


def _verdicts(session: Session, ids: list[int]) -> dict[int, VerdictRow]:
    rows = session.scalars(select(VerdictRow).where(VerdictRow.mention_id.in_(ids)).order_by(VerdictRow.id))
    return {row.mention_id: row for row in rows}


def _decisions(session: Session, ids: list[int]) -> dict[int, list[EventRow]]:
    """What was decided, oldest first, without what was taken back in the moment after it."""
    found: dict[int, list[EventRow]] = {}
    wanted = EventRow.what.in_((*DECISIONS, UNDONE))
    for row in session.scalars(select(EventRow).where(EventRow.mention_id.in_(ids), wanted).order_by(EventRow.id)):
        if row.what != UNDONE:
            found.setdefault(row.mention_id, []).append(row)
        elif row.detail["undone"] in DECISIONS:
            found[row.mention_id].pop()
    return found


def _promises(session: Session, ids: list[int]) -> dict[int, list[Promise]]:
    found: dict[int, list[Promise]] = {}
    # One that was missed before a reroute replaced it stays missed.
    counted = or_(PromiseRow.cancelled_at.is_(None), PromiseRow.due_at < PromiseRow.cancelled_at)
    query = select(PromiseRow).where(PromiseRow.mention_id.in_(ids), counted)
    for row in session.scalars(query.order_by(PromiseRow.id)):
        found.setdefault(row.mention_id, []).append(promise_of(row))
    return found


def _facts(
    row: MentionRow, verdict: VerdictRow | None, decisions: list[EventRow], promises: tuple[Promise, ...]
) -> MentionFacts:
    answered = [event.at for event in decisions if event.what in ANSWERS]
    about_us = verdict if row.route_rule not in (OURS, THEME) else None
    return MentionFacts(
        mention_id=row.id,
        department=row.department,
        source=row.source,
        author=row.author,
        topic=verdict.topic if verdict else "",
        received_at=row.received_at,
        state=State(row.state),
        first_claimed_at=row.first_claimed_at,
        first_decided_at=decisions[0].at if decisions else None,
        decision=after(State.OPEN, Action(decisions[-1].what)) if decisions else None,
        answered_at=answered[0] if answered else None,
        detractor=about_us.detractor if about_us else None,
        promoter=about_us.promoter if about_us else None,
        promises=promises,
        agreement=Agreement.from_detail(decisions[-1].detail) if decisions else None,
    )


def _corrected(facts: MentionFacts, said: Mapping[LabelKind, Label], praised: tuple[Thanks, ...]) -> MentionFacts:
    """What a person said counts, not what the model had estimated; what they call no praise thanks nobody."""
    topic, score = said.get(LabelKind.TOPIC), said.get(LabelKind.SCORE)
    if topic is not None:
        facts = replace(facts, topic=topic.topic)
    if score is not None and score.score is not None:
        facts = replace(facts, detractor=score.score.detractor, promoter=score.score.promoter)
        praised = praised if score.score is Score.PROMOTER else ()
    return replace(facts, thanks=praised)

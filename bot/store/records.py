"""Rows turned into the frozen values that cross rooms, and back."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.assignment import Lapse, Offer
from bot.domain.card import Answer, AnswerState, Approval, Claim, Decision, Escalation
from bot.domain.comeback import FollowUps, Revision
from bot.domain.escalation import Waiting
from bot.domain.issue import Wish
from bot.domain.label import Label, LabelKind
from bot.domain.lifecycle import Action, State
from bot.domain.mention import Incoming, Mention
from bot.domain.override import Override
from bot.domain.promise import Promise, PromiseKind
from bot.domain.repeat import Repeats
from bot.domain.undo import Undo
from bot.store import comebacks, issues, labels, overrides, repeat_lists, voices
from bot.store.schema import AnswerRow, MentionRow, PromiseRow, VerdictRow
from classifiers.verdict import Verdict


@dataclass(frozen=True, kw_only=True)
class Record:
    """Everything remembered about one mention, without what the configuration adds."""

    mention: Mention
    state: State
    version: int
    attempts: int
    department: str
    urgent: bool
    route_rule: str
    route_why: str
    verdict: Verdict | None = None
    claim: Claim | None = None
    offer: Offer | None = None
    lapse: Lapse | None = None
    undo: Undo | None = None
    asked: tuple[str, ...] = ()
    """Who was asked to take it since it came to its department."""
    promises: tuple[Promise, ...] = ()
    escalation: Escalation | None = None
    waiting_call: Waiting | None = None
    answer: Answer | None = None
    decision: Decision | None = None
    wishes: tuple[Wish, ...] = ()
    snoozed_until: datetime | None = None
    waiting_for: str = ""
    followed_at: datetime | None = None
    follow_of: int | None = None
    follow_ups: FollowUps = field(default_factory=FollowUps)
    repeat_of: int | None = None
    repeats: Repeats = field(default_factory=Repeats)
    revision: Revision | None = None
    first_claimed_at: datetime | None = None
    for_history: bool = False
    corrections: Mapping[LabelKind, Label] = field(default_factory=dict)
    overrides: tuple[Override, ...] = ()
    known_basher: bool = False
    """Whether people recorded its author as dedicated to bashing."""

    @property
    def level(self) -> int:
        """How far it was escalated; 0 = not at all."""
        return self.escalation.level if self.escalation else 0


Dated = TypeVar("Dated", VerdictRow, AnswerRow)


def mention_of(row: MentionRow) -> Mention:
    return Mention(
        id=row.id,
        source=row.source,
        external_id=row.external_id,
        title=row.title,
        text=row.text,
        url=row.url,
        author=row.author,
        author_name=row.author_name,
        author_url=row.author_url,
        reach=row.reach,
        rating=row.rating,
        language=row.language,
        posted_at=row.posted_at,
        parent=row.parent,
        thread=row.thread,
        media=tuple(row.media),
        received_at=row.received_at,
        edited_at=row.edited_at,
        withdrawn_at=row.withdrawn_at,
        added_by=row.added_by,
    )


def content_hash(item: Incoming) -> str:
    """Changes when what the author wrote changes; likes and followers may move without being an edit."""
    return hashlib.sha256(
        "\x1f".join((item.title, item.text, str(item.rating))).encode("utf-8", "surrogatepass")
    ).hexdigest()


def verdict_of(row: VerdictRow) -> Verdict:
    return Verdict(
        topics=row.topics,
        detractor=row.detractor,
        promoter=row.promoter,
        triage=row.triage,
        reply=row.reply,
        language=row.language,
        why=tuple(row.why),
        model=row.model,
        floor=row.floor,
        irony=row.irony,
    )


def promise_of(row: PromiseRow) -> Promise:
    return Promise(
        kind=PromiseKind(row.kind),
        warn_at=row.warn_at,
        due_at=row.due_at,
        warned_at=row.warned_at,
        announced_at=row.announced_at,
        settled_at=row.settled_at,
        paused_at=row.paused_at,
        terms=row.terms,
    )


def answer_of(row: AnswerRow) -> Answer:
    return Answer(
        id=row.id,
        author=row.author,
        text=row.text,
        at=row.at,
        state=AnswerState(row.state),
        permalink=row.permalink,
        problem=row.problem,
        unclear=row.unclear,
        approval=_approval(row),
    )


def _approval(row: AnswerRow) -> Approval | None:
    if not row.approval_rule:
        return None
    return Approval(
        rule=row.approval_rule,
        why=row.approval_why,
        by=row.approved_by,
        at=row.approved_at,
        returned=row.returned_reason,
    )


def records_of(session: Session, rows: Sequence[MentionRow]) -> list[Record]:
    """Records in the order of the rows, with seven to twelve queries for up to 500 there are."""
    ids = [row.id for row in rows]
    verdicts = {v.mention_id: v for v in _newest_last(session, VerdictRow, ids)}
    answers = {a.mention_id: a for a in _newest_last(session, AnswerRow, ids) if a.state != AnswerState.REPLACED}
    said, ruled = labels.of_mentions(session, ids), overrides.of_mentions(session, ids)
    wishes = issues.of_mentions(session, ids)
    again = comebacks.follow_ups_of(session, [row.id for row in rows if row.followed_at])
    repeated = repeat_lists.of_mentions(session, ids)
    bashing = voices.bashers(session, rows)
    revised = comebacks.revisions_of(session, [row.id for row in rows if row.edited_at])
    promises: dict[int, list[Promise]] = {}
    for promise in session.scalars(
        select(PromiseRow)
        .where(PromiseRow.mention_id.in_(ids), PromiseRow.cancelled_at.is_(None))
        .order_by(PromiseRow.due_at, PromiseRow.id)
    ):
        promises.setdefault(promise.mention_id, []).append(promise_of(promise))
    return [
        replace(
            _record(row, verdicts.get(row.id), answers.get(row.id), tuple(promises.get(row.id, ()))),
            corrections=said.get(row.id, {}),
            wishes=wishes.get(row.id, ()),
            overrides=ruled.get(row.id, ()),
            follow_ups=again.get(row.id, FollowUps()),
            revision=revised.get(row.id),
            repeats=repeated.get(row.id, Repeats()),
            known_basher=row.id in bashing,
        )
        for row in rows
    ]


def record_of_row(row: MentionRow) -> Record:
    """What the row itself tells, without a query: no verdict, no answer, no promises, and nothing else of other tables."""
    return _record(row, None, None, ())


def _newest_last(session: Session, table: type[Dated], ids: list[int]) -> Sequence[Dated]:
    return session.scalars(select(table).where(table.mention_id.in_(ids)).order_by(table.id)).all()


def _record(
    row: MentionRow, verdict: VerdictRow | None, answer: AnswerRow | None, promises: tuple[Promise, ...]
) -> Record:
    return Record(
        mention=mention_of(row),
        state=State(row.state),
        version=row.version,
        attempts=row.attempts,
        department=row.department,
        urgent=row.urgent,
        route_rule=row.route_rule,
        route_why=row.route_why,
        verdict=verdict_of(verdict) if verdict else None,
        claim=_claim(row),
        offer=_offer(row),
        lapse=Lapse(owner=row.lapsed_by, at=row.lapsed_at) if row.lapsed_by and row.lapsed_at else None,
        undo=_undo(row),
        asked=tuple(row.asked),
        promises=promises,
        escalation=_escalation(row),
        waiting_call=_waiting_call(row),
        answer=answer_of(answer) if answer else None,
        decision=_decision(row),
        snoozed_until=row.snoozed_until,
        waiting_for=row.waiting_for,
        followed_at=row.followed_at,
        follow_of=row.follow_of,
        repeat_of=row.repeat_of,
        first_claimed_at=row.first_claimed_at,
        for_history=row.for_history,
    )


def _claim(row: MentionRow) -> Claim | None:
    if row.claimed_by is None or row.claimed_at is None or row.claim_until is None:
        return None
    return Claim(owner=row.claimed_by, since=row.claimed_at, until=row.claim_until)


def _offer(row: MentionRow) -> Offer | None:
    if row.offered_to is None or row.offered_by is None or row.offered_at is None or row.offer_until is None:
        return None
    return Offer(to=row.offered_to, by=row.offered_by, at=row.offered_at, until=row.offer_until)


def _undo(row: MentionRow) -> Undo | None:
    kept = row.undo
    if not kept or row.undo_until is None:
        return None
    at = datetime.fromisoformat(kept["at"])
    return Undo(what=Action(kept["what"]), by=kept["by"], at=at, until=row.undo_until)


def _escalation(row: MentionRow) -> Escalation | None:
    if not row.level or row.level_at is None:
        return None
    return Escalation(
        level=row.level,
        by=row.level_by,
        at=row.level_at,
        reason=row.level_reason,
        notified=tuple(row.level_notified),
        round=row.rounds,
        next_at=row.escalate_at,
        call_now=row.call_now,
        acknowledged_by=row.acknowledged_by or "",
        acknowledged_at=row.acknowledged_at,
    )


def _waiting_call(row: MentionRow) -> Waiting | None:
    if not row.raise_by or row.escalate_at is None:
        return None
    return Waiting(by=row.raise_by, reason=row.raise_reason, until=row.escalate_at)


def _decision(row: MentionRow) -> Decision | None:
    if row.decided_at is None:
        return None
    return Decision(what=row.decided_what, by=row.decided_by, at=row.decided_at, reason=row.decided_reason)

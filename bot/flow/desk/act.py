"""One action in one transaction: seen before? possible? then effect, state and log."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.domain.card import AnswerState, Card
from bot.domain.lifecycle import OWNERS_ONLY, Action, after
from bot.domain.policy import Policy
from bot.domain.promise import PromiseKind
from bot.domain.undo import UNDOABLE, Undo
from bot.errors import Refused, Taken
from bot.flow.clock import Clock
from bot.flow.pace import keep_pace
from bot.flow.reach import AsWritten, Reach
from bot.flow.recommended import agreement_on
from bot.flow.view import card_of
from bot.store import events, inbound, mentions, undo
from bot.store.database import Database, Session
from bot.store.records import Record

BOTH = (PromiseKind.DECISION, PromiseKind.ANSWER)
HELD = "Somebody else has it."
CLOSING = frozenset({Action.ANSWER, Action.ANSWER_ELSEWHERE, Action.LET_STAND, Action.MONITOR, Action.DISMISS})


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What every action needs."""

    db: Database
    policy: Policy
    clock: Clock
    reach: Reach = field(default_factory=AsWritten)


@dataclass(frozen=True, kw_only=True)
class Click:
    """Who acted on which mention. `key` is the same for every delivery of one and the same act.

    `also` goes into the log besides what the action itself has to tell.
    """

    mention_id: int
    user: str
    key: str
    also: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Done:
    """What an action did besides moving the state: columns to set, and the detail for the log."""

    values: Mapping[str, Any] = field(default_factory=dict)
    detail: Mapping[str, str] = field(default_factory=dict)


Effect = Callable[[Session, Record, datetime], Done]
"""What an action does inside its transaction."""


def first_delivery(desk: Desk, key: str) -> bool:
    """Whether Slack delivers this act for the first time; for acts that change no mention and so take no key themselves."""
    with desk.db.write() as session:
        return inbound.first_time(session, key, desk.clock())


def act(desk: Desk, click: Click, action: Action, effect: Effect) -> Card:
    """One action in one transaction: dedupe, check, effect, state, log. A second delivery changes nothing."""
    with desk.db.write() as session:
        record, now = begin(session, desk, click)
        if record is None:
            return card_now(session, desk, click.mention_id)
        refuse_unless_possible(card_of(record, desk.policy), action, click.user)
        before = undo.look(session, click.mention_id) if action in UNDOABLE and desk.policy.undo else None
        done = effect(session, record, now)
        agreed = agreement_on(record, action)
        mentions.change(session, record, action, now, done.values)
        keep_pace(session, desk.policy, record, after(record.state, action) or record.state, now)
        if before is not None:
            step = Undo(what=action, by=click.user, at=now, until=now + desk.policy.undo)
            undo.keep(session, before, step, click.mention_id)
        card = card_now(session, desk, click.mention_id)
        states = {"state_before": record.state, "state_after": card.state}
        detail = {**states, **done.detail, **(agreed.detail if agreed else {}), **click.also}
        events.append(session, click.mention_id, click.user, action, now, detail)
        return card


def begin(session: Session, desk: Desk, click: Click) -> tuple[Record | None, datetime]:
    """The locked mention and the time, or no mention for an act that was carried out before.

    Whatever is done now, the step before it can no longer be taken back; and whoever holds the mention is at work on it.
    """
    record, now = enter(session, desk, click)
    if record is not None:
        kept = undo.NOTHING_KEPT if record.undo else {}
        renewed = renewal(desk.policy, record, click.user, now)
        if kept or renewed:
            undo.set_columns(session, click.mention_id, {**kept, **renewed})
    return record, now


def enter(session: Session, desk: Desk, click: Click) -> tuple[Record | None, datetime]:
    """As `begin`, and nothing is changed."""
    now = desk.clock()
    if not inbound.first_time(session, click.key, now):
        return None, now
    record = mentions.lock(session, click.mention_id)
    if record is None:
        raise Refused("This mention was erased.")
    return record, now


def refuse_unless_possible(card: Card, action: Action, user: str) -> None:
    held = card.claim is not None and card.claim.owner != user
    if card.claim is not None and held and action in {*OWNERS_ONLY, Action.CLAIM}:
        advice = "Ask them to release it or to hand it over."
        raise Taken(HELD, owner=card.claim.owner, since=card.claim.since, advice=advice)
    if after(card.state, action) is not None:
        _refuse_over_answer(card, action)
        return
    if card.claim is not None and action is Action.CLAIM:
        raise Refused("You have it already. To give it back, choose “Release my claim” in its menu.")
    if card.decision is not None:
        decision, advice = card.decision, "If it should go on, reopen it on its card first."
        raise Taken("It was decided meanwhile.", owner=decision.by, since=decision.at, did="decided it", advice=advice)
    raise Refused(f"That is not possible now: it is {card.state.replace('_', ' ')}. Its card shows what can be done.")


def _refuse_over_answer(card: Card, action: Action) -> None:
    """While an answer is on its way nothing else may close the mention: the customer is about to read that one."""
    if action in CLOSING and card.answer is not None and card.answer.state is AnswerState.SENDING:
        answer, advice = card.answer, "Wait until it has arrived."
        raise Taken("An answer is on its way.", owner=answer.author, since=answer.at, did="wrote it", advice=advice)


def card_now(session: Session, desk: Desk, mention_id: int) -> Card:
    session.flush()
    record = mentions.load(session, mention_id)
    if record is None:
        raise Refused("This mention was erased.")
    return card_of(record, desk.policy)


def renewal(policy: Policy, record: Record, user: str, now: datetime) -> dict[str, Any]:
    """Columns that give a holder the whole lease again; none for anybody else."""
    if record.claim is None or record.claim.owner != user:
        return {}
    return {"claim_until": now + policy.lease_in(record.department)}


def claim_values(desk: Desk, record: Record, user: str, now: datetime) -> dict[str, Any]:
    return {
        "claimed_by": user,
        "claimed_at": now,
        "claim_until": now + desk.policy.lease_in(record.department),
        "first_claimed_at": record.first_claimed_at or now,
    }


def decided(action: Action, user: str, now: datetime, reason: str = "") -> dict[str, Any]:
    return {"decided_what": action, "decided_by": user, "decided_at": now, "decided_reason": reason}


def nothing(_session: Session, _record: Record, _now: datetime) -> Done:
    return Done()

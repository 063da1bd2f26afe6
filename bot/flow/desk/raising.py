"""A person raises a mention to the next level of its department's chain, or says that they are on it."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.card import Card
from bot.domain.escalation import Plan, Position, plan_call
from bot.domain.event import EARSHOT
from bot.domain.lifecycle import Action
from bot.errors import Refused, Taken
from bot.flow.desk.act import Click, Desk, Done, act, begin, card_now, refuse_unless_possible
from bot.flow.desk.looking import look
from bot.flow.raise_level import Call, call_time, is_loud, raise_level, refuse_past_the_chain
from bot.flow.reach import targets_of
from bot.flow.view import card_of
from bot.store import events, mentions
from bot.store.database import Session
from bot.store.records import Record


@dataclass(frozen=True, kw_only=True)
class Prospect:
    """What an escalation would do now: whom it reaches, and when, which is later than now in quiet hours."""

    plan: Plan
    call_at: datetime
    quiet: bool


def prospect(desk: Desk, card: Card) -> Prospect:
    """Whom the next level reaches. Refused where the chain has none; asks Slack where it has to."""
    department, now = desk.policy.department(card.place.name), desk.clock()
    refuse_past_the_chain(department, card)
    position = Position(level=(card.escalation.level if card.escalation else 0) + 1)
    targets = targets_of(desk.db, desk.policy, desk.reach, department, now)
    plan = plan_call([level.notify for level in department.escalation], position, targets)
    call_at = call_time(department, now, loud=is_loud(card))
    return Prospect(plan=plan, call_at=call_at, quiet=call_at > now)


def escalate(desk: Desk, click: Click, reason: str, *, call_now: bool = False) -> Card:
    """Raise a mention to the next level, at once or, in quiet hours and unless `call_now`, at their end."""
    if not reason.strip():
        raise Refused("Please say why: the people you call need to know.")
    card = look(desk, click.mention_id)
    department, now = desk.policy.department(card.place.name), desk.clock()
    call_at = call_time(department, now, loud=call_now or is_loud(card))
    if call_at > now:
        return _wait(desk, click, reason, call_at)
    targets = targets_of(desk.db, desk.policy, desk.reach, department, now)
    call = Call(by=click.user, reason=reason, targets=targets, now=call_now)

    def effect(session: Session, record: Record, now: datetime) -> Done:
        refuse_past_the_chain(desk.policy.department(record.department), record)
        values, detail = raise_level(session, desk.policy, record, now, call)
        return Done(values=values, detail=detail)

    return act(desk, click, Action.ESCALATE, effect)


def _wait(desk: Desk, click: Click, reason: str, call_at: datetime) -> Card:
    """Ask for the next level at the end of quiet hours: the clock calls it then, in this person's name."""
    with desk.db.write() as session:
        record, now = begin(session, desk, click)
        if record is None:
            return card_now(session, desk, click.mention_id)
        refuse_unless_possible(card_of(record, desk.policy), Action.ESCALATE, click.user)
        refuse_past_the_chain(desk.policy.department(record.department), record)
        if record.waiting_call is not None and record.waiting_call.by != EARSHOT:
            raise Refused(
                "That was asked for already, and waits for the end of quiet hours. Tick “Call now” to call now."
            )
        mentions.touch(session, click.mention_id, raise_by=click.user, raise_reason=reason, escalate_at=call_at)
        detail = {"reason": reason, "until": call_at.isoformat()}
        events.append(session, click.mention_id, click.user, "escalation_waits", now, detail)
        return card_now(session, desk, click.mention_id)


def acknowledge(desk: Desk, click: Click) -> Card:
    """Say that one is on it: nobody further is called. It is not claimed by that; Taken for whoever comes second."""

    def effect(_session: Session, record: Record, now: datetime) -> Done:
        raised = record.escalation
        if raised is None:
            raise Refused("Nobody was called for this one. Claim it, if you want to take care of it.")
        if raised.acknowledged_by and raised.acknowledged_at:
            raise Taken(
                "It is taken care of.", owner=raised.acknowledged_by, since=raised.acknowledged_at, did="took it up"
            )
        values = {"acknowledged_by": click.user, "acknowledged_at": now, **mentions.NO_WAITING_CALL}
        return Done(values=values, detail={"level": str(raised.level)})

    return act(desk, click, Action.ACKNOWLEDGE, effect)

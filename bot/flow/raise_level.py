"""Escalation: the next level of a department's chain is called, by a person or by the clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.domain.card import Card
from bot.domain.escalation import Plan, Position, Target, TargetKind, after, first_call, plan_call
from bot.domain.event import EARSHOT
from bot.domain.lifecycle import LIVE, State
from bot.domain.policy import Policy
from bot.domain.posting import NoticeKind, Posting, PostingKind
from bot.domain.routing import Department
from bot.errors import Refused
from bot.flow.reach import as_written
from bot.store import inbound, mentions, outbox
from bot.store.database import Session
from bot.store.records import Record

Columns = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Call:
    """Who calls the next level, why, and what is known of those whom the chain names. `now`: also in quiet hours."""

    by: str
    reason: str
    targets: Mapping[str, Target] = field(default_factory=dict)
    now: bool = False


def position_of(record: Record) -> Position:
    """How far the chain was called."""
    raised = record.escalation
    return Position(level=raised.level, round=raised.round) if raised else Position()


def next_position(department: Department, record: Record) -> Position | None:
    """What the clock calls next; None at the chain's end."""
    return after(position_of(record), levels=len(department.escalation), repeats=department.escalation_repeats)


def refuse_past_the_chain(department: Department, mention: Record | Card) -> None:
    """A person calls no round of their own: the clock does."""
    if not department.escalation:
        raise Refused(f"{department.title} has no escalation chain configured.")
    if mention.escalation is not None and mention.escalation.level >= len(department.escalation):
        raise Refused(f"{department.title} has no further level to call.")


def is_due(record: Record, now: datetime) -> bool:
    """Whether the clock has to call somebody now: it was asked to, or nobody is on it and the time has passed."""
    if record.waiting_call is not None:
        return record.state in LIVE and record.waiting_call.until <= now
    raised = record.escalation
    unheeded = record.state in (State.OPEN, State.CLAIMED) and raised is not None and not raised.acknowledged_by
    return unheeded and raised is not None and raised.next_at is not None and raised.next_at <= now


def is_loud(mention: Record | Card) -> bool:
    """Whether quiet hours do not count: it is urgent, or somebody asked to call at once."""
    return mention.urgent or (mention.escalation is not None and mention.escalation.call_now)


def call_time(department: Department, at: datetime, *, loud: bool) -> datetime:
    """`at`, or the end of the department's quiet hours that it lies in."""
    return at if loud else first_call(department.quiet_hours, department.office_hours.zone, at)


def raise_level(
    session: Session, policy: Policy, record: Record, now: datetime, call: Call
) -> tuple[Columns, dict[str, str]]:
    """Call the next level, or the first after it where anybody can be told. Refused where the chain ends.

    Gives the columns to set and the detail to log. Whom nobody can be told at is reported to the operators, once a cause.
    """
    department = policy.department(record.department)
    position = next_position(department, record)
    if position is None:
        raise Refused(f"{department.title} has no further level to call.")
    levels = [level.notify for level in department.escalation]
    targets = {each: call.targets.get(each) or as_written(each) for level in levels for each in level}
    plan = plan_call(levels, position, targets)
    columns = _columns(department, plan, now, call, loud=call.now or is_loud(record))
    _ask_for_calls(session, department, record, plan, now, {"by": call.by, "reason": call.reason, **_next(columns)})
    _report(session, policy, record, plan, now)
    return columns, _detail(plan, call)


def _columns(department: Department, plan: Plan, now: datetime, call: Call, *, loud: bool) -> Columns:
    within = department.escalation[plan.position.level - 1].within
    return {
        **mentions.NO_ESCALATION,
        "level": plan.position.level,
        "rounds": plan.position.round,
        "level_at": now,
        "level_by": call.by,
        "level_reason": call.reason,
        "level_notified": [each.called for each in plan.told],
        "escalate_at": call_time(department, now + within, loud=loud),
        "call_now": loud,
    }


def _next(columns: Columns) -> dict[str, str]:
    return {"next_at": columns["escalate_at"].isoformat()}


def _ask_for_calls(
    session: Session, department: Department, record: Record, plan: Plan, now: datetime, body: Mapping[str, str]
) -> None:
    """People are called in a direct message; groups and channels in the level's channels, or the department's."""
    levels = len(department.escalation)
    slot = f"escalated-{plan.position.round}.{plan.position.level}-{record.version}"
    said = {
        **body,
        "notice": NoticeKind.ESCALATED,
        "level": str(plan.position.level),
        "levels": str(levels),
        "round": str(plan.position.round),
        "rounds": str(department.escalation_repeats + 1),
    }
    for place, called in _places(department, plan.told).items():
        on_call = " ".join(each.on_call for each in called if each.on_call)
        people = " ".join(each.called for each in called if each.kind is not TargetKind.CHANNEL)
        wanted = {**said, "people": people, "on_call": on_call}
        outbox.want(session, record.mention.id, place, PostingKind.CALL, now, slot=slot, urgent=True, body=wanted)


def _places(department: Department, told: Sequence[Target]) -> dict[str, list[Target]]:
    """Where each is called: by the reference of the channel or of the person."""
    channels = [each.called for each in told if each.kind is TargetKind.CHANNEL]
    groups = [each for each in told if each.kind is TargetKind.GROUP]
    together: list[str] = channels or ([department.channel] if groups else [])
    places: dict[str, list[Target]] = {channel: list(groups) for channel in together}
    return {**places, **{each.called: [each] for each in told if each.kind is TargetKind.PERSON}}


def _detail(plan: Plan, call: Call) -> dict[str, str]:
    return {
        "level": str(plan.position.level),
        **({"round": str(plan.position.round + 1)} if plan.position.round else {}),
        "reason": call.reason,
        "notified": " ".join(each.called for each in plan.told),
        "nobody_could_be_told": said_of(plan.unreached),
        **({"called": "at once, also in quiet hours"} if call.now else {}),
    }


def said_of(targets: Sequence[Target]) -> str:
    """`@lee: has left this workspace; #attic: is archived`."""
    return "; ".join(f"{each.reference}: {each.problem}" for each in targets)


def _report(session: Session, policy: Policy, record: Record, plan: Plan, now: datetime) -> None:
    """Nobody at all is said loudly, each time; a single gap to the operators, once a cause while they remember it."""
    department = policy.department(record.department)
    if not plan.told:
        body = {"reason": said_of(plan.unreached), "level": str(plan.position.level)}
        tell_loudly(session, policy, record, NoticeKind.NOBODY_TOLD, now, body=body)
        return
    for each in plan.unreached if policy.ops_channel else ():
        cause = f"unreached:{department.name}:{each.reference}:{each.problem}"
        if inbound.first_time(session, cause, now):
            body = {"notice": NoticeKind.UNREACHED, "target": each.reference, "reason": each.problem}
            slot = f"unreached-{each.reference}-{record.version}"
            outbox.want(session, record.mention.id, policy.ops_channel, PostingKind.NOTICE, now, slot=slot, body=body)


def tell_loudly(
    session: Session, policy: Policy, record: Record, notice: NoticeKind, now: datetime, *, body: Mapping[str, str]
) -> None:
    """In the department's channel, with its people named, and in the operators'."""
    department = policy.department(record.department)
    people = department.user_group or " ".join(department.people)
    said = {**body, "notice": notice, "people": people}
    for place in dict.fromkeys((department.channel, *((policy.ops_channel,) if policy.ops_channel else ()))):
        slot = f"{notice}-{record.version}"
        outbox.want(session, record.mention.id, place, PostingKind.NOTICE, now, slot=slot, urgent=True, body=said)


def ask_to_raise(session: Session, policy: Policy, record: Record, now: datetime, reason: str) -> bool:
    """Let the clock call the next level as soon as it may: in this very tick, or after quiet hours. False at the chain's end."""
    department = policy.department(record.department)
    if next_position(department, record) is None:
        return False
    at = call_time(department, now, loud=is_loud(record))
    mentions.touch(session, record.mention.id, raise_by=EARSHOT, raise_reason=reason, escalate_at=at)
    return True


def fall_on(session: Session, record: Record, posting: Posting, now: datetime) -> None:
    """A call could not be posted: where none of its level can, the clock goes on at once."""
    raised = record.escalation
    current = raised is not None and posting.slot.startswith(f"escalated-{raised.round}.{raised.level}-")
    if not current or raised is None or raised.acknowledged_by or raised.next_at is None:
        return
    if not outbox.others_alive(session, posting):
        mentions.touch(session, record.mention.id, escalate_at=now)

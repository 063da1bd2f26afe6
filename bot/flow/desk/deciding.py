"""Decisions not to answer, or not yet; and taking one back."""

from datetime import datetime

from bot.domain.card import Card
from bot.domain.label import teaches_not_about_us
from bot.domain.lifecycle import Action
from bot.domain.policy import Policy
from bot.domain.posting import NoticeKind, PostingKind
from bot.errors import Refused
from bot.flow.desk.act import BOTH, Click, Desk, Done, act, decided, nothing
from bot.flow.route import bring_to
from bot.flow.teach import teach_not_about_us, unteach_not_about_us
from bot.store import outbox, promises
from bot.store.database import Session
from bot.store.records import Record


def decide(desk: Desk, click: Click, action: Action, reason: str) -> Card:
    """Let stand, monitor, or "not about us": a decision not to answer, with its reason. The last teaches the model."""
    if action not in (Action.LET_STAND, Action.MONITOR, Action.DISMISS):
        raise ValueError(f"{action} is not a decision")
    if not reason.strip():
        raise Refused("Please give a reason: whoever reads the history will want to know why.")

    def effect(session: Session, record: Record, now: datetime) -> Done:
        promises.settle(session, record.mention.id, BOTH, now)
        if action is Action.DISMISS and teaches_not_about_us(reason):
            teach_not_about_us(session, record, by=click.user, now=now)
        if action is Action.MONITOR:
            _tell_headquarters(session, desk.policy, record, click, reason, now)
        return Done(values=decided(action, click.user, now, reason), detail={"reason": reason})

    return act(desk, click, action, effect)


def _tell_headquarters(
    session: Session, policy: Policy, record: Record, click: Click, reason: str, now: datetime
) -> None:
    """The flow chart: monitor only, notify headquarters. Once for what was decided on many together."""
    place, together = policy.headquarters, click.also.get("bulk", "")
    slot = f"monitor-{together or record.version}"
    if not place or (together and outbox.has_slot(session, place, slot)):
        return
    body = {"notice": NoticeKind.MONITOR, "by": click.user, "reason": reason}
    beside = click.also.get("together_with", "")
    wanted = body | ({"together_with": beside} if beside else {})
    outbox.want(session, record.mention.id, place, PostingKind.NOTICE, now, slot=slot, body=wanted)


CUSTOMER = "customer"
"""What a mention may wait for besides a time."""


def snooze(desk: Desk, click: Click, until: datetime, *, waiting_for: str = "") -> Card:
    """Put a mention aside; its promises stand still. One that is `waiting_for` its CUSTOMER is back at `until` too."""
    if until <= desk.clock():
        raise Refused("That time has passed: choose a later one.")
    values = {"snoozed_until": until, "waiting_for": waiting_for}
    waits = {"waiting_for": waiting_for} if waiting_for else {}
    done = Done(values=values, detail={"until": until.isoformat(), **waits})
    return act(desk, click, Action.SNOOZE, lambda _session, _record, _now: done)


def wake(desk: Desk, click: Click) -> Card:
    return act(desk, click, Action.WAKE, nothing)


def reopen(desk: Desk, click: Click) -> Card:
    """Take a decision back: the mention is open again, with a new promise."""

    def effect(session: Session, record: Record, now: datetime) -> Done:
        bring_to(session, desk.policy, record.department, record, now)
        unteach_not_about_us(session, record, by=click.user, now=now)
        return Done(detail={"before": record.decision.what if record.decision else record.state})

    return act(desk, click, Action.REOPEN, effect)

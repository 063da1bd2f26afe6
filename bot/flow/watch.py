"""the clock → mentions, outbox: promises, leases, snoozes and escalations whose time has come."""

from datetime import datetime, timedelta

from bot.domain.event import EARSHOT
from bot.domain.lifecycle import Action
from bot.domain.policy import Policy
from bot.domain.posting import NoticeKind, PostingKind
from bot.domain.promise import Step, step
from bot.errors import Refused
from bot.flow.raise_level import raise_level
from bot.store import events, inbound, mentions, outbox, promises, timers
from bot.store.database import Database, Session
from bot.store.promises import Due
from bot.store.schema import MentionRow

BATCH = 100
NOTICES = {Step.WARN: (NoticeKind.DUE_SOON, "warned"), Step.ANNOUNCE: (NoticeKind.MISSED, "missed")}


def keep_promises(db: Database, policy: Policy, now: datetime) -> int:
    """Warn before a promise is due, announce a missed one and escalate it; the number of things said."""
    with db.write() as session:
        due = promises.due(session, now, BATCH)
        return sum(_remind(session, policy, promise, now) for promise in due)


def _remind(session: Session, policy: Policy, due: Due, now: datetime) -> int:
    what = step(due.promise, now)
    promises.said(session, due.id, what, now)
    if what is Step.NOTHING:
        return 0
    row = mentions.lock(session, due.mention_id)
    assert row is not None
    notice, note = NOTICES[what]
    _call(session, policy, row, due, notice, now)
    events.append(
        session, row.id, EARSHOT, note, now, {"promise": due.promise.kind, "due_at": due.promise.due_at.isoformat()}
    )
    if what is Step.ANNOUNCE and row.level == 0:
        _escalate(session, policy, row, now, reason="the promise was missed")
    else:
        mentions.touch(session, row.id)
    return 1


def _call(session: Session, policy: Policy, row: MentionRow, due: Due, notice: NoticeKind, now: datetime) -> None:
    """Tell whoever holds it, in person; else the department, in its channel."""
    department = policy.department(row.department)
    people = department.user_group or " ".join(department.people)
    body = {
        "notice": notice,
        "promise": due.promise.kind,
        "due_at": due.promise.due_at.isoformat(),
        "people": row.claimed_by or people,
    }
    places = [department.channel] if notice is NoticeKind.MISSED or not row.claimed_by else []
    for place in [*places, *([row.claimed_by] if row.claimed_by else [])]:
        slot = f"{notice}-{due.id}"
        outbox.want(session, row.id, place, PostingKind.NOTICE, now, slot=slot, urgent=True, body=body)


def _escalate(session: Session, policy: Policy, row: MentionRow, now: datetime, *, reason: str) -> bool:
    try:
        detail = raise_level(session, policy, row, now, by=EARSHOT, reason=reason)
    except Refused:  # the chain has no (further) level: announcing is all that can be done
        row.escalate_at = None
        row.version += 1
        return False
    mentions.change(session, row, Action.ESCALATE, now, {})
    events.append(session, row.id, EARSHOT, Action.ESCALATE, now, detail)
    return True


def escalate_further(db: Database, policy: Policy, now: datetime) -> int:
    """Call the next level where the one called last has let its time pass; the number called."""
    with db.write() as session:
        rows = timers.escalations_due(session, now, BATCH)
        return sum(_escalate(session, policy, row, now, reason="nobody took it in time") for row in rows)


def end_leases(db: Database, now: datetime) -> int:
    """Give mentions whose claim ran out back to the pool, and tell whoever held them; the number given back."""
    with db.write() as session:
        rows = timers.leases_ended(session, now, BATCH)
        for row in rows:
            owner = str(row.claimed_by)
            mentions.change(session, row, Action.EXPIRE, now, {})
            events.append(session, row.id, EARSHOT, Action.EXPIRE, now, {"owner": owner})
            body = {"notice": NoticeKind.LEASE_ENDED, "people": owner}
            slot = f"lease-{row.version}"
            outbox.want(session, row.id, owner, PostingKind.NOTICE, now, slot=slot, body=body)
        return len(rows)


def wake_snoozed(db: Database, now: datetime) -> int:
    """Open again what was put aside until now; the number woken."""
    with db.write() as session:
        rows = timers.snoozes_ended(session, now, BATCH)
        for row in rows:
            mentions.change(session, row, Action.WAKE, now, {})
            events.append(session, row.id, EARSHOT, Action.WAKE, now)
        return len(rows)


def forget_deliveries(db: Database, now: datetime, keep: timedelta) -> None:
    """Drop the keys of Slack deliveries that Slack will not repeat any more."""
    with db.write() as session:
        inbound.forget_before(session, now - keep)

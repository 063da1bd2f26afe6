"""the clock → mentions, outbox: promises, leases, snoozes and escalations whose time has come."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.event import EARSHOT
from bot.domain.lifecycle import Action, State
from bot.domain.policy import Policy
from bot.domain.posting import NoticeKind, PostingKind
from bot.domain.promise import Promise, Step, step
from bot.errors import Refused
from bot.flow.raise_level import raise_level
from bot.flow.route import bring_to
from bot.store import events, mentions, outbox, promises, timers
from bot.store.database import Database, Session
from bot.store.promises import Due
from bot.store.records import Record

BATCH = 100
NOTICES = {Step.WARN: (NoticeKind.DUE_SOON, "warned"), Step.ANNOUNCE: (NoticeKind.MISSED, "missed")}


@dataclass(frozen=True, kw_only=True)
class Said:
    """What the clock says of the promise with this id."""

    id: int
    promise: Promise
    what: Step


def keep_promises(db: Database, policy: Policy, now: datetime) -> int:
    """Warn before a promise is due, announce a missed one and escalate it; the number of things said.

    Each has a transaction of its own, which takes the mention first as the desk does: two that wait for each other's
    rows would both stand still.
    """
    _promise_anew(db, policy, now)
    with db.read() as session:
        due = promises.due(session, now, BATCH)
    return sum(_remind(db, policy, each, now) for each in due)


def _promise_anew(db: Database, policy: Policy, now: datetime) -> None:
    """What its author brought back to life is promised like a new one."""
    with db.read() as session:
        found = promises.unpromised(session, BATCH)
    for mention_id in found:
        with db.write() as session:
            record = mentions.lock(session, mention_id)
            if record is not None and record.state is State.OPEN and all(each.settled_at for each in record.promises):
                bring_to(session, policy.department(record.department), record, now)
                mentions.touch(session, mention_id)  # the card shows what is due


def _remind(db: Database, policy: Policy, due: Due, now: datetime) -> int:
    with db.write() as session:
        record = mentions.lock(session, due.mention_id)
        promise = promises.lock_due(session, due.id, now)
        if record is None or promise is None:
            return 0
        what = step(promise, now)
        promises.said(session, due.id, what, now)
        if what is not Step.NOTHING:
            _say(session, policy, record, Said(id=due.id, promise=promise, what=what), now)
        return int(what is not Step.NOTHING)


def _say(session: Session, policy: Policy, record: Record, said: Said, now: datetime) -> None:
    notice, note = NOTICES[said.what]
    _call(session, policy, record, said, notice, now)
    detail = {"promise": said.promise.kind, "due_at": said.promise.due_at.isoformat()}
    events.append(session, record.mention.id, EARSHOT, note, now, detail)
    if (
        said.what is not Step.ANNOUNCE
        or record.level
        or not _escalate(session, policy, record, now, "the promise was missed")
    ):
        mentions.touch(session, record.mention.id)


def _call(session: Session, policy: Policy, record: Record, said: Said, notice: NoticeKind, now: datetime) -> None:
    """Tell whoever holds it, in person; else, and for a missed promise, the department in its channel."""
    department = policy.department(record.department)
    owner = record.claim.owner if record.claim else ""
    body = {
        "notice": notice,
        "promise": said.promise.kind,
        "due_at": said.promise.due_at.isoformat(),
        "people": owner or department.user_group or " ".join(department.people),
    }
    places = [department.channel] if notice is NoticeKind.MISSED or not owner else []
    for place in [*places, *([owner] if owner else [])]:
        slot = f"{notice}-{said.id}"
        outbox.want(session, record.mention.id, place, PostingKind.NOTICE, now, slot=slot, urgent=True, body=body)


def _escalate(session: Session, policy: Policy, record: Record, now: datetime, reason: str) -> bool:
    """Call the next level; False where the chain has no further one: announcing is all that can be done."""
    try:
        values, detail = raise_level(session, policy, record, now, by=EARSHOT, reason=reason)
    except Refused:
        mentions.touch(session, record.mention.id, escalate_at=None)
        return False
    mentions.change(session, record, Action.ESCALATE, now, values)
    events.append(session, record.mention.id, EARSHOT, Action.ESCALATE, now, detail)
    return True


def escalate_further(db: Database, policy: Policy, now: datetime) -> int:
    """Call the next level where the one called last has let its time pass; the number called."""
    with db.write() as session:
        due = timers.escalations_due(session, now, BATCH)
        return sum(_escalate(session, policy, record, now, "nobody took it in time") for record in due)


def end_leases(db: Database, now: datetime) -> int:
    """Give mentions whose claim ran out back to the pool, and tell whoever held them; the number given back."""
    with db.write() as session:
        ended = timers.leases_ended(session, now, BATCH)
        for record in ended:
            assert record.claim is not None
            owner, mention_id = record.claim.owner, record.mention.id
            mentions.change(session, record, Action.EXPIRE, now, {})
            events.append(session, mention_id, EARSHOT, Action.EXPIRE, now, {"owner": owner})
            body = {"notice": NoticeKind.LEASE_ENDED, "people": owner}
            slot = f"lease-{record.version}"
            outbox.want(session, mention_id, owner, PostingKind.NOTICE, now, slot=slot, body=body)
        return len(ended)


def wake_snoozed(db: Database, now: datetime) -> int:
    """Open again what was put aside until now; the number woken."""
    with db.write() as session:
        ended = timers.snoozes_ended(session, now, BATCH)
        for record in ended:
            mentions.change(session, record, Action.WAKE, now, {})
            events.append(session, record.mention.id, EARSHOT, Action.WAKE, now)
        return len(ended)

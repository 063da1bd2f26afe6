"""the clock → mentions, outbox: leases, snoozes and escalations whose time has come. Promises: `keep_promises`."""

from datetime import datetime

from bot.domain.event import EARSHOT
from bot.domain.lifecycle import Action
from bot.domain.policy import Policy
from bot.domain.posting import NoticeKind, PostingKind
from bot.errors import Refused
from bot.flow.raise_level import raise_level
from bot.store import events, mentions, outbox, timers
from bot.store.database import Database, Session
from bot.store.records import Record

BATCH = 100


def escalate(session: Session, policy: Policy, record: Record, now: datetime, reason: str) -> bool:
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
        return sum(escalate(session, policy, record, now, "nobody took it in time") for record in due)


def end_leases(db: Database, now: datetime) -> int:
    """Give mentions whose claim ran out back to the pool, and tell whoever held them; the number given back."""
    with db.write() as session:
        ended = timers.leases_ended(session, now, BATCH)
        for record in ended:
            assert record.claim is not None
            owner, mention_id = record.claim.owner, record.mention.id
            lapsed = {"lapsed_by": owner, "lapsed_at": record.claim.until}
            mentions.change(session, record, Action.EXPIRE, now, lapsed)
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

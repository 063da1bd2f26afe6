"""the clock → mentions, outbox: leases, snoozes and escalations whose time has come. Promises: `keep_promises`."""

from collections.abc import Mapping
from datetime import datetime

from bot.domain.escalation import Target
from bot.domain.event import EARSHOT
from bot.domain.lifecycle import Action, State
from bot.domain.policy import Policy
from bot.domain.posting import NoticeKind, PostingKind
from bot.flow.owed_call import owed_call
from bot.flow.pace import keep_pace
from bot.flow.raise_level import Call, call_time, is_due, is_loud, next_position, raise_level, tell_loudly
from bot.flow.reach import Reach, targets_of
from bot.store import events, mentions, outbox, timers
from bot.store.database import Database, Session
from bot.store.records import Record

BATCH = 100


def escalate_further(db: Database, policy: Policy, reach: Reach, now: datetime) -> int:
    """Call the next level where the one called last has let its time pass, or where it was asked for; the number called.

    Who can be told is asked before each transaction: Slack may take its time.
    """
    with db.read() as session:
        due = timers.escalations_due(session, now, BATCH)
    names = {policy.department(name).name for _, name in due}
    targets = {name: targets_of(db, policy, reach, policy.department(name), now) for name in names}
    return sum(_go_on(db, policy, id_, targets[policy.department(name).name], now) for id_, name in due)


def _go_on(db: Database, policy: Policy, mention_id: int, targets: Mapping[str, Target], now: datetime) -> int:
    with db.write() as session:
        record = mentions.lock(session, mention_id)
        if record is None or not is_due(record, now):
            return 0
        department = policy.department(record.department)
        may_call_at = call_time(department, now, loud=is_loud(record))
        if may_call_at > now:  # the quiet hours were changed since
            mentions.touch(session, mention_id, escalate_at=may_call_at)
            return 0
        if next_position(department, record) is None:
            _end_chain(session, policy, record, now)
            return 0
        asked = record.waiting_call
        by, reason = (asked.by, asked.reason) if asked else (EARSHOT, "nobody took it in time")
        values, detail = raise_level(session, policy, record, now, Call(by=by, reason=reason, targets=targets))
        mentions.change(session, record, Action.ESCALATE, now, values)
        if record.state is State.SNOOZED:
            keep_pace(session, policy, record, State.OPEN, now)
        events.append(session, mention_id, by, Action.ESCALATE, now, detail)
        return 1


def _end_chain(session: Session, policy: Policy, record: Record, now: datetime) -> None:
    """Everybody was called as often as they may be: that is said, and the clock rests."""
    mentions.touch(session, record.mention.id, escalate_at=None, **mentions.NO_WAITING_CALL)
    if record.escalation is None:  # the configuration has no chain any more
        return
    tell_loudly(session, policy, record, NoticeKind.CHAIN_ENDED, now, body={})
    events.append(session, record.mention.id, EARSHOT, "chain_ended", now)


def end_leases(db: Database, now: datetime) -> int:
    """Give mentions whose claim ran out back to the pool, and tell whoever held them; the number given back."""
    with db.write() as session:
        ended = timers.leases_ended(session, now, BATCH)
        for record in ended:
            assert record.claim is not None
            owner, mention_id = record.claim.owner, record.mention.id
            lapsed = {"lapsed_by": owner, "lapsed_at": record.claim.until}
            mentions.change(session, record, Action.EXPIRE, now, {**lapsed, **owed_call(session, record, now)})
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

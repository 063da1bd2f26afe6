"""A promise's time stands still while its mention is put aside, and goes on when it is back."""

from datetime import datetime

from bot.domain.lifecycle import State
from bot.domain.policy import Policy
from bot.domain.terms import counted_hours
from bot.store import mentions, promises
from bot.store.database import Database, Session
from bot.store.records import Record

AT_WORK = frozenset({State.OPEN, State.CLAIMED})
BATCH = 100


def keep_pace(session: Session, policy: Policy, before: Record, state: State, now: datetime) -> None:
    """`before` is the mention before an act, `state` the one that the act led to; in the act's transaction.

    A mention that is closed while it is put aside keeps its pause: its promises are settled as they stood then.
    """
    if state is State.SNOOZED:
        promises.pause(session, before.mention.id, now)
    elif before.state is State.SNOOZED and state in AT_WORK:
        _go_on(session, policy, before, now)


def mend_pace(db: Database, policy: Policy, now: datetime) -> int:
    """Promises that stand still although their mention is at work, and the other way round; the number of mentions.

    What reopens a mention by itself (its author, an earlier version of Earshot) need not know of pauses.
    """
    with db.read() as session:
        found = promises.out_of_pace(session, BATCH)
    for mention_id in found:
        with db.write() as session:
            record = mentions.lock(session, mention_id)
            if record is None:
                continue
            if record.state is State.SNOOZED:
                promises.pause(session, mention_id, now)
            elif record.state in AT_WORK:
                _go_on(session, policy, record, now)
            mentions.touch(session, mention_id)
    return len(found)


def _go_on(session: Session, policy: Policy, record: Record, now: datetime) -> None:
    hours = counted_hours(policy.department(record.department), urgent=record.urgent)
    promises.resume(session, record.mention.id, now, hours)

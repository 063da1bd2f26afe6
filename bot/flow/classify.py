"""mentions → verdicts: ask the model about what is new, and again about what it owes."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.domain.event import EARSHOT
from bot.domain.lifecycle import Action, State
from bot.domain.mention import Mention
from bot.domain.policy import Policy
from bot.flow.ask_model import ask, reads_like
from bot.flow.clock import Clock
from bot.flow.crash import crash_point
from bot.flow.rejudge import rejudge_due
from bot.store import events, mentions, owed
from bot.store.database import Database, Session
from classifiers.verdict import Classifier, Verdict

BATCH = 16
LEASE = timedelta(minutes=2)
FAULT_PAUSE = timedelta(seconds=20)
TRIES = 3
"""After so many faults, or deaths of the process, a mention goes on unjudged: to #triage, marked."""

PATIENCE = timedelta(minutes=10)
"""How long a mention waits for a model that is down before it goes on unjudged."""

AGAIN = timedelta(minutes=1)
"""When the model is first asked again about what went on unjudged."""


def classify_waiting(db: Database, classifier: Classifier, policy: Policy, clock: Clock) -> int:
    """Judge up to BATCH new mentions, or where there are none what is to be judged again; the number that moved on."""
    with db.write() as session:
        taken = mentions.lease_waiting(session, State.NEW, clock(), limit=BATCH, lease=LEASE)
    if not taken:
        return rejudge_due(db, classifier, policy, clock)
    worn = {mention.id for mention, attempts in taken if attempts > TRIES}
    said = ask(classifier, [mention for mention, _ in taken if mention.id not in worn], policy)
    crash_point("classify.judged")
    failed = {mention.id for mention, _ in taken} - worn - set(said.verdicts)
    with db.write() as session:
        now = clock()
        given_up = owed.overdue(session, failed, now - PATIENCE) if said.down else set()
        moved = worn | given_up | set(said.verdicts)
        for mention, _ in sorted(taken, key=lambda pair: pair[0].id):  # every stage locks rows in this order
            if mention.id in moved:
                _settle(session, mention, said.verdicts.get(mention.id), now)
    _put_off(db, failed - given_up, clock, down=said.down)
    return len(moved)


def _settle(session: Session, mention: Mention, verdict: Verdict | None, now: datetime) -> None:
    record = mentions.lock(session, mention.id)
    if record is None:
        return
    if verdict is not None and reads_like(record.mention) != reads_like(mention):  # changed while it was judged
        mentions.put_off(session, [mention.id], now)
        return
    if not mentions.change(session, record, Action.JUDGE, now, owed.PAID if verdict else {}):
        return
    if verdict is None:
        owed.owe(session, mention.id, now, now + AGAIN)
        events.append(session, mention.id, EARSHOT, "unjudged", now)
        return
    mentions.save_verdict(session, mention.id, verdict, now)
    events.append(session, mention.id, EARSHOT, Action.JUDGE, now, {"model": verdict.model, "topic": verdict.topic})


def _put_off(db: Database, ids: Iterable[int], clock: Clock, *, down: bool) -> None:
    """What has no verdict is tried again. While the model is down everything new waits with it: one batch asks for all."""
    with db.write() as session:
        now = clock()
        if down:
            owed.hold_new(session, ids, now, now + FAULT_PAUSE, young=now - PATIENCE)
        else:
            mentions.put_off(session, ids, now + FAULT_PAUSE)

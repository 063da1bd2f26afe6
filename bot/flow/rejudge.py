"""mentions → verdicts, again: what went unjudged to triage, and what its author changed since it was judged.

What nobody has touched then goes where the new verdict says; where somebody has, the card shows it and the mention stays.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.event import EARSHOT
from bot.domain.lifecycle import State
from bot.domain.policy import Policy
from bot.flow.ask_model import Said, ask, reads_like
from bot.flow.clock import Clock
from bot.flow.recommended import keep_outcome
from bot.flow.route import route_again
from bot.store import events, follow, mentions, outbox, owed, repeats
from bot.store.database import Database, Session
from bot.store.owed import Owed
from bot.store.records import Record
from classifiers.verdict import Classifier, Verdict

log = logging.getLogger(__name__)

BATCH = 16
LEASE = timedelta(minutes=2)
TRIES = 3
"""Deaths of the process over one mention, after which the model is not asked about it any more."""

FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)
"""Between two tries as much time passes as it has waited already: one minute, two, four … an hour."""

GIVE_UP = timedelta(days=7)
BACKLOG = 30
"""Messages on their way to Slack above which nothing is judged again: after an outage what is new goes first."""


def rejudge_due(db: Database, classifier: Classifier, policy: Policy, clock: Clock) -> int:
    """Judge up to BATCH mentions again; the number that got their verdict."""
    with db.write() as session:
        now = clock()
        busy = outbox.backlog(session, now) > BACKLOG
        taken = [] if busy else owed.lease_owed(session, now, limit=BATCH, lease=LEASE)
    if not taken:
        return 0
    said = ask(classifier, [each.mention for each in taken if each.attempts <= TRIES], policy)
    with db.write() as session:
        _settle(session, policy, taken, said, clock())
    return len(said.verdicts)


def _settle(session: Session, policy: Policy, taken: Sequence[Owed], said: Said, now: datetime) -> None:
    for each in sorted(taken, key=lambda each: each.mention.id):
        repeats.hold_first(session, each.mention.id)
        record = mentions.lock(session, each.mention.id)
        if record is None or reads_like(record.mention) != reads_like(each.mention):
            continue  # it changed again, and is due again
        verdict = said.verdicts.get(each.mention.id)
        if verdict is not None:
            _take_verdict(session, policy, record, verdict, now)
        elif each.attempts > TRIES or (not said.down and now - each.since > GIVE_UP):
            log.error("never_judged", extra={"mention": each.mention.id})
            owed.owe(session, each.mention.id, now, None)
        elif not said.down:
            pause = min(max(now - each.since, FIRST_PAUSE), LONGEST_PAUSE)
            owed.owe(session, each.mention.id, now, now + pause)
    if said.down:
        waiting = [each.mention.id for each in taken if each.attempts <= TRIES]
        owed.hold_owed(session, set(waiting) - set(said.verdicts), now, now + FIRST_PAUSE)


def _take_verdict(session: Session, policy: Policy, record: Record, verdict: Verdict, now: datetime) -> None:
    mentions.save_verdict(session, record.mention.id, verdict, now)
    detail = {"model": verdict.model, "topic": verdict.topic}
    events.append(session, record.mention.id, EARSHOT, "rejudged", now, detail)
    keep_outcome(session, record.mention.id, **owed.PAID)
    if record.state is State.FOLDED:
        follow.redraw_root(session, record.mention.id)
    if _is_untouched(session, record):
        current = mentions.lock(session, record.mention.id)
        assert current is not None
        route_again(session, policy, replace(current, verdict=verdict), now)


def _is_untouched(session: Session, record: Record) -> bool:
    """Whether it is open, or kept out by a rule, and no person ever acted on it. What people decided, a model does not undo."""
    return record.state in (State.OPEN, State.FILTERED) and not events.has_person(session, record.mention.id)

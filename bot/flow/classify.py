"""mentions → verdicts: ask the model about what is new."""

import logging
from collections.abc import Sequence
from datetime import timedelta

from bot.domain.event import EARSHOT
from bot.domain.lifecycle import Action, State
from bot.domain.mention import Mention
from bot.domain.policy import Policy
from bot.flow.clock import Clock
from bot.flow.crash import crash_point
from bot.store import events, mentions
from bot.store.database import Database
from classifiers.verdict import Classifier, ModelFault, Subject, Verdict

log = logging.getLogger(__name__)

BATCH = 16
LEASE = timedelta(minutes=2)
FAULT_PAUSE = timedelta(seconds=20)
TRIES = 3
"""After so many faults, or deaths of the process, a mention goes on unjudged: to #triage, marked."""


def classify_waiting(db: Database, classifier: Classifier, policy: Policy, clock: Clock) -> int:
    """Judge up to BATCH new mentions; the number that moved on."""
    with db.write() as session:
        taken = mentions.lease_waiting(session, State.NEW, clock(), limit=BATCH, lease=LEASE)
    worn = [mention for mention, attempts in taken if attempts > TRIES]
    fresh = [mention for mention, attempts in taken if attempts <= TRIES]
    verdicts = _judge(classifier, fresh, policy)
    crash_point("classify.judged")
    judged = [(mention, verdicts[mention.id]) for mention in fresh if mention.id in verdicts]
    failed = [mention.id for mention in fresh if mention.id not in verdicts]
    with db.write() as session:
        now = clock()
        found: list[tuple[Mention, Verdict | None]] = [*judged, *((mention, None) for mention in worn)]
        for mention, verdict in sorted(found, key=lambda pair: pair[0].id):  # every stage locks rows in this order
            record = mentions.lock(session, mention.id)
            if record is None or not mentions.change(session, record, Action.JUDGE, now, {"attempts": 0}):
                continue
            if verdict is None:
                events.append(session, mention.id, EARSHOT, "unjudged", now)
            else:
                mentions.save_verdict(session, mention.id, verdict, now)
                events.append(
                    session, mention.id, EARSHOT, Action.JUDGE, now, {"model": verdict.model, "topic": verdict.topic}
                )
    with db.write() as session:
        mentions.put_off(session, failed, clock() + FAULT_PAUSE)
    return len(judged) + len(worn)


def _judge(classifier: Classifier, batch: Sequence[Mention], policy: Policy) -> dict[int, Verdict]:
    """Verdicts by mention id. Where a batch fails, each mention is tried alone: one bad text must not hold the others."""
    if not batch:
        return {}
    try:
        verdicts = classifier.classify([_subject(mention, policy) for mention in batch])
    except ModelFault as fault:
        log.warning("model_fault", extra={"mentions": len(batch), "reason": str(fault)})
        if len(batch) == 1:
            return {}
        return {key: verdict for mention in batch for key, verdict in _judge(classifier, [mention], policy).items()}
    return {mention.id: verdict for mention, verdict in zip(batch, verdicts, strict=True)}


def _subject(mention: Mention, policy: Policy) -> Subject:
    text = "\n".join(part for part in (mention.title, mention.text) if part)
    return Subject(text=text, about=policy.about.get(mention.source, policy.company))

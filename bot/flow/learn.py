"""labels → versions: what people put right is learnt from, once a night; and a model that is right less often is told of."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Protocol

from bot.domain.event import EARSHOT
from bot.domain.judged import Drift, Judged, drift_of, has_recovered
from bot.domain.label import LabelKind, Labelled
from bot.domain.night import last_due
from bot.domain.policy import Policy
from bot.domain.posting import NoticeKind, PostingKind
from bot.domain.routing import IRRELEVANT
from bot.store import events, judged, labels, outbox
from bot.store.database import Database, Session
from classifiers.correction import Correction, Training
from classifiers.verdict import Subject

log = logging.getLogger(__name__)

TRIES = 2
"""So often a training is begun in one night: one that the machine kills for its memory must not kill the bot all night."""


class Learner(Protocol):
    """Trains on corrections and lets what is no worse serve."""

    def train(self, corrections: Sequence[Correction], now: datetime, *, by_hand: bool) -> Training: ...


class Nights(Protocol):
    """What is remembered of the nights: begun trainings and ended ones since a moment."""

    def begun_since(self, due: datetime) -> int: ...

    def ended_since(self, due: datetime) -> bool: ...

    def begin(self, now: datetime) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What people said for and against verdicts: labels that hold, and what was worked on without a word."""

    labelled: tuple[Labelled, ...]
    confirmed: tuple[Judged, ...]

    @property
    def judged(self) -> list[Judged]:
        return [*judged.corrected(list(self.labelled)), *self.confirmed]


def gather(db: Database, policy: Policy) -> Evidence:
    owners = {name: topic.department for name, topic in policy.routing.topics.items()}
    with db.read() as session:
        return Evidence(labelled=tuple(labels.all_labels(session)), confirmed=tuple(judged.confirmed(session, owners)))


def corrections_of(evidence: Evidence, policy: Policy) -> list[Correction]:
    """As the model learns from them; each text is read under the name under which it was judged."""

    def subject(text: str, source: str) -> Subject:
        return Subject(text=text, about=policy.about.get(source, policy.company))

    said = [_correction(each, subject(each.text, each.source)) for each in evidence.labelled]
    agreed = [
        Correction(subject=subject(each.text, each.source), at=each.at, by=each.by, topic=each.meant, confirms=True)
        for each in evidence.confirmed
    ]
    return sorted([*said, *agreed], key=lambda each: each.at)


def _correction(labelled: Labelled, subject: Subject) -> Correction:
    label = labelled.label
    if label.kind is LabelKind.SCORE and label.score is not None:
        score = label.score
        return Correction(subject=subject, at=label.at, by=label.by, detractor=score.detractor, promoter=score.promoter)
    topic = label.topic if label.kind is LabelKind.TOPIC else IRRELEVANT
    return Correction(subject=subject, at=label.at, by=label.by, topic=topic)


def learn(db: Database, policy: Policy, learner: Learner, now: datetime, *, by_hand: bool) -> Training:
    """Hold a training on everything that people said so far."""
    training = learner.train(corrections_of(gather(db, policy), policy), now, by_hand=by_hand)
    for each in training.doubted:
        log.warning("labels_doubted", extra={"person": each.by, "labels": each.labels, "trust": round(each.trust, 2)})
    told = {"version": training.version, "promoted": training.promoted, "why": training.why}
    log.info("trained", extra={**told, "served": training.served, **training.counts})
    return training


def tonight(nights: Nights, now: datetime, zone: str, at: time) -> bool:
    """Whether a training is due: none has ended since the last time the clock showed `at`, and not too many were begun."""
    due = last_due(now, zone, at)
    return not nights.ended_since(due) and nights.begun_since(due) < TRIES


def watch_accuracy(db: Database, policy: Policy, window: int, now: datetime) -> Drift | None:
    """Tell the ops channel and the log when verdicts are right less often than before, once until they recover.

    The fall where one was told now, else None.
    """
    found = gather(db, policy).judged
    with db.read() as session:  # the whole log is looked through: nobody should wait for that to write
        alarm = judged.last_alarm(session)
    with db.write() as session:
        if alarm is not None:
            _look_for_recovery(session, found, window, alarm, now)
            return None
        drift = drift_of(found, window)
        if drift is None or not drift.fell:
            return None
        _tell(session, policy, drift, found, now)
        return drift


def _tell(session: Session, policy: Policy, drift: Drift, found: Sequence[Judged], now: datetime) -> None:
    """The notice stands at the newest mention that was judged wrong: an example, and a row that remembers the alarm."""
    example = max((each for each in found if not each.right), key=lambda each: (each.at, each.mention_id))
    detail = {"now": f"{drift.now:.3f}", "before": f"{drift.before:.3f}", "of": str(drift.rows)}
    events.append(session, example.mention_id, EARSHOT, judged.FELL, now, detail)
    log.warning("accuracy_fell", extra={**detail, "example": example.mention_id})
    if policy.ops_channel:
        slot = f"{NoticeKind.DRIFT}-{now:%Y%m%dT%H%M%S}"
        outbox.want(
            session, example.mention_id, policy.ops_channel, PostingKind.NOTICE, now, slot=slot,
            body={"notice": NoticeKind.DRIFT, "reason": _sentence(drift)},
        )  # fmt: skip


def _look_for_recovery(
    session: Session, found: Sequence[Judged], window: int, alarm: tuple[datetime, float], now: datetime
) -> None:
    since, level = alarm
    after = [each for each in found if each.at > since]
    if not has_recovered(after, min(window, max(len(after), window // 2)), level):
        return
    newest = max(after, key=lambda each: (each.at, each.mention_id))
    events.append(session, newest.mention_id, EARSHOT, judged.RECOVERED, now, {"level": f"{level:.3f}"})
    log.info("accuracy_recovered", extra={"level": round(level, 3)})


def _sentence(drift: Drift) -> str:
    return f"{drift.now:.0%} of the last {drift.rows} verdicts were right, {drift.before:.0%} of the {drift.rows_before} before"

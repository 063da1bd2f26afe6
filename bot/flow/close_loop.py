"""a release → the mentions that asked for it: open again, so that somebody tells their authors."""

from dataclasses import replace
from datetime import datetime

from bot.domain.event import EARSHOT
from bot.domain.issue import Issue
from bot.domain.lifecycle import Action, State
from bot.domain.policy import Policy
from bot.domain.posting import NoticeKind, PostingKind
from bot.flow.route import bring_to
from bot.store import events, issues, mentions, outbox
from bot.store.database import Database, Session
from bot.store.records import Record

BATCH = 50

REOPENED = frozenset({State.ANSWERED, State.LET_STAND, State.MONITORED})
"""What is "not about us" asked for nothing; what is at work has its card before it."""


def bring_back_released(db: Database, policy: Policy, now: datetime) -> int:
    """Open what was closed and asked for something that is out now; the number of mentions brought back.

    One transaction each: killed half-way, the rest is brought back by the next look.
    """
    with db.read() as session:
        found = issues.to_bring_back(session, BATCH)
    return sum(_bring_back(db, policy, mention_id, issue, now) for mention_id, issue in found)


def note_told(db: Database, now: datetime) -> int:
    """Whose author has had an answer since is done with; the number of mentions."""
    with db.read() as session:
        if not issues.any_to_tell(session):
            return 0
    with db.write() as session:
        told = issues.note_told(session, now)
        for mention_id in told:
            mentions.touch(session, mention_id)
            events.append(session, mention_id, EARSHOT, "author_told", now)
        return len(told)


def _bring_back(db: Database, policy: Policy, mention_id: int, issue: Issue, now: datetime) -> int:
    with db.write() as session:
        record = mentions.lock(session, mention_id)
        if record is None or not issues.brought_back(session, issue, mention_id, now):
            return 0
        out = f"{issue.key} is out in {issue.released_in}"
        events.append(
            session, mention_id, issue.released_by, "released", now, {"issue": issue.key, "release": issue.released_in}
        )
        if record.state in REOPENED:
            _reopen(session, policy, record, out, now)
        elif record.state is State.SNOOZED:
            mentions.change(session, record, Action.WAKE, now, {})
            states = {"state_before": record.state, "state_after": State.OPEN}
            events.append(session, mention_id, EARSHOT, Action.WAKE, now, {**states, "reason": out})
        else:
            mentions.touch(session, mention_id)
        _tell_team(session, policy, record, issue, now)
        return 1


def _reopen(session: Session, policy: Policy, record: Record, reason: str, now: datetime) -> None:
    mentions.change(session, record, Action.REOPEN, now, {})
    bring_to(session, policy, record.department, replace(record, urgent=False), now)
    states = {"state_before": record.state, "state_after": State.OPEN}
    events.append(session, record.mention.id, EARSHOT, Action.REOPEN, now, {**states, "reason": reason})


def _tell_team(session: Session, policy: Policy, record: Record, issue: Issue, now: datetime) -> None:
    """Once per issue and department, under the first of its mentions."""
    channel = policy.department(record.department).channel
    slot = f"released-{issue.id}"
    if outbox.has_slot(session, channel, slot):
        return
    waiting = issues.waiting(session, issue)
    body = {
        "notice": NoticeKind.RELEASED,
        "people": record.decision.by if record.decision else "",
        "issue": issue.title or issue.key,
        "release": issue.released_in,
        "count": str(waiting),
    }
    outbox.want(session, record.mention.id, channel, PostingKind.NOTICE, now, slot=slot, body=body)

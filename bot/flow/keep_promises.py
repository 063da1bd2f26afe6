"""the clock → promises: warn before one is due, announce a missed one, escalate it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.event import EARSHOT
from bot.domain.lifecycle import State
from bot.domain.policy import Policy
from bot.domain.posting import NoticeKind, PostingKind
from bot.domain.promise import Promise, PromiseKind, Step, step
from bot.flow.pace import AT_WORK
from bot.flow.raise_level import ask_to_raise
from bot.flow.route import bring_to, promise
from bot.store import events, mentions, outbox, promises
from bot.store.database import Database, Session
from bot.store.promises import Due
from bot.store.records import Record

BATCH = 100
MOST = 1_000
"""Promises looked at in one tick; the next one goes on, with the longest overdue first."""

ONE_BY_ONE = 5
"""More than these of one department in one tick (after an outage, say) are called out together: a channel that gets fifty
calls in a minute is muted."""

NOTICES = {Step.WARN: (NoticeKind.DUE_SOON, "warned"), Step.ANNOUNCE: (NoticeKind.MISSED, "missed")}


@dataclass(frozen=True, kw_only=True)
class Said:
    """What the clock says of the promise with this id."""

    id: int
    promise: Promise
    what: Step
    record: Record

    @property
    def notice(self) -> NoticeKind:
        return NOTICES[self.what][0]


def keep_promises(db: Database, policy: Policy, now: datetime) -> int:
    """Say what is to be said of promises now, each once; the number of things said.

    Every transaction takes mentions first, in the order of their ids, as the desk does: two that wait for each other's
    rows would both stand still.
    """
    _promise_anew(db, policy, now)
    said = 0
    for _ in range(MOST // BATCH):
        with db.read() as session:
            due = promises.due(session, now, BATCH)
        said += sum(_remind(db, policy, group, now) for group in _together(due))
        if len(due) < BATCH:
            break
    return said


def _together(due: Sequence[Due]) -> list[list[Due]]:
    """What goes into one transaction: each promise alone, but for departments with many."""
    of_department: dict[str, list[Due]] = defaultdict(list)
    for each in due:
        of_department[each.department].append(each)
    groups: list[list[Due]] = []
    for those in of_department.values():
        groups += [those] if len(those) > ONE_BY_ONE else [[one] for one in those]
    return groups


def _promise_anew(db: Database, policy: Policy, now: datetime) -> None:
    """What its author brought back to life is promised like a new one; where somebody was quick to claim it, an answer is."""
    owing_nothing = [each.name for each in policy.routing.departments.values() if not each.promises]
    with db.read() as session:
        found = promises.unpromised(session, BATCH, leave_out=owing_nothing)
    for mention_id in found:
        with db.write() as session:
            record = mentions.lock(session, mention_id)
            if record is None or record.state not in AT_WORK or not all(each.settled_at for each in record.promises):
                continue
            if record.state is State.OPEN:
                bring_to(session, policy, record.department, record, now)
            else:
                promise(session, policy, policy.department(record.department), record, now)
                promises.settle(session, mention_id, [PromiseKind.DECISION], now)
            mentions.touch(session, mention_id)  # the card shows what is due


def _remind(db: Database, policy: Policy, group: Sequence[Due], now: datetime) -> int:
    with db.write() as session:
        said = [_look(session, due, now) for due in sorted(group, key=lambda due: (due.mention_id, due.id))]
        spoken = [each for each in said if each is not None]
        _call(session, policy, spoken, now)
        for each in spoken:
            _record(session, policy, each, now)
        return len(spoken)


def _look(session: Session, due: Due, now: datetime) -> Said | None:
    """What there is to say, if it still is when the mention is held."""
    record = mentions.lock(session, due.mention_id)
    promise = promises.lock_due(session, due.id, now)
    if record is None or promise is None:
        return None
    what = step(promise, now)
    promises.said(session, due.id, what, now)
    return None if what is Step.NOTHING else Said(id=due.id, promise=promise, what=what, record=record)


def _record(session: Session, policy: Policy, said: Said, now: datetime) -> None:
    """One line in the log; what is missed calls the next level, if nobody was called for it yet."""
    mention_id, note = said.record.mention.id, NOTICES[said.what][1]
    detail = {"promise": said.promise.kind, "due_at": said.promise.due_at.isoformat()}
    events.append(session, mention_id, EARSHOT, note, now, detail)
    session.flush()
    current = mentions.load(session, mention_id)
    assert current is not None
    if said.what is not Step.ANNOUNCE or not _calls_people(session, policy, current, now):
        mentions.touch(session, mention_id)


def _calls_people(session: Session, policy: Policy, record: Record, now: datetime) -> bool:
    """A missed promise starts the chain, or goes on where somebody who was on it let the next promise pass too."""
    raised = record.escalation
    if record.waiting_call is not None or (raised is not None and not raised.acknowledged_by):
        return False
    return ask_to_raise(session, policy, record, now, "the promise was missed")


def _call(session: Session, policy: Policy, said: Sequence[Said], now: datetime) -> None:
    """Tell whoever holds it, in person; else, and for a missed promise, the department in its channel."""
    calls: dict[tuple[str, NoticeKind], list[Said]] = defaultdict(list)
    for each in said:
        for place in _places(policy, each):
            calls[place, each.notice].append(each)
    for (place, _notice), those in calls.items():
        if len(those) > ONE_BY_ONE:
            _want(session, policy, place, min(those, key=lambda each: each.promise.due_at), now, count=len(those))
            continue
        for each in those:
            _want(session, policy, place, each, now)


def _places(policy: Policy, said: Said) -> list[str]:
    owner = said.record.claim.owner if said.record.claim else ""
    channel = policy.department(said.record.department).channel
    return [*([channel] if said.notice is NoticeKind.MISSED or not owner else []), *([owner] if owner else [])]


def _want(session: Session, policy: Policy, place: str, said: Said, now: datetime, *, count: int = 1) -> None:
    """`count` says how many there are like this one, which is the longest due."""
    department, notice = policy.department(said.record.department), said.notice
    owner = said.record.claim.owner if said.record.claim and count == 1 else ""
    body = {
        "notice": notice,
        "promise": said.promise.kind,
        "due_at": said.promise.due_at.isoformat(),
        "people": owner or department.user_group or " ".join(department.people),
        **({"count": str(count)} if count > 1 else {}),
    }
    slot = f"{notice}-{said.id}"
    outbox.want(session, said.record.mention.id, place, PostingKind.NOTICE, now, slot=slot, urgent=True, body=body)

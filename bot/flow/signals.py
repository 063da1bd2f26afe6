"""vectors → signals: quiet mentions that add up raise one card together, and what a person makes of it."""

import logging
from collections.abc import Sequence
from datetime import datetime

from bot.domain.card import Card
from bot.domain.event import EARSHOT
from bot.domain.lifecycle import LIVE, Action, State, after
from bot.domain.policy import Policy
from bot.domain.posting import PostingKind
from bot.domain.promise import load_zone
from bot.domain.signal import Conclusion, QuietMention, Signal, joins, owner_of, pattern
from bot.errors import Refused, Taken
from bot.flow.crash import crash_point
from bot.flow.desk.act import Click, Desk, begin, card_now
from bot.flow.desk.turn import Turn, hold_for
from bot.store import events, mentions, outbox, signals
from bot.store.database import Database, Session
from bot.store.signals import Around

log = logging.getLogger(__name__)

BATCH = 20


class _Contended(Exception):
    """Another bot has just raised a signal with some of these: all of this is undone, and looked at again."""


def weigh_waiting(db: Database, policy: Policy, now: datetime) -> int:
    """Look whether mentions that have a new vector add up with others; the number of signals raised.

    Each has a transaction of its own. Two bots that find the same signal meet at its members: the second undoes its own.
    """
    with db.read() as session:
        waiting = signals.unweighed(session, BATCH)
    return sum(_weigh(db, policy, mention_id, now) for mention_id in waiting)


def _weigh(db: Database, policy: Policy, mention_id: int, now: datetime) -> int:
    with db.read() as session:
        terms = policy.signals
        found = signals.around(session, mention_id, terms, now) if terms.mentions else None
    crash_point("signals.weighed")
    try:
        with db.write() as session:
            signals.weighed(session, mention_id, now)
            return _take_in(session, policy, found, now) if found else 0
    except _Contended:
        return 0


def _take_in(session: Session, policy: Policy, found: Around, now: datetime) -> int:
    belongs_to = joins(found.seed, found.others, found.alike, policy.signals)
    if belongs_to:
        _join(session, belongs_to, found.seed.mention_id, now)
        return 0
    group = pattern(found.seed, found.others, found.alike, policy.signals, load_zone(policy.zone))
    if not group:
        return 0
    _raise(session, policy, group, now)
    return 1


def _join(session: Session, signal_id: int, mention_id: int, now: datetime) -> None:
    """One more of the same: the card counts it. What was found to be no pattern takes it in without a word."""
    signal = signals.load(session, signal_id)
    if signal is None:
        return
    mentions.lock(session, signal.lead)
    if not signals.join(session, signal_id, mention_id, now):
        raise _Contended
    if signal.outcome is Conclusion.NO_PATTERN:
        return
    events.append(session, mention_id, EARSHOT, "signal_joined", now, {"mentions": str(len(signal.members) + 1)})
    mentions.touch(session, signal.lead)


def _raise(session: Session, policy: Policy, group: Sequence[QuietMention], now: datetime) -> None:
    ids = [each.mention_id for each in group]
    department, topic = owner_of(group)
    lead = _lead_of(session, ids)
    wanted = Signal(id=0, lead=lead, department=department, topic=topic, opened_at=now, last_at=now)
    signal_id = signals.add(session, wanted, ids)
    if not signal_id:
        raise _Contended
    for mention_id in sorted(ids):
        events.append(session, mention_id, EARSHOT, "signal_raised", now, {"mentions": str(len(ids))})
    channel = policy.department(department).channel
    outbox.want(session, lead, channel, PostingKind.SIGNAL, now, slot=str(signal_id))
    log.info("signal_raised", extra={"signal": signal_id, "mentions": len(ids), "department": department})


def _lead_of(session: Session, ids: Sequence[int]) -> int:
    """The newest that can still be claimed, else the newest that is not closed, else the newest."""
    records = mentions.load_all(session, ids)

    def worth(mention_id: int) -> tuple[bool, bool, int]:
        state = records[mention_id].state
        return state is State.OPEN, state in LIVE, ids.index(mention_id)

    return max(ids, key=worth)


def signal_of(desk: Desk, signal_id: int) -> Signal:
    """Raises Refused for one whose mentions were erased."""
    with desk.db.read() as session:
        return _found(session, signal_id)


def say_real(desk: Desk, click: Click, signal_id: int) -> Card:
    """There is something in it: who says so claims the lead mention, where nobody has it. Taken for whoever comes second."""
    with desk.db.write() as session:
        record, now = begin(session, desk, click)
        if record is not None:
            _settle(session, signal_id, Conclusion.REAL, click, now)
            if after(record.state, Action.CLAIM) is not None:
                hold_for(Turn(session=session, desk=desk, record=record, now=now), click.user, "a weak signal")
            mentions.touch(session, record.mention.id)
        return card_now(session, desk, click.mention_id)


def say_no_pattern(desk: Desk, click: Click, signal_id: int, reason: str) -> Card:
    """They have nothing to do with each other: the signal is closed, and these never raise another."""
    if not reason.strip():
        raise Refused("Please say why: whoever sees the next signal can learn from it.")
    with desk.db.write() as session:
        record, now = begin(session, desk, click)
        if record is not None:
            _settle(session, signal_id, Conclusion.NO_PATTERN, click, now, reason.strip())
            mentions.touch(session, record.mention.id)
        return card_now(session, desk, click.mention_id)


def _settle(
    session: Session, signal_id: int, outcome: Conclusion, click: Click, now: datetime, reason: str = ""
) -> None:
    signal = _found(session, signal_id)
    if not signals.settle(session, signal_id, outcome, click.user, reason, now):
        raise Taken(
            "Somebody has looked at this already.",
            owner=signal.closed_by,
            since=signal.closed_at or now,
            did="decided it",
        )
    detail = {"mentions": str(len(signal.members)), "reason": reason}
    events.append(session, signal.lead, click.user, f"signal_{outcome}", now, detail)


def _found(session: Session, signal_id: int) -> Signal:
    signal = signals.load(session, signal_id)
    if signal is None:
        raise Refused("The mentions of this signal were erased.")
    return signal

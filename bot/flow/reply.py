"""the answer → its source: carried there where the source takes answers, once."""

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.card import Answer, AnswerState
from bot.domain.event import EARSHOT
from bot.domain.lifecycle import Action
from bot.domain.promise import PromiseKind
from bot.errors import EarshotError, GiveUp, Retry
from bot.flow.carry import carry, find_earlier
from bot.flow.clock import Clock
from bot.flow.crash import crash_point
from bot.flow.look_again import is_gone
from bot.flow.recommended import agreement_on
from bot.flow.spending import cap_reached, spend, spend_in_vain
from bot.sources.base import Answerable, Keyless, Replied, Source, Traceable
from bot.store import answers, events, follow, mentions, promises, sources
from bot.store.answers import Parcel
from bot.store.database import Database, Session
from bot.store.records import Record

log = logging.getLogger(__name__)

BATCH = 10
LEASE = timedelta(minutes=4)
"""Longer than the longest look and sending take: ten pages of ten seconds, then half a minute."""
TRIES = 8
LONGEST_PAUSE = timedelta(minutes=10)
GONE = "the post is not there any more: its author took it down"


def due_sources(db: Database, now: datetime) -> list[str]:
    """Names of the sources with answers to send, the longest waiting first."""
    with db.read() as session:
        return answers.due_sources(session, now)


def send_answers(db: Database, name: str, source: Source | None, clock: Clock) -> int:
    """Carry the answers that wait for one source, None where it is not configured any more; the number that arrived.

    Each is leased right before it goes. Leased together, the last could run out of its time behind slow ones, and go out here
    when somebody else has sent it already.
    """
    arrived = 0
    for _ in range(BATCH):
        parcel = _next(db, name, clock)
        if parcel is None:
            break
        arrived += _try(db, source, parcel, clock)
    return arrived


def _next(db: Database, name: str, clock: Clock) -> Parcel | None:
    """While the place wants to be left alone answers wait, and their cards say so."""
    with db.write() as session:
        until = sources.resting(session, name, clock())
        parcels = answers.lease(session, name, clock(), limit=BATCH if until else 1, lease=LEASE)
        if until is None:
            return next(iter(parcels), None)
        for parcel in parcels:
            answers.put_off(session, parcel, f"“{name}” asked us to wait", until, tried=False)
            mentions.touch(session, parcel.mention_id)
    return None


def _try(db: Database, source: Source | None, parcel: Parcel, clock: Clock) -> int:
    """One answer's turn, however it ends: those behind it go, and its tries come to an end."""
    try:
        return _send(db, source, parcel, clock)
    except EarshotError:
        raise
    except Exception as error:  # one bad source must not keep an answer on its way for ever
        log.exception("reply_broke", extra={"mention": parcel.mention_id, "source": parcel.source})
        parcel, reason = replace(parcel, unclear=True), f"an unexpected fault: {type(error).__name__}"
    if parcel.attempts < TRIES:
        return _put_off(db, parcel, Retry(reason, after=timedelta(0)), clock)
    return _fail(db, parcel, f"{reason} (tried {parcel.attempts} times)", clock)


def _send(db: Database, source: Source | None, parcel: Parcel, clock: Clock) -> int:
    if not isinstance(source, Answerable):
        return _fail(db, parcel, f"the source “{parcel.source}” takes no answers (any more)", clock)
    with db.read() as session:
        too_dear = cap_reached(session, source, clock())
    if too_dear or is_gone(db, source, parcel.external_id, clock):
        return _fail(db, parcel, too_dear or GONE, clock)
    try:
        replied = carry(db, source, parcel, clock)
    except Retry as fault:
        spend_in_vain(db, source.name, fault, clock())
        parcel = replace(parcel, unclear=parcel.unclear or fault.ambiguous)
        return _put_off(db, parcel, fault, clock) if parcel.attempts < TRIES else _end(db, source, parcel, fault, clock)
    except GiveUp as fault:
        spend_in_vain(db, source.name, fault, clock())
        return _end(db, source, parcel, fault, clock)
    crash_point("reply.carried")
    return _arrived(db, parcel, replied, clock)


def _put_off(db: Database, parcel: Parcel, fault: Retry, clock: Clock) -> int:
    pause = min(timedelta(seconds=2) * 2**parcel.attempts, LONGEST_PAUSE)
    with db.write() as session:
        until = clock() + max(pause, fault.after)
        answers.put_off(session, parcel, fault.reason, until)
        mentions.touch(session, parcel.mention_id)
        if fault.asked:
            sources.rest(session, parcel.source, clock() + fault.after)
    return 0


def _end(db: Database, source: Answerable, parcel: Parcel, last: Retry | GiveUp, clock: Clock) -> int:
    """No more tries. Where one may have arrived unseen the source is asked first, if it can say."""
    reason = last.reason if isinstance(last, GiveUp) else f"{last.reason} (tried {parcel.attempts} times)"
    if not parcel.unclear or not isinstance(source, Traceable | Keyless):
        return _fail(db, parcel, reason, clock)
    try:
        found = find_earlier(db, source, parcel, clock)
    except (Retry, GiveUp) as fault:
        spend_in_vain(db, source.name, fault, clock())
        return _fail(db, parcel, reason, clock)
    if found is not None:
        return _arrived(db, parcel, found, clock)
    # What was sent a moment ago may not be listed yet where answers are known by their text alone.
    is_open = isinstance(source, Keyless) and isinstance(last, Retry) and last.ambiguous
    return _fail(db, replace(parcel, unclear=is_open), reason, clock)


def _arrived(db: Database, parcel: Parcel, replied: Replied, clock: Clock) -> int:
    permalink = replied.permalink
    with db.write() as session:
        now = clock()
        spend(session, parcel.source, replied.cost, now)
        record = mentions.lock(session, parcel.mention_id)
        if record is None or not answers.settle(session, parcel.id, AnswerState.SENT, permalink=permalink):
            return 0
        events.append(session, parcel.mention_id, EARSHOT, "reply_sent", now, {"permalink": permalink})
        decided = {"decided_what": Action.ANSWER, "decided_by": parcel.author, "decided_at": now}
        agreed = agreement_on(record, Action.ANSWER)
        if mentions.change(session, record, Action.ANSWER, now, decided):
            promises.settle(session, parcel.mention_id, list(PromiseKind), now)
            detail = {"permalink": permalink, **(agreed.detail if agreed else {})}
            events.append(session, parcel.mention_id, parcel.author, Action.ANSWER, now, detail)
            _bring_back_unseen(session, parcel, record, now)
        else:
            mentions.touch(session, parcel.mention_id)
    log.info("reply_sent", extra={"mention": parcel.mention_id, "source": parcel.source})
    return 1


def _bring_back_unseen(session: Session, parcel: Parcel, record: Record, now: datetime) -> None:
    """What the author did while the answer was on its way nobody has seen: it does not end with the answer."""
    written = _last_looked_at(record.answer, now)
    wrote, edited = record.followed_at, record.mention.edited_at
    reason = follow.WROTE_AGAIN if wrote and wrote > written else follow.EDITED if edited and edited > written else ""
    closed = mentions.lock(session, parcel.mention_id) if reason else None
    if closed is not None:
        follow.bring_back(session, closed, now, reason, slot=f"unseen-{parcel.id}")


def _last_looked_at(answer: Answer | None, now: datetime) -> datetime:
    """Up to when its writer or its approver saw what its customer wrote."""
    if answer is None:
        return now
    approved = answer.approval.at if answer.approval else None
    return max(answer.at, approved or answer.at)


def _fail(db: Database, parcel: Parcel, reason: str, clock: Clock) -> int:
    """The card says why; the writer still holds the mention and may send it again."""
    with db.write() as session:
        locked, failed = mentions.lock(session, parcel.mention_id), AnswerState.FAILED
        if locked is None or not answers.settle(session, parcel.id, failed, problem=reason, unclear=parcel.unclear):
            return 0
        mentions.touch(session, parcel.mention_id)
        detail = {"reason": reason, "may_have_arrived": "yes" if parcel.unclear else ""}
        events.append(session, parcel.mention_id, EARSHOT, "reply_failed", clock(), detail)
    # The reason stays on the card: a place may quote the customer in it.
    log.error("reply_failed", extra={"mention": parcel.mention_id, "source": parcel.source})
    return 0

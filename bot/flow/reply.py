"""the answer → its source: carried there where the source takes answers, once."""

import logging
from collections.abc import Mapping
from datetime import timedelta

from bot.domain.card import AnswerState
from bot.domain.event import EARSHOT
from bot.domain.lifecycle import Action
from bot.domain.promise import PromiseKind
from bot.errors import GiveUp, Retry
from bot.flow.clock import Clock
from bot.flow.crash import crash_point
from bot.sources.base import Answerable, Source
from bot.store import answers, events, mentions, promises
from bot.store.answers import Parcel
from bot.store.database import Database

log = logging.getLogger(__name__)

BATCH = 10
LEASE = timedelta(minutes=2)
TRIES = 8
LONGEST_PAUSE = timedelta(minutes=10)


def send_answers(db: Database, configured: Mapping[str, Source], clock: Clock) -> int:
    """Carry waiting answers to their sources; the number that arrived."""
    with db.write() as session:
        parcels = answers.lease(session, clock(), limit=BATCH, lease=LEASE)
    return sum(_send(db, configured.get(parcel.source), parcel, clock) for parcel in parcels)


def _send(db: Database, source: Source | None, parcel: Parcel, clock: Clock) -> int:
    if not isinstance(source, Answerable):
        return _fail(db, parcel, f"the source “{parcel.source}” takes no answers (any more)", clock)
    try:
        replied = source.reply(parcel.external_id, parcel.text, key=parcel.key)
    except Retry as fault:
        if parcel.attempts >= TRIES:
            unclear = "; it may have arrived all the same: look there before you change it" if fault.ambiguous else ""
            return _fail(db, parcel, f"{fault.reason} (tried {parcel.attempts} times{unclear})", clock)
        pause = min(timedelta(seconds=2) * 2**parcel.attempts, LONGEST_PAUSE)
        with db.write() as session:
            answers.put_off(session, parcel.id, fault.reason, clock() + max(pause, fault.after))
            mentions.touch(session, parcel.mention_id)
        return 0
    except GiveUp as fault:
        return _fail(db, parcel, fault.reason, clock)
    crash_point("reply.carried")
    return _arrived(db, parcel, replied.permalink, clock)


def _arrived(db: Database, parcel: Parcel, permalink: str, clock: Clock) -> int:
    with db.write() as session:
        now = clock()
        if not answers.settle(session, parcel.id, AnswerState.SENT, permalink=permalink):
            return 0
        events.append(session, parcel.mention_id, EARSHOT, "reply_sent", now, {"permalink": permalink})
        record = mentions.lock(session, parcel.mention_id)
        assert record is not None
        decided = {"decided_what": Action.ANSWER, "decided_by": parcel.author, "decided_at": now}
        if mentions.change(session, record, Action.ANSWER, now, decided):
            promises.settle(session, parcel.mention_id, list(PromiseKind), now)
            events.append(session, parcel.mention_id, parcel.author, Action.ANSWER, now, {"permalink": permalink})
        else:
            mentions.touch(session, parcel.mention_id)
    log.info("reply_sent", extra={"mention": parcel.mention_id, "source": parcel.source})
    return 1


def _fail(db: Database, parcel: Parcel, reason: str, clock: Clock) -> int:
    """The card says why; the writer still holds the mention and may send it again."""
    with db.write() as session:
        if not answers.settle(session, parcel.id, AnswerState.FAILED, problem=reason):
            return 0
        mentions.touch(session, parcel.mention_id)
        events.append(session, parcel.mention_id, EARSHOT, "reply_failed", clock(), {"reason": reason})
    # The reason stays on the card: a place may quote the customer in it.
    log.error("reply_failed", extra={"mention": parcel.mention_id, "source": parcel.source})
    return 0

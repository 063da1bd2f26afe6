"""the clock → nothing: what is older than the company wants to remember is forgotten."""

import logging
from datetime import datetime, timedelta

from bot.store import deliveries, inbound, outbox, repeats, retention
from bot.store.database import Database

log = logging.getLogger(__name__)

BATCH = 500
"""Mentions in one transaction: other writers wait no longer than it takes to delete these."""

BULLETINS_KEPT = timedelta(days=800)


def forget_old(db: Database, now: datetime, keep: timedelta | None) -> int:
    """Delete closed mentions older than `keep` (None: never); the number deleted."""
    if keep is None:
        return 0
    total = 0
    while True:
        with db.write() as session:
            gone = retention.forget_closed(session, now - keep, BATCH)
        total += gone
        if gone < BATCH:
            break
    if total:
        log.info("forgotten", extra={"mentions": total})
    return total


def forget_bands(db: Database, now: datetime, within: timedelta) -> None:
    """Drop what finds posts that say the same as one that nothing is folded under any more."""
    with db.write() as session:
        repeats.forget_bands(session, now - within)


def forget_bulletins(db: Database, now: datetime, keep: timedelta | None) -> None:
    """Drop what operators were told of troubles that are long over: reports of that time do not name them any more."""
    with db.write() as session:
        outbox.forget_bulletins(session, now - min(keep or BULLETINS_KEPT, BULLETINS_KEPT))


def forget_deliveries(db: Database, now: datetime, keep: timedelta) -> None:
    """Drop the keys of what Slack and the sources' places delivered and will not repeat any more."""
    with db.write() as session:
        inbound.forget_before(session, now - keep)
        deliveries.forget_before(session, now - keep)

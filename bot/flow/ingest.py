"""source → mentions: poll what is due, store what it brought together with its cursor."""

import logging
import random
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from bot.domain.mention import Incoming
from bot.errors import GiveUp, Retry
from bot.flow.clock import Clock
from bot.flow.crash import crash_point
from bot.sources.base import Batch, Source
from bot.store import arrivals, sources
from bot.store.arrivals import Added
from bot.store.database import Database
from bot.store.sources import Standing

log = logging.getLogger(__name__)

POLL_LEASE = timedelta(minutes=2)
"""Longer than the longest poll: fetching has a wall-clock deadline of 30 s, parsing one of 10 s."""

LONGEST_BACK_OFF = timedelta(hours=1)
IMPORT_BATCH = 500


def know_sources(db: Database, configured: Mapping[str, Source], now: datetime) -> None:
    """Make a row for each configured source; those that were known keep their cursor."""
    with db.write() as session:
        for source in configured.values():
            sources.know(session, source.name, source.kind, now)


def lease_due(db: Database, configured: Mapping[str, Source], now: datetime) -> list[tuple[Source, str]]:
    """The sources to poll now, each with its cursor; no one else polls them meanwhile."""
    with db.write() as session:
        leased = sources.lease_due(session, list(configured), now, POLL_LEASE)
    return [(configured[name], cursor) for name, cursor in leased.items()]


def poll(db: Database, source: Source, cursor: str, clock: Clock) -> int:
    """Poll one source and store what it brought; the number of new mentions. A failure is remembered, never raised."""
    try:
        batch = source.poll(cursor, clock())
    except Retry as fault:
        return _put_off(db, source, fault.reason, clock, least=fault.after)
    except GiveUp as fault:
        return _put_off(db, source, fault.reason, clock, least=LONGEST_BACK_OFF)
    except Exception as error:  # one bad source must not stop the others
        log.exception("poll_failed", extra={"source": source.name})
        return _put_off(db, source, f"an unexpected fault: {type(error).__name__}", clock, least=source.every)
    crash_point("ingest.polled")
    return _store(db, source, batch, clock())


def _store(db: Database, source: Source, batch: Batch, now: datetime) -> int:
    wait = max(source.every, batch.retry_after or source.every)
    with db.write() as session:
        added = arrivals.add(session, source.name, batch.items, now)
        sources.polled(
            session,
            source.name,
            now,
            cursor=batch.cursor,
            next_at=now + wait,
            brought=bool(added.new),
            problem="; ".join(batch.problems),
        )
    level = logging.INFO if added.new or added.edited else logging.DEBUG
    log.log(level, "polled", extra={"source": source.name, "new": added.new, "edited": added.edited})
    for problem in batch.problems:
        log.warning("bad_entry", extra={"source": source.name, "reason": problem})
    return added.new


def _put_off(db: Database, source: Source, reason: str, clock: Clock, *, least: timedelta) -> int:
    now = clock()
    with db.write() as session:
        failures = sources.failures(session, source.name)
        sources.failed(session, source.name, reason, now + back_off(failures, source.every, least))
    log.warning("poll_put_off", extra={"source": source.name, "reason": reason, "failures": failures + 1})
    return 0


def standings(db: Database) -> list[Standing]:
    """How each source is doing, by name."""
    with db.read() as session:
        return sources.standings(session)


def back_off(failures: int, base: timedelta, least: timedelta) -> timedelta:
    """Doubling from `base` up to an hour (or `base`), with a fifth of jitter so that many sources do not return at once."""
    factor: int = 2 ** min(failures, 16)
    doubled = min(base * factor, max(base, LONGEST_BACK_OFF))
    jitter: float = random.uniform(1.0, 1.2)
    return max(doubled, least) * jitter


def store_imported(db: Database, source: str, rows: Iterable[Incoming], clock: Clock) -> Added:
    """Store rows of a file under the name `source`; giving the same file again changes nothing."""
    with db.write() as session:
        return arrivals.add(session, source, rows, clock())

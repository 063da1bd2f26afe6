"""source → mentions: poll what is due, store what it brought together with its cursor."""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.mention import Incoming
from bot.domain.source_health import REFUSALS
from bot.errors import GiveUp, Retry
from bot.flow.clock import Clock
from bot.flow.crash import crash_point
from bot.flow.spending import cap_reached, next_month, spend
from bot.flow.storing import store_earlier
from bot.sources.base import Batch, Priced, Source
from bot.store import arrivals, follow, sources
from bot.store.arrivals import Added
from bot.store.database import Database
from bot.store.sources import Failure, Poll, Standing

log = logging.getLogger(__name__)

POLL_LEASE = timedelta(minutes=2)
"""Longer than the longest poll: fetching has a wall-clock deadline of 30 s, parsing one of 10 s."""

LONGEST_BACK_OFF = timedelta(hours=1)
REFUSED_AGAIN = timedelta(minutes=5)
"""Until the next of the first polls that are refused: enough of them are soon told to a person, who alone can mend it."""
MORE_PAUSE = timedelta(seconds=2)
"""Between two polls of a place that has more to give: whoever else is due comes first."""

PATIENT_ROUNDS = 20
"""After each so many polls in a row that promise more, the pause is longer: a place that promises for ever is soon asked no
more often than any other."""

Chance = Callable[[float, float], float]
"""Some number between two: `random.uniform` in the bot."""


IMPORT_BATCH = 500


def middle(low: float, high: float) -> float:
    """No chance at all: for tests, and for whoever waits alone."""
    return (low + high) / 2


def know_sources(db: Database, configured: Mapping[str, Source], now: datetime) -> None:
    """Make a row for each configured source; those that were known keep their cursor, and those that failed are tried at once."""
    with db.write() as session:
        for source in configured.values():
            sources.know(session, source.name, source.kind, now)
        sources.try_again(session, list(configured), now)


def lease_due(db: Database, configured: Mapping[str, Source], now: datetime) -> list[tuple[Source, str]]:
    """The sources to poll now, each with its cursor; no one else polls them meanwhile."""
    with db.write() as session:
        leased = sources.lease_due(session, list(configured), now, POLL_LEASE)
    return [(configured[name], cursor) for name, cursor in leased.items()]


def poll(db: Database, source: Source, cursor: str, clock: Clock, chance: Chance = middle) -> int:
    """Poll one source and store what it brought; the number of new mentions. A failure is remembered, never raised."""
    if _over_cap(db, source, clock()):
        return 0
    try:
        batch = source.poll(cursor, clock())
    except (Retry, GiveUp) as fault:
        return _put_off(db, source, fault, clock, chance)
    except Exception as error:  # one bad source must not stop the others
        log.exception("poll_failed", extra={"source": source.name})
        unknown = Retry(f"an unexpected fault: {type(error).__name__}", after=timedelta(0))
        return _put_off(db, source, unknown, clock, chance)
    crash_point("ingest.polled")
    moved = batch.cursor != cursor
    return _store(db, source, replace(batch, more=batch.more and moved), clock(), chance)


def _over_cap(db: Database, source: Source, now: datetime) -> bool:
    """Whether the source costs money and there is none left; looked at again each hour, for the cap may be raised."""
    if not isinstance(source, Priced):
        return False
    with db.write() as session:
        problem = cap_reached(session, source, now)
        if problem:
            sources.put_off(session, source.name, problem, min(next_month(now), now + LONGEST_BACK_OFF))
    return bool(problem)


def _store(db: Database, source: Source, batch: Batch, now: datetime, chance: Chance) -> int:
    """The cursor goes with the last of what it brought."""
    earlier, last = store_earlier(db, source.name, batch.items, now)
    with db.write() as session:
        rounds = sources.rounds(session, source.name) if batch.more else None
        added = earlier + arrivals.add(session, source.name, last, now)
        gone = sum(follow.withdraw(session, source.name, each, now) for each in batch.gone)
        spend(session, source.name, batch.cost, now)
        if batch.retry_after:
            sources.rest(session, source.name, now + batch.retry_after)
        poll = Poll(
            cursor=batch.cursor,
            next_at=now + next_poll(source.every, batch.retry_after, rounds, chance),
            brought=bool(added.new),
            problem="; ".join(batch.problems),
            more=batch.more,
            access_ends_at=batch.access_ends_at,
        )
        sources.polled(session, source.name, now, poll)
    level = logging.INFO if added.new or added.edited or gone else logging.DEBUG
    told = {"new": added.new, "edited": added.edited, "gone": gone, "more": batch.more}
    log.log(level, "polled", extra={"source": source.name, **told})
    for problem in batch.problems:
        log.warning("bad_entry", extra={"source": source.name, "reason": problem})
    return added.new


def next_poll(every: timedelta, asked: timedelta | None, rounds: int | None, chance: Chance) -> timedelta:
    """How long until the next poll: its rhythm give or take a tenth, never sooner than the place asked for.

    `rounds` is how many polls in a row have promised more to come, None where this one does not.
    """
    rhythm = every * chance(0.9, 1.1)
    if rounds is not None:
        rhythm = min(rhythm, MORE_PAUSE * (1 + rounds // PATIENT_ROUNDS))
    return max(rhythm, asked or timedelta(0))


def _put_off(db: Database, source: Source, fault: Retry | GiveUp, clock: Clock, chance: Chance) -> int:
    """A poll failed. Where the place asked for patience nothing else is asked of it meanwhile."""
    now = clock()
    refused = isinstance(fault, GiveUp)
    with db.write() as session:
        failures, refusals = sources.failures(session, source.name)
        if refused and refusals + 1 < REFUSALS:
            again_at = now + REFUSED_AGAIN * chance(1.0, 1.2)
        else:
            least = fault.after if isinstance(fault, Retry) else LONGEST_BACK_OFF
            again_at = now + back_off(failures, source.every, least, chance)
        sources.failed(session, source.name, now, Failure(problem=fault.reason, next_at=again_at, refused=refused))
        spend(session, source.name, fault.cost, now)
        if isinstance(fault, Retry) and fault.asked:
            sources.rest(session, source.name, now + fault.after)
    log.warning("poll_put_off", extra={"source": source.name, "reason": fault.reason, "failures": failures + 1})
    return 0


def standings(db: Database) -> list[Standing]:
    """How each source is doing, by name."""
    with db.read() as session:
        return sources.standings(session)


def back_off(failures: int, base: timedelta, least: timedelta, chance: Chance = middle) -> timedelta:
    """Doubling from `base` up to an hour (or `base`), with a fifth of jitter so that many sources do not return at once."""
    factor: int = 2 ** min(failures, 16)
    doubled = min(base * factor, max(base, LONGEST_BACK_OFF))
    return max(doubled, least) * chance(1.0, 1.2)


def store_imported(db: Database, source: str, rows: Iterable[Incoming], clock: Clock) -> Added:
    """Store rows of a file under the name `source`; giving the same file again changes nothing."""
    now = clock()
    earlier, last = store_earlier(db, source, rows, now)
    with db.write() as session:
        return earlier + arrivals.add(session, source, last, now)

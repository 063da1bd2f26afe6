"""A source's past → mentions: on request, page by page, beside a running bot. Its cursor stays where it is."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.errors import GiveUp, Retry
from bot.flow.clock import Clock
from bot.flow.spending import cap_reached, spend, spend_in_vain
from bot.flow.storing import store_earlier
from bot.sources.base import Receiving, Source
from bot.store import arrivals, follow, sources
from bot.store.arrivals import Added
from bot.store.database import Database

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Page:
    """What one look into the past brought. `cursor` leads to the next page, empty where this was the last."""

    found: int
    added: Added
    oldest: datetime | None
    cursor: str = ""
    wait: timedelta = timedelta(0)
    problems: tuple[str, ...] = ()


def begin(db: Database, source: Source, now: datetime) -> None:
    """Raises GiveUp for a source that has no past to ask for."""
    if isinstance(source, Receiving):
        raise GiveUp(
            f"“{source.name}” sends by itself: there is nothing to ask it for; send the old posts there, or import a file"
        )
    with db.write() as session:
        sources.know(session, source.name, source.kind, now)


def fetch_page(db: Database, source: Source, cursor: str, clock: Clock, *, history_before: datetime | None) -> Page:
    """Fetch and store one page; giving it twice changes nothing.

    What was written before `history_before` goes to no channel. Raises Retry where the place wants to be left alone, also
    where it told the bot so, and GiveUp.
    """
    with db.read() as session:
        until = sources.resting(session, source.name, clock())
        over = cap_reached(session, source, clock())
    if over:
        raise GiveUp(over)
    if until is not None:
        raise Retry("it asked to be left alone", after=until - clock())
    try:
        batch = source.poll(cursor, clock())
    except (Retry, GiveUp) as fault:
        spend_in_vain(db, source.name, fault, clock())
        if isinstance(fault, Retry) and fault.asked:
            with db.write() as session:
                sources.rest(session, source.name, clock() + fault.after)
        raise
    now = clock()
    earlier, last = store_earlier(db, source.name, batch.items, now, history_before=history_before)
    with db.write() as session:
        added = earlier + arrivals.add(session, source.name, last, now, history_before=history_before)
        gone = sum(follow.withdraw(session, source.name, each, now) for each in batch.gone)
        spend(session, source.name, batch.cost, now)
        if batch.retry_after:
            sources.rest(session, source.name, now + batch.retry_after)
    log.info("backfilled", extra={"source": source.name, "new": added.new, "gone": gone})
    dates = [each.posted_at for each in batch.items if each.posted_at]
    return Page(
        found=len(batch.items),
        added=added,
        oldest=min(dates, default=None),
        cursor=batch.cursor if batch.more and batch.cursor != cursor else "",
        wait=batch.retry_after or timedelta(0),
        problems=batch.problems,
    )

"""posts → mentions: many of them in several transactions, so that no click waits for long."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.domain.mention import Incoming
from bot.flow.crash import crash_point
from bot.store import arrivals
from bot.store.arrivals import Added
from bot.store.database import Database


def store_earlier(
    db: Database, source: str, items: Iterable[Incoming], now: datetime, *, history_before: datetime | None = None
) -> tuple[Added, Sequence[Incoming]]:
    """Store all but the last portion; that one goes into the caller's transaction, with whatever says that all was stored.

    Given again after a crash in between, the posts change nothing.
    """
    *earlier, last = arrivals.portions(items, now) or [()]
    added = Added()
    for portion in earlier:
        with db.write() as session:
            added += arrivals.add(session, source, portion, now, history_before=history_before)
        crash_point("storing.portion")
    return added, last

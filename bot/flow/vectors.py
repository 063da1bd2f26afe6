"""mentions → vectors, when there is nothing to judge: what a mention means, to find others that say the same."""

import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from bot.domain.mention import subject_text
from bot.flow.clock import Clock
from bot.store import vectors
from bot.store.database import Database
from classifiers.verdict import ModelFault

log = logging.getLogger(__name__)

BATCH = 32
LATELY = timedelta(hours=1)
"""What came in since then is looked for every few seconds; all else every few minutes."""


class Nearness(Protocol):
    """What gives texts their vectors. Vectors are compared with those of the same `name` only."""

    @property
    def name(self) -> str: ...

    def vectors(self, texts: Sequence[str]) -> list[bytes]:
        """One a text, in order; empty for a text that means nothing. Raises ModelFault."""
        ...


def place_waiting(db: Database, nearness: Nearness, clock: Clock, *, received_within: timedelta | None = None) -> int:
    """Give up to BATCH mentions their vectors, the newest first; the number. None while a new mention waits for its verdict.

    Among those received lately, or where nothing is said of that among all: old ones, and those whose author edited them.
    """
    with db.read() as session:
        since = clock() - received_within if received_within else None
        quiet = vectors.is_quiet(session, clock())
        waiting = vectors.missing(session, nearness.name, BATCH, since) if quiet else []
    if not waiting:
        return 0
    begun = clock()  # an edit after this moment makes the vector stale again
    try:
        found = nearness.vectors([subject_text(mention.title, mention.text) for mention in waiting])
    except ModelFault as fault:
        log.warning("not_compared", extra={"mentions": len(waiting), "reason": str(fault)})
        return 0
    with db.write() as session:
        by_mention = {mention.id: vector for mention, vector in zip(waiting, found, strict=True)}
        vectors.save(session, nearness.name, by_mention, begun)
    return len(waiting)

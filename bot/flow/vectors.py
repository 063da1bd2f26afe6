"""mentions → vectors, when there is nothing to judge: what a mention means, to find others that say the same."""

import logging
from collections.abc import Sequence
from typing import Protocol

from bot.domain.mention import subject_text
from bot.flow.clock import Clock
from bot.store import vectors
from bot.store.database import Database
from classifiers.verdict import ModelFault

log = logging.getLogger(__name__)

BATCH = 32


class Nearness(Protocol):
    """What gives texts their vectors. Vectors are compared with those of the same `name` only."""

    @property
    def name(self) -> str: ...

    def vectors(self, texts: Sequence[str]) -> list[bytes]:
        """One a text, in order; empty for a text that means nothing. Raises ModelFault."""
        ...


def place_waiting(db: Database, nearness: Nearness, clock: Clock) -> int:
    """Give up to BATCH mentions their vectors, the newest first; the number. None while a new mention waits for its verdict."""
    with db.read() as session:
        waiting = vectors.missing(session, nearness.name, BATCH) if vectors.is_quiet(session, clock()) else []
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

"""a place sends → mentions: believe, read, store what it sent together with the id of its delivery."""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.errors import GiveUp
from bot.flow.clock import Clock
from bot.flow.crash import crash_point
from bot.flow.storing import store_earlier
from bot.sources.base import Receiving, Source
from bot.store import arrivals, deliveries, follow
from bot.store.arrivals import Added
from bot.store.database import Database

log = logging.getLogger(__name__)

HOOKS = "/hooks/"


@dataclass(frozen=True, kw_only=True)
class Received:
    """What became of a delivery. `again` says that we had it already: nothing changed. `problems` are for its sender."""

    added: Added = field(default_factory=Added)
    gone: int = 0
    again: bool = False
    problems: tuple[str, ...] = ()


def hook_path(name: str) -> str:
    """The path that a source's place sends to: its name in small letters, digits and hyphens."""
    return HOOKS + (re.sub(r"[\W_]+", "-", name.lower()).strip("-") or "source")


def receiving(sources: Mapping[str, Source]) -> dict[str, Receiving]:
    """Path → the source that listens there. Raises GiveUp where two have names that come to the same path."""
    found: dict[str, Receiving] = {}
    for source in sources.values():
        path = hook_path(source.name)
        if isinstance(source, Receiving) and path in found:
            raise GiveUp(f"sources {found[path].name} and {source.name} would share the address {path}: rename one")
        if isinstance(source, Receiving):
            found[path] = source
    return found


def receive(db: Database, source: Receiving, headers: Mapping[str, str], body: bytes, clock: Clock) -> Received:
    """Take one request. Raises NotBelieved and GiveUp as the source does, and Retry where the database is busy."""
    now = clock()
    delivery = source.receive(headers, body, now)
    with db.read() as session:
        if deliveries.is_known(session, source.name, delivery.id):
            return Received(again=True)  # before anything is stored: an old delivery would undo a later edit
    earlier, last = store_earlier(db, source.name, delivery.items, now)
    crash_point("receive.read")
    with db.write() as session:
        if not deliveries.first_time(session, source.name, delivery.id, now):
            return Received(again=True)
        added = earlier + arrivals.add(session, source.name, last, now)
        gone = sum(follow.withdraw(session, source.name, each, now) for each in delivery.gone)
        deliveries.note(session, source.name, now, brought=bool(added.new))
    log.info("received", extra={"source": source.name, "new": added.new, "edited": added.edited, "gone": gone})
    for problem in delivery.problems:
        log.warning("bad_entry", extra={"source": source.name, "reason": problem})
    return Received(added=added, gone=gone, problems=delivery.problems)

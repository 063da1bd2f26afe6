"""mentions → their source: is the post still there, does it still say so? Where polls do not tell of edits and deletes."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.errors import GiveUp, Retry
from bot.flow.clock import Clock
from bot.flow.crash import crash_point
from bot.flow.spending import cap_reached, spend, spend_in_vain
from bot.sources.base import Looked, Revisable, Source
from bot.store import arrivals, follow, looks, sources
from bot.store.database import Database, Session
from bot.store.keys import key_of

log = logging.getLogger(__name__)

LOOK_EVERY = timedelta(minutes=5)
"""The least time between two calls to one source."""

REFUSED_PAUSE = timedelta(hours=1)
FRESH = timedelta(minutes=10)
"""A post that was seen this lately is taken to be there still when an answer goes out."""

ALL_GONE = 10
"""So many posts do not vanish in one moment: a place that says so has lost its memory, or we our access."""


@dataclass(frozen=True, kw_only=True)
class Look:
    """Posts to look up at one source."""

    source: Revisable
    external_ids: Sequence[str]


def take_looks(db: Database, configured: Mapping[str, Source], now: datetime) -> list[Look]:
    """What to look up now, one call a source at the most; nobody else looks it up meanwhile."""
    revisable = [each for each in configured.values() if isinstance(each, Revisable) and each.look_again_for]
    if not revisable:
        return []
    with db.write() as session:
        taken = [_take(session, each, now) for each in revisable]
    return [each for each in taken if each.external_ids]


def _take(session: Session, source: Revisable, now: datetime) -> Look:
    nothing = Look(source=source, external_ids=())
    if cap_reached(session, source, now) or not sources.take_look(session, source.name, now, now + LOOK_EVERY):
        return nothing
    found = looks.take(session, source.name, now, within=source.look_again_for, limit=source.looks_at_once)
    return Look(source=source, external_ids=found)


def look_again(db: Database, look: Look, clock: Clock) -> int:
    """Ask once; the number of posts that changed or are gone. What goes wrong is remembered at the source, never raised."""
    source = look.source
    try:
        looked = source.look_again(look.external_ids, clock())
    except (Retry, GiveUp) as fault:
        _put_off(db, source, fault, clock())
        return 0
    crash_point("look_again.looked")
    with db.write() as session:
        if len(look.external_ids) >= ALL_GONE and not looked.items and len(looked.gone) >= len(look.external_ids):
            problem = f"it says that all of {len(looked.gone)} posts are gone at once, which is not believed"
            sources.looked(session, source.name, problem)
            log.error("all_gone", extra={"source": source.name, "posts": len(looked.gone)})
            return 0
        changed = _take_in(session, source, look.external_ids, looked, clock())
        sources.looked(session, source.name)
    log.log(logging.INFO if changed else logging.DEBUG, "looked", extra={"source": source.name, "changed": changed})
    return changed


def _put_off(db: Database, source: Source, fault: Retry | GiveUp, now: datetime) -> None:
    pause = max(fault.after, LOOK_EVERY) if isinstance(fault, Retry) else REFUSED_PAUSE
    with db.write() as session:
        sources.looked(session, source.name, fault.reason, again_at=now + pause)
        spend(session, source.name, fault.cost, now)
        if isinstance(fault, Retry) and fault.asked:
            sources.rest(session, source.name, now + fault.after)
    log.warning("look_put_off", extra={"source": source.name, "reason": fault.reason})


def _take_in(session: Session, source: Source, asked: Sequence[str], looked: Looked, now: datetime) -> int:
    """Edits go the way of every edit; only what was asked for is believed."""
    wanted = {key_of(each) for each in asked}
    items = [each for each in looked.items if key_of(each.external_id) in wanted]
    there = {key_of(each.external_id) for each in items}
    gone = [each for each in looked.gone if key_of(each) in wanted - there]
    edited = arrivals.add(session, source.name, items, now).edited
    restored = looks.restore(session, source.name, there, now)
    withdrawn = sum(follow.withdraw(session, source.name, each, now) for each in gone)
    spend(session, source.name, looked.cost, now)
    return edited + restored + withdrawn


def is_gone(db: Database, source: Source, external_id: str, clock: Clock) -> bool:
    """Whether a post that is about to be answered was taken down. A source that cannot be asked is taken at its last word."""
    with db.read() as session:
        known = looks.seen(session, source.name, external_id)
        over = cap_reached(session, source, clock())
    if known is None or (not known.withdrawn and clock() - known.at <= FRESH):
        return False
    if over or not isinstance(source, Revisable) or not source.look_again_for:
        return known.withdrawn
    try:
        looked = source.look_again([external_id], clock())
    except (Retry, GiveUp) as fault:
        spend_in_vain(db, source.name, fault, clock())
        log.warning("not_looked_at", extra={"source": source.name, "reason": fault.reason})
        return known.withdrawn
    with db.write() as session:
        _take_in(session, source, [external_id], looked, clock())
        looks.note(session, source.name, external_id, clock())
        now_known = looks.seen(session, source.name, external_id)
    return now_known is not None and now_known.withdrawn

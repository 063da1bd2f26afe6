"""sources → the operators: who is not heard any more is told of once, and once more when it is well again."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.domain.policy import Policy
from bot.domain.source_health import DEAF, troubles_of
from bot.flow.crash import crash_point
from bot.flow.source_list import vitals_of
from bot.flow.spending import cap_reached
from bot.sources.base import Source
from bot.store import outbox, sources
from bot.store.database import Database, Session
from bot.store.sources import Standing

log = logging.getLogger(__name__)

AGAIN_AFTER = timedelta(days=1)
"""Trouble that comes back sooner changes the message of the last time."""


def watch_sources(db: Database, policy: Policy, configured: Mapping[str, Source], now: datetime) -> int:
    """Tell the operators' channel what changed; the number of sources that did."""
    changed = sum(_watch(db, policy, source, now) for source in configured.values())
    with db.read() as session:
        told = [each.name for each in sources.standings(session) if each.alarm and each.name not in configured]
    return changed + sum(_take_off(db, policy, name, now) for name in told)


def _watch(db: Database, policy: Policy, source: Source, now: datetime) -> int:
    with db.read() as session:
        standing = sources.find(session, source.name)
        if standing is None:
            return 0
        found = troubles_of(vitals_of(session, source, standing, now), now)
        cap = cap_reached(session, source, now)
    alarm = " ".join(found)
    if alarm == standing.alarm:
        return 0
    said = {each.value: since.isoformat() for each, since in found.items()}
    body = {"source": source.name, "troubles": alarm, "problem": cap or standing.problem, **said}
    with db.write() as session:
        current = sources.lock(session, source.name)
        if current is None or current.alarm != standing.alarm:
            return 0
        _tell(session, policy, current, body, now)
        crash_point("watch_sources.told")
    log.warning("source_alarm" if alarm else "source_well", extra={"source": source.name, "troubles": alarm})
    return 1


def _take_off(db: Database, policy: Policy, name: str, now: datetime) -> int:
    """Nobody waits for a source that was taken out of the configuration: what was told of it is over."""
    with db.write() as session:
        current = sources.lock(session, name)
        if current is None or not current.alarm:
            return 0
        _tell(session, policy, current, {"source": name, "troubles": "", "removed": "yes"}, now)
    log.info("source_taken_off", extra={"source": name})
    return 1


def _tell(session: Session, policy: Policy, before: Standing, body: Mapping[str, str], now: datetime) -> None:
    """In one message for as long as a trouble lasts; what comes on top of it after a day has one of its own."""
    alarm, since = body["troubles"], before.alarmed_at
    fresh = since is None or now - since >= AGAIN_AFTER
    more = set(alarm.split()) - set(before.alarm.split())
    if since is not None and before.alarm and more and fresh:
        _announce(session, policy, before.name, since, _later(session, policy, before, since, now), now)
    at = now if since is None or (more and fresh) else since
    earlier = outbox.bulletin(session, policy.ops_channel, slot_of(before.name, at)).get("since", "")
    deaf = [body[each] for each in DEAF if each in body]
    begun = {"since": min(each for each in (earlier, *deaf) if each)} if earlier or deaf else {}
    if not alarm:
        removed = {"removed": body["removed"]} if "removed" in body else {}
        body = {"source": before.name, "was": before.alarm, "over": now.isoformat(), **removed}
    _announce(session, policy, before.name, at, {**body, **begun}, now)
    sources.alarmed(session, before.name, alarm, at)


def _later(session: Session, policy: Policy, before: Standing, at: datetime, now: datetime) -> Mapping[str, str]:
    """What the older message says from now on. Its time ends here: the newer one goes on from it."""
    begun = outbox.bulletin(session, policy.ops_channel, slot_of(before.name, at)).get("since", "")
    return {"source": before.name, "later": now.isoformat(), "over": now.isoformat(), "since": begun}


def _announce(
    session: Session, policy: Policy, name: str, at: datetime, body: Mapping[str, str], now: datetime
) -> None:
    if policy.ops_channel:
        outbox.announce(session, policy.ops_channel, slot_of(name, at), body, now)


def slot_of(name: str, at: datetime) -> str:
    return f"{at:%Y%m%dT%H%M%S} {name}"

"""a person → mentions: what somebody read elsewhere comes in at the same door as what a source brings."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.domain.mention import Incoming, clean
from bot.domain.page import Here, PageWords
from bot.errors import Refused
from bot.flow.desk.act import Desk
from bot.flow.desk.looking import look
from bot.sources.net.page import address_of
from bot.store import added, inbound, outbox

PageReader = Callable[[str], PageWords]
"""Gives what stands at an address; raises Retry or GiveUp."""

Permalink = Callable[[str, str], str]
"""Gives the address of a message from its channel id and ts."""


@dataclass(frozen=True, kw_only=True)
class Brought:
    """What somebody brings in: `source` and the item's external id name it, so that it comes in once."""

    source: str
    item: Incoming
    by: str
    key: str


def add(desk: Desk, brought: Brought) -> tuple[int, bool]:
    """The mention's id, and whether it is new; one that we have, by whatever way it came, is left as it is.

    Refused where nothing is said. From here on it goes the way of every mention: judged, routed, promised, posted.
    """
    item = replace(brought.item, text=clean(brought.item.text).strip(), author=clean(brought.item.author).strip())
    if not item.text:
        raise Refused("What did they write? Paste their words.")
    with desk.db.write() as session:
        now = desk.clock()
        is_first = inbound.first_time(session, brought.key, now)
        known = added.find(session, brought.source, item.external_id, [item.url] if item.url else [])
        if known is not None:
            return known, not is_first
        return added.add(session, brought.source, item, brought.by, now), True


def find_here(desk: Desk, source: str, external_id: str, urls: list[str], *, permalink: Permalink) -> Here | None:
    """The mention that came in under this id, or that stands at one of these addresses."""
    with desk.db.read() as session:
        found = added.find(session, source, external_id, urls)
    return None if found is None else here(desk, found, permalink=permalink)


def find_posted(desk: Desk, channel: str, ts: str, *, permalink: Permalink) -> Here | None:
    """The mention that one of our own messages shows."""
    with desk.db.read() as session:
        found = added.shown_in(session, channel, ts)
    return None if found is None else here(desk, found, permalink=permalink)


def here(desk: Desk, mention_id: int, *, permalink: Permalink) -> Here:
    card = look(desk, mention_id)
    with desk.db.read() as session:
        posted = outbox.live_card(session, mention_id, card.place.channel)
    return Here(card=card, permalink=permalink(posted.channel_id, posted.ts) if posted else "")


def checked_address(typed: str) -> str:
    """The address in the one spelling under which it is known; Refused for what is no web address."""
    return address_of(typed)

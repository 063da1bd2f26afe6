"""One answer to its place, once: looked for there wherever an earlier try may have brought it."""

from datetime import timedelta

from bot.errors import AlreadySaid, Retry
from bot.flow.clock import Clock
from bot.flow.spending import spend
from bot.sources.base import Answerable, Keyless, Replied, Traceable
from bot.store import answers
from bot.store.answers import Parcel
from bot.store.database import Database

CLOCKS_APART = timedelta(minutes=10)
"""How far behind ours the clock of a place may be."""
LISTED_AFTER = timedelta(minutes=1)
"""When a place is asked again that has a text of ours and does not list it yet."""


def carry(db: Database, source: Answerable, parcel: Parcel, clock: Clock) -> Replied:
    """Raises Retry and GiveUp as `reply` does. Nothing is looked for at the first try: nothing was sent then."""
    was_tried = parcel.was_tried and isinstance(source, Keyless)
    if was_tried and (earlier := find_earlier(db, source, parcel, clock)):
        return earlier
    try:
        return source.reply(parcel.external_id, parcel.text, key=parcel.key)
    except AlreadySaid as fault:
        if not was_tried:
            raise
        again = Retry(f"it may stand there unseen: {fault.reason}", after=LISTED_AFTER, ambiguous=True)
        again.cost = fault.cost
        raise again from fault


def find_earlier(db: Database, source: Answerable, parcel: Parcel, clock: Clock) -> Replied | None:
    """Where an earlier try brought the answer; None where that is not to be seen. What the look costs is counted.

    Raises Retry and GiveUp as `reply` does.
    """
    if isinstance(source, Traceable):
        return source.find_reply(parcel.external_id, parcel.text, key=parcel.key)
    if not isinstance(source, Keyless):
        return None
    found = source.find_replies(parcel.external_id, parcel.text, since=parcel.written_at - CLOCKS_APART)
    with db.write() as session:
        spend(session, parcel.source, found.cost, clock())
        others = answers.of_others(session, parcel, found.permalinks)
    return next((Replied(permalink=each) for each in found.permalinks if each not in others), None)

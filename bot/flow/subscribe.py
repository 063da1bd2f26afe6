"""Channels that want copies of what customers say."""

from bot.domain.card import Subscription
from bot.errors import Refused
from bot.flow.desk.act import Desk
from bot.store import inbound, subscriptions


def subscribe(desk: Desk, wish: Subscription, key: str, *, instead_of: int = 0) -> Subscription:
    """Take a wish into force from now on, in place of another one where that is named.

    Refused for one that the channel has already, and where the other one was ended meanwhile.
    """
    with desk.db.write() as session:
        present = subscriptions.active(session, wish.channel)
        same = next((each for each in present if _filters(each) == _filters(wish)), None)
        if not inbound.first_time(session, key, desk.clock()):
            return same or wish  # it was granted then, and may have been ended since
        if same is not None:
            raise Refused("This channel has that subscription already.")
        if instead_of and not subscriptions.end(session, instead_of, wish.channel, desk.clock()):
            raise Refused("That subscription was ended meanwhile: /mentions list shows those that there are.")
        subscriptions.add(session, wish)
        return subscriptions.active(session, wish.channel)[-1]


def subscriptions_of(desk: Desk, channel: str) -> list[Subscription]:
    with desk.db.read() as session:
        return subscriptions.active(session, channel)


def unsubscribe(desk: Desk, channel: str, subscription_id: int) -> Subscription:
    """End a subscription; Refused where the channel has none of that number."""
    with desk.db.write() as session:
        present = {each.id: each for each in subscriptions.active(session, channel)}
        if not subscriptions.end(session, subscription_id, channel, desk.clock()):
            raise Refused(f"This channel has no subscription number {subscription_id}.")
        return present[subscription_id]


def _filters(wish: Subscription) -> tuple[object, ...]:
    return (sorted(wish.topics), sorted(wish.sources), wish.min_detractor, wish.min_promoter)

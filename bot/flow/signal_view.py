"""What the card of a weak signal shows: its mentions, and where the card of each of them stands."""

from collections.abc import Mapping

from bot.domain.policy import Policy
from bot.domain.posting import Posting
from bot.domain.signal import Signal
from bot.errors import GiveUp
from bot.store import outbox, signals
from bot.store.database import Session

LISTED = 10
"""Mentions that the card lists, the newest; it says how many more there are."""


def told_of(session: Session, policy: Policy, signal_id: int) -> tuple[Signal, Mapping[int, Posting]]:
    """The signal, and by mention the posted cards of those that are listed. Raises GiveUp where it was erased."""
    names = [policy.company, *policy.routing.names, *policy.about.values()]
    signal = signals.load(session, signal_id, names)
    if signal is None:
        raise GiveUp("the mentions of this signal were erased")
    cards: dict[int, Posting] = {}
    for each in signal.members[-LISTED:]:
        card = outbox.live_card(session, each.mention_id, policy.department(each.department).channel)
        if card is not None:
            cards[each.mention_id] = card
    return signal, cards

"""What people look at before they act: the card, its history, and whether an action is open to them."""

from bot.domain.card import Card, History
from bot.domain.lifecycle import Action
from bot.flow.desk.act import Desk, card_now, refuse_unless_possible
from bot.store import events, mentions


def look(desk: Desk, mention_id: int) -> Card:
    """The card as it stands now."""
    with desk.db.read() as session:
        return card_now(session, desk, mention_id)


def allow(desk: Desk, mention_id: int, user: str, action: Action) -> Card:
    """The card, if `user` may do `action` now; else Refused, before a dialog opens in vain."""
    with desk.db.read() as session:
        card = card_now(session, desk, mention_id)
    refuse_unless_possible(card, action, user)
    return card


def history(desk: Desk, mention_id: int) -> History:
    with desk.db.read() as session:
        return History(card=card_now(session, desk, mention_id), events=events.of_mention(session, mention_id))


def redraw(desk: Desk, mention_id: int) -> None:
    """Draw the card again although nothing changed: its menu goes back to its first entry."""
    with desk.db.write() as session:
        mentions.touch(session, mention_id)

"""The words of an answer: as the customer gets them, whether the source takes that many, and whether they still fit."""

from bot.domain.card import Card
from bot.domain.mention import clean
from bot.domain.seen import News, Seen, changes_since, edit_since
from bot.errors import Refused
from bot.store import events
from bot.store.database import Session


class Overtaken(Refused):
    """Something happened while the answer was written: whoever sends it has to see that first."""

    def __init__(self, news: News) -> None:
        super().__init__("Something happened since this was written: look at it first, then send the answer.")
        self.news = news


class NotSendable(Refused):
    """The words cannot be sent as they are; the sentence says what to change."""


def as_sent(text: str) -> str:
    """The answer to the letter as the customer gets it."""
    return clean(text).strip()


def refuse_too_long(card: Card, text: str) -> None:
    """An answer is never cut: what is too long has to be made shorter by its writer."""
    over = len(text) - card.answer_max if card.answer_max is not None else 0
    if over > 0:
        place = card.source_title or card.mention.source
        raise NotSendable(f"{place} takes {card.answer_max:,} characters at most: shorten your answer by {over:,}.")


def refuse_unseen(session: Session, card: Card, seen: Seen) -> None:
    """Raises Overtaken where the card has something that whoever sends the answer has not seen."""
    changes = changes_since(seen, card)
    if changes:
        edit = edit_since(seen, events.of_mention(session, card.mention.id), card.mention.text)
        raise Overtaken(News(card=card, changes=changes, edit=edit))

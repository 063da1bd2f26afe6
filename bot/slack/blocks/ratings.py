"""Useful or not useful here: the row under a copy, the dialog behind a card's menu, and the word that is given back."""

from bot.domain.card import Card
from bot.domain.rating import Unhelpful
from bot.slack import ids
from bot.slack.blocks.elements import (
    actions,
    button,
    field,
    modal,
    option,
    plain_text,
    radio,
    section,
    text_input,
)
from bot.slack.blocks.message import Json, Message
from bot.slack.blocks.metadata import NOWHERE, Origin, metadata_of
from bot.slack.blocks.post import Size, post_block
from bot.slack.blocks.text import escape, inline

BRIEF = Size(chars=300, lines=5, rest="The card shows more.")
USEFUL = "useful"
_WORDS = {
    Unhelpful.NOISY: "Too noisy: too much of this comes here",
    Unhelpful.WRONG_TOPIC: "Wrong topic for this channel",
    Unhelpful.DUPLICATE: "A duplicate of another one",
    Unhelpful.KNOWN: "We know this already",
    Unhelpful.OTHER: "Another reason…",
}


def rating_row(card: Card) -> Json:
    """One click each; the row's id changes with the version, so that Slack forgets what was chosen."""
    reasons = {
        "type": "static_select",
        "action_id": ids.RATE_NOT_USEFUL,
        "placeholder": plain_text("Not useful here…", 150),
        "options": [option(words, f"{reason.name}:{card.mention.id}") for reason, words in _WORDS.items()],
    }
    useful = button("Useful", ids.RATE_USEFUL, str(card.mention.id), label="This copy is useful in this channel")
    return actions([useful, reasons], f"rate.{card.mention.id}.{card.version}")


def rating_modal(card: Card, *, origin: Origin = NOWHERE, reason: str = Unhelpful.NOISY.name) -> Json:
    """Asks why; its choices' values are names of `Unhelpful`, or USEFUL for who thinks better of it."""
    reasons = [option(words.rstrip("…"), each.name) for each, words in _WORDS.items()]
    choices = radio(ids.RATING_CHOICE, [*reasons, option("It is useful here after all", USEFUL)])
    chosen = next(each for each in reasons if each["value"] == reason)
    blocks = [
        post_block(card, BRIEF),
        section(plain_text("What people say here decides what should come here. The mention itself is not changed.")),
        field("Why is it not useful in this channel?", choices | {"initial_option": chosen}),
        field("In your own words", text_input(ids.RATING_WORDS, lines=False), optional=True),
    ]
    return modal(ids.RATING, "Not useful here", blocks, submit="Say so", metadata=metadata_of(card, origin))


def rated_message(*, useful: bool, reason: str) -> Message:
    """To whoever rated, and to nobody else."""
    if useful:
        text = "Noted: useful here. You can still change your mind."
    else:
        said = inline(reason, 200)
        text = f"Noted: not useful here ({said}). /mentions list tells what people say, and narrows a subscription."
    return Message(escape(text), [section(plain_text(text))])

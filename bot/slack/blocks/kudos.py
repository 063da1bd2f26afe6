"""A customer's thanks to one of us by name, as a direct message, and the words about having none of them."""

from collections.abc import Sequence

from bot.domain.card import Card
from bot.domain.kudos import Thanked
from bot.slack import ids
from bot.slack.blocks.elements import actions, button, context, line, plain_text, rich, section, span, spoken
from bot.slack.blocks.message import Json, Message
from bot.slack.blocks.post import Size, card_link, excerpt, headline, post_block
from bot.slack.blocks.text import counted, inline

STOPPED = "You get no more of these. /mentions kudos on, or Earshot's Home, brings them back."
STARTED = "Thanks from customers who name you come to you as a direct message again."

UNLISTED = (
    "Your name does not stand in Earshot's list of staff, so no customer's thanks can come to you as a direct message."
)
"""To somebody whom customers cannot name; whoever runs Earshot keeps the list."""

_WANTED = "Thanks from customers who name you come as a direct message."
_UNWANTED = "You asked for no thanks from customers who name you."

_SIZE = Size(chars=2_500, lines=30, rest="History on the card shows the whole.")
_SPOKEN = 400
_PEOPLE = 15


def kudos_message(card: Card, permalink: str, *, name: str) -> Message:
    """The customer's own words. Nobody else is told, and nothing is to be done."""
    opening = [span("💐 "), span("A customer praises you by name.", bold=True)]
    way = card_link(permalink)
    how = (
        f"You get this because the name “{inline(name, 60)}” stands in Earshot's list of staff and the post sounds like praise, "
        "which a model estimates. Only you were told."
    )
    blocks: list[Json] = [
        rich(line(*opening), *([line(*way)] if way else [])),
        post_block(card, _SIZE),
        context(plain_text(how, 400)),
        actions([button("Do not send me these", ids.KUDOS_STOP, "stop")], f"kudos.{card.mention.id}"),
    ]
    post = [span(" "), *headline(card), span(f": “{excerpt(card.mention, _SPOKEN)}”")]
    return Message(spoken([*opening, *post]), blocks)


def kudos_words(*, wanted: bool) -> str:
    """How it stands, and how to change it."""
    return (
        f"{_WANTED} /mentions kudos off stops them." if wanted else f"{_UNWANTED} /mentions kudos on brings them back."
    )


def kudos_choice(wanted: bool | None) -> list[Json]:
    """What Home offers to those whom customers may name; nothing to anybody else."""
    if wanted is None:
        return []
    if wanted:
        told, change = (
            _WANTED,
            ("Stop them", ids.KUDOS_STOP, "stop"),
        )
    else:
        told, change = (
            _UNWANTED,
            ("Send me them again", ids.KUDOS_START, "start"),
        )
    return [section(plain_text(f"💐 {told}"), button(*change))]


def kudos_in_report(count: int, before: int, thanked: Sequence[Thanked]) -> list[Json]:
    """How often customers praised somebody by name; the names only where the company wants them told."""
    if not count and not before:
        return []
    named = [f"{inline(each.name, 60)} {each.count:,}" for each in thanked[:_PEOPLE]]
    more = [f"and {counted(len(thanked) - _PEOPLE, 'more colleague')}"] if len(thanked) > _PEOPLE else []
    who = f": {', '.join([*named, *more])}" if named else ""
    text = f"💐 Staff were praised by name {counted(count, 'time')} ({before:,} before){who}."
    return [context(plain_text(text, 1_500))]


def praised_words(card: Card) -> str:
    """`praises Ana Duarte`, empty where nobody is named."""
    return f"praises {', '.join(inline(each.name, 60) for each in card.praised)}" if card.praised else ""

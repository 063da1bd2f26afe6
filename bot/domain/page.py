"""What people bring in by hand: the words of a page at an address, or a mention that turns out to be here already."""

from dataclasses import dataclass

from bot.domain.card import Card

SLACK, BY_HAND = "slack", "by hand"
"""The sources of what people bring in: a message in Slack, and anything else."""

TITLES = {SLACK: "Slack", BY_HAND: "the web (added by hand)"}


@dataclass(frozen=True, kw_only=True)
class PageWords:
    """All empty where the page does not say. `text` is the part that looks like what its author wrote."""

    title: str = ""
    text: str = ""
    author: str = ""


@dataclass(frozen=True, kw_only=True)
class Here:
    """A mention that we have, and the address of its card where that is posted."""

    card: Card
    permalink: str

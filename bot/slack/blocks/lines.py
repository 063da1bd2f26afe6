"""A mention as one entry of a list: who, where, the first words, how it stands, and the way to its card."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.lifecycle import State
from bot.domain.listing import Line, Listing
from bot.slack.blocks.elements import button, joined, line, link, rich, span, when
from bot.slack.blocks.message import Json
from bot.slack.blocks.post import URGENT
from bot.slack.blocks.standing import ANSWERED, CLAIMED, DECIDED, DUE, LATE, SNOOZED, UNCLAIMED, person
from bot.slack.blocks.text import inline, part_of, web_link

EXCERPT = 180

CARDLESS = frozenset({State.FILTERED, State.FOLDED})
"""Mentions without a card of their own, and without a team."""

WORDS = {
    State.NEW: "on its way to a team",
    State.JUDGED: "on its way to a team",
    State.FILTERED: "kept out by a rule",
    State.FOLDED: "on the card of a first post",
    State.OPEN: "unclaimed",
    State.CLAIMED: "claimed",
    State.SNOOZED: "snoozed",
    State.ANSWERED: "answered",
    State.LET_STAND: "let stand",
    State.MONITORED: "monitored",
    State.DISMISSED: "not about us",
}
"""How a mention stands, in a few words."""

_MARKS = {
    State.FILTERED: "🚫",
    State.FOLDED: "💬",
    State.OPEN: UNCLAIMED,
    State.CLAIMED: CLAIMED,
    State.SNOOZED: SNOOZED,
    State.ANSWERED: ANSWERED,
    State.LET_STAND: DECIDED,
    State.MONITORED: DECIDED,
    State.DISMISSED: DECIDED,
}


def entry(one: Line, *facts: Sequence[Json]) -> Json:
    """The mention's first words, and below them what else there is to say; empty facts fall out."""
    urgent = [span(f"{URGENT} · ", bold=True)] if one.urgent else []
    author, source = inline(one.author, 60) or "Somebody", inline(one.source, 60)
    words = inline(one.excerpt, EXCERPT) or "(no text)"
    first = line(*urgent, span(author, bold=True), span(f" on {source}: {words}"))
    return rich(first, line(*joined(facts)))


def way_to_card(one: Line) -> list[Json]:
    if web_link(one.permalink):
        return [link(one.permalink, "Open card")]
    return [] if one.state in CARDLESS else [span("the card is on its way")]


def how_it_stands(one: Line, user: str) -> list[Json]:
    """`🔵 yours`, `🔵 Ana`, `⚪ unclaimed`."""
    if one.owner:
        return [span(f"{CLAIMED} yours")] if one.owner == user else [span(f"{CLAIMED} "), person(one.owner)]
    first = f": {WORDS[one.first_state]}" if one.first_state else ""
    return [span(" ".join(filter(None, (_MARKS.get(one.state), WORDS[one.state]))) + first)]


def is_due(one: Line, now: datetime) -> list[Json]:
    if one.due_at is None:
        return []
    if one.due_at <= now:
        return [span(f"{LATE} "), span("Late:", bold=True), span(" was due "), when(one.due_at)]
    return [span(f"{DUE} due "), when(one.due_at)]


def place_in(listing: Listing) -> str:
    return part_of(listing.total, listing.first, len(listing.lines))


def about(verb: str, action_id: str, one: Line, *, style: str = "", value: str = "") -> Json:
    """A button beside a line, for its mention if not said otherwise; a screen reader hears which one that is."""
    author = inline(one.author, 40) or "somebody"
    label = f"{verb.removesuffix('…')}: mention by {author}"
    return button(verb, action_id, value or str(one.mention_id), style=style, label=label)

"""The one card of a weak signal: what quiet mentions have in common, and what a person makes of it."""

import json
from collections.abc import Mapping
from datetime import datetime

from bot.domain.card import Card
from bot.domain.lifecycle import Action, available
from bot.domain.signal import Conclusion, Member, Signal
from bot.slack import ids
from bot.slack.blocks.elements import (
    actions,
    bullets,
    button,
    context,
    divider,
    field,
    joined,
    line,
    modal,
    plain_text,
    rich,
    source_link,
    span,
    spoken,
    text_input,
    when,
    who,
)
from bot.slack.blocks.message import Json, Message
from bot.slack.blocks.post import card_link
from bot.slack.blocks.text import counted, inline, listed

SIGNAL = "🧩"
REAL, NO_PATTERN, OPEN = "✅", "☑️", "⚪"
LISTED = 10
_EXCERPT = 140


def signal_message(card: Card, signal: Signal, links: Mapping[int, str]) -> Message:
    """`card` is the lead mention; `links` lead to the cards of the mentions."""
    shown = signal.members[-LISTED:][::-1]
    earlier = len(signal.members) - len(shown)
    rest = [line(span(f"and {counted(earlier, 'earlier one')}", italic=True))] if earlier else []
    blocks = [
        rich(line(*_headline(signal)), line(*_shared(signal))),
        rich(bullets(*(line(*_told(each, signal, links)) for each in shown)), *rest),
        rich(line(*_standing(card, signal))),
        *_buttons(card, signal),
        divider(),
    ]
    said = [*_headline(signal), span(" "), *_shared(signal), span(" "), *_standing(card, signal)]
    return Message(spoken(said), blocks)


def no_pattern_modal(signal: Signal) -> Json:
    """Why these have nothing to do with each other; the first words of each, to say so with them before one's eyes."""
    quoted = bullets(*(line(span(f"“{inline(each.text, _EXCERPT)}”")) for each in signal.members[-LISTED:][::-1]))
    told = "The signal is closed, and these mentions never raise another. Each of them stays as it is."
    reason = text_input(ids.SIGNAL_REASON, placeholder="They only share a word; it is known and explained; …")
    blocks = [rich(quoted), context(plain_text(told)), field("Why is this not a pattern?", reason)]
    memory = json.dumps({"signal_id": signal.id, "mention_id": signal.lead})
    return modal(ids.SIGNAL_NO_PATTERN, "Not a pattern", blocks, submit="Close the signal", metadata=memory)


def _headline(signal: Signal) -> list[Json]:
    sources = len({each.source for each in signal.members})
    days = (signal.members[-1].at - signal.members[0].at).days + 1 if signal.members else 1
    facts = (
        f"{counted(len(signal.members), 'quiet mention')} in {counted(sources, 'place')} within {counted(days, 'day')}"
    )
    return [span(f"{SIGNAL} "), span("A weak signal", bold=True), span(f": {facts} say something alike.")]


def _shared(signal: Signal) -> list[Json]:
    if not signal.shared:
        return [span("They share no single word: read them side by side.")]
    return [span("They share: "), span(listed([inline(word, 40) for word in signal.shared]), bold=True), span(".")]


def _told(each: Member, signal: Signal, links: Mapping[int, str]) -> list[Json]:
    author, source = inline(each.author, 60) or "Somebody", inline(each.source, 60)
    where = card_link(links.get(each.mention_id, "")) or source_link(each.url)
    lead = [span("the lead mention", italic=True)] if each.mention_id == signal.lead else []
    words = [span(f"“{inline(each.text, _EXCERPT) or '(no text)'}”")]
    return joined([words, [span(f"{author} on {source}")], [_day(each.at)], where, lead])


def _day(moment: datetime) -> Json:
    """The hour does not matter here, and the line is short."""
    shown = when(moment)
    return shown | {"format": "{date_short_pretty}"} if shown["type"] == "date" else shown


def _standing(card: Card, signal: Signal) -> list[Json]:
    if signal.closed_at is None:
        return [span(f"{OPEN} "), span("Nobody has said what it is", bold=True)]
    by = [span(" by "), who(signal.closed_by)]
    if signal.outcome is Conclusion.NO_PATTERN:
        said = [span(f"{NO_PATTERN} "), span("Said to be no pattern", bold=True), *by]
        return joined([said, [when(signal.closed_at)], [span(f"“{inline(signal.closed_reason, 600)}”")]])
    said = [span(f"{REAL} "), span("Said to be real", bold=True), *by]
    holder = [span("the lead mention is with "), who(card.claim.owner)] if card.claim else []
    return joined([said, [when(signal.closed_at)], holder])


def _buttons(card: Card, signal: Signal) -> list[Json]:
    if signal.closed_at is not None:
        return []
    value = f"{signal.id}:{signal.lead}"
    claims = card.claim is None and Action.CLAIM in available(card.state)
    words = "Looks real: claim the lead mention" if claims else "Looks real"
    row = [
        button(words, ids.SIGNAL_REAL, value, style="primary"),
        button("Not a pattern…", ids.SIGNAL_NO_PATTERN, value, label="Not a pattern: close this signal"),
    ]
    return [actions(row, f"signal.{signal.id}.{card.version}")]

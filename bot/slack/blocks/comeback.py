"""The author came back: what they changed, what they wrote since, and the word to whoever holds the mention."""

from bot.domain.card import Card
from bot.domain.comeback import FollowUp
from bot.domain.difference import Fate, Run, runs
from bot.domain.lifecycle import LIVE
from bot.slack.blocks.elements import joined, line, quote, rich, source_link, span, spoken, when
from bot.slack.blocks.message import Json, Message
from bot.slack.blocks.post import author_of, card_link, in_short
from bot.slack.blocks.text import counted, cut, inline, percent

CHANGED, WROTE = "✏️", "💬"

_SHOWN = 300
_RUN = 240
_DIFFERENCE = 700
_EXCERPT = 300


def came_back(card: Card) -> list[Json]:
    """Blocks of their own on a live card: a closed one has been dealt with, and History keeps all of it."""
    if card.state not in LIVE:
        return []
    return [*_revision(card), *_follow_ups(card)]


def came_back_in_short(card: Card) -> list[list[Json]]:
    """The same in a line, for copies, notices and what a screen reader says; nothing where they did not come back."""
    if card.state not in LIVE:
        return []
    changed = [[span(f"{CHANGED} The author changed it")]] if card.revision else []
    newest = card.follow_ups.newest[-1:]
    return [*changed, *([span(f"{WROTE} They wrote again: “{inline(each.text, _EXCERPT)}”")] for each in newest)]


def came_back_notice(card: Card, permalink: str) -> Message:
    """To whoever holds it: they go on with it, and should know what is new."""
    whose = f"{author_of(card.mention)} came back on a mention that you have claimed."
    said = [span(f"{WROTE} {whose}")]
    news = came_back_in_short(card)
    below = [each for each in (*news, card_link(permalink)) if each]
    shown = rich(line(*said), quote(*in_short(card, _EXCERPT)), *(line(*each) for each in below))
    return Message(spoken([*said, span(" "), *joined(news, " ")]), [shown])


def newest_url(card: Card) -> str:
    """Where an answer belongs: under their newest post."""
    return next((each.url for each in reversed(card.follow_ups.newest) if each.url), card.mention.url)


def follow_ups_in_full(card: Card, most: int) -> list[Json]:
    """Their later posts, `most` characters of each, for surfaces that show the whole."""
    return [_follow_up(each, most) for each in card.follow_ups.newest]


def _revision(card: Card) -> list[Json]:
    if card.revision is None:
        return []
    told = difference(card.revision.before, card.mention.text)
    if not told:
        return []
    first = [span(f"{CHANGED} "), span("Changed by the author", bold=True), span(" · "), when(card.revision.at)]
    return [rich(line(*first), quote(*told))]


def difference(before: str, after: str) -> list[Json]:
    """Old words struck through, new ones bold, a few words around them; nothing where the words are the same."""
    spans: list[Json] = []
    left = _DIFFERENCE
    for run in runs(before, after):
        spans += [span(" ")] if spans else []
        spans.append(_shown(run))
        left -= len(spans[-1]["text"]) + 1
        if left < 0:
            return [*spans, span(" …")]
    return spans


def _shown(run: Run) -> Json:
    if run.fate is Fate.LEFT_OUT:
        return span("…")
    text = inline(run.text, _RUN)
    if run.fate is Fate.GONE:
        return {"type": "text", "text": text, "style": {"strike": True}}
    return span(text, bold=run.fate is Fate.NEW)


def _follow_ups(card: Card) -> list[Json]:
    found = card.follow_ups
    if not found.newest:
        return []
    times = "again" if found.total == 1 else f"again {counted(found.total, 'time')}"
    earlier = found.total - len(found.newest)
    rest = [span(f"; the newest {len(found.newest)} below")] if earlier else []
    first = line(span(f"{WROTE} "), span(f"They wrote {times}", bold=True), *rest)
    shown = [_follow_up(each, _SHOWN) for each in found.newest]
    return [rich(first, *shown[0]["elements"]), *shown[1:]]


def _follow_up(each: FollowUp, most: int) -> Json:
    text, is_cut = cut(each.text, most, lines=8 if most == _SHOWN else None)
    score = [span(f"estimated {percent(each.detractor)} detractor")] if each.detractor is not None else []
    where = source_link(each.url, "Read the whole on" if is_cut else "Open on")
    about = joined([[when(each.at)], score, where])
    return rich(line(*about), quote(span(text or "(no text)")))

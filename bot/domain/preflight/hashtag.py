"""Hashtags in a text, and what there is to say about one before we use it."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.domain.preflight.finding import Concern, Finding, Words, tickable
from bot.domain.preflight.phrases import words_at
from bot.domain.preflight.situation import Situation
from bot.domain.preflight.usage import Standing, Usage, fold_tag, standing

LONGEST = 100
"""Characters of the longest tag that counts as one."""

_TOKEN = re.compile(r"\S+")
_SIGN = re.compile("[#\uff03]")
_NO_BEGIN = frozenset("/&#\uff03")
_JOINERS = "_\u200c\u200d"


@dataclass(frozen=True, kw_only=True)
class Hashtag:
    """One tag as it stands in a text. `tag` is its folded form, the same for every way of writing it."""

    tag: str
    words: Words


def hashtags(text: str) -> tuple[Hashtag, ...]:
    """Every hashtag in order. What follows a sign inside an address or a word is none, nor is a mere number (`#1`)."""
    return tuple(_tags(text))


def tags_of(*texts: str) -> frozenset[str]:
    """The folded tags of a post."""
    return frozenset(each.tag for text in texts for each in hashtags(text))


def look_at_hashtags(draft: str, situation: Situation) -> Iterator[Finding]:
    """What needs a tick: every tag that is not ours and not well known for harmless things."""
    for tag, written in _by_tag(draft).items():
        usage = situation.usages.get(tag)
        if usage is None:
            yield tickable(_unlooked(tag, written))
            continue
        stands = standing(usage, _own(situation))
        if stands not in (Standing.OWN, Standing.KNOWN):
            yield tickable(_said(stands, usage, written))
        elif usage.grave_in:
            yield _said(stands, usage, written)


def known_hashtags(draft: str, situation: Situation) -> tuple[Usage, ...]:
    """The tags of which a person need only know the facts."""
    usages = (situation.usages[tag] for tag in _by_tag(draft) if tag in situation.usages)
    return tuple(each for each in usages if standing(each, _own(situation)) in (Standing.OWN, Standing.KNOWN))


def facts(usage: Usage) -> str:
    """Who uses it, with which words, how negative, since when; in one line."""
    if not usage.uses:
        return "nobody we hear has used it"
    counted = f"{usage.uses:,} {'post' if usage.uses == 1 else 'posts'} by {_people(usage)}"
    if usage.uses > usage.seen:
        counted = f"{usage.uses:,} posts, the newest {usage.seen:,} by {_people(usage)}"
    beside = f"beside {', '.join(usage.beside)}" if usage.beside else ""
    mood = f"{usage.detractors:.0%} detractors (estimated)" if usage.detractors is not None else ""
    ours = f"in {usage.by_us:,} of our answers" if usage.by_us else ""
    return "; ".join(part for part in (counted, _since(usage), beside, mood, ours) if part)


def _since(usage: Usage) -> str:
    if usage.first_at is None or usage.last_at is None:
        return ""
    first, last = (f"{moment.day} {moment:%b %Y}" for moment in (usage.first_at, usage.last_at))
    return f"on {first}" if first == last else f"since {first}, last {last}"


def _unlooked(tag: str, written: tuple[Words, ...]) -> Finding:
    said = f"{written[0].text} was not looked up: so many hashtags are too many for one answer."
    return Finding(concern=Concern.HASHTAG, rule="unlooked", sentence=said, words=written, tag=tag)


def _said(stands: Standing, usage: Usage, written: tuple[Words, ...]) -> Finding:
    grave = ", ".join(f"“{word}”" for word in usage.grave[:3])
    sentence = _SENTENCES[stands].format(tag=written[0].text, facts=facts(usage), grave=grave)
    return Finding(concern=Concern.HASHTAG, rule=stands, sentence=sentence, words=written, tag=usage.tag)


def _people(usage: Usage) -> str:
    people = "1 person" if usage.authors == 1 else f"{usage.authors:,} people"
    places = ", ".join(usage.sources[:3]) + (" …" if len(usage.sources) > 3 else "")
    return f"{people} on {places}" if places else people


def _own(situation: Situation) -> frozenset[str]:
    return frozenset(map(fold_tag, situation.voice.hashtags))


def _by_tag(text: str) -> Mapping[str, tuple[Words, ...]]:
    found: dict[str, tuple[Words, ...]] = {}
    for each in hashtags(text):
        found[each.tag] = (*found.get(each.tag, ()), each.words)
    return found


def _tags(text: str) -> Iterator[Hashtag]:
    for token in _TOKEN.finditer(text):
        if "://" not in token[0] and not token[0].startswith("www."):
            yield from _tags_in(text, token.start(), token.end())


def _tags_in(text: str, start: int, end: int) -> Iterator[Hashtag]:
    """Those of one token; a sign behind a letter, a slash, an ampersand or another sign begins none."""
    while sign := _SIGN.search(text, start, end):
        stop = sign.end()
        while stop < end and _in_tag(text[stop]):
            stop += 1
        before = text[sign.start() - 1 : sign.start()]
        tag = fold_tag(text[sign.start() : stop])
        if not (_in_tag(before) or before in _NO_BEGIN) and len(tag) <= LONGEST and any(map(str.isalpha, tag)):
            yield Hashtag(tag=tag, words=words_at(text, sign.start(), stop))
        start = stop


def _in_tag(ch: str) -> bool:
    """Letters of any script with their marks and joiners, digits and the underscore; nothing is no part of a tag."""
    return bool(ch) and (ch.isalnum() or ch in _JOINERS or unicodedata.category(ch).startswith("M"))


_SENTENCES = {
    Standing.UNKNOWN: "{tag} is unknown to us: {facts}. That does not make it safe: look up what it refers to first.",
    Standing.SCARCE: "{tag} is hardly known to us: {facts}. That does not make it safe: look up what it refers to first.",
    Standing.NEGATIVE: "{tag} is what people complain under: {facts}.",
    Standing.GRAVE: "{tag} is used where people speak of {grave}: {facts}. Do not join in unless you speak of that, too.",
    Standing.OWN: "{tag} is ours, and somebody speaks of {grave} there: {facts}.",
    Standing.KNOWN: "{tag} is used for harmless things, and now and then beside {grave}: {facts}.",
}

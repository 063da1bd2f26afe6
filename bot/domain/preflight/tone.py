"""Tone: as the company wants to be heard. Each rule finds one way of going wrong, by the words that give it away."""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from bot.domain.preflight.finding import Concern, Finding, Words
from bot.domain.preflight.lexicon import each_word
from bot.domain.preflight.phrases import found, quoted, typed
from bot.domain.preflight.situation import Situation
from bot.domain.preflight.tone_words import (
    ADMISSION,
    BLAME,
    GRAVE_APOLOGY,
    HOLLOW,
    HYPE,
    RUDE,
    SARCASM,
    SORRY,
    THREAT,
    WALL,
)
from bot.domain.triage import Outcome

_CAPITALS = re.compile(r"(?<![\w#@/.-])[A-Z]{2,}(?![\w/-])")
_VOWEL = re.compile("[AEIOUY]")
_SHOUTED = 4
"""Letters of a word that shouts alone; shorter ones only in company."""

_EXCITED = re.compile(r"[!?]{2,}")
_MOST_EXCLAMATIONS = 3

_BY_WORDS: Mapping[str, tuple[re.Pattern[str], str]] = MappingProxyType(
    {
        "hollow": (HOLLOW, "{words}: an excuse more than regret. Be sorry for what happened, without if and but."),
        "sarcasm": (SARCASM, "{words}: that may be heard as sarcasm. Say it plainly."),
        "blame": (BLAME, "{words}: that puts it on the customer. Say what you will do instead."),
        "rude": (RUDE, "{words}: that talks down to them. Leave it out."),
        "threat": (THREAT, "{words}: that sounds like a threat. Leave it to those who may make one."),
        "wall": (WALL, "{words}: that hides behind a rule. Say in your own words what is possible."),
    }
)


def look_at_tone(draft: str, situation: Situation) -> Iterator[Finding]:
    yield from _apology(draft, situation)
    for rule, (pattern, sentence) in _BY_WORDS.items():
        words = found(pattern, draft)
        if words:
            yield _finding(rule, sentence, words)
    if situation.outcome is not Outcome.RESPOND and (words := found(HYPE, draft)):
        yield _finding("hype", "{words}: that sells. Nobody asked for an advertisement.", words)
    if words := shouted(draft, situation):
        yield _finding("shouting", "{words}: that shouts. Small letters and one full stop will do.", words)


def shouted(draft: str, situation: Situation) -> tuple[Words, ...]:
    """Words in capitals that are no names, codes or abbreviations, if there are several or a long one; and `!!`, `!?`."""
    known = {word.upper() for name in situation.voice.names for word in name.split()} | _ACRONYMS
    loud = [words for words in found(_CAPITALS, draft) if _VOWEL.search(words.text) and words.text not in known]
    if len(loud) < 2 and not any(len(words.text) >= _SHOUTED for words in loud):
        loud = []
    marks = found(_EXCITED, draft)
    lone = found(re.compile("!"), draft) if not marks and draft.count("!") > _MOST_EXCLAMATIONS else ()
    return (*loud, *marks, *lone)


def apologises(draft: str) -> bool:
    return bool(SORRY.search(typed(draft)))


def _apology(draft: str, situation: Situation) -> Iterator[Finding]:
    if situation.outcome is Outcome.RESTORATION and not apologises(draft):
        said = "The response flow advises to put it right, and there is no word of regret: be sorry for what happened."
        yield Finding(concern=Concern.TONE, rule="no_apology", sentence=said)
    if situation.outcome is Outcome.SHARE_SUCCESS:
        said = "{words}: they praise us. There is nothing to apologise for."
        words = found(GRAVE_APOLOGY, draft)
        if words:
            yield _finding("needless_apology", said, words)
    if situation.outcome is Outcome.FIX_THE_FACTS:
        words = found(ADMISSION, draft)
        if words:
            yield _finding(
                "admission", "{words}: that admits what did not happen. The flow advises to put the facts right.", words
            )


def _finding(rule: str, sentence: str, words: tuple[Words, ...]) -> Finding:
    said = sentence.format(words=quoted(words))
    return Finding(concern=Concern.TONE, rule=rule, sentence=said[:1].upper() + said[1:], words=words)


_ACRONYMS = each_word(
    "FAQ USB PDF VAT GDPR HTTP HTTPS WIFI BBC NHS CEO CTO ASAP PS OK UK USA EU TV DIY IOS AM PM ID APP"
)

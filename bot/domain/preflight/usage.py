"""How a hashtag is used by those whom we hear: what a person should know before we use it too.

The lesson is #notguilty, July 2011: a bakery joined a trending tag that belonged to the verdict in a murder trial.
"""

import math
import unicodedata
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.preflight.lexicon import each_word
from bot.domain.words import folded

FEW = 3
"""Uses below which a tag is hardly known: what two people meant by it says little."""

GRAVE_SHARE = 0.1
"""Of the posts with a tag this many speak of crime, death or disaster where it is one to keep away from."""

NEGATIVE_SHARE = 0.5
MANY_OF_OURS = 3
"""Our own answers with a tag from which on it counts as known although no customer uses it."""

_MOST_BESIDE = 5
_SHORTEST = 3


@dataclass(frozen=True, kw_only=True)
class Use:
    """One post with the tag. `detractor` is None where nobody judged it."""

    mention_id: int
    source: str
    author: str
    text: str
    at: datetime
    detractor: float | None = None
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Usage:
    """What is known of a tag. `uses` counts all posts; the rest is drawn from the newest `seen` of them.

    `tag` is folded, without its sign. `beside` are the words that tell the most; `grave` those of crime, death and disaster,
    the plainest and commonest first, which stand in `grave_in` of the posts seen. `detractors` is a share of the judged
    ones, None where none is. `by_us` counts answers of ours that carried it.
    """

    tag: str
    uses: int = 0
    seen: int = 0
    authors: int = 0
    sources: tuple[str, ...] = ()
    detractors: float | None = None
    beside: tuple[str, ...] = ()
    grave: tuple[str, ...] = ()
    grave_in: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    by_us: int = 0
    examples: tuple[Use, ...] = ()


class Standing(StrEnum):
    """What a tag is for us. Only the first two need no second look."""

    OWN = "own"
    KNOWN = "known"
    SCARCE = "scarce"
    UNKNOWN = "unknown"
    NEGATIVE = "negative"
    GRAVE = "grave"


def standing(usage: Usage, own: Collection[str]) -> Standing:
    """`own` are the company's tags, folded. No evidence is never evidence that a tag is safe."""
    if usage.tag in own:
        return Standing.OWN
    if usage.seen and usage.grave_in >= GRAVE_SHARE * usage.seen:
        return Standing.GRAVE
    if usage.detractors is not None and usage.detractors >= NEGATIVE_SHARE:
        return Standing.NEGATIVE
    if usage.by_us >= MANY_OF_OURS or (usage.uses >= FEW and usage.authors > 1):
        return Standing.KNOWN
    return Standing.SCARCE if usage.uses or usage.by_us else Standing.UNKNOWN


def fold_tag(written: str) -> str:
    """`#Quiet_Pip`, `＃quiet_pip` and `quiet_pip` are one tag."""
    plain = unicodedata.normalize("NFKC", written).lstrip("#")
    return unicodedata.normalize("NFC", plain.casefold())


def usage_of(tag: str, newest: Sequence[Use], others: Sequence[str]) -> Usage:
    """What the newest uses say. `others` are posts of any kind, to tell which words belong to the tag and which to all.

    `uses`, `first_at` and `by_us` are the store's to set: they go beyond what is looked at here.
    """
    judged = [use.detractor for use in newest if use.detractor is not None]
    grave = [grave_words(use.text) for use in newest]
    counted = Counter(word for words in grave for word in words)
    return Usage(
        tag=tag,
        uses=len(newest),
        seen=len(newest),
        authors=len({(use.source, use.author) for use in newest}),
        sources=tuple(source for source, _ in Counter(use.source for use in newest).most_common()),
        detractors=sum(score >= 0.5 for score in judged) / len(judged) if judged else None,
        beside=telling_words(tag, [use.text for use in newest], others),
        grave=tuple(sorted(counted, key=lambda word: (word in _DOUBTFUL, -counted[word], word))[:_MOST_BESIDE]),
        grave_in=sum(bool(words) for words in grave),
        first_at=min((use.at for use in newest), default=None),
        last_at=max((use.at for use in newest), default=None),
        examples=tuple(newest[:2]),
    )


def telling_words(tag: str, beside: Sequence[str], others: Sequence[str]) -> tuple[str, ...]:
    """The words that stand in posts with the tag far more often than in others, the most telling first.

    Weighed by posts with the word times the logarithm of how much more often they are; half a post is added to both
    sides, so that a word nobody else uses is not endlessly telling.
    """
    here, there = _posts_with(beside), _posts_with(others)
    least = 2 if len(beside) > FEW else 1

    def weight(word: str) -> float:
        rate = (here[word] + 0.5) / (len(beside) + 1)
        return here[word] * math.log(rate / ((there[word] + 0.5) / (len(others) + 1)))

    fit = [word for word, count in here.items() if count >= least and word != tag and weight(word) > 0]
    return tuple(sorted(fit, key=lambda word: (-weight(word), word))[:_MOST_BESIDE])


def grave_words(text: str) -> tuple[str, ...]:
    """Words of crime, death and disaster in a post; one that has an everyday meaning too counts only beside another."""
    said = folded(text)
    words = dict.fromkeys(said.split())
    certain = [phrase for phrase in _GRAVE_PHRASES if f" {phrase} " in f" {said} "]
    certain += [word for word in words if word in _GRAVE]
    doubtful = [word for word in words if word in _DOUBTFUL]
    return tuple(certain + doubtful) if certain or len(doubtful) > 1 else ()


def _posts_with(texts: Sequence[str]) -> Counter[str]:
    return Counter(word for text in texts for word in set(_words(text)))


def _words(text: str) -> list[str]:
    """Words that can tell something: no links, handles, tags' own signs, numbers or words that are everywhere."""
    kept = " ".join(part for part in text.split() if "://" not in part and not part.startswith("@"))
    parts = folded(kept).split()
    return [word for word in parts if len(word) >= _SHORTEST and not word.isdigit() and word not in _EVERYWHERE]


_GRAVE_PHRASES = (
    "passed away",
    "rest in peace",
    "hate crime",
    "death toll",
    "death penalty",
    "found guilty",
    "not guilty",
)

_GRAVE = each_word(
    """
    murder murders murdered murderer manslaughter homicide killer killings massacre genocide terrorist terrorists terrorism
    stabbing stabbed shooting shootings gunman hostage hostages rape raped rapist assaulted molested kidnapped abducted
    suicide funeral mourning mourn condolences bereaved grief casualties fatalities corpse victims acquitted acquittal
    earthquake tsunami hurricane wildfire wildfires landslide famine bombing airstrike airstrikes refugees tragedy
    tragic disaster evacuated evacuation drowned lynched trafficking vigil deceased
    """
)

_DOUBTFUL = each_word(
    """
    dead death died dies killed kill guilty verdict jury trial court judge prison jail sentenced crime criminal victim police
    attack attacked bomb war crash crashed explosion exploded fire flood flooded storm rip abuse abused injured wounded
    missing hospital overdose pandemic outbreak riot riots protest
    """
)
"""A kettle may be dead, a trial free, and a verdict one on stew."""

_EVERYWHERE = each_word(
    """
    the and for you your yours with that this these those have has had not but are was were will would can could should
    from they them their there here what when where who why how all any some one two out into about just like get got too
    very much more most than then now been being its our ours his her hers she him been did does done don doesn didn isn wasn
    won also only even still ever never over under after before because while again amp via www com http https let say
    said says see new day today make made really know think want need use used using
    """
)

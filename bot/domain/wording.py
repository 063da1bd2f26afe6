"""Whether a post says again what another says: reposts, syndicated articles, texts that are copied and pasted.

The rules doubt: two people with the same complaint are two customers, and a card that hid the second would lose one. So
words of a meaning of their own may hardly differ, and figures, dates, names, negations and news not at all.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from bot.domain.wording_words import (
    AROUND_PASSED_ON,
    DATES,
    FREE,
    NAMED_AFTER,
    NEGATIONS,
    NUMBERS,
    PASSED_ON,
    RESPELT,
    SPELLINGS,
    TURNS,
)

SHINGLE = 3
"""Words in a row that are compared as one piece."""

OWN_LEAST, OTHERS_LEAST = 6, 10
"""Words that a text must have: as many as an author's own, or as somebody else's, say the same by chance with fewer."""

LEAST_LIKENESS = 0.45
"""Jaccard of the pieces: below it two texts are not compared word by word."""

SPARE_SHARE = 0.05
"""Words of meaning that may be there or not, of all; one is allowed in any case."""

BODY = 40
"""A text with so many words speaks for itself: other places put other titles over it."""

EXCERPT = 15
MOST_ALIGNED = 800
"""Words that are laid side by side, which takes quadratic time; of longer texts only the numbers of words are compared."""

_HARD = NEGATIONS | NUMBERS | DATES | TURNS
_URL = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_WORD = re.compile(r"#?(?:[^\W_]|(?<=\d)[.,:/](?=\d)|(?<=[^\W\d_])'(?=[^\W\d_]))+")
_HANDLES_AROUND = re.compile(r"^(?:\s*(?:rt|fwd|fw|re)?\s*:?\s*@[\w.@-]+:?)+|(?:\s+@[\w.@-]+)+\s*$", re.IGNORECASE)
_SENTENCE = re.compile(r"[.!?:\n]\W*$")
_ELLIPSIS = re.compile(r"(?:…|\.\.\.|\[…\]|\[…cut\])\s*\W{0,3}$")


@dataclass(frozen=True, kw_only=True)
class Wording:
    """A text as it is compared. `names` are the words with a capital inside a sentence, `tags` those with a #."""

    words: tuple[str, ...]
    pieces: frozenset[str]
    names: frozenset[str]
    tags: frozenset[str]
    title: int = 0
    """How many of the words are the title's."""
    is_excerpt: bool = False


def wording_of(title: str, text: str) -> Wording:
    head, body = _words(title), _words(text)
    if body[: len(head)] == head:
        head = []
    both = [*head, *body]
    names = {name for part in (title, text) for name in _names(part)}
    return Wording(
        words=tuple(word.removeprefix("#") for word in both),
        pieces=_pieces([word.removeprefix("#") for word in both]),
        names=frozenset(names),
        tags=frozenset(word[1:] for word in both if word.startswith("#")),
        title=len(head),
        is_excerpt=_ELLIPSIS.search(text.rstrip()) is not None,
    )


def likeness(one: Wording, other: Wording) -> float:
    """Jaccard of the pieces, 0 to 1."""
    either = len(one.pieces | other.pieces)
    return len(one.pieces & other.pieces) / either if either else 0.0


def says_again(later: Wording, first: Wording, *, same_author: bool) -> bool:
    """Whether `later` adds nothing to `first`."""
    least = OWN_LEAST if same_author else OTHERS_LEAST
    if min(len(later.words), len(first.words)) < least:
        return False
    if later.words == first.words or _is_excerpt_of(later, first):
        return True
    return _alike(later, first) or _same_body(later, first)


def _is_excerpt_of(later: Wording, first: Wording) -> bool:
    """It breaks off in the middle of the same words; the last one may be cut."""
    kept = later.words[later.title : -1]
    whole = first.words[first.title :]
    return later.is_excerpt and len(kept) >= EXCERPT and whole[: len(kept)] == kept


def _same_body(later: Wording, first: Wording) -> bool:
    """Long texts that stand under two titles."""
    if not later.title and not first.title:
        return False
    bodies = [_without_title(each) for each in (later, first)]
    return min(len(each.words) for each in bodies) >= BODY and _alike(*bodies)


def _without_title(wording: Wording) -> Wording:
    body = wording.words[wording.title :]
    return Wording(words=body, pieces=_pieces(body), names=wording.names, tags=wording.tags)


def _alike(later: Wording, first: Wording) -> bool:
    if likeness(later, first) < LEAST_LIKENESS:
        return False
    spare = max(1, int(SPARE_SHARE * min(len(later.words), len(first.words))))
    names, tags = later.names | first.names, later.tags | first.tags
    for each in _differences(first.words, later.words):
        gone, come = _unlike(_meaning(each.gone, each, tags), _meaning(each.come, each, tags))
        if any(word in _HARD or word in names or _is_figure(word) for word in (*gone, *come)):
            return False
        spare -= len(gone) + len(come)
        if (gone and come) or spare < 0:
            return False
    return True


@dataclass(frozen=True, kw_only=True)
class _Difference:
    """What stands at one place in the first text only, and in the later one only. `at_end`: at either end of a text."""

    gone: Sequence[str]
    come: Sequence[str]
    at_end: bool = False

    @property
    def adds_only(self) -> bool:
        return not self.gone or not self.come


def _differences(before: Sequence[str], after: Sequence[str]) -> Iterator[_Difference]:
    if max(len(before), len(after)) > MOST_ALIGNED:
        gone, come = Counter(before), Counter(after)
        yield _Difference(gone=list((gone - come).elements()), come=[])
        yield _Difference(gone=[], come=list((come - gone).elements()))
        return
    aligned = SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes()
    for tag, gone_from, gone_to, come_from, come_to in aligned:
        if tag != "equal":
            at_end = (gone_from, come_from) == (0, 0) or (gone_to, come_to) == (len(before), len(after))
            yield _Difference(gone=before[gone_from:gone_to], come=after[come_from:come_to], at_end=at_end)


def _meaning(words: Sequence[str], where: _Difference, tags: frozenset[str]) -> list[str]:
    """The words that say something, without those that only tell that a text was passed on, and from where."""
    passed_on = where.at_end and not PASSED_ON.isdisjoint(words)
    of_no_matter = FREE | (tags if where.adds_only else frozenset())
    if passed_on:
        of_no_matter |= PASSED_ON | AROUND_PASSED_ON
    kept: list[str] = []
    named = 0
    for word in words:
        if passed_on and word in NAMED_AFTER:
            named = 3
        elif word in of_no_matter:
            continue
        elif named and word not in NEGATIONS | TURNS and not _is_figure(word):
            named -= 1
        else:
            kept.append(word)
    return kept


def _unlike(left: list[str], right: list[str]) -> tuple[list[str], list[str]]:
    """Without words that are the same but for how they are spelt."""
    if "".join(left) == "".join(right):
        return [], []
    if len(left) != len(right):
        return left, right
    pairs = [(one, other) for one, other in zip(left, right, strict=True) if not _respelt(one, other)]
    return [one for one, _ in pairs], [other for _, other in pairs]


def _respelt(one: str, other: str) -> bool:
    """Two neighbouring letters changed places, or one letter is missing; never the first. Else many words become others."""
    if min(len(one), len(other)) < 5 or one[0] != other[0] or _is_figure(one) or _is_figure(other):
        return False
    if one in _HARD or other in _HARD:
        return False
    if one.replace("ise", "ize") == other.replace("ise", "ize"):
        return True
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) == 1:
        return any(long[:at] + long[at + 1 :] == short for at in range(1, len(long)))
    if len(short) != len(long):
        return False
    changed = [at for at in range(len(short)) if short[at] != long[at]]
    return (
        len(changed) == 2
        and changed[1] == changed[0] + 1
        and short[changed[0]] == long[changed[1]]
        and short[changed[1]] == long[changed[0]]
    )


def _is_figure(word: str) -> bool:
    return any(letter.isdigit() for letter in word)


def _pieces(words: Sequence[str]) -> frozenset[str]:
    """Every run of SHINGLE words; of a shorter text the whole."""
    if len(words) < SHINGLE:
        return frozenset({" ".join(words)}) if words else frozenset()
    return frozenset(" ".join(words[at : at + SHINGLE]) for at in range(len(words) - SHINGLE + 1))


def _plain(text: str) -> str:
    """Without addresses, and without whom it is addressed to at either end."""
    plain = unicodedata.normalize("NFKC", _URL.sub(" ", text)).replace("’", "'")
    return _HANDLES_AROUND.sub(" ", plain)


def _words(text: str) -> list[str]:
    plain = _plain(text).casefold()
    for written, meant in SPELLINGS:
        plain = plain.replace(written, meant)
    found: list[str] = []
    for word in _WORD.findall(plain):
        found += RESPELT[word].split() if word in RESPELT else [word]
    return found


def _names(text: str) -> set[str]:
    """Words with a capital where the sentence does not ask for one; none of a text that is all capitals."""
    plain = _plain(text)
    letters = [ch for ch in plain if ch.isalpha()]
    if not letters or sum(ch.isupper() for ch in letters) > len(letters) / 2:
        return set()
    found = set()
    for match in _WORD.finditer(plain):
        word = match.group().removeprefix("#")
        before = plain[: match.start()]
        starts = not before.strip() or _SENTENCE.search(before[-6:]) is not None
        if word[:1].isupper() and not starts and word.casefold() not in FREE and len(word) > 1:
            found.add(word.casefold())
    return found

"""Which of our people a customer praises by name. Thanks to the wrong person are worse than none: what is in doubt is nobody."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

_TOKEN = re.compile(r"\w+(?:['’\-]\w+)*")
_POSSESSIVE = ("'s", "’s")
_TURNS = frozenset(
    {"but", "however", "although", "though", "unlike", "except", "whereas", "aber", "jedoch", "außer", "mais", "pero"}
)
"""Words after which what is said of one person may not hold of the next."""


@dataclass(frozen=True, kw_only=True)
class Staff:
    """Somebody whom customers may name. `name` and `also` are all that counts as naming them; `slack` is their reference.

    `departments` are those whose mentions they are looked for in, all where there are none.
    """

    name: str
    slack: str
    also: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *self.also)


@dataclass(frozen=True, kw_only=True)
class Thanks:
    """Praise of one person: their reference in Slack, and the name by which the company calls them."""

    person: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Thanked:
    """How often one person was praised."""

    person: str
    name: str
    count: int


def thanked(thanks: Iterable[Thanks]) -> tuple[Thanked, ...]:
    """Those praised most often first. A person who was renamed since is called by the newest name."""
    listed = list(thanks)
    names = {each.person: each.name for each in listed}
    counts = Counter(each.person for each in listed)
    people = sorted(counts, key=lambda person: (-counts[person], names[person].casefold()))
    return tuple(Thanked(person=person, name=names[person], count=counts[person]) for person in people)


@dataclass(frozen=True, kw_only=True)
class _Token:
    """A word without its possessive, and what stands between it and the next."""

    word: str
    gap: str


@dataclass(frozen=True, kw_only=True)
class _Place:
    """Where a name stands in the text, as tokens from `begin` up to `end`, and whom it may mean."""

    begin: int
    end: int
    people: tuple[Staff, ...]


def named_in(text: str, staff: Sequence[Staff], department: str) -> tuple[Staff, ...]:
    """Who is named in a post of this department, in the order of the text.

    A longer name goes before a shorter one inside it. A single word counts only in the capitals in which it is configured
    ("Mark", not "mark") and only where no other capital follows it ("Ana Smith" is somebody else). A name that two of them
    have is nobody's; and of several people in a text that turns ("but", "unlike") nobody is known to be praised.
    """
    here = [each for each in staff if not each.departments or department in each.departments]
    tokens = _tokens(text)
    places = sorted(_uppermost(_places(tokens, here)), key=lambda place: place.begin)
    sure = [place.people[0] for place in places if len(place.people) == 1]
    found = tuple(dict.fromkeys(sure))
    turns = any(token.word.casefold() in _TURNS for token in tokens)
    return () if len(found) > 1 and turns else found


def _tokens(text: str) -> list[_Token]:
    plain = unicodedata.normalize("NFKC", text)
    found = list(_TOKEN.finditer(plain))
    starts = [*(each.start() for each in found[1:]), len(plain)]
    return [
        _Token(word=_bare(each.group()), gap=plain[each.end() : then])
        for each, then in zip(found, starts, strict=False)
    ]


def _bare(token: str) -> str:
    return token[:-2] if token.endswith(_POSSESSIVE) else token


def _places(tokens: Sequence[_Token], staff: Iterable[Staff]) -> Iterator[_Place]:
    meant: dict[tuple[str, ...], list[Staff]] = {}
    for each in staff:
        for name in each.names:
            written = tuple(token.word for token in _tokens(name))
            if written and each not in meant.setdefault(written, []):
                meant[written].append(each)
    by_first: dict[str, list[tuple[str, ...]]] = {}
    for written in meant:
        for first in {written[0].casefold(), _without_accents(written[0]).casefold()}:
            by_first.setdefault(first, []).append(written)
    for begin, token in enumerate(tokens):
        for written in by_first.get(token.word.casefold(), ()):
            if _stands_at(tokens, begin, written):
                yield _Place(begin=begin, end=begin + len(written), people=tuple(meant[written]))


def _stands_at(tokens: Sequence[_Token], begin: int, written: tuple[str, ...]) -> bool:
    said = tuple(token.word for token in tokens[begin : begin + len(written)])
    if len(written) == 1:
        return said[0] in (written[0], _without_accents(written[0])) and not _goes_on(tokens, begin)
    folded, wanted = (tuple(each.casefold() for each in words) for words in (said, written))
    return folded in (wanted, tuple(_without_accents(each) for each in wanted))


def _goes_on(tokens: Sequence[_Token], at: int) -> bool:
    """Whether another capital follows in the same breath: a surname that nobody configured."""
    following = tokens[at + 1].word if at + 1 < len(tokens) and tokens[at].gap == " " else ""
    return following[:1].isupper() and following != "I"


def _without_accents(word: str) -> str:
    parts = unicodedata.normalize("NFD", word)
    return unicodedata.normalize("NFC", "".join(ch for ch in parts if unicodedata.category(ch) != "Mn"))


def _uppermost(places: Iterable[_Place]) -> Iterator[_Place]:
    """Those that are not part of a longer one."""
    known = list(places)
    for place in known:
        length = place.end - place.begin
        if not any(
            other.begin <= place.begin and place.end <= other.end and other.end - other.begin > length
            for other in known
        ):
            yield place

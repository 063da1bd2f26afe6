"""The words that several texts have in common: what a group of mentions is about, said without a model."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

SHOWN = 6
_WORD = re.compile(r"[^\W\d_]{3,}")
_SAY_NOTHING_IN_A_ROW = """
about after again all also always and another any anybody anyone are because been before being both but came can cannot
could day days did does doesn don done down each ever every everybody few first for from gave get gets got had has hasn
have haven having her here him his how into isn its just know last later less let like long look made make many maybe
mean mine more most much must myself never new nice not nothing now off often one only other our out over own per
please put quite really said same saw say says see seem seems she should since some somebody something still such sure
take takes than that the their them then there these they thing things think this those though three time times told
too took two under until use used using very want was way week weeks well went were what when where which while who why
will with without would year years yes yet you your
"""
_SAY_NOTHING = frozenset(_SAY_NOTHING_IN_A_ROW.split())


def shared_words(texts: Sequence[str], besides: Iterable[str] = ()) -> tuple[str, ...]:
    """Words of at least a third of the texts and of two, the most frequent first, as they are written most.

    Left out are words that say nothing, and those of `besides`: the company's own name stands in every text. A plural counts
    as its singular.
    """
    dropped = {_stem(word) for name in besides for word in _words(name)}
    written: dict[str, Counter[str]] = {}
    found: Counter[str] = Counter()
    for text in texts:
        stems = {_stem(word): word for word in _words(text)}
        found.update(stems.keys() - dropped)
        for stem, word in stems.items():
            written.setdefault(stem, Counter())[word] += 1
    least = max(2, -(-len(texts) // 3))
    often = sorted((stem for stem in found if found[stem] >= least), key=lambda stem: (-found[stem], stem))
    return tuple(written[stem].most_common(1)[0][0] for stem in often[:SHOWN])


def _words(text: str) -> list[str]:
    return [word for word in _WORD.findall(text.casefold()) if word not in _SAY_NOTHING]


def _stem(word: str) -> str:
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word

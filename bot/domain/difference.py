"""What changed between two texts, word by word, short enough to be read at a glance."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

AROUND = 4
"""Words on either side of a change that are kept, so that it can be placed."""

MOST_WORDS = 120
"""Words looked at on each side between the first and the last change: comparing takes quadratic time, and people skim."""

REWRITTEN = 0.3
"""Less in common than that, and the old words are shown as one piece: stitches of single words say nothing."""

_WORD = re.compile(r"\S+")


class Fate(StrEnum):
    """What became of a run of words. `left_out` stands for words between two changes, or beyond the last one shown."""

    KEPT = "kept"
    GONE = "gone"
    NEW = "new"
    LEFT_OUT = "left_out"


@dataclass(frozen=True, kw_only=True)
class Run:
    """Words that share a fate, joined by single spaces; empty for what is left out."""

    fate: Fate
    text: str = ""


def runs(before: str, after: str) -> tuple[Run, ...]:
    """The changes in order with a few words around each; nothing where the words are the same."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    gone, come = old[head : len(old) - tail], new[head : len(new) - tail]
    if not gone and not come:
        return ()
    lead, rest = new[:head], new[len(new) - tail :] if tail else []
    middle = list(_changes(gone[:MOST_WORDS], come[:MOST_WORDS]))
    if len(gone) > MOST_WORDS or len(come) > MOST_WORDS:
        middle.append(Run(fate=Fate.LEFT_OUT))
    return (*_before(lead), *middle, *_after(rest))


def _changes(gone: Sequence[str], come: Sequence[str]) -> Iterator[Run]:
    match = SequenceMatcher(a=gone, b=come, autojunk=False)
    if match.ratio() < REWRITTEN:
        yield from _run(Fate.GONE, gone)
        yield from _run(Fate.NEW, come)
        return
    for tag, from_old, to_old, from_new, to_new in match.get_opcodes():
        if tag == "equal":
            yield from _between(come[from_new:to_new])
        else:
            yield from _run(Fate.GONE, gone[from_old:to_old])
            yield from _run(Fate.NEW, come[from_new:to_new])


def _run(fate: Fate, words: Sequence[str]) -> Iterator[Run]:
    if words:
        yield Run(fate=fate, text=" ".join(words))


def _between(words: Sequence[str]) -> Iterator[Run]:
    if len(words) <= 2 * AROUND + 1:
        yield from _run(Fate.KEPT, words)
        return
    yield from _after(words)
    yield from _run(Fate.KEPT, words[-AROUND:])


def _before(words: Sequence[str]) -> Iterator[Run]:
    if len(words) > AROUND:
        yield Run(fate=Fate.LEFT_OUT)
    yield from _run(Fate.KEPT, words[-AROUND:])


def _after(words: Sequence[str]) -> Iterator[Run]:
    yield from _run(Fate.KEPT, words[:AROUND])
    if len(words) > AROUND:
        yield Run(fate=Fate.LEFT_OUT)


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many words both begin with."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))

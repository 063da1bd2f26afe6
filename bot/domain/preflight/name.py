"""The name by which the customer is greeted."""

import re
from collections.abc import Iterator

from bot.domain.preflight.finding import Concern, Finding
from bot.domain.preflight.lexicon import each_word
from bot.domain.preflight.phrases import quoted, typed, words_at
from bot.domain.preflight.situation import Situation
from bot.domain.words import folded

_GREETED = re.compile(
    r"(?:^|(?<=[.!?\n] )|(?<=\n))"
    r"(?:[Hh]i|[Hh]ello|[Hh]ey|[Dd]ear|[Gg]ood (?:morning|afternoon|evening|day)|[Tt]hanks|[Tt]hank you|[Ss]orry)"
    r",? (?:(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof)\.? )?([A-Z][\w'-]+)",
)
_NOBODY = each_word(
    """
    there all everyone everybody folks team customer customers friend friends sir madam both you mr mrs ms miss dr i we for
    so that this and about to the again here our your from neighbour neighbours
    monday tuesday wednesday thursday friday saturday sunday
    """
)
_ALIKE = 3
"""First letters that a short form shares with the name: Kate and Katherine."""


def look_at_name(draft: str, situation: Situation) -> Iterator[Finding]:
    """A greeting by a name that is neither the author's nor in their post. Where nobody is known, nobody is wrong."""
    author = " ".join((situation.author_name, situation.author)).strip()
    text = typed(draft)
    wrong = tuple(
        words_at(draft, match.start(1), match.end(1))
        for match in _GREETED.finditer(text)
        if not _is_theirs(match[1], author, situation)
    )
    if wrong and author:
        said = f"It greets {quoted(wrong)}; the author goes by “{situation.author_name or situation.author}”."
        yield Finding(concern=Concern.NAME, rule="greeting", sentence=said, words=wrong)


def _is_theirs(name: str, author: str, situation: Situation) -> bool:
    greeted = folded(name)
    ours = {word for each in situation.voice.names for word in folded(each).split()}
    if not greeted or greeted in _NOBODY or greeted in ours:
        return True
    known = folded(f"{author} {situation.text}").split()
    handle = folded(author).replace(" ", "")
    return greeted in known or greeted in handle or any(_alike(greeted, word) for word in folded(author).split())


def _alike(one: str, other: str) -> bool:
    return len(one) >= _ALIKE and len(other) >= _ALIKE and one[:_ALIKE] == other[:_ALIKE]

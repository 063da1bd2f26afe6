"""Looking for words in a draft, with where they stand."""

import re
from collections.abc import Iterable, Sequence

from bot.domain.preflight.finding import Words

SENTENCE_END = re.compile(r"[.!?]+(?:\s+|$)|\n+")

_TYPED = str.maketrans({"\u2019": "'", "\u2018": "'", "\u201c": '"', "\u201d": '"', "\u00a0": " "})
"""What word processors make of quotes and spaces; each sign for one sign, so that places stay what they are."""


def typed(text: str) -> str:
    """The draft as a plain keyboard gives it, letter by letter in the same places."""
    return text.translate(_TYPED)


def any_of(*phrases: str) -> re.Pattern[str]:
    """Whole words, in small or capital letters; each phrase is a regular expression and a space in it is any white space."""
    joined = "|".join(phrase.replace(" ", r"\s+") for phrase in phrases)
    return re.compile(rf"(?<!\w)(?:{joined})(?!\w)", re.IGNORECASE)


def any_line(block: str) -> re.Pattern[str]:
    """`any_of` the lines of a text, without the space around them."""
    return any_of(*(line.strip() for line in block.splitlines() if line.strip()))


def found(pattern: re.Pattern[str], text: str) -> tuple[Words, ...]:
    """Every place where the pattern stands in `text`, as it was written there."""
    return tuple(words_at(text, match.start(), match.end()) for match in pattern.finditer(typed(text)))


def words_at(text: str, start: int, end: int) -> Words:
    return Words(start=start, end=end, text=text[start:end])


def sentences(text: str) -> list[str]:
    return [part for part in SENTENCE_END.split(text) if part and part.strip()]


def quoted(words: Iterable[Words], most: int = 3) -> str:
    """`“as you well know” and “read the manual”`, in the order of the draft, each once."""
    said = list(dict.fromkeys(" ".join(each.text.split())[:60] for each in sorted(words)))
    shown = [f"“{each}”" for each in said[:most]]
    if len(said) > most:
        shown.append(f"{len(said) - most} more")
    return _listed(shown)


def _listed(items: Sequence[str]) -> str:
    return " and ".join([", ".join(items[:-1]), items[-1]]) if len(items) > 1 else "".join(items)

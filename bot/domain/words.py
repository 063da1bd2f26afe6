"""Words in a text: the company's names, those that mean somebody else, and what rules look for."""

import unicodedata
from collections.abc import Sequence


def has_any_word(text: str, words: Sequence[str]) -> bool:
    """Whole words or phrases, case folded, without regular expressions: a rule's author cannot hang the bot."""
    return bool(_first_in(_spaced(text), words))


def is_named(text: str, names: Sequence[str], not_words: Sequence[str]) -> bool:
    """Whether one of `names` stands in the text outside of the phrases that mean somebody else.

    "river delta" takes nothing from "Delta lost my bag in the river delta".
    """
    said = _spaced(text)
    for phrase in sorted(map(folded, not_words), key=len, reverse=True):
        while phrase and f" {phrase} " in said:  # again for one that shares a space with the last
            said = said.replace(f" {phrase} ", " | ")
    return bool(_first_in(said, names))


def someone_else(text: str, not_words: Sequence[str]) -> str:
    """The first of the phrases that stands in the text, empty where none does."""
    return _first_in(_spaced(text), not_words)


def folded(text: str) -> str:
    """Letters, their marks and digits, in words one space apart: `T-Mobile` and `t mobile` are the same."""
    kept = (ch if ch.isalnum() or unicodedata.category(ch).startswith("M") else " " for ch in text.casefold())
    return " ".join(unicodedata.normalize("NFC", "".join(kept)).split())


def _spaced(text: str) -> str:
    return f" {folded(text)} "


def _first_in(said: str, words: Sequence[str]) -> str:
    return next((word for word in words if folded(word) and f" {folded(word)} " in said), "")

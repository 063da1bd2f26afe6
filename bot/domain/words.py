"""Words in a text: the company's names, those that mean somebody else, and what rules look for."""

import unicodedata
from collections.abc import Sequence
from functools import lru_cache


def has_any_word(text: str, words: Sequence[str]) -> bool:
    """Whole words or phrases, case folded, without regular expressions: a rule's author cannot hang the bot."""
    return bool(_first_in(_spaced(text), words))


def is_named(text: str, names: Sequence[str], not_words: Sequence[str], *, as_written: Sequence[str] = ()) -> bool:
    """Whether one of `names` stands in the text outside of the phrases that mean somebody else.

    "river delta" takes nothing from "Delta lost my bag in the river delta". A name counts in all its forms; what is in
    `as_written`, such as a misspelling, in its own only.
    """
    said = _spaced(_plain_letters(text))
    for phrase in sorted(map(folded, not_words), key=len, reverse=True):
        while phrase and f" {phrase} " in said:  # again for one that shares a space with the last
            said = said.replace(f" {phrase} ", " | ")
    return bool(_first_in(said, as_written)) or any(f" {form} " in said for name in names for form in name_forms(name))


@lru_cache(maxsize=1_000)
def name_forms(name: str) -> frozenset[str]:
    """How people write a name, folded: as it is, in one word (`#hobline`), without accents, and each of these with an -s.

    A possessive needs no form of its own: its apostrophe parts the words.
    """
    plain = folded(_plain_letters(name))
    bare = folded("".join(ch for ch in unicodedata.normalize("NFD", plain) if unicodedata.category(ch) != "Mn"))
    written = {form for each in (plain, bare) for form in (each, each.replace(" ", "")) if form}
    return frozenset(written | {f"{form}{'es' if form.endswith(_SIBILANTS) else 's'}" for form in written})


def someone_else(text: str, not_words: Sequence[str]) -> str:
    """The first of the phrases that stands in the text, empty where none does."""
    return _first_in(_spaced(text), not_words)


def folded(text: str) -> str:
    """Letters, their marks and digits, in words one space apart: `T-Mobile` and `t mobile` are the same."""
    kept = (ch if ch.isalnum() or unicodedata.category(ch).startswith("M") else " " for ch in text.casefold())
    return " ".join(unicodedata.normalize("NFC", "".join(kept)).split())


_SIBILANTS = ("s", "x", "z", "ch", "sh")


def _plain_letters(text: str) -> str:
    """Fancy letters (wide, bold, in circles) as plain ones, and none that cannot be seen: names are dressed up in both."""
    return "".join(ch for ch in unicodedata.normalize("NFKC", text) if unicodedata.category(ch) != "Cf")


def _spaced(text: str) -> str:
    return f" {folded(text)} "


def _first_in(said: str, words: Sequence[str]) -> str:
    return next((word for word in words if folded(word) and f" {folded(word)} " in said), "")

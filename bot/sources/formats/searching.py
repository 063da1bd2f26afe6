"""What a source that searches asks its place for."""

from collections.abc import Iterable

from bot.errors import GiveUp
from bot.sources.base import Listening


def searched_words(own: Iterable[str], listening: Listening) -> tuple[str, ...]:
    """The words of the source's own table, our names and our themes, each once. Raises GiveUp where there are none."""
    once: dict[str, str] = {}
    for word in (*own, *listening.names, *listening.themes):
        spaced = " ".join(word.split())
        if spaced:
            once.setdefault(spaced.casefold(), spaced)
    if not once:
        raise GiveUp("there is nothing to search for: name the company in [company] names, or give this source words")
    return tuple(once.values())


def quoted(word: str) -> str:
    """As a phrase: most searches know quotes, and none a way to write one inside."""
    return f'"{word.replace(chr(34), " ").strip()}"'

"""What is listened for beside our names: accounts whose posts are our own, hashtags of complaint, and themes to join in on."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bot.domain.words import has_any_word

_HASHTAG = re.compile(r"[#＃](\w+)")

OURS = "ours"
THEME = "theme"
"""What a route says in place of a rule's name for posts of our own accounts and people, and for themes."""
HISTORY = "history"
"""The same for what was brought in from before we listened, and would have gone to a channel."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """Somebody at a source, or, where that is empty, at every source. `handle` is in the form of `same_handle`."""

    handle: str
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class Theme:
    """A subject wider than our name, talked of by people who may never have heard of us.

    It fits where any of `words` is said, or all words of one group of `all_of`. Without `sources` only what a search found
    can fit: what other places bring is about us, whether it says so or not.
    """

    name: str
    department: str
    words: tuple[str, ...] = ()
    all_of: tuple[tuple[str, ...], ...] = ()
    sources: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()

    def searches(self) -> tuple[str, ...]:
        """What to ask a place for: most take several words as all of them."""
        return (*self.words, *(" ".join(group) for group in self.all_of))

    def is_said_in(self, text: str) -> bool:
        if has_any_word(text, self.words):
            return True
        return any(all(has_any_word(text, [word]) for word in group) for group in self.all_of)


@dataclass(frozen=True, kw_only=True)
class Ears:
    """All of it, as the company configured it. `misspellings` of our names count exactly as they are written."""

    misspellings: tuple[str, ...] = ()
    complaint_hashtags: tuple[str, ...] = ()
    own_accounts: tuple[Account, ...] = ()
    employees: tuple[Account, ...] = ()
    themes: tuple[Theme, ...] = field(default=())


def same_handle(handle: str) -> str:
    """The form in which handles are compared: `@Acme` is `acme`."""
    return handle.strip().removeprefix("@").casefold()


def whose_account(ears: Ears, source: str, author: str) -> str:
    """Whose words these are, for a person to read; empty for somebody else's."""
    handle = same_handle(author)
    if not handle:
        return ""
    if _is_among(ears.own_accounts, source, handle):
        return "our own account"
    return "one of our people" if _is_among(ears.employees, source, handle) else ""


def complaint_tags(ears: Ears, text: str) -> tuple[str, ...]:
    """Hashtags of complaint in a text, in the order of the configuration: `#fail` says nothing without a name beside it."""
    said = {tag.casefold() for tag in _HASHTAG.findall(text)}
    return tuple(tag for tag in ears.complaint_hashtags if tag.removeprefix("#").casefold() in said)


def has_hashtag(text: str, tag: str) -> bool:
    """Whether `#tag` stands in the text as a hashtag."""
    return tag.removeprefix("#").casefold() in {each.casefold() for each in _HASHTAG.findall(text)}


def theme_of(
    themes: Sequence[Theme], source: str, text: str, *, searched: bool, languages: Iterable[str]
) -> Theme | None:
    """The first theme that fits. `languages` are those that the text may be in, none where nobody could tell."""
    spoken = set(languages)

    def fits(theme: Theme) -> bool:
        from_there = source in theme.sources if theme.sources else searched
        return from_there and (not theme.languages or bool(spoken & set(theme.languages))) and theme.is_said_in(text)

    return next((theme for theme in themes if fits(theme)), None)


def _is_among(accounts: Sequence[Account], source: str, handle: str) -> bool:
    return any(each.handle == handle and each.source in ("", source) for each in accounts)

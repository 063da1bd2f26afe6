"""The tables of what is listened for: names in all their forms, our own accounts, themes, and staff whom customers name."""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from bot.values import HashtagText, Label, Language, Name, Person, Said, Several, Table

BETWEEN = ":"
"""Stands between a source and a handle: `Forum:@acme` is that account at that source only."""


def _handle(text: str) -> str:
    if not text.strip("@") or len(text.split()) != 1 or len(text) > 200 or not text.isprintable():
        raise ValueError('write a handle without spaces, such as "@acme"')
    return text


def _account(text: str) -> str:
    source, colon, handle = text.rpartition(BETWEEN)
    _handle(handle.strip())
    if colon and not source.strip():
        raise ValueError('write "@acme" for an account at every source, "Forum:@acme" for one at a single source')
    return text


def _words_of_group(words: tuple[str, ...]) -> tuple[str, ...]:
    if len(words) < 2:
        raise ValueError("write at least two words that have to be said together, or move this one to `words`")
    return words


Handle = Annotated[str, AfterValidator(_handle)]
AccountText = Annotated[str, AfterValidator(_account)]
Group = Annotated[Several[Said], AfterValidator(_words_of_group)]


class ListeningTable(Table):
    handles: Several[Handle] = ()
    products: Several[Label] = ()
    misspellings: Several[Label] = ()
    hashtags: Several[HashtagText] = ()
    complaint_hashtags: Several[HashtagText] = ()
    own_accounts: Several[AccountText] = ()
    employees: Several[AccountText] = ()


class ThemeTable(Table):
    name: Label
    department: Name
    words: Several[Said] = ()
    all_of: Annotated[tuple[Group, ...], Field(strict=False)] = ()
    sources: Several[Label] = ()
    languages: Several[Language] = ()

    @model_validator(mode="after")
    def _listens_for_something(self) -> Self:
        if not self.words and not self.all_of:
            raise ValueError("add words, or groups of them in all_of: nothing would ever fit this theme")
        return self


class StaffTable(Table):
    name: Label
    slack: Person
    also: Several[Label] = ()
    departments: Several[Name] = ()


class KudosTable(Table):
    staff_report: bool = False

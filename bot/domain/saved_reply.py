"""Replies to use again: text with fields in braces, which the mention and the person who answers fill."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.draft import AGENT, LINK, NAME

LONGEST_TITLE = 60
LONGEST_TEXT = 2_900
"""Room for what the fields bring, under the 3,000 characters that Slack's text input holds."""

_LONGEST_VALUE = 200
_FIELD = re.compile(r"\{([^{}\n]{0,40})\}")


class Field(StrEnum):
    """What stands in braces. The value is what people type."""

    AUTHOR = "author"
    COMPANY = "company"
    PRODUCT = "product"
    TEAM = "team"
    SOURCE = "source"
    LINK = "link"
    AGENT = "agent"


MEANING = {
    Field.AUTHOR: "the customer's name",
    Field.COMPANY: "our company",
    Field.PRODUCT: "what the source is about, else our company",
    Field.TEAM: "the team that has the mention",
    Field.SOURCE: "where they wrote",
    Field.LINK: "the address of their post",
    Field.AGENT: "the name of whoever answers",
}

_UNFILLED = {Field.AUTHOR: NAME, Field.AGENT: AGENT, Field.LINK: LINK}
"""What takes the place of a field that nobody knows: a blank to fill by hand."""


@dataclass(frozen=True, kw_only=True)
class SavedReply:
    """A reply as it was saved. `department` is empty for all; `version` rises with each change; `used` counts answers."""

    id: int
    title: str
    text: str
    department: str = ""
    version: int = 1
    created_by: str = ""
    created_at: datetime
    updated_by: str = ""
    updated_at: datetime
    ended_at: datetime | None = None
    used: int = 0
    last_used_at: datetime | None = None

    @property
    def retired(self) -> bool:
        return self.ended_at is not None


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """A page of replies: `retired` ones or those in force; `total` of them, and `others` of the other kind."""

    replies: tuple[SavedReply, ...]
    total: int
    page: int
    size: int
    retired: bool
    others: int


@dataclass(frozen=True, kw_only=True)
class Written:
    """What stands in the form. `id` is 0 for a new reply; `version` is the one that is changed.

    `over_list` says that the form lies over the list of all replies.
    """

    id: int = 0
    version: int = 0
    title: str = ""
    text: str = ""
    department: str = ""
    over_list: bool = False


def fault_in(title: str, text: str) -> str:
    """A sentence about what keeps a reply from being saved; empty where nothing does."""
    if not title.strip():
        return "Give it a title: people choose by it."
    if len(title.strip()) > LONGEST_TITLE:
        return f"The title is too long: {LONGEST_TITLE} characters are what fits a list."
    if not text.strip():
        return "Write the text of the reply."
    if len(text.strip()) > LONGEST_TEXT:
        return f"The text is too long: {LONGEST_TEXT:,} characters are the most, and it has {len(text.strip()):,}."
    unknown = [name for name in _FIELD.findall(text) if name not in set(Field)]
    if unknown:
        known = ", ".join(f"{{{each}}}" for each in Field)
        return f"There is no field {{{unknown[0]}}}. The fields are {known}."
    return ""


def filled(text: str, values: Mapping[Field, str]) -> str:
    """The text with its fields filled; one without a value becomes a blank. What a value brings is not read for fields."""

    def value_of(match: re.Match[str]) -> str:
        if match[1] not in set(Field):
            return match[0]
        field = Field(match[1])
        value = " ".join(values.get(field, "").split())[:_LONGEST_VALUE]
        return value or f"[{_UNFILLED.get(field, NAME)}]"

    return _FIELD.sub(value_of, text)

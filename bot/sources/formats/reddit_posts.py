"""Comments and submissions as Reddit's listings give them (https://www.reddit.com/dev/api, "things")."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from bot.domain.mention import Incoming, clean
from bot.errors import Retry
from bot.sources.formats.dates import believed, read_date
from bot.sources.formats.fields import count, line, prose, shortened, web_address
from bot.sources.formats.json_values import inner, object_of, objects_of, text_at, text_of
from bot.sources.net.fetch import PAUSE

SITE = "https://www.reddit.com"
COMMENT, SUBMISSION = "t1", "t3"
DELETED = "[deleted]"
TAKEN = frozenset({DELETED, "[removed]", "[ Removed by Reddit ]"})
"""What stands in place of a text that its author, a moderator or Reddit took down."""

_NAME = re.compile(r"t[0-9]_[A-Za-z0-9_]{1,36}")


@dataclass(frozen=True, kw_only=True)
class Thing:
    """A comment or submission; `name` is its id with its kind before it, "t1_abc"."""

    name: str
    told: Mapping[str, Any]

    @property
    def at(self) -> datetime | None:
        return read_date(text_of(self.told.get("created_utc")))

    @property
    def author(self) -> str:
        return line(text_of(self.told.get("author")))

    @property
    def is_comment(self) -> bool:
        return self.name.startswith(COMMENT)

    @property
    def text(self) -> str:
        return prose(text_of(self.told.get("body" if self.is_comment else "selftext")))

    @property
    def title(self) -> str:
        return "" if self.is_comment else line(text_of(self.told.get("title")))

    @property
    def parent(self) -> str:
        """The name of what it answers; empty for a submission."""
        return text_of(self.told.get("parent_id")) if self.is_comment else ""

    @property
    def is_gone(self) -> bool:
        """Its author left, or its text was taken down."""
        removed = text_of(self.told.get("removed_by_category"))
        return self.text in TAKEN or self.title in TAKEN or bool(removed) or (self.author == DELETED and not self.text)

    def incoming(self, parent: str, now: datetime) -> Incoming:
        told, text = self.told, self.text
        text = text or (web_address(text_of(told.get("url")), "") if self.title else "")
        return Incoming(
            external_id=self.name,
            text=text or self.title,
            title=self.title if text else "",
            url=web_address(text_of(told.get("permalink")) or text_of(told.get("context")).partition("?")[0], SITE),
            author=self.author,
            author_name=self.author,
            author_url=f"{SITE}/user/{quote(self.author)}" if self.author and self.author != DELETED else "",
            reach=count(text_of(told.get("score"))),
            posted_at=believed(self.at, now),
            parent=parent,
            thread=self._thread(),
            media=self._media(),
        )

    def _thread(self) -> str:
        """The submission that it stands under. The inbox names it in the address of the comment only."""
        named = text_of(self.told.get("link_id"))
        if not self.is_comment or named.startswith(f"{SUBMISSION}_"):
            return line(named or self.name)
        parts = (text_of(self.told.get("context")) or text_of(self.told.get("permalink"))).split("/")
        after = parts.index("comments") + 1 if "comments" in parts[:-1] else 0
        return f"{SUBMISSION}_{line(parts[after])}" if after else ""

    def _media(self) -> tuple[str, ...]:
        shown = web_address(text_of(self.told.get("url")), "") if self.told.get("post_hint") == "image" else ""
        return (shown,) if shown else ()


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """One page of a listing, and the name after which the next one begins."""

    things: Sequence[Thing]
    after: str


def read_listing(answered: object) -> Shelf:
    """Raises Retry for what is no listing. Other things than comments and submissions are left out: messages, ads."""
    told = object_of(inner(answered, "data"))
    if object_of(answered).get("kind") != "Listing" or not isinstance(told.get("children"), list):
        raise Retry("Reddit answers without a listing", after=PAUSE)
    found = (read_thing(each) for each in objects_of(told["children"]))
    after = text_of(told.get("after"))
    if after and not _NAME.fullmatch(after):
        raise Retry("Reddit names a next page that cannot be asked for", after=PAUSE)
    return Shelf(things=[thing for thing in found if thing], after=after)


def read_thing(found: Mapping[str, Any]) -> Thing | None:
    told = object_of(found.get("data"))
    kind, name = text_of(found.get("kind")), text_at(told, "name")
    is_ours = kind in (COMMENT, SUBMISSION) and name.startswith(f"{kind}_") and _NAME.fullmatch(name)
    return Thing(name=name, told=told) if is_ours else None


def parent_text(parent: Thing | None) -> str:
    if parent is None or parent.is_gone:
        return ""
    text = "\n".join(part for part in (parent.title, parent.text) if part)
    return shortened(text)


def with_line_breaks(text: str) -> str:
    """The text as Markdown in which a single line break is one: left alone it would become a space."""
    return re.sub(r"(?<!\n)\n(?!\n)", "  \n", text)


def is_same_text(ours: str, text: str) -> bool:
    """Whether a comment that stands there is the text that we sent: Reddit trims it and may change its spaces."""
    return clean(ours).split() == clean(text).split()

"""Posts of a Discourse forum (https://docs.discourse.org) as ours."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from bot.domain.mention import Incoming
from bot.sources.formats.dates import believed, read_date
from bot.sources.formats.fields import line, prose, shortened, web_address
from bot.sources.formats.json_values import object_of, text_of, whole_number
from bot.sources.formats.markup import plain_text

MOST_MEDIA = 10
WRITTEN_BY_PEOPLE = 1
"""`post_type`; others are notes of the forum itself ("closed this topic") and whispers among its staff."""

_QUOTE = re.compile(r"\[quote(?:=[^\]]{0,300})?\](.*?)\[/quote\]", re.DOTALL)
_OUR_ID = re.compile(r"([0-9]{1,15})/([0-9]{1,9})/([0-9]{1,15})")
_DECORATION = ("/images/emoji/", "/user_avatar/", "/letter_avatar")


@dataclass(frozen=True, kw_only=True)
class Where:
    """Where a post stands: its topic, its number there, and its own id."""

    topic: int
    number: int
    id: int

    @property
    def external_id(self) -> str:
        return f"{self.topic}/{self.number}/{self.id}"

    @classmethod
    def parse(cls, external_id: str) -> "Where | None":
        match = _OUR_ID.fullmatch(external_id)
        return cls(topic=int(match[1]), number=int(match[2]), id=int(match[3])) if match else None

    def page(self, base: str) -> str:
        return page_of(base, self.topic, self.number)


@dataclass(frozen=True, kw_only=True)
class ForumPost:
    """One post as the forum tells it. `answers` is the number of the post in its topic that it replies to."""

    where: Where
    said: Mapping[str, Any]

    @property
    def at(self) -> datetime | None:
        return read_date(text_of(self.said.get("created_at")))

    @property
    def username(self) -> str:
        return line(text_of(self.said.get("username")))

    @property
    def answers(self) -> int | None:
        return whole_number(self.said.get("reply_to_post_number"))

    @property
    def answered_username(self) -> str:
        return line(text_of(object_of(self.said.get("reply_to_user")).get("username")))

    @property
    def raw(self) -> str:
        """As it was written, in Markdown; where the forum does not show that, as it is shown."""
        return prose(text_of(self.said.get("raw"))) or prose(plain_text(text_of(self.said.get("cooked"))).text)

    @property
    def text(self) -> str:
        """Without what it quotes, where it has words of its own."""
        return prose(_QUOTE.sub("", self.raw)) or self.raw

    @property
    def is_gone(self) -> bool:
        return self.said.get("user_deleted") is True or bool(self.said.get("deleted_at"))

    @property
    def is_by_people(self) -> bool:
        return whole_number(self.said.get("post_type")) in (None, WRITTEN_BY_PEOPLE)


def forum_post(said: Mapping[str, Any]) -> ForumPost | None:
    """None for what is no post."""
    numbers = [whole_number(said.get(key)) for key in ("topic_id", "post_number", "id")]
    topic, number, id = (value if value is not None and value > 0 else None for value in numbers)
    if topic is None or number is None or id is None:
        return None
    return ForumPost(where=Where(topic=topic, number=number, id=id), said=said)


def incoming(post: ForumPost, base: str, *, parent: str, thread: str, now: datetime) -> Incoming:
    quoted = _QUOTE.search(post.raw)
    context = parent or (prose(quoted[1]) if quoted else "")
    return Incoming(
        external_id=post.where.external_id,
        text=post.text,
        title=line(text_of(post.said.get("topic_title"))),
        url=post.where.page(base),
        author=post.username,
        author_name=line(text_of(post.said.get("name"))) or post.username,
        author_url=web_address(f"{base}/u/{quote(post.username, safe='')}", "") if post.username else "",
        posted_at=believed(post.at, now),
        parent=shortened(context),
        thread=thread,
        media=_media(post, base),
    )


def page_of(base: str, topic: int, number: int) -> str:
    """The forum leads from here to the address with the topic's title in it, which may change."""
    return f"{base}/t/{topic}/{number}"


def _media(post: ForumPost, base: str) -> tuple[str, ...]:
    pictures = plain_text(text_of(post.said.get("cooked"))).images
    found = (web_address(each, f"{base}/") for each in pictures if not any(part in each for part in _DECORATION))
    return tuple(address for address in found if address)[:MOST_MEDIA]

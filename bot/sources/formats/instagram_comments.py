"""Comments under an Instagram account's posts, and posts that tag it, as the Graph API gives them.

`external_id` is a comment's own id, and behind an @ that of the comment above it where it is a reply: an answer goes there.
That of a post that tags us begins with `tag:`.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.domain.mention import Incoming
from bot.sources.formats.dates import believed, read_date
from bot.sources.formats.fields import line, prose, shortened, web_address
from bot.sources.formats.json_values import inner, list_at, text_at, whole_number

SITE = "https://www.instagram.com/"
TAG = "tag:"
LONGEST_ID = 200
_SAID = "id,text,timestamp,username,from{id,username},user{id},like_count"
REPLIES_SHOWN = 50
COMMENT_FIELDS = f"{_SAID},parent_id,replies.limit({REPLIES_SHOWN}){{{_SAID}}}"
LOOK_FIELDS = f"{_SAID},parent_id,media{{permalink,caption}}"
MEDIA_FIELDS = "id,caption,permalink,timestamp,username"


def own_id(external_id: str) -> str:
    return external_id.partition("@")[0]


def thread_id(external_id: str) -> str:
    """The comment under which answers stand."""
    own, _, above = external_id.partition("@")
    return above or own


def moment_of(thing: Any) -> datetime | None:
    return read_date(text_at(thing, "timestamp"))


def handle_of(thing: Any) -> str:
    return line(text_at(thing, "username") or text_at(thing, "from", "username"))


def is_by(comment: Any, account: str) -> bool:
    """Whether our account wrote it. Meta shows the `user` of our own comments only; the id in `from` may be one of another kind."""
    return account in (text_at(comment, "user", "id"), text_at(comment, "from", "id"))


def address(permalink: str, comment: str) -> str:
    """A comment's address, by that of its post."""
    post = web_address(permalink, SITE)
    return f"{post.rstrip('/')}/c/{comment}/" if post else ""


def read_comments(comments: list[Any], now: datetime, *, media: Any) -> Iterator[tuple[Any, Incoming | None]]:
    """Every comment and reply, each with what was read of it: None for what has no text or no id."""
    for comment in comments:
        yield comment, read_comment(comment, now, media=media)
        for reply in list_at(comment, "replies", "data"):
            under = replace_parent(read_comment(reply, now, media=media), comment)
            yield reply, under


def replace_parent(reply: Incoming | None, comment: Any) -> Incoming | None:
    """A reply as one that answers `comment`."""
    above = text_at(comment, "id")
    if reply is None or not above:
        return None
    own = own_id(reply.external_id)
    return replace(reply, external_id=f"{own}@{above}", thread=above, parent=shortened(prose(text_at(comment, "text"))))


def read_comment(comment: Any, now: datetime, *, media: Any) -> Incoming | None:
    """A comment under `media`, whose caption it answers. None for what has no text or no id."""
    id_, text, handle = text_at(comment, "id"), prose(text_at(comment, "text")), handle_of(comment)
    above = text_at(comment, "parent_id")
    if not text or not 0 < len(id_) + len(above) <= LONGEST_ID or id_ != line(id_):
        return None
    return Incoming(
        external_id=f"{id_}@{above}" if above else id_,
        text=text,
        url=address(text_at(media, "permalink"), id_),
        author=handle or line(text_at(comment, "from", "id")),
        author_name=handle,
        author_url=web_address(handle, SITE) if handle else "",
        reach=whole_number(inner(comment, "like_count")),
        posted_at=believed(moment_of(comment), now),
        parent=shortened(prose(text_at(media, "caption"))),
        thread=above or id_,
    )


def read_tag(media: Any, now: datetime) -> Incoming | None:
    """Somebody's post that tags us, with what it says. None where it says nothing."""
    id_, text, handle = text_at(media, "id"), prose(text_at(media, "caption")), handle_of(media)
    if not text or not 0 < len(id_) <= LONGEST_ID or id_ != line(id_):
        return None
    return Incoming(
        external_id=f"{TAG}{id_}",
        text=text,
        url=web_address(text_at(media, "permalink"), SITE),
        author=handle,
        author_name=handle,
        author_url=web_address(handle, SITE) if handle else "",
        posted_at=believed(moment_of(media), now),
    )

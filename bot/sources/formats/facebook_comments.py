"""Posts and comments on a Facebook Page, as the Graph API gives them.

`external_id` is a comment's own id, and behind an @ that of the comment above it where it is a reply: an answer goes there.
That of a post begins with `post:`.
"""

from datetime import datetime
from typing import Any

from bot.domain.mention import Incoming
from bot.sources.formats.dates import believed, read_date
from bot.sources.formats.fields import line, prose, shortened, web_address
from bot.sources.formats.json_values import inner, text_at, whole_number

SITE = "https://www.facebook.com/"
WHO = "from{id,name}"
POST_FIELDS = f"id,message,created_time,updated_time,permalink_url,full_picture,{WHO}"
COMMENT_FIELDS = f"id,message,created_time,like_count,permalink_url,attachment{{media}},{WHO},parent{{id,message}}"
"""Not what the comment is on (`object`): a photo or a video has no `message`, and one unknown field spoils the whole answer."""
LONGEST_ID = 200
POST = "post:"


def own_id(external_id: str) -> str:
    return external_id.removeprefix(POST).partition("@")[0]


def thread_id(external_id: str) -> str:
    """The comment, or post, under which answers stand."""
    return external_id.partition("@")[2] or own_id(external_id)


def post_of(comment: Any, page: str) -> str:
    """The id of the post under which a comment stands, whose latter half begins the comment's own; empty for a reply."""
    post, _, own = text_at(comment, "id").partition("_")
    return f"{page}_{post}" if own and not text_at(comment, "parent", "id") else ""


def address(id: str) -> str:
    return f"{SITE}{id}"


def moment_of(thing: Any) -> datetime | None:
    return read_date(text_at(thing, "created_time"))


def has_words(thing: Any) -> bool:
    """Stickers and pictures alone are no mentions: there is nothing to read."""
    return bool(prose(text_at(thing, "message")))


def is_by(thing: Any, author: str) -> bool:
    return text_at(thing, "from", "id") == author


def read_comment(comment: Any, now: datetime, *, under: str = "") -> Incoming | None:
    """`under` is the text of the post, which a single comment does not bring. None for what has no text or no id."""
    id_, above = text_at(comment, "id"), text_at(comment, "parent", "id")
    parent = shortened(prose(text_at(comment, "parent", "message")) or under)
    picture = web_address(text_at(comment, "attachment", "media", "image", "src"), "")
    return _incoming(
        comment,
        now,
        external_id=f"{id_}@{above}" if above else id_,
        text=text_at(comment, "message"),
        parent=parent,
        reach=whole_number(inner(comment, "like_count")),
        media=(picture,) if picture else (),
    )


def read_post(post: Any, now: datetime) -> Incoming | None:
    """A visitor's post. None for what has no text or no id."""
    picture = web_address(text_at(post, "full_picture"), "")
    media = (picture,) if picture else ()
    return _incoming(post, now, external_id=f"{POST}{text_at(post, 'id')}", text=text_at(post, "message"), media=media)


def _incoming(thing: Any, now: datetime, *, external_id: str, text: str, **more: Any) -> Incoming | None:
    words, own, author = prose(text), own_id(external_id), line(text_at(thing, "from", "id"))
    if not words or not own or len(external_id) > LONGEST_ID or external_id != line(external_id):
        return None
    return Incoming(
        external_id=external_id,
        text=words,
        url=web_address(text_at(thing, "permalink_url"), SITE) or address(own),
        author=author,
        author_name=line(text_at(thing, "from", "name")),
        author_url=address(author) if author else "",
        posted_at=believed(moment_of(thing), now),
        thread=thread_id(external_id),
        **more,
    )


def comments_of(post: Any) -> Any:
    """The edge of comments inside a post; one without comments has none."""
    found = inner(post, "comments")
    return found if found is not None else {"data": []}


def oldest(things: list[Any]) -> datetime | None:
    return min((moment for each in things if (moment := moment_of(each))), default=None)


def changed(post: Any) -> datetime | None:
    """When the post last had a comment or was edited; None where that is not said."""
    return read_date(text_at(post, "updated_time"))

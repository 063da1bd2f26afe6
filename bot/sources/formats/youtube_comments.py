"""Comments as the YouTube Data API v3 gives them.

`external_id` is the video's id, a colon and the comment's: both are needed for a link. A reply's own id is that of its
thread, a dot, and its own.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from bot.domain.mention import Incoming
from bot.errors import Retry
from bot.sources.formats.dates import believed, read_date
from bot.sources.formats.fields import line, prose, shortened, web_address
from bot.sources.formats.json_values import inner, list_at, text_at, whole_number
from bot.sources.formats.newest_first import Page
from bot.sources.net.fetch import PAUSE

WATCH = "https://www.youtube.com/watch"
COMMENTS = "youtube#commentListResponse"
THREADS = "youtube#commentThreadListResponse"
LONGEST_ID = 300


def entries(answer: dict[str, Any], kind: str) -> list[Any]:
    """What an answer lists. Raises Retry where it is something else."""
    if answer.get("kind") != kind or not isinstance(answer.get("items", []), list):
        raise Retry("YouTube answers with something else than comments", after=PAUSE)
    return list_at(answer, "items")


def read_comment(comment: Any, now: datetime, *, video: str, parent: str = "") -> Incoming | None:
    """None for what has no text or no id."""
    id_, said = text_at(comment, "id"), inner(comment, "snippet")
    text, name = words_of(comment), line(text_at(comment, "snippet", "authorDisplayName"))
    if not text or not id_ or len(video) + len(id_) > LONGEST_ID or id_ != line(id_):
        return None
    return Incoming(
        external_id=f"{video}:{id_}",
        text=text,
        url=address(video, id_),
        # A handle is there once and people know it; a channel without one is known by its id.
        author=name if name.startswith("@") else author_of(comment) or name,
        author_name=name,
        author_url=web_address(text_at(said, "authorChannelUrl"), ""),
        reach=whole_number(inner(said, "likeCount")),
        posted_at=believed(written(comment), now),
        parent=shortened(parent),
        thread=f"{video}:{thread_of(id_)}",
        media=tuple(filter(None, [_picture(comment)])),
    )


def read_comments(comments: Sequence[Any], now: datetime, *, own: str, video: str, parent: str = "") -> Page:
    """Those that `own`, our channel, did not write. A picture without a word is none: there is nothing to read."""
    theirs = [each for each in comments if author_of(each) != own and (words_of(each) or not _picture(each))]
    read = [(each, read_comment(each, now, video=video, parent=parent)) for each in theirs]
    return Page(
        found=[(changed(each), item) for each, item in read if item],
        problems=() if all(item for _, item in read) else ("a comment had no text or no id",),
    )


def words_of(comment: Any) -> str:
    return prose(text_at(comment, "snippet", "textDisplay") or text_at(comment, "snippet", "textOriginal"))


def _picture(comment: Any) -> str:
    """The picture or GIF that is attached to it, as of November 2026."""
    return web_address(text_at(comment, "snippet", "imageUrl"), "")


def author_of(comment: Any) -> str:
    """The id of the author's channel."""
    return line(text_at(comment, "snippet", "authorChannelId", "value"))


def written(comment: Any) -> datetime | None:
    return read_date(text_at(comment, "snippet", "publishedAt"))


def changed(comment: Any) -> datetime | None:
    return read_date(text_at(comment, "snippet", "updatedAt")) or written(comment)


def video_of(external_id: str) -> str:
    return external_id.partition(":")[0]


def comment_of(external_id: str) -> str:
    return external_id.partition(":")[2]


def thread_of(comment: str) -> str:
    return comment.partition(".")[0]


def address(video: str, comment: str) -> str:
    return f"{WATCH}?{urlencode({'v': video, 'lc': comment})}"

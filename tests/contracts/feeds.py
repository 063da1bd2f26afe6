"""Posts written down as RSS, Atom and JSON Feed by hand, apart from the code that reads them."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from xml.sax.saxutils import escape, quoteattr

ATOM = "http://www.w3.org/2005/Atom"


@dataclass(frozen=True, kw_only=True)
class Post:
    id: str
    text: str
    at: datetime | None = None
    title: str = ""
    link: str = ""
    author: str = ""


Render = Callable[[Sequence[Post]], bytes]


def _xml(text: str) -> str:
    """As text of an XML document that carries HTML; what XML cannot carry at all becomes U+FFFD, as real sites do it."""
    carried = "".join(ch if _is_xml(ch) else "\ufffd" for ch in text)
    return escape(carried)


def _is_xml(ch: str) -> bool:
    return ch in "\t\n" or " " <= ch <= "\ud7ff" or "\ue000" <= ch <= "\ufffd" or ch >= "\U00010000"


def _html(text: str) -> str:
    return escape(text).replace("\n", "<br>")


def rss(posts: Sequence[Post]) -> bytes:
    items = "".join(
        f"<item><guid isPermaLink='false'>{_xml(post.id)}</guid><title>{_xml(_html(post.title))}</title>"
        f"<link>{_xml(post.link)}</link><description>{_xml(_html(post.text))}</description>"
        + (f"<pubDate>{format_datetime(post.at.astimezone(UTC))}</pubDate>" if post.at else "")
        + f"<dc:creator>{_xml(post.author)}</dc:creator></item>"
        for post in posts
    )
    dc = "xmlns:dc='http://purl.org/dc/elements/1.1/'"
    return f"<rss version='2.0' {dc}><channel><title>t</title>{items}</channel></rss>".encode()


def atom(posts: Sequence[Post]) -> bytes:
    entries = "".join(
        f"<entry><id>{_xml(post.id)}</id><title>{_xml(post.title)}</title><link href={quoteattr(post.link)}/>"
        + (f"<published>{post.at.isoformat()}</published>" if post.at else "")
        + f"<author><name>{_xml(post.author)}</name></author><content type='text'>{_xml(post.text)}</content></entry>"
        for post in posts
    )
    return f"<?xml version='1.0' encoding='utf-8'?><feed xmlns='{ATOM}'><title>t</title>{entries}</feed>".encode()


def json_feed(posts: Sequence[Post]) -> bytes:
    items = [
        {
            "id": post.id,
            "url": post.link,
            "title": post.title,
            "content_text": post.text,
            "date_published": post.at and post.at.isoformat(),
            "authors": [{"name": post.author}],
        }
        for post in posts
    ]
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "t", "items": items}).encode()

"""A place as a web feed: RSS 2.0, Atom (RFC 4287) or JSON Feed 1.1, as real sites write them.

What the formats have no word for is said in the customary extensions: stars as Media RSS (`media:starRating`), the
answered post as RFC 4685 (`thr:in-reply-to`), the rest in a namespace, or an underscore object, of the places' own.
"""

import html
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from xml.etree import ElementTree

from sandbox.places.board import Shown
from sandbox.places.stream import Format, Place

MEDIA_TYPES: Mapping[Format, str] = {
    Format.RSS: "application/rss+xml; charset=utf-8",
    Format.ATOM: "application/atom+xml; charset=utf-8",
    Format.JSON: "application/feed+json; charset=utf-8",
}
MAX_STARS = 5
ATOM = "http://www.w3.org/2005/Atom"
EXTENSIONS = {
    "xmlns:dc": "http://purl.org/dc/elements/1.1/",
    "xmlns:media": "http://search.yahoo.com/mrss/",
    "xmlns:thr": "http://purl.org/syndication/thread/1.0",
    "xmlns:place": "https://earshot.example/ns/place",
}


def render_feed(place: Place, posts: Sequence[Shown], base: str) -> bytes:
    """The feed of a place, posts in the order given. `base` is the server's address, without a slash at the end.

    The bytes depend on the arguments alone, so that an unchanged place keeps its ETag.
    """
    writers = {Format.RSS: _rss, Format.ATOM: _atom, Format.JSON: _json_feed}
    return writers[place.format](place, posts, base)


def last_change(posts: Sequence[Shown], started: datetime) -> datetime:
    """When the newest change was made; the start of the demo where nothing was published yet."""
    return max((shown.updated for shown in posts), default=started)


def _rss(place: Place, posts: Sequence[Shown], base: str) -> bytes:
    rss = ElementTree.Element("rss", {"version": "2.0", "xmlns:atom": ATOM, **EXTENSIONS})
    channel = ElementTree.SubElement(rss, "channel")
    _add(channel, "title", place.title)
    _add(channel, "link", f"{base}/places/{place.name}")
    _add(channel, "description", place.tagline)
    for shown in posts:
        item = ElementTree.SubElement(channel, "item")
        if shown.post.title:
            _add(item, "title", _as_html(shown.post.title))
        _add(item, "link", base + shown.post.url)
        _add(item, "guid", tag(shown), {"isPermaLink": "false"})
        _add(item, "pubDate", format_datetime(shown.published.astimezone(UTC), usegmt=True))
        _add(item, "atom:updated", _iso(shown.updated))
        _add_author(item, shown, base, prefix="atom:")
        _add(item, "description", _as_html(shown.text))
        _add_extensions(item, shown, base)
    return _document(rss)


def _atom(place: Place, posts: Sequence[Shown], base: str) -> bytes:
    feed = ElementTree.Element("feed", {"xmlns": ATOM, **EXTENSIONS})
    _add(feed, "title", place.title)
    _add(feed, "id", f"tag:{place.name}.example,2026:feed")
    ElementTree.SubElement(feed, "link", {"rel": "alternate", "href": f"{base}/places/{place.name}"})
    ElementTree.SubElement(feed, "link", {"rel": "self", "href": f"{base}/places/{place.name}/feed"})
    _add(feed, "updated", _iso(last_change(posts, datetime(2026, 1, 1, tzinfo=UTC))))
    for shown in posts:
        entry = ElementTree.SubElement(feed, "entry")
        if shown.post.lang != "und":
            entry.set("xml:lang", shown.post.lang)
        # RFC 4287 wants a title element; a comment has none, so it is there and empty.
        _add(entry, "title", shown.post.title, {"type": "text"})
        _add(entry, "id", tag(shown))
        ElementTree.SubElement(entry, "link", {"rel": "alternate", "href": base + shown.post.url})
        _add(entry, "published", _iso(shown.published))
        _add(entry, "updated", _iso(shown.updated))
        _add_author(entry, shown, base)
        _add(entry, "content", shown.text, {"type": "text"})
        _add_extensions(entry, shown, base)
    return _document(feed)


def _json_feed(place: Place, posts: Sequence[Shown], base: str) -> bytes:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": place.title,
        "description": place.tagline,
        "home_page_url": f"{base}/places/{place.name}",
        "feed_url": f"{base}/places/{place.name}/feed",
        "items": [_json_item(shown, base) for shown in posts],
    }
    return json.dumps(feed, ensure_ascii=False, indent=1).encode()


def _json_item(shown: Shown, base: str) -> dict[str, Any]:
    post = shown.post
    item: dict[str, Any] = {
        "id": tag(shown),
        "url": base + post.url,
        "content_text": shown.text,
        "date_published": _iso(shown.published),
        "authors": [{"name": post.author_name, "url": author_url(shown, base)}],
    }
    if post.title:
        item["title"] = post.title
    if shown.is_edited:
        item["date_modified"] = _iso(shown.updated)
    if post.lang != "und":
        item["language"] = post.lang
    known = {"author": post.author, "followers": post.followers, "points": post.points, "stars": shown.stars}
    item["_place"] = {key: value for key, value in known.items() if value is not None}
    if post.reply_to:
        item["_place"]["in_reply_to"] = f"{base}/places/{post.place}/{post.reply_to}"
    return item


def author_url(shown: Shown, base: str) -> str:
    return f"{base}/places/{shown.post.place}/by/{shown.post.author}"


def _add(parent: ElementTree.Element, tag: str, text: str, attributes: Mapping[str, str] | None = None) -> None:
    ElementTree.SubElement(parent, tag, dict(attributes or {})).text = text


def _add_author(entry: ElementTree.Element, shown: Shown, base: str, *, prefix: str = "") -> None:
    author = ElementTree.SubElement(entry, f"{prefix}author")
    _add(author, f"{prefix}name", shown.post.author_name)
    _add(author, f"{prefix}uri", author_url(shown, base))


def _add_extensions(entry: ElementTree.Element, shown: Shown, base: str) -> None:
    post = shown.post
    _add(entry, "place:author", post.author)
    if shown.stars is not None:
        community = ElementTree.SubElement(entry, "media:community")
        stars = {"average": str(shown.stars), "min": "1", "max": str(MAX_STARS)}
        ElementTree.SubElement(community, "media:starRating", stars)
    for measure in ("followers", "points"):
        if (count := getattr(post, measure)) is not None:
            _add(entry, f"place:{measure}", str(count))
    if post.reply_to:
        link = {"ref": _tag_of(post.place, post.reply_to), "href": f"{base}/places/{post.place}/{post.reply_to}"}
        ElementTree.SubElement(entry, "thr:in-reply-to", link)


def _document(root: ElementTree.Element) -> bytes:
    ElementTree.indent(root, space=" ")
    document: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def _as_html(text: str) -> str:
    """RSS holds HTML: what looks like markup in the text must come out as text again."""
    return html.escape(text, quote=False).replace("\n", "<br>")


def _iso(when: datetime) -> str:
    return when.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def tag(shown: Shown) -> str:
    """The post's id as every feed says it."""
    return _tag_of(shown.post.place, shown.post.id)


def _tag_of(place: str, post_id: str) -> str:
    return f"tag:{place}.example,2026:{post_id}"

"""JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/), item by item. Runs in the guarded child only."""

import json
from collections.abc import Iterator
from typing import Any

from bot.sources.formats.dates import read_date
from bot.sources.formats.feed_document import Document, Entry, NotAFeedError, document
from bot.sources.formats.markup import Plain, plain_text, tidy


def read_json(body: bytes, base: str) -> Document:
    """Raises NotAFeedError."""
    try:
        feed = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NotAFeedError("is not valid JSON") from error
    if not isinstance(feed, dict) or "jsonfeed.org/version/" not in str(feed.get("version")):
        raise NotAFeedError("is JSON, but not a JSON Feed (its `version` does not name jsonfeed.org)")
    items = feed.get("items")
    if not isinstance(items, list):
        raise NotAFeedError("is a JSON Feed without a list of `items`")
    return document(_entries(items, feed), base=base)


def _entries(items: list[Any], feed: dict[str, Any]) -> Iterator[Entry | str]:
    for item in items:
        if not isinstance(item, dict):
            yield "is not an object"
            continue
        try:
            yield _entry(item, feed)
        except AssertionError as error:
            # html.parser's way to say that it has lost itself.
            yield f"could not be read ({type(error).__name__})"


def _entry(item: dict[str, Any], feed: dict[str, Any]) -> Entry:
    body = _body(item)
    author = _author(item) or _author(feed)
    known = _extensions(item) | _extensions(author)
    return Entry(
        guid=_text(item.get("id")),
        link=_text(item.get("url")) or _text(item.get("external_url")),
        title=_text(item.get("title")),
        text=body.text,
        author=known.get("author", "") or known.get("username", ""),
        author_name=_text(author.get("name")),
        author_url=_text(author.get("url")),
        reach=known.get("followers", "") or known.get("points", ""),
        stars=known.get("stars", "") or known.get("rating", ""),
        language=_text(item.get("language")) or _text(feed.get("language")),
        published=read_date(_text(item.get("date_published"))),
        updated=read_date(_text(item.get("date_modified"))),
        replies_to=tuple(filter(None, [known.get("in_reply_to", "")])),
        thread=known.get("thread", "") or known.get("conversation", ""),
        media=(*_media(item), *body.images),
    )


def _extensions(holder: dict[str, Any]) -> dict[str, str]:
    """What is said beyond the standard: `_rating: 4`, or `_place: {"stars": 4}`, both as {"rating"|"stars": "4"}.

    The standard leaves the names of such objects to whoever writes them, so the outer name is not looked at.
    """
    found: dict[str, str] = {}
    for key, value in holder.items():
        if key.startswith("_"):
            inner = value if isinstance(value, dict) else {key[1:]: value}
            found |= {str(name): text for name, part in inner.items() if (text := _text(part))}
    return found


def _author(holder: dict[str, Any]) -> dict[str, Any]:
    """Version 1.1 has a list, version 1.0 one object."""
    authors = holder.get("authors")
    first = authors[0] if isinstance(authors, list) and authors else holder.get("author")
    return first if isinstance(first, dict) else {}


def _body(item: dict[str, Any]) -> Plain:
    if text := _text(item.get("content_text")):
        return Plain(text=tidy(text))
    if markup := _text(item.get("content_html")):
        return plain_text(markup)
    return Plain(text=tidy(_text(item.get("summary"))))


def _media(item: dict[str, Any]) -> Iterator[str]:
    attachments = item.get("attachments")
    for part in attachments if isinstance(attachments, list) else []:
        if isinstance(part, dict):
            yield _text(part.get("url"))
    yield _text(item.get("image"))


def _text(value: object) -> str:
    """Ids and numbers come as numbers now and then; anything else than text or a number says nothing."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""

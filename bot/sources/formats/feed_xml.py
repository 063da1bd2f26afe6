"""RSS and Atom through feedparser, entry by entry. Runs in the guarded child only (`feed_child`)."""

import io
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from time import struct_time
from typing import Any

import feedparser

from bot.sources.formats.dates import in_utc
from bot.sources.formats.feed_document import Document, Entry, NotAFeedError, document
from bot.sources.formats.markup import Plain, plain_text, tidy

_DECLARES_ENTITIES = re.compile(rb"<!doctype(?:[^\[>\"']|\"[^\"]*\"|'[^']*')*\[", re.IGNORECASE)
"""A document type with an internal subset: the only place where XML can declare entities. No feed needs one."""
_PROLOG = 64 * 1024


def read_xml(body: bytes, content_type: str, base: str) -> Document:
    """`base` is what relative links are relative to. Raises NotAFeedError; a broken feed yields the entries it has."""
    # Without the NULs, UTF-16 and UTF-32 read as ASCII here.
    if _DECLARES_ENTITIES.search(body[:_PROLOG].replace(b"\0", b"")):
        raise NotAFeedError("declares XML entities of its own, which is not accepted")
    # No content-location: feedparser would resolve ids against it, and `<guid>7</guid>` would change with our address.
    headers = {"content-type": content_type} if content_type else {}
    # Sanitizing is off because no markup is kept, and because it is what held the parser for 48 s on `<!--` x 128,000.
    # The body goes in as a stream: feedparser would open a str as a URL or a file.
    parsed = feedparser.parse(
        io.BytesIO(body), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
    )
    entries, feed = parsed.get("entries", []), parsed.get("feed", {})
    if not parsed.get("version") and not entries:
        raise NotAFeedError("is not a feed (no RSS, Atom or JSON Feed found in it)")
    read = document(_entries(entries, str(feed.get("language", ""))), base=base, ttl=_minutes(feed.get("ttl")))
    if not parsed.get("bozo") or not _is_broken(parsed.get("bozo_exception")):
        return read
    fault = type(parsed.get("bozo_exception")).__name__
    return Document(
        items=read.items, ttl=read.ttl, problems=(*read.problems, f"the feed is not well-formed XML ({fault})")
    )


def _is_broken(fault: object) -> bool:
    """A wrong encoding or media type in the header is mended by feedparser and costs no entry."""
    mended = (feedparser.CharacterEncodingOverride, feedparser.NonXMLContentType)
    return not isinstance(fault, mended)


def _entries(entries: list[Mapping[str, Any]], language: str) -> Iterator[Entry | str]:
    for raw in entries:
        try:
            yield _entry(dict(raw), language)
        except (ValueError, TypeError, KeyError, AttributeError, AssertionError, OverflowError) as error:
            # One entry that our reading or html.parser trips over must not cost the others.
            yield f"could not be read ({type(error).__name__})"


def _entry(raw: dict[str, Any], feed_language: str) -> Entry:
    body, language = _body(raw)
    author = raw.get("author_detail") or {}
    name = author.get("name") or author.get("email") or raw.get("author") or ""
    rating = raw.get("media_starrating") or {}
    reply = raw.get("thr_in-reply-to") or {}
    return Entry(
        guid=raw.get("id") or "",
        link=raw.get("link") or "",
        title=_plain(raw.get("title_detail") or {}).text,
        text=body.text,
        author=_extension(raw, "author") or author.get("name") or author.get("email") or "",
        author_name=name,
        author_url=author.get("href") or "",
        reach=_extension(raw, "followers") or _extension(raw, "points"),
        stars=raw.get("im_rating") or rating.get("average") or _extension(raw, "stars"),
        most_stars="" if raw.get("im_rating") else rating.get("max") or "",
        language=language or feed_language,
        published=_moment(raw.get("published_parsed") or raw.get("created_parsed")),
        updated=_moment(raw.get("updated_parsed")),
        replies_to=tuple(filter(None, (reply.get("ref"), reply.get("href")))),
        thread=_extension(raw, "thread") or _extension(raw, "conversation"),
        media=(*_media(raw), *body.images),
    )


def _extension(raw: Mapping[str, Any], name: str) -> str:
    """The value of `<anything:name>`. There is no standard for an author's reach, so the prefix is not looked at."""
    values = (value for key, value in raw.items() if key.endswith(f"_{name}") and isinstance(value, str))
    return next(values, "")


def _body(raw: Mapping[str, Any]) -> tuple[Plain, str]:
    """The whole post rather than its summary, and plain text rather than markup where a feed gives both."""
    contents = [part for part in raw.get("content", []) if part.get("value")]
    contents.sort(key=lambda part: part.get("type") != "text/plain")
    parts = [*contents, raw.get("summary_detail") or {}]
    chosen: Mapping[str, Any] = next((part for part in parts if part.get("value")), {})
    return _plain(chosen), chosen.get("language") or ""


def _plain(part: Mapping[str, Any]) -> Plain:
    value = part.get("value") or ""
    return Plain(text=tidy(value)) if part.get("type") == "text/plain" else plain_text(value)


def _media(raw: Mapping[str, Any]) -> Iterator[str]:
    yield from (link.get("href", "") for link in raw.get("links", []) if link.get("rel") == "enclosure")
    for key in ("media_content", "media_thumbnail"):
        yield from (part.get("url", "") for part in raw.get(key, []))


def _moment(parsed: struct_time | None) -> datetime | None:
    """feedparser has already converted to UTC; a leap second becomes the one before it."""
    if parsed is None:
        return None
    year, month, day, hour, minute, second = parsed[:6]
    return in_utc(datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC))


def _minutes(ttl: object) -> float:
    text = str(ttl or "")
    return float(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0.0

"""Posts of Bluesky (app.bsky.feed.post, and what app.bsky.feed.getPosts tells around one) as ours, and our answers as theirs."""

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.mention import Incoming
from bot.sources.formats.dates import believed, read_date
from bot.sources.formats.fields import count, language, line, prose, shortened, web_address
from bot.sources.formats.json_values import object_of, objects_of, text_of

COLLECTION = "app.bsky.feed.post"
SITE = "https://bsky.app"
MOST_MEDIA = 10

_ADDRESS = re.compile(
    rf"at://(did:[a-z]+:[A-Za-z0-9._:%-]{{1,200}})/{re.escape(COLLECTION)}/([A-Za-z0-9._~:-]{{1,200}})"
)
_SORTABLE = "234567abcdefghijklmnopqrstuvwxyz"
_KEYS_BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
_KEYS_SPAN = timedelta(days=730)

View = Mapping[str, Any]


def author_of(uri: str) -> str:
    """The account's lasting id; empty for what is no post's address."""
    match = _ADDRESS.fullmatch(uri)
    return match[1] if match else ""


def page_of(uri: str) -> str:
    """The post's page for people."""
    match = _ADDRESS.fullmatch(uri)
    return f"{SITE}/profile/{match[1]}/post/{match[2]}" if match else ""


def uri_of(view: View) -> str:
    uri = text_of(view.get("uri"))
    return uri if _ADDRESS.fullmatch(uri) else ""


def parent_of(view: View) -> str:
    """The address of the post that it replies to."""
    return uri_of(object_of(_reply(view).get("parent")))


def root_of(view: View) -> str:
    return uri_of(object_of(_reply(view).get("root")))


def text_in(view: View) -> str:
    return prose(text_of(_record(view).get("text")))


def incoming(view: View, *, parent: str, thread: str, followers: object, now: datetime) -> Incoming:
    author = object_of(view.get("author"))
    record, uri = _record(view), uri_of(view)
    languages = record.get("langs")
    handle = line(text_of(author.get("handle")))
    text = parent or text_in(_quoted(view))
    return Incoming(
        external_id=uri,
        text=text_in(view),
        url=page_of(uri),
        author=handle or author_of(uri),
        author_name=line(text_of(author.get("displayName"))) or handle,
        author_url=f"{SITE}/profile/{author_of(uri)}",
        reach=count(text_of(followers)),
        language=language(text_of(languages[0])) if isinstance(languages, list) and languages else "",
        posted_at=believed(read_date(text_of(record.get("createdAt"))), now),
        parent=shortened(text),
        thread=thread,
        media=_media(view),
    )


def record_key(uri: str, key: str) -> str:
    """Where our answer is kept: made of its post and our key, so that sending it again puts it into the same place.

    It has to be a TID (https://atproto.com/specs/tid): 53 bits of microseconds, 10 of a clock, in base 32. Only its form matters.
    """
    number = int.from_bytes(hashlib.sha256(f"{uri}\n{key}".encode()).digest())
    span = int(_KEYS_SPAN.total_seconds()) * 1_000_000
    micros = int(_KEYS_BEGIN.timestamp()) * 1_000_000 + number % span
    value = micros << 10 | number // span % 1_024
    return "".join(_SORTABLE[value >> shift & 31] for shift in range(60, -1, -5))


def answer_record(post: View, text: str, *, facets: list[object], now: datetime) -> dict[str, Any]:
    """Our answer as a record. The conversation's first post is the answered one where that replies to nothing."""
    parent = _reference(post)
    root = _reference(object_of(_reply(post).get("root"))) if root_of(post) else parent
    record = {"$type": COLLECTION, "text": text, "createdAt": now.isoformat(timespec="milliseconds")}
    return record | {"reply": {"root": root, "parent": parent}} | ({"facets": facets} if facets else {})


def _reference(view: View) -> dict[str, str]:
    return {"uri": uri_of(view), "cid": text_of(view.get("cid"))}


def _record(view: View) -> View:
    """A quoted post has its record as its value."""
    return object_of(view.get("record")) or object_of(view.get("value"))


def _reply(view: View) -> View:
    return object_of(_record(view).get("reply"))


def _quoted(view: View) -> View:
    """The post that it quotes, which stands one level deeper where it also brings pictures."""
    quoted = object_of(object_of(view.get("embed")).get("record"))
    return quoted if "value" in quoted else object_of(quoted.get("record"))


def _media(view: View) -> tuple[str, ...]:
    embed = object_of(view.get("embed"))
    embed = object_of(embed.get("media")) or embed
    pictures = [each.get("fullsize") for each in objects_of(embed.get("images"))[:MOST_MEDIA]]
    found = (web_address(text_of(each), "") for each in (*pictures, embed.get("playlist")))
    return tuple(address for address in found if address)

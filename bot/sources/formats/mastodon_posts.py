"""A status of the Mastodon API (https://docs.joinmastodon.org/entities/Status/) as a post."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from bot.domain.mention import Incoming
from bot.sources.formats.dates import in_utc, read_date
from bot.sources.formats.fields import count, language, line, prose, shortened, web_address
from bot.sources.formats.json_values import object_of, objects_of, text_of
from bot.sources.formats.markup import plain_text

MOST_MEDIA = 20
_QUOTE_LINK = re.compile(r'<(p|span) class="quote-inline">.{0,2000}?</\1>', re.DOTALL)
"""What servers put into the text of a quote for readers that know none: "RE:" and the address of the quoted post."""
_LEADING_HANDLES = re.compile(r"(?:@\S+\s+)+")


@dataclass(frozen=True, kw_only=True)
class Around:
    """What a status replies to: the text of that, and how its conversation is named."""

    parent: str = ""
    thread: str = ""


def incoming(status: Mapping[str, Any], host: str, around: Around) -> Incoming:
    """`host` completes the handles of the server's own accounts, which come without one."""
    account = object_of(status.get("account"))
    author = full_handle(account, host)
    return Incoming(
        external_id=id_of(status),
        text=text_in(status),
        title=line(text_of(status.get("spoiler_text"))),
        url=address_of(status),
        author=author,
        author_name=line(text_of(account.get("display_name"))) or author,
        author_url=web_address(text_of(account.get("url")), ""),
        reach=count(text_of(account.get("followers_count"))),
        language=language(text_of(status.get("language"))),
        posted_at=moment_of(status),
        parent=around.parent or shortened(_quoted(status)),
        thread=around.thread,
        media=_media(status),
    )


def id_of(status: Mapping[str, Any]) -> str:
    return line(text_of(status.get("id")))


def moment_of(status: Mapping[str, Any]) -> datetime | None:
    """When it was written; the library has read the date already where it could."""
    written = status.get("created_at")
    return in_utc(written) if isinstance(written, datetime) else read_date(text_of(written))


def text_in(status: Mapping[str, Any]) -> str:
    written = text_of(status.get("content"))
    return prose(plain_text(_QUOTE_LINK.sub("", written) if status.get("quote") else written).text)


def address_of(status: Mapping[str, Any]) -> str:
    """Its page for people; what came from another server may only have the address of its record."""
    return web_address(text_of(status.get("url")), "") or web_address(text_of(status.get("uri")), "")


def full_handle(account: Mapping[str, Any], host: str) -> str:
    """`jo@social.example`, wherever the account is."""
    handle = line(text_of(account.get("acct")))
    return handle if not handle or "@" in handle else f"{handle}@{host}"


def says(status: Mapping[str, Any], text: str) -> bool:
    """Whether a status is this answer: servers put the handle before it, and wrap and space it in their own way."""
    said, wanted = (" ".join(each.split()) for each in (text_in(status), prose(text)))
    return wanted in (said, _LEADING_HANDLES.sub("", said, count=1))


def host_of(server: str) -> str:
    return urlsplit(server).hostname or ""


def _quoted(status: Mapping[str, Any]) -> str:
    """The text of the post that it quotes: Mastodon nests that one level deeper than other servers."""
    quote = object_of(status.get("quote"))
    return text_in(object_of(quote.get("quoted_status")) or quote)


def _media(status: Mapping[str, Any]) -> tuple[str, ...]:
    attached = objects_of(status.get("media_attachments"))[:MOST_MEDIA]
    found = (web_address(text_of(each.get("url")), "") for each in attached)
    return tuple(address for address in found if address)

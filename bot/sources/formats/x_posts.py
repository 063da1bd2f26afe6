"""Posts of X as its interface 2 gives them, and how long a text is there (https://docs.x.com, counting.characters)."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import quote

import regex

from bot.domain.mention import Incoming, clean
from bot.errors import Retry
from bot.sources.formats.dates import believed, read_date
from bot.sources.formats.fields import count, language, line, prose, shortened, web_address
from bot.sources.formats.json_values import inner, object_of, objects_of, text_at, text_of, whole_number
from bot.sources.net.fetch import PAUSE

SITE = "https://x.com"
POST_FIELDS = "author_id,conversation_id,created_at,edit_history_tweet_ids,entities,lang,note_tweet,referenced_tweets"
ASKED = {
    "tweet_fields": POST_FIELDS.split(","),
    "expansions": ["author_id", "referenced_tweets.id", "attachments.media_keys"],
    "user_fields": ["name", "public_metrics", "username"],
    "media_fields": ["preview_image_url", "type", "url"],
}
MAX_MEDIA = 20
ADDRESS_LENGTH = 23
"""What every address counts, however long it is."""

_START = datetime(2010, 11, 4, 1, 42, 54, 657_000, tzinfo=UTC)
"""When X's ids begin; a post's moment stands in its id above the lower 22 bits, in milliseconds since then."""
_SHORTENED = re.compile(r"https?://t\.co/\w{1,40}")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,200}")
_ADDRESS = re.compile(
    r"""
    https?://\S+
    | (?<![\w@.-]) (?: (?:[a-z0-9-]+\.){2,} [a-z]{2}\b (?:/\S*)?
                     | [a-z0-9-]+\. [a-z]{2} /\S*
                     | (?:[a-z0-9-]+\.)+ (?:com|org|net|info|io|app|dev|ai|co|shop|store)\b (?:/\S*)? )
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""X makes links of bare domains, too: here those under the usual endings, and under a country's where a name or a path stands
beside them (twitter-text: a plain `example.de` is none).
"""
_NAMED_FIRST = re.compile(r"^(?:@\w{1,50}\s+)+")
_EMOJI = regex.compile(r"\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3")
_SINGLE = ((0x0000, 0x10FF), (0x2000, 0x200D), (0x2010, 0x201F), (0x2032, 0x2037))
"""Signs that count one; all others, as those of Chinese, Japanese and Korean, count two."""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One answer: its posts, and those and whom they speak of, by id."""

    posts: tuple[Mapping[str, Any], ...]
    users: Mapping[str, Mapping[str, Any]]
    others: Mapping[str, Mapping[str, Any]]
    media: Mapping[str, Mapping[str, Any]]
    next: str = ""
    missing: tuple[str, ...] = ()

    @classmethod
    def read(cls, body: bytes) -> "Shown":
        """Raises Retry for what is no such answer. A page without posts says so in its `meta`."""
        try:
            answered = object_of(json.loads(body))
        except (ValueError, RecursionError):
            answered = {}
        told, meta = answered.get("data"), object_of(answered.get("meta"))
        errors = objects_of(answered.get("errors"))
        if not isinstance(told, list) and whole_number(meta.get("result_count")) != 0 and not errors:
            raise Retry("X answers without a list of posts", after=PAUSE)
        token = text_of(meta.get("next_token"))
        if token and not _TOKEN.fullmatch(token):
            raise Retry("X names a next page that cannot be asked for", after=PAUSE)
        found = tuple(objects_of(told))
        return cls(
            posts=found,
            users=_by(inner(answered, "includes", "users"), "id"),
            others=_by(inner(answered, "includes", "tweets"), "id"),
            media=_by(inner(answered, "includes", "media"), "media_key"),
            next=token,
            missing=tuple(text_at(each, "resource_id") for each in errors if "not-found" in text_at(each, "type")),
        )

    def incoming(self, post: Mapping[str, Any], now: datetime) -> Incoming:
        user = self.users.get(text_of(post.get("author_id")), {})
        handle, id = line(text_of(user.get("username"))), id_of(post)
        known = first_id(post)
        return Incoming(
            external_id=known,
            text=prose(plain(post)),
            url=f"{SITE}/{quote(handle or 'i/web', safe='/')}/status/{id}",
            author=handle or line(text_of(post.get("author_id"))),
            author_name=line(text_of(user.get("name"))),
            author_url=f"{SITE}/{quote(handle)}" if handle else "",
            reach=count(text_at(user, "public_metrics", "followers_count")),
            language=language(text_of(post.get("lang"))),
            posted_at=believed(read_date(text_of(post.get("created_at"))), now),
            parent=self._parent(post),
            thread=_only_id(post.get("conversation_id")) or known,
            media=self._media(post),
        )

    def _parent(self, post: Mapping[str, Any]) -> str:
        """What it answers and what it quotes."""
        named = [text_of(each.get("id")) for each in objects_of(post.get("referenced_tweets"))]
        text = "\n\n".join(prose(plain(self.others[id])) for id in named if id in self.others)
        return shortened(text)

    def _media(self, post: Mapping[str, Any]) -> tuple[str, ...]:
        keys = inner(post, "attachments", "media_keys")
        shown = (self.media.get(text_of(key), {}) for key in (keys if isinstance(keys, list) else []))
        links = (web_address(text_of(each.get("url") or each.get("preview_image_url")), "") for each in shown)
        return tuple(dict.fromkeys(filter(None, links)))[:MAX_MEDIA]


def first_id(post: Mapping[str, Any]) -> str:
    """The id that stays: an edited post is a new one there, which lists those that it replaced."""
    return _versions(post)[0]


def latest_id(post: Mapping[str, Any]) -> str:
    """The id of the version that stands there now."""
    return _versions(post)[-1]


def _versions(post: Mapping[str, Any]) -> list[str]:
    history = post.get("edit_history_tweet_ids")
    listed = [_only_id(each) for each in history] if isinstance(history, list) else []
    return list(filter(None, listed)) or [id_of(post)]


def plain(post: Mapping[str, Any]) -> str:
    """The whole text, with the addresses that were written and without those of its own pictures."""
    long = object_of(post.get("note_tweet"))
    holder = long if text_of(long.get("text")) else post
    written = {
        text_of(each.get("url")): "" if each.get("media_key") else web_address(text_of(each.get("expanded_url")), "")
        for each in objects_of(inner(holder, "entities", "urls"))
    }
    text = unescape(text_of(holder.get("text")))
    return _SHORTENED.sub(lambda found: written.get(found[0], found[0]), text).strip()


def answers(post: Mapping[str, Any], external_id: str, text: str) -> bool:
    """Whether it is an answer of this text to that post. X puts the names of those who are answered in front."""
    named = objects_of(post.get("referenced_tweets"))
    is_under = any(each.get("type") == "replied_to" and text_of(each.get("id")) == external_id for each in named)
    return is_under and _compared(plain(post)) == _compared(text)


def _compared(text: str) -> str:
    return " ".join(_NAMED_FIRST.sub("", clean(text).strip()).split())


def weighted_length(text: str) -> int:
    """How much of the limit a text takes: addresses 23, emoji and signs of wide scripts two, all others one."""
    text = clean(text)
    rest, addresses = _ADDRESS.subn("", text)
    clusters: Iterable[str] = regex.findall(r"\X", rest)
    return ADDRESS_LENGTH * addresses + sum(2 if _EMOJI.search(each) else sum(map(_weight, each)) for each in clusters)


def has_address(text: str) -> bool:
    return _ADDRESS.search(text) is not None


def _weight(sign: str) -> int:
    return 1 if any(low <= ord(sign) <= high for low, high in _SINGLE) else 2


def last_id_at(moment: datetime) -> int:
    """The highest id that a post of this moment can have."""
    since = (moment - _START) // timedelta(milliseconds=1)
    return (max(since, 0) + 1 << 22) - 1


def moment_of(id: str) -> datetime:
    """When the post of this id was written; ids come from `id_of`."""
    return _START + timedelta(milliseconds=int(id) >> 22)


def id_of(post: Mapping[str, Any]) -> str:
    """Its own id; empty where there is none that can be one."""
    return _only_id(post.get("id"))


def _only_id(value: object) -> str:
    written = text_of(value)
    return written if written.isascii() and written.isdigit() and len(written) < 20 else ""


def _by(found: object, key: str) -> dict[str, Mapping[str, Any]]:
    return {text_of(each.get(key)): each for each in objects_of(found)}

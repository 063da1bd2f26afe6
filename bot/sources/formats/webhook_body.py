"""The body of a webhook: mentions as JSON, in our own form or in that of a sender whose fields are mapped to ours."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from bot.domain.mention import Incoming, clean
from bot.errors import GiveUp
from bot.sources.formats.dates import believed, read_date
from bot.sources.formats.fields import count, digest, language, line, prose, stars, web_address
from bot.sources.formats.paths import as_text, at

OWN_PATHS: Mapping[str, str] = MappingProxyType(
    {
        "type": "type",
        "id": "id",
        "text": "text",
        "title": "title",
        "url": "url",
        "author": "author.handle",
        "author_name": "author.name",
        "author_url": "author.url",
        "posted_at": "posted_at",
        "rating": "rating",
        "reach": "reach",
        "language": "language",
        "parent": "parent",
        "thread": "thread",
        "media": "media",
    }
)
"""Field → where it stands in our own form."""

DELETED = "mention.deleted"
LONGEST_ID = 300
MOST_MEDIA = 20
MOST_POSTS = 500
"""In one delivery, which is one transaction: people who click wait no longer than that."""
MOST_SAID = 20
"""Problems that are told to the sender; the rest are counted."""


@dataclass(frozen=True, kw_only=True)
class Shape:
    """Where things stand: `paths` are fields that stand elsewhere than in our form, `items` the path of the post or the list
    of them ("" is the body itself), `deleted` what `type` says where a post is gone.
    """

    paths: Mapping[str, str] = field(default_factory=dict)
    items: str = ""
    deleted: str = DELETED

    def path(self, name: str) -> str:
        return self.paths.get(name, OWN_PATHS[name])


@dataclass(frozen=True, kw_only=True)
class Posts:
    items: tuple[Incoming, ...]
    gone: tuple[str, ...]
    problems: tuple[str, ...]


class _BadPost(Exception):
    """Costs the post, not the delivery; the message is for the sender."""


def read_body(body: bytes, shape: Shape, now: datetime) -> Posts:
    """Raises GiveUp where nothing of it can be taken; the reason names the place and quotes nothing."""
    items: list[Incoming] = []
    gone: list[str] = []
    problems: list[str] = []
    for where, post in _posts(_json(body), shape):
        try:
            external_id = _external_id(post, shape, where)
            if as_text(at(post, shape.path("type"))) == shape.deleted:
                gone.append(external_id)
                continue
            items.append(_mention(post, external_id, shape, where=where, now=now))
            problems += _unread(post, items[-1], shape, where)
        except _BadPost as fault:
            problems.append(str(fault))
    if problems and not items and not gone:
        raise GiveUp("; ".join(problems[:MOST_SAID]))
    return Posts(items=tuple(items), gone=tuple(gone), problems=_bounded(problems))


def _json(body: bytes) -> Any:
    try:
        return json.loads(body.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise GiveUp(f"the body is not UTF-8: byte {error.start}") from None
    except json.JSONDecodeError as error:
        raise GiveUp(f"the body is not JSON: line {error.lineno}, column {error.colno}") from None
    except ValueError:
        raise GiveUp("the body holds a number of more digits than can be read") from None
    except RecursionError:
        raise GiveUp("the body is nested too deep") from None


def _posts(found: Any, shape: Shape) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every post with the name of its place, which ends in a dot where a field can follow."""
    listed = at(found, shape.items) if shape.items else found
    place = shape.items or "the body"
    if isinstance(listed, dict):
        yield f"{shape.items}." if shape.items else "", listed
        return
    if not isinstance(listed, list):
        raise GiveUp(f"{place} must be a mention or a list of them")
    if len(listed) > MOST_POSTS:
        raise GiveUp(f"{place} holds more than {MOST_POSTS} mentions: send fewer at once")
    wrong = [index for index, post in enumerate(listed) if not isinstance(post, dict)]
    if wrong:
        raise GiveUp(f"{shape.items}[{wrong[0]}] must be an object")
    for index, post in enumerate(listed):
        yield f"{shape.items}[{index}].", post


def _external_id(post: Mapping[str, Any], shape: Shape, where: str) -> str:
    given = clean(as_text(at(post, shape.path("id")))).strip()
    if not given:
        raise _BadPost(f"{where}{shape.path('id')} is missing or empty")
    return _short(given)


def _short(given: str) -> str:
    return given if len(given) <= LONGEST_ID else f"sha256:{digest(given)}"


def _mention(post: Mapping[str, Any], external_id: str, shape: Shape, *, where: str, now: datetime) -> Incoming:
    def said(name: str) -> str:
        return as_text(at(post, shape.path(name)))

    text, title = prose(said("text")), line(said("title"))
    if not text and not title:
        raise _BadPost(f"{where}{shape.path('text')} has no text")
    # A sender that knows one name only may write it down as the author itself.
    author = line(said("author") or as_text(at(post, "author")) or said("author_name"))
    return Incoming(
        external_id=external_id,
        text=text or title,
        title=title if text else "",
        url=web_address(said("url"), ""),
        author=author,
        author_name=line(said("author_name")) or author,
        author_url=web_address(said("author_url"), ""),
        reach=count(said("reach").removesuffix(".0")),
        rating=stars(said("rating")),
        language=language(said("language")),
        posted_at=believed(read_date(said("posted_at")), now),
        parent=prose(said("parent")),
        thread=_short(clean(said("thread")).strip()),
        media=tuple(filter(None, (web_address(each, "") for each in said("media").split()[:MOST_MEDIA]))),
    )


def _unread(post: Mapping[str, Any], read: Incoming, shape: Shape, where: str) -> Iterator[str]:
    """What was said and could not be used: the mention is kept without it."""
    values = {"posted_at": read.posted_at, "rating": read.rating, "reach": read.reach, "url": read.url or None}
    for name, value in values.items():
        if value is None and at(post, shape.path(name)) not in (None, ""):
            yield f"{where}{shape.path(name)} cannot be read and is left empty"


def _bounded(problems: list[str]) -> tuple[str, ...]:
    more = len(problems) - MOST_SAID
    return (*problems[:MOST_SAID], *([f"and {more} more like these"] if more > 0 else []))

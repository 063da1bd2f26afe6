"""Reviews of an app as Apple gives them: in the public RSS of a storefront, and in App Store Connect."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bot.domain.mention import Incoming
from bot.errors import Retry
from bot.sources.formats.dates import believed, read_date
from bot.sources.formats.fields import count, line, prose, sentence, stars, web_address
from bot.sources.formats.json_values import inner, list_at, text_at
from bot.sources.formats.newest_first import Page
from bot.sources.net.fetch import PAUSE

LONGEST_ID = 300
NO_TEXT = ("a review had no text or no id",)


def page_address(app: str, country: str = "") -> str:
    """The app's reviews for people to read; a single review has no address of its own."""
    return f"https://apps.apple.com/{country and country + '/'}app/id{app}?see-all=reviews"


def rss_page(answer: Any, now: datetime, *, address: str) -> Page:
    """One page of a storefront's RSS in JSON, without the name of the next. Raises Retry where it is something else."""
    if not isinstance(inner(answer, "feed"), dict):
        raise Retry("the App Store answers with something else than reviews", after=PAUSE)
    entries = inner(answer, "feed", "entry")
    # A single review is not put into a list; an entry with a name is the app itself.
    listed = entries if isinstance(entries, list) else [entries] if entries else []
    reviews = [entry for entry in listed if inner(entry, "im:name") is None]
    read = [(read_date(text_at(each, "updated", "label")), _from_rss(each, now, address)) for each in reviews]
    return Page(
        found=[(moment, item) for moment, item in read if item],
        reaches=min((moment for moment, _ in read if moment), default=None),
        problems=() if all(item for _, item in read) else NO_TEXT,
    )


def _from_rss(entry: Any, now: datetime, address: str) -> Incoming | None:
    id_, text = text_at(entry, "id", "label"), prose(text_at(entry, "content", "label"))
    if not _is_sound(id_, text):
        return None
    version = line(text_at(entry, "im:version", "label"))
    about = (line(text_at(entry, "title", "label")), version and f"version {version}")
    name = line(text_at(entry, "author", "name", "label"))
    return Incoming(
        external_id=id_,
        text=text,
        title=line(" · ".join(filter(None, about))),
        url=address,
        author=name,
        author_name=name,
        author_url=web_address(text_at(entry, "author", "uri", "label"), ""),
        reach=count(text_at(entry, "im:voteCount", "label")),
        rating=stars(text_at(entry, "im:rating", "label")),
        posted_at=believed(read_date(text_at(entry, "updated", "label")), now),
    )


def connect_page(answer: Any, now: datetime, *, address: str) -> Page:
    """One page of App Store Connect's list. Raises Retry where it is something else."""
    if not isinstance(inner(answer, "data"), list):
        raise Retry("App Store Connect answers with something else than reviews", after=PAUSE)
    reviews = list_at(answer, "data")
    read = [(_created(each), from_connect(each, now, address=address)) for each in reviews]
    return Page(
        found=[(moment, item) for moment, item in read if item],
        next=_next(text_at(answer, "links", "next")),
        reaches=min((moment for moment, _ in read if moment), default=None),
        problems=() if all(item for _, item in read) else NO_TEXT,
    )


def from_connect(review: Any, now: datetime, *, address: str) -> Incoming | None:
    """None for what has no text or no id."""
    said = inner(review, "attributes")
    id_, text = text_at(review, "id"), prose(text_at(said, "body"))
    if not _is_sound(id_, text):
        return None
    name = line(text_at(said, "reviewerNickname"))
    return Incoming(
        external_id=id_,
        text=text,
        title=line(text_at(said, "title")),
        url=address,
        author=name,
        author_name=name,
        rating=stars(text_at(said, "rating")),
        posted_at=believed(_created(review), now),
    )


def why(answer: Any) -> str:
    """App Store Connect's own reason for a refusal, on one line."""
    first: Mapping[str, Any] | None = next(iter(list_at(answer, "errors")), None)
    return sentence(text_at(first, "detail") or text_at(first, "title"))


def _created(review: Any) -> datetime | None:
    return read_date(text_at(review, "attributes", "createdDate"))


def _next(link: str) -> str:
    """The name of the next page. The link itself is never followed: it could lead our token elsewhere."""
    try:
        return parse_qs(urlsplit(link).query).get("cursor", [""])[0]
    except ValueError:
        return ""


def _is_sound(id: str, text: str) -> bool:
    return bool(text) and 0 < len(id) <= LONGEST_ID and id == line(id)

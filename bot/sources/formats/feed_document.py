"""What the child that reads feeds hands back: one document, the same for RSS, Atom and JSON Feed, and its wire form."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from bot.domain.mention import Incoming, clean
from bot.sources.formats.fields import count, digest, language, line, prose, shortened, stars, web_address

MAX_ENTRIES = 5_000
MAX_PROBLEMS = 20
MAX_MEDIA = 20
LONGEST_ID = 300
SHORTEST_REPEAT = 20


class NotAFeedError(Exception):
    """The body cannot be read as a feed; the message is a sentence without customer text."""


@dataclass(frozen=True, kw_only=True)
class Document:
    """`ttl` is in minutes, 0 where the feed names none."""

    items: Sequence[Incoming] = ()
    problems: Sequence[str] = ()
    ttl: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An entry as the format gives it, text already plain. `replies_to` are ids or links of the post it answers.

    `thread` is the conversation's id, where the place gives it one.
    """

    guid: str = ""
    link: str = ""
    title: str = ""
    text: str = ""
    author: str = ""
    author_name: str = ""
    author_url: str = ""
    reach: str = ""
    stars: str = ""
    most_stars: str = ""
    language: str = ""
    published: datetime | None = None
    updated: datetime | None = None
    replies_to: Sequence[str] = ()
    thread: str = ""
    media: Sequence[str] = field(default=())


def document(entries: Iterable[Entry | str], *, base: str, ttl: float = 0.0) -> Document:
    """Entries in the feed's order become items; a `str` among them is the reason why an entry could not be read.

    `base` is what relative links are relative to; ids are left as they are.
    """
    problems: list[str] = []
    found: dict[str, tuple[Entry, Incoming]] = {}
    for position, entry in enumerate(entries, start=1):
        if position > MAX_ENTRIES:
            problems.insert(0, f"the feed has more than {MAX_ENTRIES} entries; the rest is left out")
            break
        reason = entry if isinstance(entry, str) else _add(found, entry, base)
        if reason:
            problems.append(f"entry {position} {reason}")
    items = _with_parents(found.values())
    if len(problems) > MAX_PROBLEMS:
        problems[MAX_PROBLEMS:] = [f"and {len(problems) - MAX_PROBLEMS} more entries"]
    return Document(items=items, problems=problems, ttl=ttl)


def _add(found: dict[str, tuple[Entry, Incoming]], entry: Entry, base: str) -> str:
    """Puts the entry among those found; the reason where it is left out. Of two with one id the newer one stays."""
    item = item_from(entry, base)
    if not item.text:
        return "has no text"
    before = found.get(item.external_id)
    if before is None:
        found[item.external_id] = entry, item
        return ""
    if _age(entry) > _age(before[0]):
        found[item.external_id] = entry, item
    return "" if before[1].text == item.text else "has the id of another entry; the newer one is kept"


def _age(entry: Entry) -> datetime:
    return entry.updated or entry.published or datetime.min.replace(tzinfo=UTC)


def item_from(entry: Entry, base: str) -> Incoming:
    title, text = line(entry.title), prose(entry.text)
    name = line(entry.author_name)
    link = web_address(entry.link, base)
    return Incoming(
        external_id=_external_id(entry, link),
        text=text or title,
        title="" if not text or _repeats(title, text) else title,
        url=link,
        author=line(entry.author) or name,
        author_name=name,
        author_url=web_address(entry.author_url, base),
        reach=count(entry.reach),
        rating=stars(entry.stars, entry.most_stars),
        language=language(entry.language),
        posted_at=entry.published or entry.updated,
        media=_media(entry.media, base),
    )


def _repeats(title: str, text: str) -> bool:
    """Places without titles make one out of the first words."""
    first_words = title.rstrip(".… ")
    return text == title or (len(first_words) >= SHORTEST_REPEAT and text.startswith(first_words))


def _external_id(entry: Entry, link: str) -> str:
    """The place's own id, else the link, else a digest of what was written; long ids are replaced by their digest."""
    known = clean(entry.guid).strip() or link
    if known:
        return _short(known)
    parts = [entry.title, entry.text, entry.author_name, str(entry.published or "")]
    return "sha256:" + digest("\0".join(parts))


def _short(known: str) -> str:
    return known if len(known) <= LONGEST_ID else "sha256:" + digest(known)


def _with_parents(found: Iterable[tuple[Entry, Incoming]]) -> list[Incoming]:
    """A feed names the answered post by id or link; where that post is in the feed too, its text is the parent."""
    pairs = list(found)
    posts = {item.url: item for _, item in pairs if item.url} | {item.external_id: item for _, item in pairs}
    return [_placed(entry, item, posts) for entry, item in pairs]


def _placed(entry: Entry, item: Incoming, posts: Mapping[str, Incoming]) -> Incoming:
    """With the text that it answers, and with the id of the conversation: its own, else that of the post it answers."""
    named = [_short(clean(name).strip()) for name in (*entry.replies_to,) if name]
    others = [name for name in named if name and name not in (item.external_id, item.url)]
    parent = next((posts[name] for name in others if name in posts), None)
    answered = parent.external_id if parent is not None else next(iter(others), "")
    thread = _short(clean(entry.thread).strip()) or answered
    return replace(item, parent=shortened(parent.text) if parent is not None else "", thread=thread)


def _media(addresses: Iterable[str], base: str) -> tuple[str, ...]:
    absolute = (web_address(address, base) for address in addresses)
    return tuple(dict.fromkeys(filter(None, absolute)))[:MAX_MEDIA]


def to_wire(read: Document) -> bytes:
    items = [asdict(item) | {"posted_at": item.posted_at and item.posted_at.isoformat()} for item in read.items]
    return json.dumps({"items": items, "problems": list(read.problems), "ttl": read.ttl}).encode("ascii")


def from_wire(wire: bytes) -> Document:
    raw = json.loads(wire)
    return Document(items=tuple(map(_item, raw["items"])), problems=tuple(raw["problems"]), ttl=raw["ttl"])


def _item(raw: dict[str, Any]) -> Incoming:
    moment = raw["posted_at"]
    posted_at = datetime.fromisoformat(moment) if moment else None
    return Incoming(**{**raw, "posted_at": posted_at, "media": tuple(raw["media"])})

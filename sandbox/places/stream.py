"""The story as its two files tell it: who writes what, where and when. Read once, strictly.

`mentions.jsonl` holds one post a line; `places.toml`, beside it, describes the places. `at` counts minutes from the start
of the demo: what is not after it is there from the beginning. `expected_…` and `note` are for tests and readers only.
"""

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import Any

NEVER_SHOWN = frozenset({"expected_topic", "expected_second", "expected_triage", "note"})
NEEDED = frozenset({"id", "place", "kind", "author", "author_name", "text", "url", "at", "lang"})


class Format(StrEnum):
    RSS = "rss"
    ATOM = "atom"
    JSON = "json"


class Measure(StrEnum):
    """The number that a place shows beside a post or its author."""

    FOLLOWERS = "followers"
    POINTS = "points"
    STARS = "stars"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Place:
    """One place, and the format of its feed. `titles` says whether posts have a title there.

    `answers` says whether the company may answer under posts, `answer_limit` in how many characters; 0 is any number.
    """

    name: str
    title: str
    tagline: str
    kind: str
    format: Format
    color: str
    titles: bool = False
    measure: Measure = Measure.NONE
    answers: bool = False
    answer_limit: int = 0


@dataclass(frozen=True, kw_only=True)
class Edit:
    """The text as its author changes it later, `at` minutes after the start."""

    at: float
    text: str
    stars: int | None = None


@dataclass(frozen=True, kw_only=True)
class Post:
    """One post of the story. `reply_to` is the id of an earlier post in the same place."""

    id: str
    place: str
    kind: str
    author: str
    author_name: str
    text: str
    url: str
    at: float
    lang: str
    title: str = ""
    followers: int | None = None
    points: int | None = None
    stars: int | None = None
    reply_to: str = ""
    edits: tuple[Edit, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Stream:
    places: Mapping[str, Place]
    posts: tuple[Post, ...]


class BadStream(ValueError):
    """The story's files contradict themselves; the message names every line at fault."""


def load_stream(path: Path) -> Stream:
    """Read the posts of `path` and the `places.toml` beside it; raises BadStream with all faults at once."""
    tables = tomllib.loads(path.with_name("places.toml").read_text(encoding="utf-8"))["places"]
    places = {table["name"]: _place(table) for table in tables}
    posts: dict[str, Post] = {}
    faults: list[str] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        if not line:
            continue
        raw = json.loads(line)
        found = list(_faults(raw, places, posts))
        faults += [f"line {number}: {fault}" for fault in found]
        if not found:
            posts[raw["id"]] = _post(raw)
    if faults:
        raise BadStream("; ".join(faults))
    return Stream(places=places, posts=tuple(posts.values()))


def _place(table: dict[str, Any]) -> Place:
    return Place(**{**table, "format": Format(table["format"]), "measure": Measure(table.get("measure", "none"))})


def _post(raw: dict[str, Any]) -> Post:
    shown = {key: value for key, value in raw.items() if key not in NEVER_SHOWN}
    return Post(**{**shown, "edits": tuple(Edit(**edit) for edit in raw.get("edits", ()))})


def _faults(raw: dict[str, Any], places: Mapping[str, Place], before: Mapping[str, Post]) -> Iterator[str]:
    """What is wrong with a line, given the posts of the lines before it."""
    unknown = raw.keys() - {field.name for field in fields(Post)} - NEVER_SHOWN
    if unknown or (missing := NEEDED - raw.keys()):
        yield f"unknown keys {sorted(unknown)}" if unknown else f"missing keys {sorted(missing)}"
        return
    place = places.get(raw["place"])
    if place is None:
        yield f"no place {raw['place']!r}"
        return
    if raw["id"] in before:
        yield f"id {raw['id']!r} is taken"
    if raw["kind"] != place.kind:
        yield f"kind {raw['kind']!r} in a place of kind {place.kind!r}"
    if raw["url"] != f"/places/{place.name}/{raw['id']}":
        yield f"url {raw['url']!r} does not lead to the post"
    if bool(raw.get("title")) and not place.titles:
        yield f"posts in {place.name} have no title"
    if reply_to := raw.get("reply_to"):
        parent = before.get(reply_to)
        if parent is None or parent.place != place.name or parent.at > raw["at"]:
            yield f"answers {reply_to!r}, which is no earlier post in {place.name}"

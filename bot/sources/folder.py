"""A folder in which files of mentions are dropped: exports, a nightly job's output. Each is read once; none is moved or deleted."""

import hashlib
import json
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field

from bot.domain.mention import Incoming
from bot.errors import GiveUp
from bot.sources.base import Batch, Listening, Source
from bot.sources.files import find_layout, read_piece
from bot.sources.formats.fields import digest
from bot.sources.formats.file_rows import BadRow
from bot.sources.table import SourceTable
from bot.values import Said

ENDINGS = frozenset({".csv", ".tsv", ".jsonl", ".ndjson"})
PIECE = 500
"""Rows of one poll, which are one transaction: people who click wait no longer than that."""
SETTLED = timedelta(minutes=1)
"""A file that nobody wrote to for so long is whole; a younger one has to look the same at two polls."""
MOST_FILES = 2_000
LARGEST = 64 * 1024 * 1024
MOST_SAID = 20


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A file as it was looked at. `rows` are those given so far, None where that is all; `content` is known once it was begun."""

    size: int
    changed: int
    content: str = ""
    rows: int | None = 0

    def looks_like(self, other: "Seen") -> bool:
        return (self.size, self.changed) == (other.size, other.changed)


@dataclass(frozen=True, kw_only=True)
class FolderCursor:
    """What is remembered of the files, by a short digest of the name. Rows from before `start` are left out."""

    start: datetime | None = None
    files: Mapping[str, Seen] = field(default_factory=dict)

    def text(self) -> str:
        files = {key: [seen.size, seen.changed, seen.content, seen.rows] for key, seen in self.files.items()}
        return json.dumps({"start": self.start and self.start.isoformat(), "files": files}, separators=(",", ":"))

    @classmethod
    def parse(cls, text: str) -> "FolderCursor":
        """The cursor that `text()` wrote; a fresh one for anything else."""
        try:
            raw = json.loads(text)
            start = datetime.fromisoformat(raw["start"])
            files = {str(key): _seen(*values) for key, values in raw["files"].items()}
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return cls()
        return cls(start=start, files=files) if start.tzinfo else cls()


def _seen(size: int, changed: int, content: str, rows: int | None) -> Seen:
    return Seen(size=int(size), changed=int(changed), content=str(content), rows=None if rows is None else int(rows))


@dataclass(frozen=True, kw_only=True)
class FolderSource:
    """One folder, not those inside it. A changed file is read again as a whole: its rows are edits of those we have."""

    name: str
    path: Path
    columns: Mapping[str, str] = field(default_factory=dict)
    every: timedelta = timedelta(minutes=5)
    first_lookback: timedelta = timedelta(hours=24)
    kind: ClassVar[str] = "folder"

    def poll(self, cursor: str, now: datetime) -> Batch:
        """Raises GiveUp where the folder cannot be looked into. A file that cannot be read is named among the problems."""
        known = FolderCursor.parse(cursor)
        if known.start is None:
            known = FolderCursor(start=now - self.first_lookback)
        there = self._look()
        files = {key: _standing(seen, known.files.get(key)) for key, (_, seen) in there.items()}
        due = [key for key, seen in files.items() if self._is_due(seen, known.files.get(key), now)]
        problems: list[str] = []
        for position, key in enumerate(due):
            path = there[key][0]
            try:
                piece = self._read(path, files[key], now)
            except OSError as error:  # the next poll tries this one again; the others need not wait for it
                problems.append(f"{path.name} cannot be read: {error.strerror}")
                continue
            items, left_out = _since(piece.items, known.start, path.name)
            return Batch(
                items=tuple(sorted(items, key=lambda each: each.posted_at or now)),
                cursor=replace(known, files=files | {key: piece.after}).text(),
                more=piece.after.rows is not None or position + 1 < len(due),
                problems=(*problems, *piece.problems, *left_out),
            )
        return Batch(items=(), cursor=replace(known, files=files).text(), problems=tuple(problems))

    def _look(self) -> dict[str, tuple[Path, Seen]]:
        """The files that can be meant, the oldest first. Links are not followed: they may lead anywhere."""
        try:
            entries = [
                (entry, entry.stat(follow_symlinks=False)) for entry in os.scandir(self.path) if _is_meant(entry)
            ]
        except OSError as error:
            raise GiveUp(f"the folder {self.path} cannot be read: {error.strerror}") from error
        if len(entries) > MOST_FILES:
            raise GiveUp(f"the folder {self.path} holds more than {MOST_FILES} files: move those that were read away")
        entries.sort(key=lambda each: (each[1].st_mtime_ns, each[0].name))
        return {
            digest(entry.name)[:12]: (Path(entry.path), Seen(size=about.st_size, changed=about.st_mtime_ns))
            for entry, about in entries
            if stat.S_ISREG(about.st_mode)
        }

    @staticmethod
    def _is_due(seen: Seen, before: Seen | None, now: datetime) -> bool:
        if seen.rows is None:
            return False
        age = now - datetime.fromtimestamp(seen.changed / 1e9, UTC)
        return age >= SETTLED or (before is not None and seen.looks_like(before))

    def _read(self, path: Path, seen: Seen, now: datetime) -> "_Piece":
        """The next piece of a file. Raises OSError."""
        done = replace(seen, rows=None)
        if seen.size > LARGEST:
            said = f"{path.name} is larger than {LARGEST // 2**20} MiB: bring it in with `earshot import`"
            return _Piece(problems=[said], after=done)
        content = _content(path)
        begins = (seen.rows or 0) if content == seen.content else 0
        if content == seen.content and not begins:  # touched, and nothing in it changed
            return _Piece(after=done)
        try:
            read = read_piece(path, find_layout(path, self.columns), now=now, begin=begins, most=PIECE)
        except GiveUp as fault:
            advice = fault.reason.replace("--map text=COLUMN", 'columns = { text = "COLUMN" }')
            return _Piece(problems=[f"{path.name}: {advice}"], after=replace(done, content=content))
        after = replace(seen, content=content, rows=None if read.ended else begins + PIECE)
        bad = [f"{path.name}:{row.line} {row.reason}" for row in read.found if isinstance(row, BadRow)]
        return _Piece(
            items=[row for row in read.found if isinstance(row, Incoming)], problems=_bounded(bad), after=after
        )


@dataclass(frozen=True, kw_only=True)
class _Piece:
    """Some rows of a file, what is wrong with them, and how the file stands after them."""

    items: list[Incoming] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    after: Seen


def _since(items: list[Incoming], start: datetime | None, name: str) -> tuple[list[Incoming], list[str]]:
    """Those not dated before `start`, and a sentence on how many were left out."""
    wanted = [each for each in items if start is None or each.posted_at is None or each.posted_at >= start]
    left_out = len(items) - len(wanted)
    return wanted, [f"{name}: {left_out} rows are older than first_lookback and left out"] if left_out else []


def _is_meant(entry: "os.DirEntry[str]") -> bool:
    return not entry.name.startswith(".") and Path(entry.name).suffix.lower() in ENDINGS


def _standing(seen: Seen, before: Seen | None) -> Seen:
    """What is known of a file that looks as it did; of a changed one the content that was read, and no rows."""
    if before is None:
        return seen
    return before if seen.looks_like(before) else replace(seen, content=before.content if before.rows is None else "")


def _content(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]


def _bounded(bad: list[str]) -> list[str]:
    more = len(bad) - MOST_SAID
    return [*bad[:MOST_SAID], *([f"and {more} more rows like these"] if more > 0 else [])]


class FolderTable(SourceTable):
    """`columns` says which column is what, where their names do not."""

    kind: Literal["folder"]
    path: Said
    columns: dict[str, Said] = Field(default_factory=dict)

    def build(self, listening: Listening) -> Source:  # noqa: ARG002 - a file is read whole
        return FolderSource(
            name=self.name,
            path=Path(self.path),
            columns=self.columns,
            every=self.every,
            first_lookback=self.first_lookback,
        )

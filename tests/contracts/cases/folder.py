"""A folder with one file in it, written anew as the place's posts change: as CSV and as JSON Lines."""

import csv
import io
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from bot.sources.base import Source
from bot.sources.folder import FolderSource
from tests.contracts.case import Trait, with_traits
from tests.contracts.feeds import Post

LONG_AGO = datetime(2026, 5, 1, tzinfo=UTC).timestamp()
"""When the files say that they were written, so that none is waited for."""

Write = Callable[[Sequence[Post]], bytes]


def _fields(post: Post) -> dict[str, str]:
    at = post.at.isoformat() if post.at else ""
    return {
        "id": post.id,
        "text": post.text,
        "title": post.title,
        "url": post.link,
        "author": post.author,
        "posted_at": at,
    }


def as_csv(posts: Sequence[Post]) -> bytes:
    file = io.StringIO()
    writer = csv.DictWriter(file, ["id", "text", "title", "url", "author", "posted_at"])
    writer.writeheader()
    writer.writerows(_fields(post) for post in posts)
    return file.getvalue().encode("utf-8", "replace")


def as_jsonl(posts: Sequence[Post]) -> bytes:
    return "".join(json.dumps(_fields(post)) + "\n" for post in posts).encode()


class FolderCase:
    def __init__(self, folder: Path, file: Path, write: Write) -> None:
        self.source: Source = FolderSource(name="exports", path=folder)
        self._file = file
        self._write = write
        self._times = count()

    def publish(self, posts: Sequence[Post]) -> None:
        if not posts:
            return
        self._file.write_bytes(self._write(posts))
        written = LONG_AGO + next(self._times)
        os.utime(self._file, (written, written))

    def external_id(self, post: Post) -> str:
        return post.id


@contextmanager
def _folder(name: str, write: Write) -> Iterator[FolderCase]:
    with tempfile.TemporaryDirectory() as folder:
        yield FolderCase(Path(folder), Path(folder) / name, write)


TRAITS = with_traits(Trait.TITLES, Trait.LINKS, Trait.UNDATED, Trait.EMPTY, Trait.SHORT_WINDOW, Trait.TELLS_EDITS)


@TRAITS
@contextmanager
def folder_csv() -> Iterator[FolderCase]:
    with _folder("export.csv", as_csv) as case:
        yield case


@TRAITS
@contextmanager
def folder_jsonl() -> Iterator[FolderCase]:
    with _folder("export.jsonl", as_jsonl) as case:
        yield case


READERS = (folder_csv, folder_jsonl)

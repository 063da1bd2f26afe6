"""feedparser's own test feeds, read out of its source archive, which `.ci/feedparser-corpus` fetches."""

import os
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ARCHIVE = Path(__file__).parents[2] / ".venv/share/feedparser-corpus/feedparser-6.0.14.tar.gz"
FEEDS = (".xml", ".json", ".rss", ".rdf", ".atom")


@dataclass(frozen=True, kw_only=True)
class Feed:
    name: str
    body: bytes


def feeds() -> Iterator[Feed]:
    """Every feed of the archive, well-formed or not."""
    with tarfile.open(ARCHIVE) as archive:
        for member in archive:
            if "/tests/" in member.name and member.name.endswith(FEEDS) and (file := archive.extractfile(member)):
                yield Feed(name=member.name.partition("/tests/")[2], body=file.read())


def need_corpus() -> None:
    """The test fails where CI is set and the archive is not there, and is skipped elsewhere."""
    if ARCHIVE.exists():
        return
    told = "feedparser's source archive is not there: .ci/feedparser-corpus fetches it"
    if os.environ.get("CI"):
        pytest.fail(told)
    pytest.skip(told)

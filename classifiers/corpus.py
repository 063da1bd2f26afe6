"""The labelled rows: read from the folder of data files and from the project's own mentions, with targets as numbers."""

import csv
import gzip
import hashlib
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifiers.heads import HEAD_LABELS

DETRACTOR_AT_MOST = 6
PROMOTER_AT_LEAST = 9
SECOND_SHARE = 0.25
"""How much of a row's topic target goes to the other acceptable topic."""

UNSEEN_SOURCES = frozenset({"airline", "complaints", "twitter_entity", "asapp"})
"""Sources of mentions_dev that have no row in training."""

LABELS = Path(str(resources.files("classifiers"))) / "labels" / "posts.csv"

csv.field_size_limit(2**31 - 1)

Targets = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Mention:
    """A row labelled for this project. `nps` is 0..10, 7 also where no attitude shows; `second` is "" where there is none."""

    text: str
    about: str
    source: str
    topic: str
    second: str
    nps: int
    triage: str
    reply: bool
    irony: bool | None = None
    """None where nobody said."""


@dataclass(frozen=True, kw_only=True)
class Extra:
    """An auxiliary row, with the one label its set has: a topic, or detractor and promoter targets in [0, 1]."""

    text: str
    source: str
    topic: str = ""
    detractor: float = 0.0
    promoter: float = 0.0


def read_mentions(file: Path) -> list[Mention]:
    return [_mention(row) for row in rows_of(file)]


def read_extra_topics(file: Path, *, cap: int) -> list[Extra]:
    """Human and derived topics, at most `cap` a (source, topic). `praise` is a mood, no topic: left out."""
    rows = [row for row in rows_of(file) if row.get("split", "train") == "train" and row["topic"] != "praise"]
    kept = _capped(rows, lambda row: row["source"] + "/" + row["topic"], cap)
    return [Extra(text=row["text"], source=row["source"], topic=row["topic"]) for row in kept]


def read_extra_detractors(file: Path, *, caps: Mapping[str, int], cap: int) -> list[Extra]:
    """At most `cap` a (source, native label), or what `caps` says of the source; plain questions are left out."""
    rows = [row for row in rows_of(file) if row["split"] == "train" and row["role"] == "train"]
    kept = []
    for source in sorted({row["source"] for row in rows}):
        ours = [row for row in rows if row["source"] == source]
        kept += _capped(ours, lambda row: row["label_orig"], caps.get(source, cap))
    return [
        Extra(
            text=row["text"],
            source=row["source"],
            detractor=float(row["detractor"]),
            promoter=float(row["promoter"]),
        )
        for row in kept
    ]


def own_mentions() -> list[Mention]:
    """Mentions of invented companies, written for this project; they travel with it."""
    folder = Path(str(resources.files("classifiers"))) / "mentions"
    lines = [line for file in sorted(folder.glob("*.jsonl")) for line in file.read_text(encoding="utf-8").splitlines()]
    return [_mention({**json.loads(line), "source": "own"}) for line in lines]


def labelled_posts(files: Sequence[Path]) -> list[Mention]:
    """Posts of the auxiliary collections that this project labelled as mentions: the labels are ours, the texts are in `files`.

    A label names its text by the first 16 digits of its SHA-256. Raises ValueError where a text is in none of the files.
    """
    texts = {text_digest(row["text"]): row["text"] for file in files for row in rows_of(file)}
    found = list(rows_of(LABELS))
    missing = [row["text_sha256"] for row in found if row["text_sha256"] not in texts]
    if missing:
        raise ValueError(f"{LABELS.name}: no file has the text of {len(missing)} labels, first {missing[0]}")
    return [_mention({**row, "text": texts[row["text_sha256"]], "source": row["collection"]}) for row in found]


def text_digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def rows_of(file: Path) -> Iterator[dict[str, str]]:
    """Rows of a CSV file, gzipped or not."""
    with (gzip.open if file.suffix == ".gz" else open)(file, "rt", encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def file_digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def topic_targets(rows: Sequence[Mention | Extra]) -> Targets:
    labels = HEAD_LABELS["topic"]
    targets = np.zeros((len(rows), len(labels)), dtype=np.float32)
    for index, row in enumerate(rows):
        second = getattr(row, "second", "")
        share = SECOND_SHARE if second else 0.0
        targets[index, labels.index(row.topic)] = 1 - share
        if second:
            targets[index, labels.index(second)] += share
    return targets


def triage_targets(rows: Sequence[Mention]) -> Targets:
    labels = HEAD_LABELS["triage"]
    return np.eye(len(labels), dtype=np.float32)[[labels.index(row.triage) for row in rows]]


def column(rows: Sequence[Mention], value: Callable[[Mention], float]) -> Targets:
    """One target a row, as a column."""
    return np.array([[value(row)] for row in rows], dtype=np.float32).reshape(len(rows), 1)


def is_detractor(row: Mention) -> float:
    return float(row.nps <= DETRACTOR_AT_MOST)


def is_promoter(row: Mention) -> float:
    return float(row.nps >= PROMOTER_AT_LEAST)


def _mention(row: Mapping[str, str]) -> Mention:
    return Mention(
        text=row["text"],
        about=row["about"],
        source=row["source"],
        topic=row["topic"],
        second="" if row["second"] == "-" else row["second"],
        nps=int(row["nps"]),
        triage=row["triage"],
        reply=row["reply"] == "y",
        irony=row["irony"] == "y" if row.get("irony") else None,
    )


def _capped(rows: list[dict[str, str]], group: Callable[[Mapping[str, str]], str], cap: int) -> list[dict[str, str]]:
    random.Random(0).shuffle(rows)
    seen: Counter[str] = Counter()
    kept = []
    for row in rows:
        seen[group(row)] += 1
        if seen[group(row)] <= cap:
            kept.append(row)
    return kept

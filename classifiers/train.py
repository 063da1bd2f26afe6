"""Make the weights: `python -m classifiers.train --data FOLDER`. Only files marked *train* are read.

Without more, the shipped encoder is tuned and its heads learn with it (`classifiers.course`). With `--encoder NAME` heads are
fitted on another encoder, which stays as it is: minutes instead of half an hour, full batch, and temperatures from
held-out companies (5 folds by company), so that the probabilities are honest for a company nobody trained on.
"""

import argparse
import logging
import sys
import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch

from classifiers.adapter import ADAPTER_FILE
from classifiers.corpus import (
    Extra,
    Mention,
    Targets,
    column,
    file_digest,
    is_detractor,
    is_promoter,
    labelled_posts,
    own_mentions,
    read_extra_detractors,
    read_extra_topics,
    read_mentions,
    topic_targets,
    triage_targets,
)
from classifiers.course import named, train_shipped
from classifiers.encoder import load_encoder
from classifiers.fitting import fit_linear, fit_temperature
from classifiers.heads import HEAD_LABELS, Head, Matrix, save_heads
from classifiers.text import readable

log = logging.getLogger(__name__)

MENTIONS_FILE = "mentions_train.csv"
TOPICS_FILE = "topics_train.csv.gz"
DETRACTORS_FILE = "detractor_train.csv.gz"

FOLDS = 5
BARE_WEIGHT = 0.3
"""Weight of a mention read without its company's name, so that a subject that names none is judged well too."""

OWN_WEIGHT = 0.5
"""Own mentions outnumber the real ones; at half weight they carry new kinds of business without setting the tone."""
EXTRA_TOPIC_CAP, EXTRA_TOPIC_WEIGHT = 300, 0.05
EXTRA_DETRACTOR_CAP = 900
EXTRA_DETRACTOR_CAPS = {"goemotions": 250}
EXTRA_DETRACTOR_WEIGHT = 0.5
EXTRA_DETRACTOR_WEIGHTS = {"goemotions": 0.1}
"""Comments on Reddit help brand tweets and cost mentions more; at a tenth they cost nothing."""

PENALTIES = {"topic": 0.012, "detractor": 0.004, "promoter": 0.004, "triage": 0.006, "reply": 0.006}


class Embedder(Protocol):
    def encode(self, texts: Sequence[str]) -> Matrix: ...


@dataclass(frozen=True, kw_only=True)
class Lessons:
    """Rows of one head: vectors, targets and weights. The first `held` rows are real mentions with their company's name."""

    vectors: Matrix
    targets: Targets
    weights: Targets
    companies: tuple[str, ...]
    """Per row; "" for rows that belong to no company and stay in every fold."""
    held: int


@dataclass(frozen=True, kw_only=True)
class Rows:
    """All that is trained on."""

    mentions: list[Mention]
    posts: list[Mention]
    """Of the auxiliary collections, labelled for this project."""
    own: list[Mention]
    topics: list[Extra]
    detractors: list[Extra]


def read_rows(folder: Path) -> Rows:
    return Rows(
        mentions=read_mentions(folder / MENTIONS_FILE),
        posts=labelled_posts([folder / DETRACTORS_FILE, folder / TOPICS_FILE]),
        own=own_mentions(),
        topics=read_extra_topics(folder / TOPICS_FILE, cap=EXTRA_TOPIC_CAP),
        detractors=read_extra_detractors(folder / DETRACTORS_FILE, caps=EXTRA_DETRACTOR_CAPS, cap=EXTRA_DETRACTOR_CAP),
    )


def gather(rows: Rows, encoder: Embedder) -> dict[str, Lessons]:
    """Per head, what it learns from."""
    ours = [*rows.mentions, *rows.posts, *rows.own]
    base = _Base(
        vectors=np.concatenate(
            [encoder.encode([named(row) for row in ours]), encoder.encode([bare(row) for row in ours])]
        ),
        weights=np.array([_own_weight(row) for row in ours] + [BARE_WEIGHT * _own_weight(row) for row in ours]),
        companies=tuple(row.about.lower() for row in ours) * 2,
        held=len(rows.mentions),
    )
    topics = encoder.encode([readable(row.text) for row in rows.topics])
    moods = encoder.encode([readable(row.text) for row in rows.detractors])
    mood_weights = np.array(
        [EXTRA_DETRACTOR_WEIGHTS.get(row.source, EXTRA_DETRACTOR_WEIGHT) for row in rows.detractors]
    )
    detractors = np.array([[row.detractor] for row in rows.detractors], dtype=np.float32)
    promoters = np.array([[row.promoter] for row in rows.detractors], dtype=np.float32)
    topic_weights = np.full(len(rows.topics), EXTRA_TOPIC_WEIGHT)
    return {
        "topic": base.lessons(topic_targets(ours), (topics, topic_targets(rows.topics), topic_weights)),
        "detractor": base.lessons(column(ours, is_detractor), (moods, detractors, mood_weights)),
        "promoter": base.lessons(column(ours, is_promoter), (moods, promoters, mood_weights)),
        "triage": base.lessons(triage_targets(ours)),
        "reply": base.lessons(column(ours, lambda row: float(row.reply))),
    }


@dataclass(frozen=True, kw_only=True)
class _Base:
    """The mentions' part of every head: once under the company's name, once bare."""

    vectors: Matrix
    weights: Targets
    companies: tuple[str, ...]
    held: int

    def lessons(self, targets: Targets, extra: tuple[Matrix, Targets, Targets] | None = None) -> Lessons:
        doubled = np.concatenate([targets, targets])
        vectors, weights = self.vectors, self.weights
        if extra is None:
            return Lessons(vectors=vectors, targets=doubled, weights=weights, companies=self.companies, held=self.held)
        return Lessons(
            vectors=np.concatenate([vectors, extra[0]]),
            targets=np.concatenate([doubled, extra[1]]),
            weights=np.concatenate([weights, extra[2]]),
            companies=self.companies + ("",) * len(extra[0]),
            held=self.held,
        )


def fit_head(name: str, lessons: Lessons) -> Head:
    """The head on all rows, with the temperature that its folds call for."""
    weight, bias = fit_linear(lessons.vectors, lessons.targets, lessons.weights, penalty=PENALTIES[name])
    temperature = fit_temperature(held_out_scores(name, lessons), lessons.targets[: lessons.held])
    return Head(name=name, labels=HEAD_LABELS[name], weight=weight, bias=bias, temperature=temperature)


def held_out_scores(name: str, lessons: Lessons) -> Matrix:
    """Logits of the held rows, each from a head that saw no row of its company."""
    fold = np.array([zlib.crc32(company.encode()) % FOLDS if company else -1 for company in lessons.companies])
    scores = np.zeros((lessons.held, lessons.targets.shape[1]), dtype=np.float32)
    for number in range(FOLDS):
        seen = fold != number
        weight, bias = fit_linear(
            lessons.vectors[seen], lessons.targets[seen], lessons.weights[seen], penalty=PENALTIES[name]
        )
        asked = np.flatnonzero(fold[: lessons.held] == number)
        scores[asked] = lessons.vectors[asked] @ weight.T + bias
    return scores


def bare(row: Mention) -> str:
    return readable(row.text)


def _own_weight(row: Mention) -> float:
    return OWN_WEIGHT if row.source == "own" else 1.0


def train(folder: Path, out: Path, *, encoder_name: str, threads: int, say: Callable[[str], None]) -> str:
    """Read, learn, write the files to `out`; gives the version."""
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    rows = read_rows(folder)
    say(
        f"read {len(rows.mentions)} mentions, {len(rows.posts)} labelled posts, {len(rows.own)} own, "
        f"{len(rows.topics) + len(rows.detractors)} auxiliary rows"
    )
    record = _record(folder, rows)
    return _fit_on(encoder_name, rows, out, record, say) if encoder_name else _tune_shipped(rows, out, record, say)


def _tune_shipped(rows: Rows, out: Path, record: Mapping[str, Any], say: Callable[[str], None]) -> str:
    trained = train_shipped([*rows.mentions, *rows.posts, *rows.own], rows.detractors, out, say)
    encoder = load_encoder(adapter=out / ADAPTER_FILE).fingerprint
    meta = {"encoder": encoder, "floors": trained.floors, "training": {**record, "trial": trained.trial}}
    return save_heads(out, trained.heads, vectors=trained.vectors, meta=meta)


def _fit_on(encoder_name: str, rows: Rows, out: Path, record: Mapping[str, Any], say: Callable[[str], None]) -> str:
    encoder = load_encoder(encoder_name)
    lessons = gather(rows, encoder)
    say("embedded")
    heads = {}
    for name, lesson in lessons.items():
        heads[name] = fit_head(name, lesson)
        say(f"fitted {name}: temperature {heads[name].temperature}")
    mentions = lessons["topic"].vectors[: lessons["topic"].held]
    return save_heads(out, heads, vectors=mentions, meta={"encoder": encoder.fingerprint, "training": record})


def _record(folder: Path, rows: Rows) -> Mapping[str, Any]:
    files = {name: file_digest(folder / name) for name in (MENTIONS_FILE, TOPICS_FILE, DETRACTORS_FILE)}
    counts = {
        "mentions": len(rows.mentions),
        "posts": len(rows.posts),
        "own": len(rows.own),
        "topics": len(rows.topics),
        "detractors": len(rows.detractors),
    }
    return {"command": "python -m classifiers.train --data FOLDER", "sha256": files, "rows": counts}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m classifiers.train", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with the train files")
    parser.add_argument("--out", type=Path, help="where the heads go; the shipped ones are replaced if left out")
    parser.add_argument(
        "--encoder", default="", help="folder or hub name: heads for it; the shipped encoder is tuned if left out"
    )
    parser.add_argument("--threads", type=int, default=2)
    asked = parser.parse_args(arguments)
    if asked.encoder and asked.out is None:
        parser.error("--encoder needs --out: heads for another encoder must not replace the shipped ones")
    out = asked.out or Path(__file__).parent / "weights"
    started = time.monotonic()
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    version = train(asked.data, out, encoder_name=asked.encoder, threads=asked.threads, say=log.info)
    print(f"{out}: version {version} in {time.monotonic() - started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""A company in numbers: topics are directions, texts are points near them. What tests of learning work on."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import torch

from classifiers.heads import Head, Matrix
from classifiers.learning import Base, Rows, alike
from classifiers.refit import DETRACTOR, PROMOTER, TOPIC, Known, Lessons

LABELS = ("billing", "delivery", "login", "outage", "praise", "wish", "spam", "safety")
WIDTH = 256
NOISE = 4.0
torch.set_num_threads(1)  # with more, small sums wait for each other on a busy machine

BEGIN = datetime(2026, 6, 1, 9, tzinfo=UTC)
OURS = np.random.default_rng(99).normal(size=(8, 256)).astype(np.float32) * np.float32(0.5)
"""How this company's customers say it: what its corrections are about lies beside what the shipped heads were shown."""

CENTRES = np.random.default_rng(0).normal(size=(len(LABELS), WIDTH)).astype(np.float32) * np.float32(0.5)


def texts(topics: Sequence[str], *, seed: int, ours: bool = True) -> Matrix:
    """One vector a topic name, near the centre of that topic."""
    places = [LABELS.index(topic) for topic in topics]
    scatter = np.random.default_rng(seed).normal(size=(len(topics), WIDTH)) * NOISE
    return (CENTRES[places] + (OURS[places] if ours else 0) + scatter).astype(np.float32)


def some(count: int, *, seed: int) -> list[str]:
    return [str(name) for name in np.random.default_rng(seed).choice(LABELS, count)]


BASE = Base(
    mean=np.zeros(WIDTH, dtype=np.float32),
    scale=np.full(WIDTH, np.sqrt(1 + NOISE**2), dtype=np.float32),
    anchors=texts(some(200, seed=1), seed=1, ours=False),
)


def prior() -> Head:
    """A fair head: the nearest centre."""
    weight = CENTRES / np.float32(NOISE**2)
    bias = -np.square(CENTRES).sum(axis=1) / (2 * NOISE**2)
    return Head(name=TOPIC, labels=LABELS, weight=weight, bias=bias.astype(np.float32), temperature=1.0)


def mood(name: str) -> Head:
    weight = CENTRES[:1] / np.float32(NOISE**2)
    return Head(name=name, labels=(name,), weight=weight, bias=np.zeros(1, dtype=np.float32), temperature=1.0)


def rows(
    vectors: Matrix,
    topics: Sequence[str],
    *,
    by: Sequence[str] | str = "ana",
    confirms: Sequence[bool] | bool = False,
    age: Sequence[float] | float = 0.0,
) -> Rows:
    count = len(topics)
    return Rows(
        vectors=vectors,
        targets=np.eye(len(LABELS))[[LABELS.index(topic) for topic in topics]].reshape(count, len(LABELS)),
        age=np.broadcast_to(np.asarray(age, dtype=float), (count,)),
        confirms=np.broadcast_to(np.asarray(confirms, dtype=bool), (count,)),
        by=(by,) * count if isinstance(by, str) else tuple(by),
        alike=alike(vectors, BASE),
    )


def scores(count: int) -> Rows:
    found = rows(texts(["billing"] * count, seed=3), ["billing"] * count)
    return Rows(**{**vars(found), "targets": np.ones((count, 1))})


def known(*, served: Mapping[str, Head] | None = None, until: datetime | None = None) -> Known:
    heads = {TOPIC: prior(), DETRACTOR: mood(DETRACTOR), PROMOTER: mood(PROMOTER)}
    kept = some(120, seed=2)
    return Known(
        shipped=heads,
        served=served or heads,
        served_until=until,
        base=BASE,
        kept=texts(kept, seed=2, ours=False),
        accepted=[frozenset({topic}) for topic in kept],
        detractors=np.arange(120) % 2 == 0,
    )


def lessons(found: Rows) -> Lessons:
    """Topics only, a minute apart."""
    at = tuple(BEGIN + timedelta(minutes=place) for place in range(len(found)))
    return Lessons(topics=found, topic_at=at, detractors=scores(0), promoters=scores(0), score_at=())


def share_right(head: Head, vectors: Matrix, topics: Sequence[str]) -> float:
    said = [head.labels[place] for place in head.logits(vectors).argmax(axis=1)]
    return float(np.mean([a == b for a, b in zip(said, topics, strict=True)]))

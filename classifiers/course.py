"""The shipped model's course: which rows teach which head, a trial run for calibration, then the run on all rows.

The trial leaves out whole companies and one in twelve of the other real rows. What it says of them gives every head its
temperature and every topic its floor; the shipped weights then learn from all rows and keep these.
"""

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from classifiers.adapter import ADAPTER_FILE, save_adapter
from classifiers.bert import has_bfloat16
from classifiers.corpus import (
    Extra,
    Mention,
    Targets,
    is_detractor,
    is_promoter,
    text_digest,
    topic_targets,
    triage_targets,
)
from classifiers.encoder import load_encoder, shipped_folder
from classifiers.fitting import fit_temperature
from classifiers.floors import topic_floors
from classifiers.heads import HEAD_LABELS, IRONY, Head, Matrix
from classifiers.scores import area_under_curve
from classifiers.text import readable, with_name
from classifiers.tuning import Course, Lesson, Tuned, tune

MOODS_PER_EPOCH = 4_000
MOOD_WEIGHT = 0.5
COMPANIES_APART, ROWS_APART = 9, 12
"""The trial leaves out one company in so many, by its name, and of the other rows one in so many, by its text."""
OWN_WEIGHT = 0.4
"""The project's own mentions outnumber the real ones; so they carry rare topics and new trades without setting the tone."""
SEED = 1

Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Trained:
    """The heads that fit the adapter, calibrated, and what the trial measured; `vectors` are the real mentions'."""

    heads: Mapping[str, Head]
    floors: Mapping[str, float]
    vectors: Matrix
    trial: Mapping[str, float]


def train_shipped(rows: Sequence[Mention], moods: Sequence[Extra], out: Path, say: Say) -> Trained:
    """Both runs; the adapter goes to `out`. About half an hour on one core."""
    held = [row for row in rows if is_apart(row)]
    say(f"trial: {len(rows) - len(held)} mentions, {len(held)} held out")
    with TemporaryDirectory() as scratch:
        apart = Path(scratch) / ADAPTER_FILE
        trial = _run([row for row in rows if not is_apart(row)], moods, apart, say)
        vectors = load_encoder(adapter=apart).encode([named(row) for row in held])
    untempered = _heads(trial, {})
    temperatures = {name: _temperature(head, vectors, held) for name, head in untempered.items()}
    heads = _heads(trial, temperatures)
    real = [index for index, row in enumerate(held) if row.source != "own"]
    floors = topic_floors(
        heads["topic"].probabilities(vectors[real]),
        HEAD_LABELS["topic"],
        [(held[index].topic, held[index].second) for index in real],
    )
    measured = trial_figures(heads, vectors, held)
    say(f"trial: {measured}, temperatures {temperatures}, floors {floors}")
    adapter = out / ADAPTER_FILE
    tuned = _run(rows, moods, adapter, say)
    mentions = [named(row) for row in rows if row.source != "own"]
    return Trained(
        heads=_heads(tuned, temperatures),
        floors=floors,
        vectors=load_encoder(adapter=adapter).encode(mentions),
        trial=measured,
    )


def is_apart(row: Mention) -> bool:
    """Whether the trial leaves this row out. Of the project's own mentions only those that speak of irony are left out."""
    by_text = int(text_digest(row.text), 16)
    if row.source == "own":
        return row.irony is not None and by_text % 5 == 0
    company = bool(row.about) and zlib.crc32(row.about.lower().encode()) % COMPANIES_APART == 0
    return company or by_text % ROWS_APART == 0


def lesson_of(row: Mention) -> Lesson:
    targets = {name: targets_of(name, [row])[0] for name in ("topic", "detractor", "promoter", "triage", "reply")}
    if row.irony is not None or row.source == "own":
        targets |= _irony(row)
    weight = OWN_WEIGHT if row.source == "own" else 1.0
    return Lesson(named=named(row), bare=readable(row.text), targets=targets, weight=weight)


def mood_lesson(row: Extra) -> Lesson:
    text = readable(row.text)
    moods = {"detractor": row.detractor, "promoter": row.promoter}
    targets = {name: np.array([value], dtype=np.float32) for name, value in moods.items()}
    return Lesson(named=text, bare=text, targets=targets, weight=MOOD_WEIGHT)


def targets_of(name: str, rows: Sequence[Mention]) -> Targets:
    """What a head should say of each row: rows x labels. For irony only rows count that say whether they are ironic."""
    if name == "topic":
        return topic_targets(rows)
    if name == "triage":
        return triage_targets(rows)
    said: dict[str, Callable[[Mention], float]] = {
        "detractor": is_detractor,
        "promoter": is_promoter,
        "reply": lambda row: float(row.reply),
        "irony": lambda row: float(bool(row.irony)),
    }
    return np.array([[said[name](row)] for row in rows], dtype=np.float32)


def named(row: Mention) -> str:
    return with_name(readable(row.text), readable(row.about))


def trial_figures(heads: Mapping[str, Head], vectors: Matrix, held: Sequence[Mention]) -> dict[str, float]:
    """How the trial did on rows it never saw: real mentions, and for irony the project's own."""
    real = [index for index, row in enumerate(held) if row.source != "own"]
    asked = [index for index, row in enumerate(held) if row.irony is not None]
    topics = heads["topic"].probabilities(vectors[real]).argmax(axis=1)
    labels = HEAD_LABELS["topic"]
    hits = [labels[place] == held[index].topic for place, index in zip(topics, real, strict=True)]
    moods = heads["detractor"].probabilities(vectors[real])[:, 0]
    ironic = heads["irony"].probabilities(vectors[asked])[:, 0]
    return {
        "rows": len(real),
        "topic": round(float(np.mean(hits)), 3),
        "detractor AUC": round(area_under_curve(moods, [bool(is_detractor(held[index])) for index in real]), 3),
        "ironic rows": len(asked),
        "irony AUC": round(area_under_curve(ironic, [bool(held[index].irony) for index in asked]), 3),
    }


def _run(rows: Sequence[Mention], moods: Sequence[Extra], adapter: Path, say: Say) -> Tuned:
    course = Course(
        core=[lesson_of(row) for row in rows],
        extra=[mood_lesson(row) for row in moods],
        per_epoch=min(MOODS_PER_EPOCH, len(moods)),
    )
    tuned = tune(course, shipped_folder()[0], seed=SEED, bfloat16=has_bfloat16(), say=say)
    save_adapter(adapter, tuned.adapter)
    return tuned


def _irony(row: Mention) -> dict[str, Targets]:
    """What a row teaches of irony: what was said of it; else nothing, save that who is delighted is sincere."""
    if row.irony is not None:
        return {"irony": np.array([float(row.irony)], dtype=np.float32)}
    return {"irony": np.zeros(1, dtype=np.float32)} if is_promoter(row) else {}


def _heads(tuned: Tuned, temperatures: Mapping[str, float]) -> dict[str, Head]:
    return {
        name: Head(
            name=name,
            labels=labels,
            weight=tuned.heads[name][0],
            bias=tuned.heads[name][1],
            temperature=temperatures.get(name, 1.0),
        )
        for name, labels in HEAD_LABELS.items()
    }


def _temperature(head: Head, vectors: Matrix, held: Sequence[Mention]) -> float:
    """By the held-out real rows. None tells how rare irony is, so that its head is ranked by and keeps its scale."""
    if head.name == IRONY:
        return 1.0
    real = [index for index, row in enumerate(held) if row.source != "own"]
    return fit_temperature(head.logits(vectors[real]), targets_of(head.name, [held[index] for index in real]))

"""Texts a second through the real model: one by one, in batches, and without reasons."""

import json
import time
from collections.abc import Sequence
from pathlib import Path

import classifiers
from benches.table import Row
from bot.flow.classify import BATCH
from classifiers.verdict import Classifier, Subject

STREAM = Path(__file__).parent.parent / "sandbox" / "demo" / "mentions.jsonl"


def bench() -> list[Row]:
    subjects = [Subject(text=json.loads(line)["text"], about="Simmerwick") for line in STREAM.open(encoding="utf-8")]
    explaining = classifiers.load(classifiers.ModelSettings())
    silent = classifiers.load(classifiers.ModelSettings(explain=False))
    return [
        _timed("one text at a time", explaining, subjects, 1),
        _timed(f"batches of {BATCH}, as the bot does", explaining, subjects, BATCH),
        _timed("batches of 64", explaining, subjects, 64),
        _timed(f"batches of {BATCH} without reasons", silent, subjects, BATCH),
    ]


def _timed(name: str, classifier: Classifier, subjects: Sequence[Subject], size: int) -> Row:
    taken: list[float] = []
    for start in range(0, len(subjects), size):
        began = time.perf_counter()
        classifier.classify(subjects[start : start + size])
        taken.append(time.perf_counter() - began)
    return Row(name=name, operations=len(subjects), elapsed=sum(taken), seconds=taken)

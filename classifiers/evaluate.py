"""Measure the model: `python -m classifiers.evaluate --data FOLDER` prints the tables of the model card.

The dev files are only measured on. Beside the model stand the same encoder frozen, with linear heads on the same rows, TF-IDF with
linear models on the same rows, and VADER.
"""

import argparse
import sys
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from classifiers.baselines import Frozen, Opinion, TfIdf, Vader
from classifiers.corpus import UNSEEN_SOURCES, Mention, is_detractor, read_mentions, rows_of
from classifiers.floors import floor_of
from classifiers.heads import HEAD_LABELS, load_heads
from classifiers.local import LocalClassifier, load
from classifiers.reliability import COVERAGES, Judged, accuracy_at, draw, kept_by_floors, of_topic
from classifiers.removal import removal_figures
from classifiers.scores import area_under_curve, calibration_error, macro_f1
from classifiers.settings import ModelSettings
from classifiers.train import read_rows
from classifiers.verdict import Subject, Verdict

MENTIONS_DEV = "dev/mentions_dev.csv"
DETRACTORS_DEV = "dev/detractor_dev.csv.gz"
TOPICS_DEV = "dev/topics_dev.csv.gz"
ENGLISH_SOURCES = ("airline", "twitter_entity", "sxsw_brands")

Judge = Callable[[Sequence[Subject]], Opinion]


def opinion_of(verdicts: Sequence[Verdict]) -> Opinion:
    labels = HEAD_LABELS["topic"]
    return Opinion(
        topics=np.array([[verdict.topics[label] for label in labels] for verdict in verdicts], dtype=np.float32),
        detractor=np.array([verdict.detractor for verdict in verdicts]),
    )


def topic_figures(opinion: Opinion, rows: Sequence[Mention]) -> dict[str, float]:
    """Accuracy, accuracy counting `second`, macro-F1 and calibration of the topics; empty for a judge without topics."""
    if opinion.topics is None:
        return {}
    found = [HEAD_LABELS["topic"][index] for index in opinion.topics.argmax(axis=1)]
    hits = [topic == row.topic for topic, row in zip(found, rows, strict=True)]
    allowed = [topic in (row.topic, row.second) for topic, row in zip(found, rows, strict=True)]
    return {
        "topic": float(np.mean(hits)),
        "with second": float(np.mean(allowed)),
        "macro-F1": macro_f1(found, [row.topic for row in rows]),
        "ECE topic": calibration_error(opinion.topics.max(axis=1), hits),
    }


def mood_figures(opinion: Opinion, rows: Sequence[Mention]) -> dict[str, float]:
    wanted = [bool(is_detractor(row)) for row in rows]
    figures = {"detractor AUC": area_under_curve(opinion.detractor, wanted)}
    if opinion.detractor.min() >= 0:  # VADER's scores are no probabilities
        figures["ECE detractor"] = calibration_error(opinion.detractor, wanted)
    return figures


def mention_figures(opinion: Opinion, rows: Sequence[Mention]) -> dict[str, float]:
    return topic_figures(opinion, rows) | mood_figures(opinion, rows)


def capped_rows(file: Path, *, per_source: int) -> dict[str, list[dict[str, str]]]:
    """The first `per_source` rows of each source; 0 for all."""
    found: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in rows_of(file):
        if not per_source or len(found[row["source"]]) < per_source:
            found[row["source"]].append(row)
    return found


def mention_table(folder: Path, classifier: LocalClassifier, judges: dict[str, Judge]) -> list[str]:
    rows = read_mentions(folder / MENTIONS_DEV)
    subjects = [Subject(text=row.text, about=row.about) for row in rows]
    unseen = [index for index, row in enumerate(rows) if row.source in UNSEEN_SOURCES]
    lines, columns = [], ("topic", "with second", "macro-F1", "detractor AUC", "ECE topic", "ECE detractor")
    for name, judge in judges.items():
        for part, chosen in ((f"all {len(rows)}", range(len(rows))), (f"unseen {len(unseen)}", unseen)):
            asked = [rows[index] for index in chosen]
            figures = mention_figures(judge([subjects[index] for index in chosen]), asked)
            lines.append(_line(f"{name}, {part}", [figures.get(column) for column in columns]))
    verdicts = classifier.classify(subjects)
    triage = np.mean(
        [max(v.triage, key=v.triage.__getitem__) == row.triage for v, row in zip(verdicts, rows, strict=True)]
    )
    reply = area_under_curve([verdict.reply for verdict in verdicts], [row.reply for row in rows])
    promoter = area_under_curve([verdict.promoter for verdict in verdicts], [row.nps >= 9 for row in rows])
    rest = f"Model: triage accuracy {triage:.3f}, reply AUC {reply:.3f}, promoter AUC {promoter:.3f}."
    return [*_table(f"mentions_dev ({len(rows)} rows)", columns), *lines, "", rest]


def mood_table(folder: Path, judges: dict[str, Judge], *, per_source: int) -> list[str]:
    """Detractor AUC on sets nobody trained on, English first."""
    found = capped_rows(folder / DETRACTORS_DEV, per_source=per_source)
    columns = (*ENGLISH_SOURCES, *sorted(set(found) - set(ENGLISH_SOURCES)))
    lines = []
    for name, judge in judges.items():
        areas = []
        for source in columns:
            opinion = judge([Subject(text=row["text"]) for row in found[source]])
            areas.append(area_under_curve(opinion.detractor, [float(row["detractor"]) >= 0.5 for row in found[source]]))
        lines.append(_line(name, areas))
    return [*_table(f"detractor_dev, AUC ({per_source or 'all'} rows a source)", columns), *lines]


def topic_table(folder: Path, judges: dict[str, Judge], *, per_source: int) -> list[str]:
    """Share of mapped native labels that come out as the first of all eleven topics; `praise` is no topic."""
    found = capped_rows(folder / TOPICS_DEV, per_source=per_source)
    asked = {source: [row for row in rows if row["topic"] != "praise"] for source, rows in sorted(found.items())}
    lines = []
    for name, judge in judges.items():
        shares = []
        for rows in asked.values():
            topics = judge([Subject(text=row["text"]) for row in rows]).topics
            if topics is None:
                break
            places = topics.argmax(axis=1)
            shares.append(
                float(np.mean([HEAD_LABELS["topic"][k] == row["topic"] for k, row in zip(places, rows, strict=True)]))
            )
        if shares:
            lines.append(_line(name, shares))
    return [*_table(f"topics_dev, accuracy ({per_source or 'all'} rows a source)", tuple(asked)), *lines]


def doubt_tables(
    folder: Path, classifier: LocalClassifier, floors: Mapping[str, float], plots: Path | None
) -> list[str]:
    """Accuracy, counting `second`, of the verdicts the model is surest of; per chosen topic too. Draws the curves to `plots`."""
    rows = read_mentions(folder / MENTIONS_DEV)
    verdicts = classifier.classify([Subject(text=row.text, about=row.about) for row in rows])
    judged = judged_of(verdicts, rows)
    unseen = [index for index, row in enumerate(rows) if row.source in UNSEEN_SOURCES]
    parts = {f"all {len(rows)}": judged}
    parts[f"unseen {len(unseen)}"] = judged_of([verdicts[k] for k in unseen], [rows[k] for k in unseen])
    parts |= {topic: of_topic(judged, topic) for topic in HEAD_LABELS["topic"]}
    lines = [
        f"| {name} | {len(part.topics)} | "
        + " | ".join(f"{accuracy_at(part, share)[1]:.3f}" for share in COVERAGES)
        + " | "
        + " | ".join(f"{figure:.3f}" for figure in kept_by_floors(part, floors))
        + f" | {floor_of(floors, name):.2f} |"
        for name, part in parts.items()
        if part.topics
    ]
    if plots is not None:
        moods = np.array([verdict.detractor for verdict in verdicts])
        curves = {
            "topic": (judged.sure, judged.right),
            "detractor": (moods, np.array([is_detractor(r) > 0 for r in rows])),
        }
        draw(curves, plots / "reliability.svg")
    shares = [f"surest {share:.0%}" for share in COVERAGES]
    columns = ("verdicts", *shares, "share above floor", "right above", "right below", "floor")
    return [*_table("mentions_dev, right counting second", columns), *lines]


def judged_of(verdicts: Sequence[Verdict], rows: Sequence[Mention]) -> Judged:
    pairs = list(zip(verdicts, rows, strict=True))
    return Judged(
        topics=[verdict.topic for verdict in verdicts],
        sure=np.array([verdict.confidence for verdict in verdicts]),
        right=np.array([verdict.topic == row.topic for verdict, row in pairs]),
        allowed=np.array([verdict.topic in (row.topic, row.second) for verdict, row in pairs]),
    )


def why_table(folder: Path, classifier: LocalClassifier) -> list[str]:
    figures = removal_figures(classifier, read_mentions(folder / MENTIONS_DEV))
    return [*_table("mentions_dev, words taken out", tuple(figures)), _line(classifier.name, list(figures.values()))]


def _table(title: str, columns: Sequence[str]) -> list[str]:
    return ["", f"| {title} | " + " | ".join(columns) + " |", "|---|" + "---|" * len(columns)]


def _line(name: str, figures: Sequence[float | None]) -> str:
    return f"| {name} | " + " | ".join("" if figure is None else f"{figure:.3f}" for figure in figures) + " |"


def _print(lines: Sequence[str]) -> None:
    print("\n".join(lines), flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m classifiers.evaluate", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with the train and dev files")
    parser.add_argument("--heads", default="", help="folder of the heads; the shipped ones if left out")
    parser.add_argument("--per-source", type=int, default=1500, help="rows a source of the large dev sets, 0 for all")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--plots", type=Path, help="folder for the reliability curves")
    asked = parser.parse_args(arguments)
    classifier = load(ModelSettings(heads=asked.heads, threads=asked.threads))
    rows = read_rows(asked.data)
    frozen, tfidf, vader = Frozen(rows), TfIdf(rows), Vader()
    judges: dict[str, Judge] = {
        classifier.name: lambda subjects: opinion_of(classifier.classify(subjects)),
        "frozen encoder": frozen.judge,
        "TF-IDF": lambda subjects: tfidf.judge([subject.text for subject in subjects]),
        "VADER": lambda subjects: vader.judge([subject.text for subject in subjects]),
    }
    _print(mention_table(asked.data, classifier, judges))
    _print(mood_table(asked.data, judges, per_source=asked.per_source))
    _print(topic_table(asked.data, judges, per_source=asked.per_source))
    _print(doubt_tables(asked.data, classifier, load_heads(asked.heads).floors, asked.plots))
    _print(why_table(asked.data, classifier))
    return 0


if __name__ == "__main__":
    sys.exit(main())

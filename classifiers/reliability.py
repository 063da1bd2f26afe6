"""Whether a model knows when it is wrong: accuracy at coverage, reliability curves, and what its floors keep back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifiers.floors import floor_of

COVERAGES = (0.5, 0.7, 0.9, 1.0)
BINS = 10

Hits = NDArray[np.bool_]
Chances = NDArray[np.floating]


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A file's verdicts beside the truth: chosen topic, its chance, whether it was right, and whether right or second."""

    topics: Sequence[str]
    sure: Chances
    right: Hits
    allowed: Hits


def accuracy_at(judged: Judged, coverage: float) -> tuple[float, float]:
    """Accuracy, and counting `second`, of the share `coverage` of verdicts that the model was surest of."""
    kept = np.argsort(-judged.sure, kind="stable")[: max(1, round(coverage * len(judged.sure)))]
    return float(judged.right[kept].mean()), float(judged.allowed[kept].mean())


def of_topic(judged: Judged, topic: str) -> Judged:
    """The verdicts that chose `topic`."""
    own = np.array([each == topic for each in judged.topics], dtype=bool)
    return Judged(
        topics=[topic] * int(own.sum()), sure=judged.sure[own], right=judged.right[own], allowed=judged.allowed[own]
    )


def kept_by_floors(judged: Judged, floors: Mapping[str, float]) -> tuple[float, float, float]:
    """Share of verdicts at or above their topic's floor, and the accuracy, counting `second`, of these and of the rest."""
    above = np.array(
        [chance >= floor_of(floors, topic) for topic, chance in zip(judged.topics, judged.sure, strict=True)]
    )
    share = float(above.mean())
    kept = float(judged.allowed[above].mean()) if above.any() else 0.0
    rest = float(judged.allowed[~above].mean()) if not above.all() else 0.0
    return share, kept, rest


def curve(chances: Chances, hits: Hits) -> list[tuple[float, float, int]]:
    """Per bin with rows in it: mean chance, frequency, rows. The bins are those of the calibration error."""
    places = np.minimum((chances * BINS).astype(int), BINS - 1)
    points = []
    for place in range(BINS):
        own = places == place
        if own.any():
            points.append((float(chances[own].mean()), float(hits[own].mean()), int(own.sum())))
    return points


def draw(curves: Mapping[str, tuple[Chances, Hits]], file: Path) -> None:
    """The reliability curves side by side as SVG."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    mpl.rcParams["svg.hashsalt"] = "earshot"  # the same figures give the same file
    figure = Figure(figsize=(4.2 * len(curves), 4), layout="constrained")
    for place, (title, (chances, hits)) in enumerate(curves.items(), start=1):
        axes = figure.add_subplot(1, len(curves), place)
        said, true, rows = zip(*curve(chances, hits), strict=True)
        axes.plot([0, 1], [0, 1], color="#999999", linewidth=1, linestyle="--")
        axes.plot(said, true, color="#4a154b", linewidth=1.5)
        axes.scatter(said, true, s=[12 + 240 * count / sum(rows) for count in rows], color="#4a154b", zorder=3)
        axes.set(title=title, xlabel="the model says", ylabel="it was so", xlim=(0, 1), ylim=(0, 1), aspect="equal")
    figure.savefig(file, metadata={"Date": None})

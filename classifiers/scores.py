"""The figures a model is judged by. Pure numpy."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]


def area_under_curve(scores: Sequence[float] | Floats, truth: Sequence[bool]) -> float:
    """Chance that a true row scores above a false one, ties counting half (Mann-Whitney)."""
    values, wanted = np.asarray(scores, dtype=np.float64), np.asarray(truth, dtype=bool)
    order, places = np.unique(values, return_inverse=True)
    counts = np.bincount(places, minlength=len(order))
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[places]
    positives = int(wanted.sum())
    negatives = len(wanted) - positives
    if not positives or not negatives:
        raise ValueError("an area under the curve needs rows of both kinds")
    return float((ranks[wanted].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def macro_f1(found: Sequence[str], truth: Sequence[str]) -> float:
    """Mean F1 over the labels that occur in `truth`."""
    parts = []
    for label in sorted(set(truth)):
        hits = sum(a == label == b for a, b in zip(found, truth, strict=True))
        parts.append(2 * hits / (sum(a == label for a in found) + sum(b == label for b in truth)))
    return float(np.mean(parts))


def calibration_error(chances: Sequence[float] | Floats, hits: Sequence[bool], *, bins: int = 10) -> float:
    """Expected calibration error: mean gap between chance and frequency over equally wide bins, weighted by their rows."""
    said, true = np.asarray(chances, dtype=np.float64), np.asarray(hits, dtype=np.float64)
    places = np.minimum((said * bins).astype(int), bins - 1)
    gaps = [abs(said[places == k].sum() - true[places == k].sum()) for k in range(bins)]
    return float(sum(gaps) / len(said))

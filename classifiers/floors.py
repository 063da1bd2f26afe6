"""How sure a verdict must be, topic by topic, before it is worth a team's time; measured on mentions that were held out. Pure."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

ANY = "*"
"""The floor of a topic that has none of its own."""
WANTED = 0.6
"""A verdict at its floor is acceptable (the first or the second label) in three cases of five: below, a team would learn to
distrust its channel, while a choice of two buttons in triage costs one click."""
BORROWED = 20.0
"""A topic with few held-out verdicts leans on all the others: they count as this many of its own."""
NEAR = 0.1
"""Verdicts within this of a confidence tell how often one of that confidence is right."""
GRID = tuple(round(float(step), 2) for step in np.arange(0.25, 0.91, 0.05))

Truth = Sequence[tuple[str, str]]


def topic_floors(chances: NDArray[np.floating], labels: Sequence[str], truth: Truth) -> dict[str, float]:
    """Per topic, and under ANY for all of them, the least confidence of GRID from which on a verdict is right often enough.

    `chances` are held-out probabilities, rows x labels; `truth` holds a row's first and second label.
    """
    places, sure = chances.argmax(axis=1), chances.max(axis=1)
    right = np.array([labels[place] in allowed for place, allowed in zip(places, truth, strict=True)])
    known = {step: near for step in GRID if (near := _near(sure, right, step))[1]}
    floors = {ANY: _lowest({step: hits / count for step, (hits, count) in known.items()})}
    for place, label in enumerate(labels):
        own = places == place
        rates = {}
        for step, (hits, count) in known.items():
            own_hits, own_count = _near(sure[own], right[own], step)
            rates[step] = (own_hits + BORROWED * hits / count) / (own_count + BORROWED)
        floors[label] = _lowest(rates)
    return floors


def floor_of(floors: Mapping[str, float], topic: str) -> float:
    """0 where nothing was measured: such a model abstains from nothing by itself."""
    return floors.get(topic, floors.get(ANY, 0.0))


def _near(sure: NDArray[np.floating], right: NDArray[np.bool_], step: float) -> tuple[int, int]:
    """How many verdicts of about this confidence were right, and how many there were."""
    near = np.abs(sure - step) <= NEAR
    return int(right[near].sum()), int(near.sum())


def _lowest(rates: Mapping[float, float]) -> float:
    """The first step above the last one that is not good enough; a step that no verdict was near is no witness."""
    poor = [step for step, rate in rates.items() if rate < WANTED]
    return next((step for step in GRID if not poor or step > poor[-1]), GRID[-1])

"""Whether a candidate may serve: paired checks on rows that it has not learnt from, each with a stated tolerance."""

import math
from collections.abc import Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from classifiers.correction import Check, Doubted
from classifiers.heads import Head, Matrix
from classifiers.learning import Rows
from classifiers.scores import area_under_curve

HELD_OUT = 0.2
"""The newest share of the corrections that a candidate is tried on before it learns from them."""

NEWEST_TOLERANCE = 0.01
"""One row of a hundred. The same rows are judged by both, so that what differs is the fit, not the luck of the draw; with fewer
rows nothing may be lost at all."""

BASE_TOLERANCE = 0.05
"""Against the shipped heads, not the last version, so that small losses cannot add up. A company that gives a topic another
meaning has to lose the base mentions that had the old one: with eleven topics up to a ninth, in rehearsals 0.02 to 0.04."""

DETRACTOR_TOLERANCE = 0.01
DOUBTED_AT_MOST = 0.2
"""Share of the new corrections that may come from people whose labels cannot be told from chance. Theirs count little or nothing
anyway; beyond this a person should look before anything serves that was made of the rest."""

TELLING_ROWS = 10
"""Rows from which a check says something."""

Flags = NDArray[np.bool_]


def held_from(at: Sequence[datetime], served_until: datetime | None) -> int:
    """Where the held-out rows begin: the newest fifth; where the served version knows some of them, half of what it does not.

    So neither the candidate nor what serves has learnt from any of them, and the candidate has something new to show.
    """
    wanted = math.ceil(len(at) * HELD_OUT)
    if served_until is not None:
        wanted = min(wanted, sum(each > served_until for each in at) // 2)
    return len(at) - wanted


def newest_topics(candidate: Head, served: Head, rows: Rows, trust: dict[str, float]) -> list[Check]:
    """Share of right topics, of all, and without each person who gave a fifth of them: a gain must not be one person's alone."""
    right = [_hits(head, rows) for head in (candidate, served)]
    weights = np.array([trust.get(person, 1.0) for person in rows.by])
    checks = [_shares("topic, newest corrections", right, weights)]
    people = np.array(rows.by)
    for person in sorted(set(rows.by)):
        others = weights * (people != person)
        if (people == person).mean() >= HELD_OUT and np.count_nonzero(others) >= TELLING_ROWS:
            checks.append(_shares(f"topic, newest without {person}", right, others))
    return [check for check in checks if check.rows]


def newest_scores(candidate: Head, served: Head, rows: Rows) -> list[Check]:
    """Share of texts on the right side of one half."""
    if len(rows) < TELLING_ROWS:
        return []
    wanted = rows.targets[:, 0] >= 0.5
    right = [(head.probabilities(rows.vectors)[:, 0] >= 0.5) == wanted for head in (candidate, served)]
    return [_shares(f"{candidate.name}, newest corrections", right, np.ones(len(rows)))]


def base_topics(candidate: Head, shipped: Head, vectors: Matrix, accepted: Sequence[frozenset[str]]) -> list[Check]:
    """Share of own mentions with an accepted topic, of those that the company's topics can tell."""
    known = [place for place, names in enumerate(accepted) if names & set(candidate.labels)]
    if len(known) < TELLING_ROWS:
        return []
    right = []
    for head in (candidate, shipped):
        said = head.logits(vectors[known]).argmax(axis=1)
        pairs = zip(said, known, strict=True)
        right.append(np.array([head.labels[label] in accepted[place] for label, place in pairs]))
    return [_shares("topic, base", right, np.ones(len(known)), BASE_TOLERANCE)]


def base_scores(candidate: Head, shipped: Head, vectors: Matrix, truth: Flags) -> list[Check]:
    """Area under the curve on own mentions."""
    areas = [area_under_curve(head.logits(vectors)[:, 0], list(truth)) for head in (candidate, shipped)]
    name = f"{candidate.name} AUC, base"
    tolerance = DETRACTOR_TOLERANCE
    return [Check(name=name, rows=len(truth), candidate=areas[0], served=areas[1], tolerance=tolerance)]


def from_whom(new: Rows, doubted: Sequence[Doubted]) -> list[Check]:
    """Share of the new corrections that come from people whose labels count in full."""
    objections = [person for person, confirms in zip(new.by, new.confirms, strict=True) if not confirms]
    if not objections:
        return []
    trust = {each.by: each.trust for each in doubted}
    trusted = float(np.mean([trust.get(person, 1.0) for person in objections]))
    return [
        Check(
            name="corrections not doubted",
            rows=len(objections),
            candidate=trusted,
            served=1.0,
            tolerance=DOUBTED_AT_MOST,
        )
    ]


def _hits(head: Head, rows: Rows) -> Flags:
    found: Flags = head.logits(rows.vectors).argmax(axis=1) == rows.targets.argmax(axis=1)
    return found


def _shares(
    name: str, right: Sequence[Flags], weights: NDArray[np.float64], tolerance: float = NEWEST_TOLERANCE
) -> Check:
    total = max(float(weights.sum()), 1e-9)
    candidate, served = (float((hits * weights).sum() / total) for hits in right)
    rows = int(np.count_nonzero(weights))
    return Check(name=name, rows=rows, candidate=candidate, served=served, tolerance=tolerance)

"""Fit the linear heads to a company's corrections without forgetting what they knew.

The training rows do not travel with the project, so the shipped heads stand in for them twice. As a prior: weights may
move, at a price that grows with the square of the way. As a teacher: on the project's own mentions the new heads are held
to what the shipped ones say there (learning without forgetting, Li and Hoiem 2016). With nothing to learn, the shipped
heads come out again. Figures of the choices below are printed by `python -m classifiers.rehearsal`.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from classifiers.correction import Doubted
from classifiers.heads import Head, Matrix

STIFFNESS = 100.0
"""Price of moving one weight by one, in standard units. In rehearsals 50 learns less (0.068 gained where 100 gains 0.085) and loses
more of the base, 200 learns less too."""

ANCHOR_WEIGHT = 250.0
"""What all own mentions together count, in corrections; 500 gain 0.076 of accuracy in rehearsals, 1000 gain 0.055."""

NEAR = 0.95
"""Cosine from which two texts are the same to us: a post and its copy with another greeting."""

AT_MOST_ALIKE = 2
"""Of one person's labels on near-identical texts the newest two count: clicking through a wave is one opinion, said twice."""

FOLDS = 5
NEIGHBOURS = 5
JUDGED_FROM = 8
"""Labels of a person from which their plausibility is judged; fewer say nothing, and do little."""

FULL_TRUST, NO_TRUST = 0.75, 0.5
"""Shares of the usual plausibility at which labels count in full and not at all, linear between."""

_ITERATIONS = 100
_BIAS_STIFFNESS = 0.1
"""A bias is one number for all texts and may move more easily than a weight."""

Floats = NDArray[np.floating]
Places = NDArray[np.integer]


@dataclass(frozen=True, kw_only=True)
class Base:
    """What the shipped heads stand on: zero point and unit of the vectors, and the vectors of the own mentions."""

    mean: Matrix
    scale: Matrix
    anchors: Matrix


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Corrections as numbers, in order of time. `targets` has a column per label of the head; `age` is in half-lives."""

    vectors: Matrix
    targets: Floats
    age: Floats
    confirms: NDArray[np.bool_]
    by: tuple[str, ...]
    alike: Places
    """Rows with the same number have near-identical texts."""

    def __len__(self) -> int:
        return len(self.by)

    def take(self, places: Sequence[int] | Places) -> "Rows":
        chosen = np.asarray(places, dtype=np.intp)
        return Rows(
            vectors=self.vectors[chosen],
            targets=self.targets[chosen],
            age=self.age[chosen],
            confirms=self.confirms[chosen],
            by=tuple(self.by[place] for place in chosen),
            alike=self.alike[chosen],
        )


def fit_near(prior: Head, base: Base, rows: Rows, trust: dict[str, float]) -> Head:
    """The head that fits `rows` and stays near `prior`: maximum a posteriori. Its temperature is 1, worked into the weights."""
    if not len(rows):
        return prior
    weights = weights_of(rows, trust)
    weight, bias = _standard(prior, base)
    start = torch.from_numpy(weight), torch.from_numpy(bias)
    moved = start[0].clone().requires_grad_(), start[1].clone().requires_grad_()
    anchors, texts = _inputs(base.anchors, base), _inputs(rows.vectors, base)
    taught = torch.from_numpy(prior.probabilities(base.anchors))
    wanted = torch.from_numpy(rows.targets.astype(np.float32))
    counts = torch.from_numpy(weights.astype(np.float32))
    each = ANCHOR_WEIGHT / max(len(base.anchors), 1)
    total = ANCHOR_WEIGHT + float(weights.sum())
    solver = torch.optim.LBFGS(moved, max_iter=_ITERATIONS, history_size=20, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        solver.zero_grad()
        kept = each * _surprise(anchors @ moved[0].T + moved[1], taught).sum()
        learnt = (counts * _surprise(texts @ moved[0].T + moved[1], wanted)).sum()
        away = (moved[0] - start[0]).square().sum() + _BIAS_STIFFNESS * (moved[1] - start[1]).square().sum()
        sum_ = (kept + learnt + STIFFNESS * away) / total
        sum_.backward()  # type: ignore[no-untyped-call]
        return sum_

    solver.step(loss)  # type: ignore[no-untyped-call]
    found = moved[0].detach().numpy() / base.scale
    shifted = moved[1].detach().numpy() - found @ base.mean
    return Head(
        name=prior.name,
        labels=prior.labels,
        weight=found.astype(np.float32),
        bias=shifted.astype(np.float32),
        temperature=1.0,
    )


def weights_of(rows: Rows, trust: dict[str, float]) -> Floats:
    """What each row counts: recent more than old, trusted more than doubted, and a wave of one person's at most twice.

    Rows that agree add up, so what several people say of like texts counts as often as they are.
    """
    weights = 0.5 ** np.asarray(rows.age, dtype=np.float64)
    weights *= [trust.get(person, 1.0) for person in rows.by]
    told: dict[tuple[str, int], int] = defaultdict(int)
    for place in range(len(rows) - 1, -1, -1):
        key = (rows.by[place], int(rows.alike[place]))
        told[key] += 1
        if told[key] > AT_MOST_ALIKE:
            weights[place] = 0.0
    return weights


def alike(vectors: Matrix, base: Base) -> Places:
    """A number per row, the same for near-identical texts: the place of the first row that is as near as NEAR."""
    inputs = _directions(vectors, base)
    groups = np.arange(len(vectors))
    for place in range(1, len(vectors)):
        near = np.flatnonzero(inputs[:place] @ inputs[place] >= NEAR)
        if len(near):
            groups[place] = groups[near[0]]
    return groups


def doubted(prior: Head, base: Base, rows: Rows) -> list[Doubted]:
    """Whose labels cannot be told from chance, by what did not see them, strongest doubt first.

    The rows are split in FOLDS, near-identical texts together. A label is plausible if it is among the likeliest quarter of
    topics for a fit on the other folds, or what was mostly said there, also by the same person, of the NEIGHBOURS nearest
    texts. An honest correction is mostly the first, and a new meaning that one person brings is the second; a random label is
    neither. Trust falls where a person's share of plausible labels stays far behind everybody else's.
    """
    plausible = _plausible(prior, base, rows)
    objecting = ~rows.confirms
    people = np.array(rows.by)
    found = []
    for person in sorted(set(people[objecting])):
        theirs, others = objecting & (people == person), objecting & (people != person)
        if theirs.sum() < JUDGED_FROM:
            continue
        usual = _usual(plausible[others])
        share = float(plausible[theirs].mean())
        at_best = share + float(np.sqrt(usual * (1 - usual) / theirs.sum()))  # one standard error: few labels scatter
        trust = float(np.clip((at_best / usual - NO_TRUST) / (FULL_TRUST - NO_TRUST), 0, 1))
        if trust < 1:
            labels = int(theirs.sum())
            found.append(Doubted(by=str(person), labels=labels, plausible=share, usual=usual, trust=trust))
    return sorted(found, key=lambda each: (each.trust, each.by))


def _usual(others: NDArray[np.bool_]) -> float:
    """The share of plausible labels to compare with; a company's few others are helped out by what is seen elsewhere."""
    elsewhere, as_many = 0.8, 10
    return float((others.sum() + elsewhere * as_many) / (len(others) + as_many))


def _plausible(prior: Head, base: Base, rows: Rows) -> NDArray[np.bool_]:
    likely = max(1, round(len(prior.labels) / 4))
    fold = np.array([_spread(group) % FOLDS for group in rows.alike])
    said = rows.targets.argmax(axis=1)
    found = np.zeros(len(rows), dtype=bool)
    for number in range(FOLDS):
        asked = np.flatnonzero(fold == number)
        if not len(asked):
            continue
        head = fit_near(prior, base, rows.take(np.flatnonzero(fold != number)), {})
        order = np.argsort(-head.logits(rows.vectors[asked]), axis=1)[:, :likely]
        found[asked] = (order == said[asked, None]).any(axis=1)
    return found | _said_nearby(base, rows, fold)


def _said_nearby(base: Base, rows: Rows, fold: Places) -> NDArray[np.bool_]:
    """Whether a label is what was said most of the nearest corrections in other folds. Knows nothing of the shipped heads."""
    inputs, said = _directions(rows.vectors, base), rows.targets.argmax(axis=1)
    objecting = np.flatnonzero(~rows.confirms)
    found = np.zeros(len(rows), dtype=bool)
    for place in objecting:
        others = objecting[fold[objecting] != fold[place]]
        nearest = others[np.argsort(-(inputs[others] @ inputs[place]), kind="stable")[:NEIGHBOURS]]
        counted = np.bincount(said[nearest], minlength=rows.targets.shape[1])
        found[place] = len(nearest) == NEIGHBOURS and counted[said[place]] > NEIGHBOURS // 2
    return found


def _spread(number: int) -> int:
    """Neighbours in time go to different folds, in an order that no one can arrange."""
    return (int(number) * 2654435761) >> 8


def _standard(head: Head, base: Base) -> tuple[Matrix, Matrix]:
    weight = head.weight * base.scale / np.float32(head.temperature)
    bias = (head.bias + head.weight @ base.mean) / np.float32(head.temperature)
    return weight.astype(np.float32), bias.astype(np.float32)


def _directions(vectors: Matrix, base: Base) -> Matrix:
    inputs = (vectors - base.mean) / base.scale
    found: Matrix = inputs / np.maximum(np.linalg.norm(inputs, axis=1, keepdims=True), 1e-6)
    return found


def _inputs(vectors: Matrix, base: Base) -> torch.Tensor:
    return torch.from_numpy(((vectors - base.mean) / base.scale).astype(np.float32))


def _surprise(scores: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Cross-entropy per row, of a softmax head or of one that says yes or no."""
    if targets.shape[1] == 1:
        return torch.nn.functional.binary_cross_entropy_with_logits(scores, targets, reduction="none")[:, 0]
    return -(targets * torch.log_softmax(scores, dim=1)).sum(dim=1)

"""Fitting the linear heads: soft targets, row weights, ridge penalty, temperature. Deterministic: full batch, no sampling."""

import numpy as np
import torch
from numpy.typing import NDArray

from classifiers.heads import Matrix

Floats = NDArray[np.floating]
_ITERATIONS = 200


def fit_linear(vectors: Matrix, targets: Floats, weights: Floats, *, penalty: float) -> tuple[Matrix, Matrix]:
    """Weight and bias, on the raw vectors, of a softmax head (targets rows x labels) or a sigmoid head (rows x 1).

    Targets are probabilities. Inside, vectors are standardised; the penalty is on those weights, per unit of row weight.
    """
    mean, scale = vectors.mean(axis=0), vectors.std(axis=0) + 1e-6
    inputs = torch.from_numpy(((vectors - mean) / scale).astype(np.float32))
    wanted = torch.from_numpy(np.asarray(targets, dtype=np.float32))
    share = torch.from_numpy(np.asarray(weights / weights.sum(), dtype=np.float32))
    weight = torch.zeros((targets.shape[1], vectors.shape[1]), requires_grad=True)
    bias = torch.zeros(targets.shape[1], requires_grad=True)
    solver = torch.optim.LBFGS([weight, bias], max_iter=_ITERATIONS, history_size=20, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        solver.zero_grad()
        total = (share * surprise(inputs @ weight.T + bias, wanted)).sum() + penalty * weight.square().sum()
        total.backward()  # type: ignore[no-untyped-call]
        return total

    solver.step(loss)  # type: ignore[no-untyped-call]
    found = weight.detach().numpy() / scale
    return found.astype(np.float32), (bias.detach().numpy() - found @ mean).astype(np.float32)


def fit_temperature(scores: Matrix, targets: Floats) -> float:
    """The divisor of `scores` that makes held-out `targets` least surprising; a grid is exact enough and never diverges."""
    grid = np.exp(np.linspace(np.log(0.3), np.log(5.0), 120))
    wanted = torch.from_numpy(np.asarray(targets, dtype=np.float32))
    raw = torch.from_numpy(np.asarray(scores, dtype=np.float32))
    losses = [float(surprise(raw / float(divisor), wanted).mean()) for divisor in grid]
    return round(float(grid[int(np.argmin(losses))]), 4)


def surprise(scores: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Cross-entropy per row."""
    if targets.shape[1] == 1:
        return torch.nn.functional.binary_cross_entropy_with_logits(scores, targets, reduction="none")[:, 0]
    return -(targets * torch.log_softmax(scores, dim=1)).sum(dim=1)

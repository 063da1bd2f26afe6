"""Whether weights that were loaded are all there, and are numbers."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch

from classifiers.verdict import ModelFault

_NAMED_AT_MOST = 8


def refuse_gaps(name: str, model: Any, told: Mapping[str, Any], *, needless: str = "") -> None:
    """ModelFault naming the tensors that the files lack, or that are not finite; those that begin with `needless` may be.

    `told` is what transformers says of its loading: it fills what a file lacks with random numbers, and judges on.
    """
    needed = [key for key in sorted(told["missing_keys"]) if not (needless and key.startswith(needless))]
    if needed:
        raise ModelFault(
            f"{name} has no weights for {listed(needed)}: it is another kind of model, or not all is there"
        )
    broken = [key for key, tensor in model.state_dict().items() if not torch.isfinite(tensor).all()]
    if broken:
        raise ModelFault(f"{name}: {listed(broken)} in its weights holds a value that is not finite")


def listed(names: Sequence[str]) -> str:
    shown = ", ".join(f"“{name}”" for name in names[:_NAMED_AT_MOST])
    return shown if len(names) <= _NAMED_AT_MOST else f"{shown} and {len(names) - _NAMED_AT_MOST} more"

"""What fine-tuning added to the shipped encoder: low-rank updates of its weights (LoRA, Hu et al. 2021, arXiv:2106.09685).

The file holds, for every tuned weight W, two thin matrices `W.a` (rank x inputs) and `W.b` (outputs x rank), half precision;
W + SCALE * b @ a takes its place, so that inference costs what the plain encoder costs.
"""

import hashlib
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from classifiers.verdict import ModelFault

if TYPE_CHECKING:
    from torch import Tensor

ADAPTER_FILE = "adapter.safetensors"
SCALE = 2.0
"""Factor of the update: the usual alpha of twice the rank over the rank."""


def shipped_adapter() -> Path | None:
    """None where the file is missing: then the shipped heads, which name encoder and adapter, do not fit, and loading says so."""
    file = Path(str(resources.files("classifiers"))) / "weights" / ADAPTER_FILE
    return file if file.exists() else None


def adapted_fingerprint(encoder: str, adapter: Path | None) -> str:
    """What names encoder and adapter together: SHA-256 over both. Raises ModelFault for a file that cannot be read."""
    if adapter is None:
        return encoder
    try:
        own = hashlib.sha256(adapter.read_bytes()).hexdigest()
    except OSError as error:
        raise ModelFault(f"{adapter} cannot be read: {error}") from error
    return hashlib.sha256((encoder + own).encode()).hexdigest()


def adapt(weights: "Mapping[str, Tensor]", adapter: Path | None) -> "dict[str, Tensor]":
    """`weights` by name, tuned. Raises ModelFault naming the file, and the weight that does not fit."""
    if adapter is None:
        return dict(weights)
    parts = _parts(adapter)
    tuned = dict(weights)
    for name in sorted({key.rpartition(".")[0] for key in parts}):
        try:
            change = parts[f"{name}.b"].float() @ parts[f"{name}.a"].float()
            tuned[name] = weights[name] + SCALE * change
        except (KeyError, RuntimeError) as error:
            raise ModelFault(f"{adapter}: what it holds for {name} does not fit the encoder: {error}") from error
        if not tuned[name].isfinite().all():
            raise ModelFault(f"{adapter}: what it holds for {name} is not finite")
    return tuned


def save_adapter(file: Path, parts: "Mapping[str, Tensor]") -> None:
    """`parts` are named `W.a` and `W.b`; contiguous half-precision numbers go to the file."""
    import torch
    from safetensors.torch import save

    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(save({name: part.to(torch.float16).contiguous() for name, part in sorted(parts.items())}))


def _parts(file: Path) -> "dict[str, Tensor]":
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        parts: dict[str, Tensor] = load_file(file)
    except (OSError, SafetensorError) as error:
        raise ModelFault(f"{file} cannot be loaded as an adapter: {error}") from error
    return parts

"""The linear heads on the encoder's vectors, and the two files that hold them. numpy at inference.

`heads.safetensors` holds `mean`, `scale` and, per head, `NAME.weight` (labels x width) and `NAME.bias`; `heads.json` names
the labels, the temperature, the encoder they fit and how they were made. A head of one label says yes or no (sigmoid).
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load as load_tensors
from safetensors.numpy import save as save_tensors

from classifiers.settings import DEFAULT_TOPICS
from classifiers.verdict import TRIAGE_CLASSES, ModelFault

WEIGHTS_FILE = "heads.safetensors"
META_FILE = "heads.json"
NAME = "earshot-minilm-heads"

HEAD_LABELS: Mapping[str, tuple[str, ...]] = {
    "topic": tuple(spec.name for spec in DEFAULT_TOPICS),
    "detractor": ("detractor",),
    "promoter": ("promoter",),
    "triage": TRIAGE_CLASSES,
    "reply": ("reply",),
    "irony": ("irony",),
}
IRONY = "irony"
"""The one head that may be missing: heads that learnt before there was one say nothing of irony."""

Matrix = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Head:
    """One linear head. `probabilities` rows sum to 1 for several labels; for one label it is the chance of "yes"."""

    name: str
    labels: tuple[str, ...]
    weight: Matrix
    bias: Matrix
    temperature: float

    def logits(self, vectors: Matrix) -> Matrix:
        with np.errstate(over="ignore", invalid="ignore"):  # a broken vector is told apart below, by name
            scores: Matrix = (vectors @ self.weight.T + self.bias) / np.float32(self.temperature)
        if not np.isfinite(scores).all():
            raise ModelFault(f"the head {self.name} gave a score that is not finite")
        return scores

    def probabilities(self, vectors: Matrix) -> Matrix:
        scores = self.logits(vectors)
        return softmax(scores) if len(self.labels) > 1 else sigmoid(scores)


@dataclass(frozen=True, kw_only=True)
class Heads:
    """All heads of one version. `mean` and `scale` are of the training vectors: zero point and unit of every number."""

    heads: Mapping[str, Head]
    mean: Matrix
    scale: Matrix
    encoder: str
    version: str
    floors: Mapping[str, float] = field(default_factory=dict)
    """How sure a verdict must be to be worth a team's time, by topic; see `classifiers.floors`."""

    @property
    def model(self) -> str:
        return f"{NAME}-{self.version}"

    def __getitem__(self, name: str) -> Head:
        return self.heads[name]

    @property
    def yes_or_no(self) -> Mapping[str, Head]:
        """The heads of one label, by name: each is named as what a verdict says."""
        return {name: head for name, head in self.heads.items() if len(head.labels) == 1}


def softmax(scores: Matrix) -> Matrix:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Matrix = raised / raised.sum(axis=1, keepdims=True)
    return shares


def sigmoid(scores: Matrix) -> Matrix:
    chances: Matrix = np.float32(1) / (np.float32(1) + np.exp(-np.clip(scores, -40, 40)))
    return chances


def save_heads(folder: Path, heads: Mapping[str, Head], *, vectors: Matrix, meta: Mapping[str, Any]) -> str:
    """Write both files and give the version: the start of the weights' SHA-256, so that the same weights have one name.

    `vectors` are the training mentions', for `mean` and `scale`.
    """
    tensors = {"mean": vectors.mean(axis=0, dtype=np.float64), "scale": vectors.std(axis=0, dtype=np.float64) + 1e-6}
    tensors = {name: tensor.astype(np.float32) for name, tensor in tensors.items()}
    for head in heads.values():
        tensors[f"{head.name}.weight"] = np.ascontiguousarray(head.weight, dtype=np.float32)
        tensors[f"{head.name}.bias"] = np.ascontiguousarray(head.bias, dtype=np.float32)
    raw = save_tensors(tensors)
    digest = hashlib.sha256(raw).hexdigest()
    described = {head.name: {"labels": head.labels, "temperature": head.temperature} for head in heads.values()}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / WEIGHTS_FILE).write_bytes(raw)
    record = {"name": NAME, "version": digest[:8], "sha256": digest, "heads": described, **meta}
    (folder / META_FILE).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    return digest[:8]


def load_heads(folder: str = "") -> Heads:
    """The shipped heads for "", else those of a folder. Raises ModelFault naming the file or the head at fault."""
    place = Path(folder) if folder else Path(str(resources.files("classifiers"))) / "weights"
    meta = _read_meta(place / META_FILE)
    tensors = _read_weights(place / WEIGHTS_FILE, meta)
    file = place / WEIGHTS_FILE
    mean, scale = (_row(name, tensors, file) for name in ("mean", "scale"))
    wanted = [name for name in HEAD_LABELS if name != IRONY or name in meta["heads"]]
    heads = {name: _head(name, tensors, meta, place) for name in wanted}
    if any(head.weight.shape[1] != len(mean) for head in heads.values()) or len(scale) != len(mean):
        raise ModelFault(f"{file}: the heads are not all of one width")
    return Heads(
        heads=heads,
        mean=mean,
        scale=scale,
        encoder=meta["encoder"],
        version=meta["version"],
        floors=_floors(meta, place / META_FILE),
    )


def _floors(meta: Mapping[str, Any], file: Path) -> dict[str, float]:
    floors = meta.get("floors", {})
    if not isinstance(floors, dict) or not all(isinstance(floor, (int, float)) for floor in floors.values()):
        raise ModelFault(f"{file}: floors is not a table of numbers")
    return {topic: float(floor) for topic, floor in floors.items()}


def _row(name: str, tensors: Mapping[str, Matrix], file: Path) -> Matrix:
    row = tensors.get(name)
    if row is None or row.ndim != 1 or not np.isfinite(row).all():
        raise ModelFault(f"{file} lacks a sound tensor {name}")
    return row


def _read_meta(file: Path) -> dict[str, Any]:
    try:
        meta = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelFault(f"{file} cannot be read: {error}") from error
    except ValueError as error:
        raise ModelFault(f"{file} is not JSON: {error}") from error
    missing = {"version", "sha256", "encoder", "heads"} - set(meta if isinstance(meta, dict) else ())
    if missing:
        raise ModelFault(f"{file} lacks {', '.join(sorted(missing))}")
    if not isinstance(meta["heads"], dict) or not all(isinstance(head, dict) for head in meta["heads"].values()):
        raise ModelFault(f"{file}: heads is not a table of heads")
    return dict(meta)


def _read_weights(file: Path, meta: Mapping[str, Any]) -> dict[str, Matrix]:
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise ModelFault(f"{file} cannot be read: {error}") from error
    if hashlib.sha256(raw).hexdigest() != meta["sha256"]:
        raise ModelFault(f"{file} is damaged: its SHA-256 is not the one in {META_FILE}")
    try:
        return dict(load_tensors(raw))
    except SafetensorError as error:
        raise ModelFault(f"{file} is no safetensors file: {error}") from error


def _head(name: str, tensors: Mapping[str, Matrix], meta: Mapping[str, Any], place: Path) -> Head:
    described = meta["heads"].get(name)
    weight, bias = tensors.get(f"{name}.weight"), tensors.get(f"{name}.bias")
    if described is None or weight is None or bias is None:
        raise ModelFault(f"{place}: the head {name} is missing")
    labels, temperature = tuple(described.get("labels") or ()), described.get("temperature")
    if labels != HEAD_LABELS[name]:
        raise ModelFault(f"{place / META_FILE}: the head {name} has labels {labels}, not {HEAD_LABELS[name]}")
    if weight.ndim != 2 or weight.shape[0] != len(labels) or bias.shape != (len(labels),):
        raise ModelFault(f"{place / WEIGHTS_FILE}: the head {name} has {weight.shape} weights for {len(labels)} labels")
    if not isinstance(temperature, (int, float)) or not np.isfinite(temperature) or temperature <= 0:
        raise ModelFault(f"{place / META_FILE}: the head {name} has no positive temperature")
    if not (np.isfinite(weight).all() and np.isfinite(bias).all()):
        raise ModelFault(f"{place / WEIGHTS_FILE}: the head {name} holds a value that is not finite")
    return Head(name=name, labels=labels, weight=weight, bias=bias, temperature=float(temperature))

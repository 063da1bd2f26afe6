"""`earshot model export`: the shipped encoder, adapter included, as int8 for ONNX Runtime.

The graph is written out node by node, for ONNX Runtime alone: weights in 8 bits with a scale per column, activations in 8 bits with
one fixed scale per layer, taken from the project's own mentions. Scales that were measured anew in every batch would make a
verdict depend on its neighbours (cosine down to 0.990 between a text alone and in company); fixed ones are as good and do not.
Needs the `onnx` extra.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifiers.adapter import adapt, shipped_adapter
from classifiers.corpus import own_mentions
from classifiers.encoder import Encoder, load_encoder, shipped_folder, shipped_shape, shipped_weights
from classifiers.onnx_stack import ENCODER_FILE, RECORD_FILE, OnnxStack, onnx_runtime, padded, session_of
from classifiers.settings import EXPORTED, Precision
from classifiers.text import readable, with_name
from classifiers.verdict import ModelFault

CALIBRATED_ON, CHECKED_ON = 256, 128
LEAST_COSINE, LEAST_MEAN_COSINE = 0.97, 0.99
"""Of a text's vector with the exact one; 0.988 and 0.995 were measured. Where 8-bit products overflow it is far less."""
_AT_ONCE = 16


@dataclass(frozen=True, kw_only=True)
class Export:
    """What was written, and how close it is to the exact encoder on mentions that no scale was taken from."""

    folder: Path
    megabytes: float
    mean_cosine: float
    least_cosine: float


def export(out: Path = Path(EXPORTED)) -> Export:
    """Write the folder that the engine `onnx` runs. Raises ModelFault without the extra, or where the result is too far off."""
    onnx_runtime()
    exact = load_encoder(precision=Precision.FLOAT32)
    calibration, check = _texts()
    model = _int8_model(exact, calibration)
    cosines = _cosines(exact, model, check)
    mean, least = float(cosines.mean()), float(cosines.min())
    if mean < LEAST_MEAN_COSINE or least < LEAST_COSINE:
        raise ModelFault(
            f"nothing was written: the export is too far from the encoder (cosine {mean:.4f} in the mean, {least:.4f} at least). "
            "This processor may lack 8-bit instructions; stay with the engine torch"
        )
    record = {
        "encoder": exact.fingerprint,
        "sha256": hashlib.sha256(model).hexdigest(),
        "mean_cosine": round(mean, 5),
        "least_cosine": round(least, 5),
        "onnxruntime": onnx_runtime().__version__,
    }
    out.mkdir(parents=True, exist_ok=True)
    _replace(out / ENCODER_FILE, model)
    _replace(out / RECORD_FILE, (json.dumps(record, indent=2) + "\n").encode())
    return Export(folder=out, megabytes=len(model) / 1e6, mean_cosine=mean, least_cosine=least)


def _texts() -> tuple[list[str], list[str]]:
    """Own mentions to take scales from, and others to check on, both spread over all of them."""
    rows = own_mentions()
    texts = list(dict.fromkeys(with_name(readable(row.text), row.about) for row in rows))
    spread = texts[:: max(1, len(texts) // (CALIBRATED_ON + CHECKED_ON))]
    share = len(spread) * CHECKED_ON // (CALIBRATED_ON + CHECKED_ON)
    check = spread[1::3][:share]
    return [text for text in spread if text not in set(check)], check


def _int8_model(exact: Encoder, texts: Sequence[str]) -> bytes:
    try:
        from classifiers.onnx_graph import EncoderGraph
    except ImportError as error:
        raise ModelFault("exporting needs an extra: pip install 'earshot[onnx]'") from error
    folder, _ = shipped_folder()
    tuned = adapt(shipped_weights(folder), shipped_adapter())
    weights = {name: tensor.numpy() for name, tensor in tuned.items() if tensor.is_floating_point()}
    shape = shipped_shape(folder)
    plain = EncoderGraph(weights=weights, shape=shape)
    session = session_of(plain.model().SerializeToString(), threads=1)
    ranges: dict[str, tuple[float, float]] = {}
    for tokens in _token_batches(exact, texts):
        ids, real = padded(tokens)
        seen = session.run(list(plain.inputs.values()), {"ids": ids, "real": real.astype(np.float32)})
        for name, rows in zip(plain.inputs, seen, strict=True):
            least, greatest = ranges.get(name, (0.0, 0.0))
            ranges[name] = min(least, float(rows[real].min())), max(greatest, float(rows[real].max()))
    model: bytes = EncoderGraph(weights=weights, shape=shape, ranges=ranges).model().SerializeToString()
    return model


def _token_batches(encoder: Encoder, texts: Sequence[str]) -> Iterator[list[list[int]]]:
    tokens = sorted(encoder.tokens(texts), key=len)
    for start in range(0, len(tokens), _AT_ONCE):
        yield tokens[start : start + _AT_ONCE]


def _cosines(exact: Encoder, model: bytes, texts: Sequence[str]) -> NDArray[np.float32]:
    wanted = exact.encode(texts)
    found = exact.with_stack(OnnxStack(session_of(model, threads=1))).encode(texts)
    lengths = np.linalg.norm(wanted, axis=1) * np.linalg.norm(found, axis=1)
    cosines: NDArray[np.float32] = (wanted * found).sum(axis=1) / np.maximum(lengths, 1e-12)
    return cosines


def _replace(file: Path, content: bytes) -> None:
    """All or nothing: a reader sees the old file or the new one."""
    draft = file.with_suffix(".new")
    with draft.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(file)

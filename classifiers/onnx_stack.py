"""The shipped encoder by ONNX Runtime, from what `earshot model export` wrote. Needs the `onnx` extra; loads no torch."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from classifiers.verdict import ModelFault

if TYPE_CHECKING:
    import onnxruntime

ENCODER_FILE = "encoder.onnx"
RECORD_FILE = "export.json"
TOKENS_AT_ONCE = 256
"""Smaller than torch's: between its layers ONNX Runtime keeps float32, twice as wide."""


class OnnxStack:
    """Token ids to states. All scales are fixed in the file, so a text's states do not depend on its neighbours at all."""

    tokens_at_once = TOKENS_AT_ONCE

    def __init__(self, session: "onnxruntime.InferenceSession") -> None:
        self._session = session
        self._width = sum(int(output.shape[2]) for output in session.get_outputs())
        self._positions = int(session.get_modelmeta().custom_metadata_map["positions"])

    @property
    def width(self) -> int:
        return self._width

    @property
    def max_tokens(self) -> int:
        return self._positions

    def states(self, tokens: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        ids, real = padded(tokens)
        try:
            kept: list[NDArray[np.float32]] = self._session.run(None, {"ids": ids, "real": real.astype(np.float32)})
        except _faults() as error:
            raise ModelFault(f"ONNX Runtime failed: {type(error).__name__}") from error
        return np.concatenate([layer[real] for layer in kept], axis=1)


def padded(tokens: Sequence[Sequence[int]]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Ids as one matrix, and which of them are no padding."""
    lengths = np.array([len(text) for text in tokens])
    real = np.arange(lengths.max()) < lengths[:, None]
    ids = np.zeros(real.shape, dtype=np.int64)
    ids[real] = np.concatenate([np.asarray(text, dtype=np.int64) for text in tokens])
    return ids, real


def session_of(model: bytes, *, threads: int) -> "onnxruntime.InferenceSession":
    """Raises ModelFault without the extra, or for bytes that are no model."""
    runtime = onnx_runtime()
    options = runtime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # an idle thread must not eat Slack's core
    try:
        return runtime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except _faults() as error:
        raise ModelFault(f"{ENCODER_FILE} cannot be loaded by ONNX Runtime: {error}") from error


def onnx_runtime() -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        raise ModelFault("the engine onnx needs an extra: pip install 'earshot[onnx]'") from error
    return onnxruntime


def _faults() -> tuple[type[Exception], ...]:
    """What ONNX Runtime raises; all of it stands beside Python's own errors, under Exception."""
    state = onnx_runtime().capi.onnxruntime_pybind11_state
    return (state.Fail, state.InvalidGraph, state.InvalidProtobuf, state.NotImplemented, state.RuntimeException)


def load_exported(folder: str, fingerprint: str, *, threads: int) -> OnnxStack:
    """Raises ModelFault where nothing was exported, where it is damaged, or from another encoder than `fingerprint`."""
    onnx_runtime()
    place = Path(folder).expanduser()
    try:
        record = json.loads((place / RECORD_FILE).read_text(encoding="utf-8"))
        model = (place / ENCODER_FILE).read_bytes()
    except OSError as error:
        raise ModelFault(
            f"{place} holds no exported model ({error}): run earshot model export --out {place}"
        ) from error
    except ValueError as error:
        raise ModelFault(f"{place / RECORD_FILE} is not JSON: {error}") from error
    if not isinstance(record, dict) or record.get("encoder") != fingerprint:
        raise ModelFault(f"{place} was exported from another encoder: run earshot model export --out {place} again")
    if hashlib.sha256(model).hexdigest() != record.get("sha256"):
        raise ModelFault(f"{place / ENCODER_FILE} is damaged: run earshot model export --out {place} again")
    return OnnxStack(session_of(model, threads=threads))

"""Texts as points: near each other where they say the same thing. By the shipped encoder as its package has it, untuned.

Tuning for topics and moods wears off what tells one complaint from another: pairs of mentions of one matter are found with an
average precision of 0.33 on the tuned encoder's vectors, and of 0.74 on these (python -m benches.nearness). So this is a pass
of its own, made when there is nothing to judge: no verdict waits for it, and no version of the model changes what is near.
"""

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from classifiers.text import readable

if TYPE_CHECKING:
    from classifiers.encoder import Encoder

NAME = "minilm-l6-3+6h"
"""Vectors are compared with those of the same name only."""

NUMBERS = np.dtype("<f2")


class Nearness:
    """Gives texts their vectors, on the calling thread. The encoder is loaded by the first call, which takes a second."""

    name = NAME

    def __init__(self) -> None:
        self._encoder: Encoder | None = None
        self._lock = threading.Lock()

    def vectors(self, texts: Sequence[str]) -> list[bytes]:
        """One a text, in order: little-endian float16 of length 1; empty for a text without a word. Raises ModelFault."""
        said = [readable(text) for text in texts]
        with self._lock:
            rows = self._loaded().encode([text for text in said if text])
        found = iter(_of_length_one(rows).astype(NUMBERS))
        return [next(found).tobytes() if text else b"" for text in said]

    def _loaded(self) -> "Encoder":
        if self._encoder is None:
            from classifiers.encoder import plain_encoder

            self._encoder = plain_encoder()
        return self._encoder


def _of_length_one(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Both kept layers with the same weight: in long texts the middle one, in which all are alike, would drown the last."""
    halves = rows.reshape(len(rows), 2, rows.shape[1] // 2)
    lengths = np.linalg.norm(halves, axis=2, keepdims=True) * np.sqrt(2)
    even: NDArray[np.float32] = (halves / np.maximum(lengths, 1e-12)).reshape(rows.shape)
    return even

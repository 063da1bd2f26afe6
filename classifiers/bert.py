"""The shipped encoder's forward pass, written out: only what a verdict needs, on the tokens of a batch end to end.

Nothing is padded. The linear layers see all tokens of a batch as rows of one matrix; attention takes the texts of one length
together, so it needs no mask. That, weights packed once for the processor and bfloat16 where it has instructions for it, make it
six times as fast as a pipeline that takes one text after the other, and loading it needs no transformers.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from classifiers.verdict import ModelFault

TOKENS_AT_ONCE = 512
"""Tokens a pass at most, where one text alone has not more: what passes between the layers stays in the second-level cache."""

ROWS_IN_STEPS_OF = 32
"""The processor's kernels are generated anew for every number of rows, and kept: some hundred MB for all of them."""


@dataclass(frozen=True, kw_only=True)
class BertShape:
    """The figures of `config.json` that the pass needs."""

    width: int
    depth: int
    heads: int
    epsilon: float
    positions: int

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> "BertShape":
        """Raises ModelFault for a model that is no plain BERT: its pass would not be this one."""
        plain = {"model_type": "bert", "hidden_act": "gelu", "position_embedding_type": "absolute"}
        for key, wanted in plain.items():
            if config.get(key, wanted) != wanted:
                raise ModelFault(f"the encoder's {key} is {config[key]}, not {wanted}")
        return cls(
            width=config["hidden_size"],
            depth=config["num_hidden_layers"],
            heads=config["num_attention_heads"],
            epsilon=config["layer_norm_eps"],
            positions=config["max_position_embeddings"],
        )

    @property
    def kept(self) -> tuple[int, int]:
        """The layers whose states are a token's, counted from one: the middle one and the last."""
        return self.depth // 2, self.depth


def has_bfloat16() -> bool:
    """Whether this processor multiplies bfloat16 by instructions of its own; without them it is slower than float32."""
    able = torch.cpu.get_capabilities()
    packs = torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
    return bool(packs and (able.get("avx512_bf16") or able.get("amx_bf16")))


class Bert:
    """Token ids to states. `weights` are named as in `model.safetensors`, float32; it keeps none of them but in its own form."""

    tokens_at_once = TOKENS_AT_ONCE

    def __init__(self, weights: Mapping[str, Tensor], shape: BertShape, *, bfloat16: bool) -> None:
        self._shape = shape
        self._kind = torch.bfloat16 if bfloat16 else torch.float32
        named = {name: tensor.detach() for name, tensor in weights.items()}
        try:
            self._words = named["embeddings.word_embeddings.weight"].to(self._kind, copy=True)
            every = named["embeddings.token_type_embeddings.weight"][0]
            self._places = named["embeddings.position_embeddings.weight"] + every
            self._norm = _Norm(named, "embeddings.LayerNorm", shape.epsilon, torch.float32)
            self._layers = [_Layer(named, f"encoder.layer.{place}", shape, self._kind) for place in range(shape.depth)]
        except KeyError as error:
            raise ModelFault(f"the encoder's weights lack {error}") from error

    @property
    def width(self) -> int:
        return 2 * self._shape.width

    @property
    def max_tokens(self) -> int:
        return self._shape.positions

    def states(self, tokens: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """A row a token, text after text: the two kept layers side by side."""
        runs = list(_runs(tokens))
        kept = []
        with torch.inference_mode():
            rows = self._embedded(tokens)
            for number, layer in enumerate(self._layers, start=1):
                rows = layer(rows, runs)
                if number in self._shape.kept:
                    kept.append(rows)
            real = sum(len(text) for text in tokens)
            return torch.cat(kept, dim=1)[:real].float().numpy()

    def _embedded(self, tokens: Sequence[Sequence[int]]) -> Tensor:
        """A row a token, and rows of no meaning up to a multiple of ROWS_IN_STEPS_OF."""
        spare = [0] * (-sum(len(text) for text in tokens) % ROWS_IN_STEPS_OF)
        flat = torch.from_numpy(np.concatenate([np.asarray(text, dtype=np.int64) for text in (*tokens, spare)]))
        places = torch.from_numpy(
            np.concatenate([*(np.arange(len(text)) for text in tokens), np.array(spare, dtype=int)])
        )
        return self._norm(self._words[flat].float() + self._places[places]).to(self._kind)


@dataclass(frozen=True)
class _Run:
    """Neighbouring texts of one length: their first row, how many they are, and how long each is."""

    start: int
    count: int
    length: int

    @property
    def rows(self) -> slice:
        return slice(self.start, self.start + self.count * self.length)


def _runs(tokens: Sequence[Sequence[int]]) -> Iterator[_Run]:
    start = 0
    for length, texts in groupby(len(text) for text in tokens):
        run = _Run(start, len(list(texts)), length)
        yield run
        start = run.rows.stop


class _Linear:
    """One linear layer. In bfloat16 its weights are packed for the processor here, not again in every pass."""

    def __init__(self, weight: Tensor, bias: Tensor, kind: torch.dtype, *, gelu: bool = False) -> None:
        self._packed = kind is torch.bfloat16
        self._gelu = gelu
        self._bias = bias.to(kind, copy=True)
        self._weight = weight.to(kind, copy=True)
        if self._packed:
            # Operators that torch's own compiler calls; torch is pinned, and test_bert holds them against transformers.
            self._weight = torch.ops.mkldnn._reorder_linear_weight(self._weight, None)

    def __call__(self, rows: Tensor) -> Tensor:
        if self._packed:
            after, how = ("gelu", "none") if self._gelu else ("none", "")
            found: Tensor = torch.ops.mkldnn._linear_pointwise(rows, self._weight, self._bias, after, [], how)
            return found
        found = functional.linear(rows, self._weight, self._bias)
        return functional.gelu(found) if self._gelu else found


class _Norm:
    def __init__(self, weights: Mapping[str, Tensor], name: str, epsilon: float, kind: torch.dtype) -> None:
        self._scale = weights[f"{name}.weight"].to(kind, copy=True)
        self._shift = weights[f"{name}.bias"].to(kind, copy=True)
        self._epsilon = epsilon

    def __call__(self, rows: Tensor) -> Tensor:
        return functional.layer_norm(rows, self._scale.shape, self._scale, self._shift, self._epsilon)


class _Layer:
    def __init__(self, weights: Mapping[str, Tensor], name: str, shape: BertShape, kind: torch.dtype) -> None:
        asks = [f"{name}.attention.self.{part}" for part in ("query", "key", "value")]
        self._asks = _Linear(
            torch.cat([weights[f"{ask}.weight"] for ask in asks]),
            torch.cat([weights[f"{ask}.bias"] for ask in asks]),
            kind,
        )
        self._mixes, self._widens, self._narrows = (
            _Linear(
                weights[f"{name}.{part}.weight"], weights[f"{name}.{part}.bias"], kind, gelu=part.startswith("inter")
            )
            for part in ("attention.output.dense", "intermediate.dense", "output.dense")
        )
        self._first = _Norm(weights, f"{name}.attention.output.LayerNorm", shape.epsilon, kind)
        self._second = _Norm(weights, f"{name}.output.LayerNorm", shape.epsilon, kind)
        self._heads = shape.heads

    def __call__(self, rows: Tensor, runs: Sequence[_Run]) -> Tensor:
        asked = self._asks(rows)
        seen = torch.zeros_like(rows)
        for run in runs:
            seen[run.rows] = self._attended(asked[run.rows], run)
        rows = self._first(rows + self._mixes(seen))
        return self._second(rows + self._narrows(self._widens(rows)))

    def _attended(self, asked: Tensor, run: _Run) -> Tensor:
        parts = asked.view(run.count, run.length, 3, self._heads, -1).permute(2, 0, 3, 1, 4)
        seen = functional.scaled_dot_product_attention(parts[0], parts[1], parts[2])
        return seen.transpose(1, 2).reshape(run.count * run.length, -1)

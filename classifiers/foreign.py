"""Encoders of other families than the shipped one, through transformers: whatever has a plain stack of hidden layers."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError

from classifiers.soundness import refuse_gaps
from classifiers.verdict import ModelFault

TOKENS_AT_ONCE = 1024


class ForeignStack:
    """Token ids to states by a model of transformers, padded to the longest of a batch."""

    tokens_at_once = TOKENS_AT_ONCE

    def __init__(self, model: Any, tokenizer: Any) -> None:
        self._model = model
        self._tokenizer = tokenizer
        depth: int = model.config.num_hidden_layers
        self._layers = (depth // 2, depth)

    @property
    def width(self) -> int:
        return 2 * int(self._model.config.hidden_size)

    @property
    def max_tokens(self) -> int | None:
        """None for a model that does not say."""
        told = getattr(self._model.config, "max_position_embeddings", None)
        return None if told is None else int(told)

    def states(self, tokens: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        padded = self._tokenizer.pad({"input_ids": [list(text) for text in tokens]}, return_tensors="pt")
        with torch.inference_mode():
            hidden = self._model(**padded, output_hidden_states=True).hidden_states
            states = torch.cat([hidden[layer] for layer in self._layers], dim=2).float()
        return states[padded["attention_mask"].bool()].numpy()

    def tokenize(self, texts: Sequence[str], at_most: int) -> tuple[list[list[int]], list[Sequence[tuple[int, int]]]]:
        coded = self._tokenizer(
            list(texts), truncation=True, max_length=at_most, return_offsets_mapping=self._tokenizer.is_fast
        )
        tokens = coded["input_ids"]
        return tokens, coded.get("offset_mapping") or [()] * len(tokens)


def load_foreign(folder: Path, name: str) -> ForeignStack:
    """Raises ModelFault naming what is missing or not finite, or why it is no encoder."""
    from transformers import AutoModel, AutoTokenizer
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    verbosity = logging.get_verbosity()
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    try:
        model, told = AutoModel.from_pretrained(
            folder, local_files_only=True, use_safetensors=True, dtype=torch.float32, output_loading_info=True
        )
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError, KeyError, RuntimeError, ImportError, SafetensorError) as error:
        raise ModelFault(f"{folder} cannot be loaded as an encoder: {error}") from error
    finally:
        logging.set_verbosity(verbosity)
    if not getattr(model.config, "num_hidden_layers", 0) or getattr(model.config, "is_encoder_decoder", False):
        raise ModelFault(f"{folder} is no encoder: {type(model).__name__} has no plain stack of hidden layers")
    refuse_gaps(name, model, told, needless="pooler.")
    return ForeignStack(model.eval(), tokenizer)

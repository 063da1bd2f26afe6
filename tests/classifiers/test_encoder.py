"""The encoder: what it takes, and how it fails."""

from pathlib import Path

import numpy as np
import pytest
import torch
from huggingface_hub.errors import LocalEntryNotFoundError
from transformers import BertConfig, BertModel, BertTokenizerFast

from classifiers import encoder as encoder_module
from classifiers.encoder import Encoder, Tokens, Vectors, load_encoder
from classifiers.verdict import ModelFault

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "kettle", "broke", "again"]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT of two layers and eight numbers, as somebody would keep their own encoder."""
    folder = tmp_path_factory.mktemp("tiny")
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(WORDS), hidden_size=8, num_hidden_layers=2, num_attention_heads=2, intermediate_size=16
    )
    BertModel(config).save_pretrained(folder)
    (folder / "vocab.txt").write_text("\n".join(WORDS) + "\n")
    BertTokenizerFast(vocab_file=str(folder / "vocab.txt")).save_pretrained(folder)
    return folder


def test_folder_of_ones_own_loads(tiny: Path) -> None:
    rows = load_encoder(str(tiny)).encode(["the kettle broke", "the kettle broke again and again", ""])

    assert rows.shape == (3, 16)
    assert np.isfinite(rows).all()
    assert not np.allclose(rows[0], rows[1])


def test_rows_do_not_depend_on_padding(tiny: Path) -> None:
    encoder = load_encoder(str(tiny))
    texts = ["the kettle", "the kettle broke again " * 5, "broke"]

    together = encoder.encode(texts)

    assert np.allclose(together, np.concatenate([encoder.encode([text]) for text in texts]), atol=1e-5)


def test_mean_of_the_states_is_the_vector(tiny: Path) -> None:
    for batch in load_encoder(str(tiny)).batches(["the kettle broke", "again"]):
        for vector, states, spans in zip(batch.vectors, batch.states, batch.spans, strict=True):
            assert np.allclose(states.mean(axis=0), vector, atol=1e-5)
            assert len(states) == len(spans)


class Starved:
    """A stack for which there is no memory."""

    tokens_at_once, width, max_tokens = 64, 4, 8

    def __init__(self, error: Exception) -> None:
        self._error = error

    def states(self, tokens: Tokens) -> Vectors:
        raise self._error


@pytest.mark.parametrize("error", [RuntimeError("you tried to allocate 4096 bytes"), MemoryError()])
def test_a_pass_without_memory_is_a_fault_of_the_model(error: Exception) -> None:
    encoder = Encoder(Starved(error), lambda texts, _at_most: ([[1]] * len(texts), []), fingerprint="", max_tokens=8)

    with pytest.raises(ModelFault, match=f"the encoder failed: {type(error).__name__}"):
        encoder.encode(["the kettle broke"])


def test_folder_without_weights_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelFault, match="holds no"):
        load_encoder(str(tmp_path))


def test_folder_that_is_not_there_is_refused() -> None:
    with pytest.raises(ModelFault, match="no such folder"):
        load_encoder("/nowhere/at/all")


def test_name_on_the_hub_is_fetched_without_code_or_pickles(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def fetched(name: str, *, allow_patterns: list[str]) -> str:
        asked.append((name, allow_patterns))
        return str(tiny)

    monkeypatch.setattr("huggingface_hub.snapshot_download", fetched)

    assert load_encoder("pelican/kettle-bert").encode(["the kettle"]).shape == (1, 16)
    assert asked == [("pelican/kettle-bert", ["*.json", "*.txt", "*.model", "*.safetensors"])]


def test_name_the_hub_does_not_give_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(name: str, *, allow_patterns: list[str]) -> str:
        raise LocalEntryNotFoundError("no connection")

    monkeypatch.setattr("huggingface_hub.snapshot_download", gone)

    with pytest.raises(ModelFault, match="pelican/gone: neither a folder nor a model that the hub gives"):
        load_encoder("pelican/gone")


def test_damaged_weights_are_refused(tiny: Path, tmp_path: Path) -> None:
    for file in tiny.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "model.safetensors").write_bytes(b"not weights")

    with pytest.raises(ModelFault, match="cannot be loaded as an encoder"):
        load_encoder(str(tmp_path))


def test_shipped_encoder_with_other_weights_is_refused(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder_module, "_shipped_folder", lambda: tiny)

    with pytest.raises(ModelFault, match="is not the shipped encoder"):
        load_encoder("")

"""The written-out forward pass against the library's own, on a small BERT with random weights and on the shipped encoder."""

from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertModel

from classifiers.bert import Bert, BertShape, has_bfloat16
from classifiers.corpus import own_mentions
from classifiers.encoder import Encoder, load_encoder, model_folder, plain_encoder
from classifiers.foreign import load_foreign
from classifiers.settings import Precision
from classifiers.verdict import ModelFault
from tests.classifiers.tiny import tiny_encoder

TEXTS = [row.text for row in own_mentions()[:60]]
HOSTILE = ["", "😀" * 400, "a\u0301 中文 x", "word " * 900, "[CLS] [MASK] hi [SEP]", "x" * 300, "ﬁ Ⅷ ﷺ"]

needs_bfloat16 = pytest.mark.skipif(not has_bfloat16(), reason="this processor has no instructions for bfloat16")


@pytest.fixture(scope="module")
def library() -> Encoder:
    """The shipped encoder, untuned, as transformers runs it."""
    stack = load_foreign(model_folder(""), "the shipped encoder")
    return Encoder(stack, stack.tokenize, fingerprint="", max_tokens=256)


@pytest.fixture(scope="module")
def exact() -> Encoder:
    return plain_encoder(Precision.FLOAT32)


def test_pass_gives_what_the_library_gives_on_a_model_of_another_shape() -> None:
    torch.manual_seed(0)
    config = BertConfig(vocab_size=50, hidden_size=24, num_hidden_layers=4, num_attention_heads=3, intermediate_size=40)
    model = BertModel(config).eval()
    ours = Bert(model.state_dict(), BertShape.from_config(config.to_dict()), bfloat16=False)
    tokens = [[1, 2], [3, 4], [5, 6, 7, 8, 9]]

    states = ours.states(tokens)

    starts = np.cumsum([0, *(len(text) for text in tokens)])
    for start, text in zip(starts, tokens, strict=False):
        with torch.inference_mode():
            hidden = model(torch.tensor([text]), output_hidden_states=True).hidden_states
        wanted = torch.cat([hidden[2], hidden[4]], dim=2)[0].numpy()
        assert np.allclose(states[start : start + len(text)], wanted, atol=1e-5)


def test_shipped_encoder_gives_the_librarys_vectors(exact: Encoder, library: Encoder) -> None:
    assert np.allclose(exact.encode(TEXTS + HOSTILE), library.encode(TEXTS + HOSTILE), atol=1e-4)


def test_tokens_are_the_librarys(exact: Encoder, library: Encoder) -> None:
    for ours, theirs in zip(exact.batches(TEXTS + HOSTILE), library.batches(TEXTS + HOSTILE), strict=False):
        for index, spans in zip(ours.indices, ours.spans, strict=True):
            if index in theirs.indices:
                assert list(spans) == [tuple(span) for span in theirs.spans[theirs.indices.index(index)]]


@needs_bfloat16
def test_bfloat16_keeps_the_direction_of_every_vector(exact: Encoder) -> None:
    wanted, found = exact.encode(TEXTS + HOSTILE), plain_encoder().encode(TEXTS + HOSTILE)

    cosines = (wanted * found).sum(axis=1) / np.linalg.norm(wanted, axis=1) / np.linalg.norm(found, axis=1)
    assert cosines.min() > 0.9998


def test_states_do_not_depend_on_the_neighbours() -> None:
    encoder = load_encoder()

    alone = np.concatenate([encoder.encode([text]) for text in TEXTS[:20]])

    assert np.abs(encoder.encode(TEXTS)[:20] - alone).max() < 0.02


@pytest.mark.parametrize(("key", "value"), [("hidden_act", "relu"), ("model_type", "roberta")])
def test_model_that_is_no_plain_bert_is_refused(key: str, value: str) -> None:
    with pytest.raises(ModelFault, match=f"{key} is {value}"):
        BertShape.from_config({**BertConfig().to_dict(), key: value})


def test_weights_with_a_gap_are_refused_by_name() -> None:
    config = BertConfig(vocab_size=9, hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16)
    weights = BertModel(config).state_dict()
    del weights["encoder.layer.0.output.dense.weight"]

    with pytest.raises(ModelFault, match=r"lack 'encoder\.layer\.0\.output\.dense\.weight'"):
        Bert(weights, BertShape.from_config(config.to_dict()), bfloat16=False)


def test_batches_hold_every_text_once_and_little_padding(tmp_path: Path) -> None:
    encoder = load_encoder(str(tiny_encoder(tmp_path)))
    texts = ["the kettle " * (number % 37) for number in range(300)]

    batches = list(encoder.batches(texts))

    assert sorted(index for batch in batches for index in batch.indices) == list(range(300))
    padded = sum(len(batch.indices) * max(len(states) for states in batch.states) for batch in batches)
    real = sum(len(states) for batch in batches for states in batch.states)
    assert padded < 1.25 * real
    assert max(sum(len(states) for states in batch.states) for batch in batches) <= 1024


def test_float32_states_do_not_depend_on_the_neighbours_at_all(exact: Encoder) -> None:
    alone = np.concatenate([exact.encode([text]) for text in TEXTS[:10]])

    assert np.abs(exact.encode(TEXTS)[:10] - alone).max() < 1e-4

"""Tuning on a tiny encoder with a word list of its own."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from transformers import BertModel

from classifiers import tuning
from classifiers.adapter import adapt, save_adapter
from classifiers.bert import Bert, BertShape
from classifiers.heads import HEAD_LABELS
from classifiers.tuning import Course, Lesson, Tuned, tune
from tests.classifiers.tiny import tiny_encoder


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_encoder(tmp_path_factory.mktemp("tiny"), hidden_size=16)


def lesson(text: str, **taught: float) -> Lesson:
    """A row that teaches topic 0 or 1 (`topic`) or the chance of a yes-or-no head."""
    targets = {name: np.array([value], dtype=np.float32) for name, value in taught.items() if name != "topic"}
    if "topic" in taught:
        row = np.zeros(len(HEAD_LABELS["topic"]), dtype=np.float32)
        row[int(taught["topic"])] = 1
        targets["topic"] = row
    return Lesson(named=f"kettle: {text}", bare=text, targets=targets)


def course(pairs: int) -> Course:
    core = [lesson("the kettle broke", topic=0, detractor=1.0), lesson("charged twice", topic=1, detractor=0.0)] * pairs
    return Course(core=core, extra=[lesson("love", promoter=1.0)] * 8, per_epoch=4)


def run(encoder: Path, *, pairs: int = 40, seed: int = 0) -> Tuned:
    return tune(course(pairs), encoder, seed=seed, bfloat16=False, say=lambda _line: None)


def test_the_heads_learn_what_the_rows_say(encoder: Path) -> None:
    student = tuning.Student(encoder, bfloat16=False)
    tuned = run(encoder, pairs=400)
    for name, update in student.updates.items():
        update.a.data, update.b.data = tuned.adapter[f"{name}.weight.a"], tuned.adapter[f"{name}.weight.b"]
    tokens = student.tokenizer(["the kettle broke", "charged twice"])["input_ids"]

    vectors = student.vectors(tokens).detach().numpy()

    weight, bias = tuned.heads["topic"]
    assert (vectors @ weight.T + bias).argmax(axis=1).tolist() == [0, 1]
    weight, bias = tuned.heads["detractor"]
    assert ((vectors @ weight.T + bias)[:, 0] > 0).tolist() == [True, False]


def test_a_head_that_no_row_speaks_of_learns_nothing(encoder: Path) -> None:
    weight, bias = run(encoder).heads["irony"]

    assert not weight.any()
    assert not bias.any()


def test_same_rows_and_seed_give_the_same_weights(encoder: Path) -> None:
    first, second, other = run(encoder), run(encoder), run(encoder, seed=1)

    assert all(torch.equal(first.adapter[name], second.adapter[name]) for name in first.adapter)
    assert np.array_equal(first.heads["topic"][0], second.heads["topic"][0])
    assert not np.array_equal(first.heads["topic"][0], other.heads["topic"][0])


def test_the_encoder_itself_stays_as_it_is(encoder: Path) -> None:
    student = tuning.Student(encoder, bfloat16=False)

    learning = {name for name, part in student.encoder.named_parameters() if part.requires_grad}

    assert learning
    assert all(name.endswith((".a", ".b")) for name in learning)


def test_the_adapter_gives_the_pass_that_was_tuned(encoder: Path, tmp_path: Path) -> None:
    tuned = run(encoder)
    save_adapter(tmp_path / "adapter", {name: part * 8 for name, part in tuned.adapter.items()})
    student = tuning.Student(encoder, bfloat16=False)
    saved = load_file(tmp_path / "adapter")
    for name, update in student.updates.items():
        update.a.data, update.b.data = saved[f"{name}.weight.a"].float(), saved[f"{name}.weight.b"].float()
    plain = BertModel.from_pretrained(encoder)
    served = Bert(
        adapt(plain.state_dict(), tmp_path / "adapter"), BertShape.from_config(plain.config.to_dict()), bfloat16=False
    )
    tokens = student.tokenizer(["the kettle broke"])["input_ids"]

    vector = served.states(tokens).mean(axis=0)

    assert np.allclose(vector, student.vectors(tokens).detach().numpy()[0], atol=1e-5)
    untouched = Bert(plain.state_dict(), BertShape.from_config(plain.config.to_dict()), bfloat16=False)
    assert not np.allclose(vector, untouched.states(tokens).mean(axis=0), atol=1e-3)

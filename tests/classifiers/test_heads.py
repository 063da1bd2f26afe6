"""Weights that are missing, damaged or of another model are refused by name."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load as load_tensors

from classifiers import ModelSettings, load
from classifiers.heads import HEAD_LABELS, META_FILE, WEIGHTS_FILE, Head, load_heads, save_heads
from classifiers.verdict import ModelFault

WIDTH = 768


def some_heads() -> dict[str, Head]:
    return {
        name: Head(
            name=name,
            labels=labels,
            weight=np.ones((len(labels), WIDTH), dtype=np.float32),
            bias=np.zeros(len(labels), dtype=np.float32),
            temperature=1.5,
        )
        for name, labels in HEAD_LABELS.items()
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save_heads(tmp_path, some_heads(), vectors=np.ones((2, WIDTH), dtype=np.float32), meta={"encoder": "none"})
    return tmp_path


def rewrite(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    meta = json.loads((folder / META_FILE).read_text())
    change(meta)
    (folder / META_FILE).write_text(json.dumps(meta))


def test_saved_heads_come_back(folder: Path) -> None:
    heads = load_heads(str(folder))

    assert heads["topic"].labels == HEAD_LABELS["topic"]
    assert heads["triage"].temperature == 1.5
    assert heads["reply"].weight.shape == (1, WIDTH)


def test_same_weights_have_the_same_version(tmp_path: Path) -> None:
    vectors = np.ones((2, WIDTH), dtype=np.float32)
    versions = {save_heads(tmp_path / name, some_heads(), vectors=vectors, meta={"encoder": ""}) for name in "ab"}

    assert len(versions) == 1


@pytest.mark.parametrize("name", [WEIGHTS_FILE, META_FILE])
def test_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()

    with pytest.raises(ModelFault, match=name):
        load_heads(str(folder))


def test_one_flipped_byte_is_found(folder: Path) -> None:
    raw = bytearray((folder / WEIGHTS_FILE).read_bytes())
    raw[-1] ^= 1
    (folder / WEIGHTS_FILE).write_bytes(raw)

    with pytest.raises(ModelFault, match=rf"{WEIGHTS_FILE} is damaged"):
        load_heads(str(folder))


def test_description_that_is_no_json_is_named(folder: Path) -> None:
    (folder / META_FILE).write_text("{")

    with pytest.raises(ModelFault, match=rf"{META_FILE} is not JSON"):
        load_heads(str(folder))


def test_wrong_labels_are_refused(folder: Path) -> None:
    rewrite(folder, lambda meta: meta["heads"]["triage"]["labels"].pop())

    with pytest.raises(ModelFault, match="the head triage has labels"):
        load_heads(str(folder))


def test_missing_head_is_named(folder: Path) -> None:
    rewrite(folder, lambda meta: meta["heads"].pop("promoter"))

    with pytest.raises(ModelFault, match="the head promoter is missing"):
        load_heads(str(folder))


@pytest.mark.parametrize("heads", [[], None, "topic", {"topic": None}, {"topic": ["labels"]}])
def test_description_of_another_shape_is_refused(folder: Path, heads: object) -> None:
    rewrite(folder, lambda meta: meta.update(heads=heads))

    with pytest.raises(ModelFault, match=rf"{META_FILE}: heads is not a table of heads"):
        load_heads(str(folder))


@pytest.mark.parametrize("temperature", [0, -1, float("nan"), None, "hot"])
def test_temperature_has_to_be_positive(folder: Path, temperature: object) -> None:
    rewrite(folder, lambda meta: meta["heads"]["topic"].update(temperature=temperature))

    with pytest.raises(ModelFault, match="the head topic has no positive temperature"):
        load_heads(str(folder))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_weight_that_is_not_finite_is_refused(tmp_path: Path, value: float) -> None:
    heads = some_heads()
    heads["detractor"].weight[0, 7] = value
    save_heads(tmp_path, heads, vectors=np.ones((2, WIDTH), dtype=np.float32), meta={"encoder": ""})

    with pytest.raises(ModelFault, match="the head detractor holds a value that is not finite"):
        load_heads(str(tmp_path))


def test_wrong_number_of_weights_is_refused(tmp_path: Path) -> None:
    heads = some_heads()
    heads["topic"] = Head(
        name="topic",
        labels=HEAD_LABELS["topic"],
        weight=np.ones((3, WIDTH), dtype=np.float32),
        bias=np.zeros(3, dtype=np.float32),
        temperature=1.0,
    )
    save_heads(tmp_path, heads, vectors=np.ones((2, WIDTH), dtype=np.float32), meta={"encoder": ""})

    with pytest.raises(ModelFault, match="the head topic has"):
        load_heads(str(tmp_path))


def test_vector_that_is_not_finite_gives_no_probability() -> None:
    with pytest.raises(ModelFault, match="the head topic gave a score that is not finite"):
        some_heads()["topic"].probabilities(np.full((1, WIDTH), np.nan, dtype=np.float32))


def test_heads_of_another_encoder_are_refused(folder: Path) -> None:
    with pytest.raises(ModelFault, match="trained on another encoder"):
        load(ModelSettings(heads=str(folder)))


def test_shipped_heads_are_small() -> None:
    place = Path(__file__).parents[2] / "classifiers" / "weights" / WEIGHTS_FILE

    assert place.stat().st_size < 4_000_000
    assert set(load_tensors(place.read_bytes())) >= {"mean", "scale", "topic.weight", "reply.bias"}

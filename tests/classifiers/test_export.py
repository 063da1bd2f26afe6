"""`earshot model export` and the engine that runs what it wrote."""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from classifiers import ModelSettings, Subject, load
from classifiers.corpus import own_mentions
from classifiers.encoder import encoder_of, load_encoder
from classifiers.local import LocalClassifier
from classifiers.settings import Engine, Precision
from classifiers.verdict import ModelFault

pytest.importorskip("onnxruntime", reason="the onnx extra is not installed")

from classifiers.export import Export, export
from classifiers.onnx_graph import quantised
from classifiers.onnx_stack import OnnxStack, onnx_runtime

SUBJECTS = [Subject(text=row.text, about=row.about) for row in own_mentions()[5:1500:15]]


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Export:
    return export(tmp_path_factory.mktemp("exported"))


def settings(folder: Path) -> ModelSettings:
    return ModelSettings(engine=Engine.ONNX, exported=str(folder))


@pytest.fixture(scope="module")
def int8(exported: Export) -> LocalClassifier:
    return load(settings(exported.folder))


def test_export_is_small_and_says_how_close_it_is(exported: Export) -> None:
    record = json.loads((exported.folder / "export.json").read_text())

    assert exported.megabytes < 40
    assert record["encoder"] == load_encoder().fingerprint
    assert 0.99 <= record["mean_cosine"] <= 1


def test_vectors_stay_close_on_hostile_texts_too(exported: Export) -> None:
    texts = ["", "😀" * 400, "word " * 900, "[CLS] hi", *(subject.text for subject in SUBJECTS)]
    wanted = load_encoder(precision=Precision.FLOAT32).encode(texts)
    found = encoder_of(settings(exported.folder)).encode(texts)

    cosines = (wanted * found).sum(axis=1) / np.linalg.norm(wanted, axis=1) / np.linalg.norm(found, axis=1)
    assert cosines.min() > 0.95


def test_topics_are_the_same_but_for_close_calls(int8: LocalClassifier, classifier: LocalClassifier) -> None:
    wanted, found = classifier.classify(SUBJECTS), int8.classify(SUBJECTS)

    same = [(one.topic == other.topic, one.confidence) for one, other in zip(wanted, found, strict=True)]
    assert np.mean([agrees for agrees, confidence in same if confidence > 0.7]) >= 0.97
    assert np.mean([agrees for agrees, _ in same]) >= 0.85
    assert np.mean([abs(one.detractor - other.detractor) for one, other in zip(wanted, found, strict=True)]) < 0.04


def test_verdict_is_the_same_alone_and_in_company(int8: LocalClassifier) -> None:
    together = int8.classify(SUBJECTS)

    for subject, wanted in list(zip(SUBJECTS, together, strict=True))[::10]:
        alone = int8.classify([subject])[0]
        assert alone.topics == pytest.approx(wanted.topics, abs=1e-3)
        assert alone.detractor == pytest.approx(wanted.detractor, abs=1e-3)


def test_why_is_told_too(int8: LocalClassifier) -> None:
    assert "refund" in int8.classify([Subject(text="charged twice for one kettle, I want a refund")])[0].why


WITHOUT_TORCH = """
import sys, classifiers
from classifiers.settings import Engine
classifiers.load(classifiers.ModelSettings(engine=Engine.ONNX, exported=sys.argv[1]))
heavy = {"torch", "transformers"} & set(sys.modules)
assert not heavy, heavy
"""


def test_engine_needs_no_torch(exported: Export) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_TORCH, str(exported.folder)], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")


@pytest.fixture
def copied(exported: Export, tmp_path: Path) -> Path:
    return Path(shutil.copytree(exported.folder, tmp_path / "copied"))


def test_folder_without_an_export_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelFault, match=r"holds no exported model .* run earshot model export"):
        load(settings(tmp_path / "nowhere"))


def test_export_of_another_encoder_is_refused(copied: Path) -> None:
    record = json.loads((copied / "export.json").read_text())
    (copied / "export.json").write_text(json.dumps({**record, "encoder": "another"}))

    with pytest.raises(ModelFault, match=r"exported from another encoder: run earshot model export .* again"):
        load(settings(copied))


def test_damaged_export_is_refused(copied: Path) -> None:
    with (copied / "encoder.onnx").open("r+b") as stream:
        stream.truncate(1_000_000)

    with pytest.raises(ModelFault, match=r"encoder\.onnx is damaged"):
        load(settings(copied))


def test_file_that_the_runtime_cannot_read_is_refused(copied: Path) -> None:
    record = json.loads((copied / "export.json").read_text())
    (copied / "encoder.onnx").write_bytes(b"no model")
    changed = {**record, "sha256": hashlib.sha256(b"no model").hexdigest()}
    (copied / "export.json").write_text(json.dumps(changed))

    with pytest.raises(ModelFault, match=r"encoder\.onnx cannot be loaded by ONNX Runtime"):
        load(settings(copied))


class Starved:
    """A session for which there is no memory."""

    def get_outputs(self) -> list[object]:
        return []

    def get_modelmeta(self) -> SimpleNamespace:
        return SimpleNamespace(custom_metadata_map={"positions": "8"})

    def run(self, _names: None, _inputs: object) -> None:
        raise onnx_runtime().capi.onnxruntime_pybind11_state.RuntimeException("failed to allocate memory")


def test_a_pass_that_the_runtime_breaks_off_is_a_fault_of_the_model() -> None:
    with pytest.raises(ModelFault, match="ONNX Runtime failed: RuntimeException"):
        OnnxStack(Starved()).states([[1, 2]])


def test_export_that_is_too_far_off_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("classifiers.export.LEAST_MEAN_COSINE", 0.9999)

    with pytest.raises(ModelFault, match="nothing was written: the export is too far from the encoder"):
        export(tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_engine_runs_the_shipped_encoder_only(tmp_path: Path) -> None:
    with pytest.raises(ModelFault, match="runs the shipped encoder only"):
        load(ModelSettings(engine=Engine.ONNX, encoder=str(tmp_path)))


def test_eight_bits_keep_every_weight_within_half_a_step() -> None:
    weight = np.random.default_rng(0).normal(size=(40, 9)).astype(np.float32) * np.arange(1, 10, dtype=np.float32)

    coarse, steps = quantised(weight)

    assert np.abs(coarse * steps - weight).max() <= steps.max() / 2 * 1.001
    assert np.all(np.abs(coarse * steps - weight) <= steps / 2 * 1.001)

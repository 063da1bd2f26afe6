"""Models of one's own: real ones with random weights, beside the shipped model."""

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file

from classifiers import DEFAULT_TOPICS, ModelFault, ModelSettings, Reads, Subject
from classifiers.local import LocalClassifier
from classifiers.sequence import Composed, load_sequence
from tests.classifiers.tiny import WORDS, tiny_classifier, tiny_encoder, with_tokenizer

TOPICS = {"LABEL_0": "billing", "LABEL_1": "technical_issue", "LABEL_2": "billing"}
MOODS = {"neg": "negative", "neu": "neutral", "pos": "positive"}
TEXTS = ["the kettle broke again", "charged twice", "love love love the kettle", ""]


@pytest.fixture(scope="module")
def topic_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_classifier(tmp_path_factory.mktemp("topics"), list(TOPICS))


@pytest.fixture(scope="module")
def mood_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_classifier(tmp_path_factory.mktemp("moods"), list(MOODS))


def of_topics(folder: Path, **fields: Any) -> ModelSettings:
    return replace(ModelSettings(classifier=str(folder), labels=TOPICS), **fields)


def of_moods(folder: Path, **fields: Any) -> ModelSettings:
    return replace(ModelSettings(classifier=str(folder), labels=MOODS, reads=Reads.POLARITY), **fields)


def composed(wanted: ModelSettings, shipped: LocalClassifier) -> Composed:
    return Composed(load_sequence(wanted), shipped, wanted)


def logits(folder: Path, text: str) -> torch.Tensor:
    """What transformers itself makes of a text."""
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    with torch.inference_mode():
        found: torch.Tensor = model(**AutoTokenizer.from_pretrained(folder)(text, return_tensors="pt")).logits[0]
    return found


def test_labels_become_topics_and_labels_of_one_topic_add_up(topic_model: Path, classifier: LocalClassifier) -> None:
    both = composed(of_topics(topic_model), classifier)
    for text, verdict in zip(TEXTS, both.classify([Subject(text=text) for text in TEXTS]), strict=True):
        first, second, third = torch.softmax(logits(topic_model, text), dim=0).tolist()
        assert verdict.topics["billing"] == pytest.approx(first + third, abs=1e-5)
        assert verdict.topics["technical_issue"] == pytest.approx(second, abs=1e-5)
        assert set(verdict.topics) == {topic.name for topic in DEFAULT_TOPICS}
        assert sum(verdict.topics.values()) == pytest.approx(1)


def test_shipped_model_does_the_rest(topic_model: Path, classifier: LocalClassifier) -> None:
    subjects = [Subject(text=text, about="Pelican") for text in TEXTS]
    both = composed(of_topics(topic_model), classifier).classify(subjects)
    for own, shipped in zip(both, classifier.classify(subjects), strict=True):
        assert (own.detractor, own.promoter, own.triage) == (shipped.detractor, shipped.promoter, shipped.triage)
        assert own.why == (shipped.why if own.topic == shipped.topic else ())
        assert own.model == f"{topic_model.name}-{own.model.split(' + ')[0][-8:]} + {classifier.name}"


def test_model_of_moods_gives_the_detractor_only(mood_model: Path, classifier: LocalClassifier) -> None:
    subjects = [Subject(text=text) for text in TEXTS]
    both = composed(of_moods(mood_model), classifier).classify(subjects)
    for text, own, shipped in zip(TEXTS, both, classifier.classify(subjects), strict=True):
        assert own.detractor == pytest.approx(float(torch.softmax(logits(mood_model, text), dim=0)[0]), abs=1e-5)
        assert own.promoter == pytest.approx(min(shipped.promoter, 1 - own.detractor))
        assert (own.topics, own.triage, own.why) == (shipped.topics, shipped.triage, shipped.why)


def test_labels_that_do_not_exclude_each_other_are_weighed(tmp_path: Path, classifier: LocalClassifier) -> None:
    folder = tiny_classifier(tmp_path, list(TOPICS), problem_type="multi_label_classification")
    [verdict] = composed(of_topics(folder), classifier).classify([Subject(text="charged twice")])
    chances = torch.sigmoid(logits(folder, "charged twice"))
    assert verdict.topics["technical_issue"] == pytest.approx(float(chances[1] / chances.sum()), abs=1e-5)


def test_verdict_does_not_depend_on_the_batch(topic_model: Path) -> None:
    model = load_sequence(of_topics(topic_model))
    texts = [*TEXTS, "the kettle " * 400] * 5
    for text, row in zip(texts, model.shares(texts), strict=True):
        assert row == pytest.approx(model.shares([text])[0], abs=1e-5)


@settings(max_examples=40, deadline=None)
@given(text=st.text(st.characters(exclude_categories=()), max_size=100))
def test_any_text_gets_shares_that_sum_to_one(topic_model: Path, classifier: LocalClassifier, text: str) -> None:
    [verdict] = composed(of_topics(topic_model), classifier).classify([Subject(text=text, about=text)])
    assert math.isclose(sum(verdict.topics.values()), 1, abs_tol=1e-6)


# -- what is wrong with a model is told at the start


def copied(folder: Path, place: Path) -> Path:
    for file in folder.iterdir():
        (place / file.name).write_bytes(file.read_bytes())
    return place


def change_tensors(folder: Path, change: Callable[[dict[str, torch.Tensor]], object]) -> None:
    tensors = load_file(folder / "model.safetensors")
    change(tensors)
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})


def refusal(wanted: ModelSettings) -> str:
    with pytest.raises(ModelFault) as fault:
        load_sequence(wanted)
    return str(fault.value)


def test_label_that_is_not_mapped_is_named(topic_model: Path) -> None:
    said = refusal(of_topics(topic_model, labels={"LABEL_0": "billing", "LABEL_2": "billing"}))
    assert "say in [model.labels] what “LABEL_1” stands for" in said


def test_label_that_the_model_does_not_have_is_named(topic_model: Path) -> None:
    said = refusal(of_topics(topic_model, labels={**TOPICS, "LABEL_3": "billing"}))
    assert "has no label “LABEL_3”; its labels are “LABEL_0”, “LABEL_1”, “LABEL_2”" in said


def test_label_of_an_unknown_topic_is_named(topic_model: Path) -> None:
    said = refusal(of_topics(topic_model, labels={**TOPICS, "LABEL_1": "refunds"}))
    assert "[model.labels] LABEL_1 = “refunds”, which is none of billing," in said


def test_moods_without_a_negative_one_are_refused(mood_model: Path) -> None:
    said = refusal(of_moods(mood_model, labels={"neg": "neutral", "neu": "neutral", "pos": "positive"}))
    assert "no label in [model.labels] stands for “negative”" in said


def test_model_of_one_number_is_refused(tmp_path: Path) -> None:
    said = refusal(of_topics(tiny_classifier(tmp_path, ["LABEL_0"]), labels={"LABEL_0": "billing"}))
    assert "it gives a number, not a choice" in said


def test_encoder_without_a_head_is_refused(tmp_path: Path) -> None:
    said = refusal(of_topics(tiny_encoder(tmp_path)))
    assert "has no weights for “classifier.bias”, “classifier.weight”" in said


def test_label_count_other_than_the_weights_is_refused(topic_model: Path, tmp_path: Path) -> None:
    folder = copied(topic_model, tmp_path)
    config = json.loads((folder / "config.json").read_text())
    config["id2label"]["3"], config["label2id"]["LABEL_3"] = "LABEL_3", 3
    (folder / "config.json").write_text(json.dumps(config))
    said = refusal(of_topics(folder, labels={**TOPICS, "LABEL_3": "billing"}))
    assert str(folder) in said
    assert "cannot be loaded as a classification model" in said


def test_weights_that_are_missing_damaged_or_nan_are_refused(topic_model: Path, tmp_path: Path) -> None:
    folder = copied(topic_model, tmp_path)

    def spoil(tensors: dict[str, torch.Tensor]) -> None:
        tensors["classifier.weight"][0, 0] = float("nan")

    change_tensors(folder, spoil)
    assert "“classifier.weight” in its weights holds a value that is not finite" in refusal(of_topics(folder))
    change_tensors(folder, lambda tensors: tensors.pop("bert.encoder.layer.1.output.dense.weight"))
    assert "no weights for “bert.encoder.layer.1.output.dense.weight”" in refusal(of_topics(folder))
    (folder / "model.safetensors").write_bytes(b"not weights")
    assert "cannot be loaded" in refusal(of_topics(folder))
    (folder / "model.safetensors").unlink()
    assert "holds no *.safetensors" in refusal(of_topics(folder))


def test_damaged_config_is_refused(topic_model: Path, tmp_path: Path) -> None:
    folder = copied(topic_model, tmp_path)
    (folder / "config.json").write_text('{"model_type": ')
    assert "cannot be loaded" in refusal(of_topics(folder))
    (folder / "config.json").unlink()
    assert "cannot be loaded" in refusal(of_topics(folder))


def test_tokenizer_that_is_missing_or_anothers_is_refused(topic_model: Path, tmp_path: Path) -> None:
    folder = copied(topic_model, tmp_path)
    with_tokenizer(folder, [*WORDS, "one", "more"])
    assert "its tokenizer knows 14 tokens, more than its weights" in refusal(of_topics(folder))
    for file in ("vocab.txt", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"):
        (folder / file).unlink(missing_ok=True)
    assert "tokenizer" in refusal(of_topics(folder)) or "cannot be loaded" in refusal(of_topics(folder))


def test_encoder_whose_weights_are_not_all_there_is_refused(tmp_path: Path) -> None:
    from classifiers.encoder import load_encoder

    folder = tiny_encoder(tmp_path)
    change_tensors(folder, lambda tensors: tensors.pop("encoder.layer.1.output.dense.weight"))
    with pytest.raises(ModelFault, match=r"no weights for “encoder\.layer\.1\.output\.dense\.weight”"):
        load_encoder(str(folder))


def test_encoder_without_heads_of_its_own_is_told_what_to_do(tmp_path: Path) -> None:
    from classifiers import load_here

    with pytest.raises(ModelFault, match="trained on another encoder") as fault:
        load_here(ModelSettings(encoder=str(tiny_encoder(tmp_path))))
    assert "train" in str(fault.value)

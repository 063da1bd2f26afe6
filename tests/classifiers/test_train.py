"""Training on invented numbers, and the project's own mentions."""

from pathlib import Path

import numpy as np
import pytest

from classifiers import Isolation, ModelSettings, Subject, load
from classifiers.corpus import Extra, own_mentions, triage_targets
from classifiers.fitting import fit_linear, fit_temperature
from classifiers.heads import HEAD_LABELS, sigmoid, softmax
from classifiers.train import Lessons, Rows, _fit_on, fit_head, held_out_scores, main
from classifiers.verdict import TRIAGE_CLASSES
from tests.classifiers.tiny import tiny_encoder


def clouds(labels: int, *, rows: int = 300, width: int = 12) -> tuple[np.ndarray, np.ndarray]:
    """Rows around one centre a label, and their one-hot targets."""
    draw = np.random.default_rng(7)
    centres = draw.normal(size=(labels, width)) * 2
    places = draw.integers(labels, size=rows)
    vectors = centres[places] + draw.normal(size=(rows, width))
    return vectors.astype(np.float32), np.eye(labels, dtype=np.float32)[places]


def test_several_labels_are_told_apart() -> None:
    vectors, targets = clouds(4)

    weight, bias = fit_linear(vectors, targets, np.ones(len(vectors)), penalty=1e-3)

    found = softmax(vectors @ weight.T + bias).argmax(axis=1)
    assert np.mean(found == targets.argmax(axis=1)) > 0.95


def test_yes_or_no_is_told_apart_and_rows_without_weight_teach_nothing() -> None:
    vectors, targets = clouds(2)
    wanted = targets[:, :1]
    misled = np.concatenate([wanted, 1 - wanted])
    weights = np.concatenate([np.ones(len(vectors)), np.zeros(len(vectors))])

    weight, bias = fit_linear(np.concatenate([vectors, vectors]), misled, weights, penalty=1e-3)

    assert np.mean((sigmoid(vectors @ weight.T + bias) > 0.5) == (wanted > 0.5)) > 0.95


def test_fit_is_repeatable() -> None:
    vectors, targets = clouds(3)
    first, second = (fit_linear(vectors, targets, np.ones(len(vectors)), penalty=1e-3)[0] for _ in range(2))

    assert np.array_equal(first, second)


def test_temperature_undoes_overconfidence() -> None:
    draw = np.random.default_rng(3)
    scores = draw.normal(size=(4_000, 1)) * 2
    truth = (draw.random((4_000, 1)) < sigmoid(scores.astype(np.float32))).astype(float)

    assert fit_temperature((scores * 3).astype(np.float32), truth) == pytest.approx(3, rel=0.15)


def test_held_out_scores_come_from_heads_that_saw_nothing_of_the_company() -> None:
    vectors, _ = clouds(2, rows=200)
    shout = np.zeros((200, 1), dtype=np.float32)
    companies = tuple(f"company {number % 20}" for number in range(200))
    marked = [index for index, company in enumerate(companies) if company == "company 3"]
    vectors[:, 0] = 0
    vectors[marked, 0] = 10
    shout[marked] = 1
    lessons = Lessons(vectors=vectors, targets=shout, weights=np.ones(200), companies=companies, held=200)

    held = held_out_scores("reply", lessons)
    head = fit_head("reply", lessons)

    assert head.probabilities(vectors[marked]).min() > 0.5
    assert sigmoid(held[marked]).max() < 0.5


def test_own_mentions_are_sound_and_cover_every_topic() -> None:
    mentions = own_mentions()

    assert {row.topic for row in mentions} == set(HEAD_LABELS["topic"])
    assert {row.second for row in mentions} <= {"", *HEAD_LABELS["topic"]}
    assert all(row.text and 0 <= row.nps <= 10 and row.second != row.topic for row in mentions)
    assert {row.triage for row in mentions} == set(TRIAGE_CLASSES)
    assert triage_targets(mentions).sum() == len(mentions)


def test_heads_for_another_encoder_serve_without_a_word_on_irony(tmp_path: Path) -> None:
    encoder, out = str(tiny_encoder(tmp_path / "encoder")), tmp_path / "heads"
    own = own_mentions()[::100]
    rows = Rows(
        mentions=own,
        posts=[],
        own=own[:5],
        topics=[Extra(text="charged twice", source="a", topic="billing")],
        detractors=[Extra(text="the kettle broke", source="b", detractor=1.0)],
    )

    version = _fit_on(encoder, rows, out, {}, lambda _line: None)
    model = load(ModelSettings(encoder=encoder, heads=str(out), isolation=Isolation.THREAD))
    (verdict,) = model.classify([Subject(text="charged twice", about="Pelican")])

    assert verdict.model.endswith(version)
    assert set(verdict.topics) == set(HEAD_LABELS["topic"])
    assert (verdict.irony, verdict.floor) == (0, 0)


def test_heads_for_another_encoder_never_replace_the_shipped_ones(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--data", "nowhere", "--encoder", "pelican/kettle-bert"])

    assert "--encoder needs --out" in capsys.readouterr().err

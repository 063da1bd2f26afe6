"""Fitting near a prior: what is taught is learnt, what is not taught stays, and who cannot be told from chance counts little."""

import random
from dataclasses import replace

import numpy as np
import pytest

from classifiers.learning import AT_MOST_ALIKE, alike, doubted, fit_near, weights_of
from tests.classifiers.company import BASE, LABELS, prior, rows, scores, share_right, some, texts

MOVED = {"login": "outage"}
"""What this company calls otherwise than the shipped heads."""


def test_without_corrections_the_shipped_head_comes_out() -> None:
    shipped = prior()
    assert fit_near(shipped, BASE, rows(texts([], seed=1), []), {}) is shipped


def test_corrections_that_count_nothing_change_nothing() -> None:
    wrong = rows(texts(["billing"] * 30, seed=4), ["wish"] * 30, by="mallory")
    head = fit_near(prior(), BASE, wrong, {"mallory": 0.0})
    asked = texts(some(100, seed=5), seed=5)
    assert np.allclose(head.probabilities(asked), prior().probabilities(asked), atol=1e-3)


def test_a_changed_meaning_is_learnt_and_the_rest_is_kept() -> None:
    taught = rows(texts(["login"] * 80, seed=4), ["outage"] * 80)
    head = fit_near(prior(), BASE, taught, {})
    assert share_right(prior(), texts(["login"] * 100, seed=6), ["outage"] * 100) < 0.1
    assert share_right(head, texts(["login"] * 100, seed=6), ["outage"] * 100) > 0.3
    others = [topic for topic in some(300, seed=7) if topic != "login"]
    lost = share_right(prior(), texts(others, seed=7), others) - share_right(head, texts(others, seed=7), others)
    assert lost < 0.03


def test_the_same_corrections_give_the_same_weights() -> None:
    taught = rows(texts(some(50, seed=4), seed=4), some(50, seed=8))
    first, second = (fit_near(prior(), BASE, taught, {}) for _ in range(2))
    assert np.array_equal(first.weight, second.weight)


def test_a_temperature_of_the_prior_is_worked_into_the_weights() -> None:
    warm = replace(prior(), temperature=2.0)
    asked = texts(some(50, seed=5), seed=5)
    head = fit_near(warm, BASE, rows(texts(["billing"], seed=1), ["billing"], age=60.0), {})
    assert head.temperature == 1.0
    assert np.allclose(head.probabilities(asked), warm.probabilities(asked), atol=1e-3)


def test_a_head_that_says_yes_or_no_is_fitted_too() -> None:
    unsure = replace(
        prior(), name="detractor", labels=("detractor",), weight=prior().weight[:1] * 0, bias=np.zeros(1, "f4")
    )
    head = fit_near(unsure, BASE, scores(40), {})
    assert head.probabilities(texts(["billing"] * 20, seed=9)).mean() > 0.6


def test_a_correction_counts_half_after_its_half_life() -> None:
    found = weights_of(rows(texts(some(3, seed=1), seed=1), some(3, seed=1), age=[2.0, 1.0, 0.0]), {})
    assert list(found) == [0.25, 0.5, 1.0]


def test_the_newest_two_of_one_person_on_the_same_text_count() -> None:
    wave = np.repeat(texts(["spam"], seed=1), 5, axis=0)
    found = weights_of(rows(wave, ["spam"] * 5, by=["ana", "ana", "ana", "ana", "ben"]), {})
    assert list(found) == [0, 0, 1, 1, 1]
    assert AT_MOST_ALIKE == 2


def test_what_several_people_say_counts_as_often_as_they_are() -> None:
    wave = np.repeat(texts(["spam"], seed=1), 3, axis=0)
    assert weights_of(rows(wave, ["spam"] * 3, by=["ana", "ben", "cleo"]), {}).sum() == 3


def test_doubt_takes_away() -> None:
    found = rows(texts(some(2, seed=1), seed=1), some(2, seed=1), by=["ana", "ben"])
    assert list(weights_of(found, {"ben": 0.25})) == [1, 0.25]


def test_near_identical_texts_are_found_wherever_they_stand() -> None:
    one, two = texts(["spam", "billing"], seed=1)
    almost = one + np.float32(0.01)
    assert list(alike(np.stack([one, two, almost, two]), BASE)) == [0, 1, 0, 1]


@pytest.mark.parametrize("seed", range(5))
def test_random_labels_are_doubted_and_honest_ones_are_not(seed: int) -> None:
    chance = random.Random(seed)
    topics = some(200, seed=seed)
    by = [chance.choice(("ana", "ben", "cleo", "mallory")) for _ in topics]
    said = [
        chance.choice(LABELS) if person == "mallory" else MOVED.get(topic, topic)
        for person, topic in zip(by, topics, strict=True)
    ]
    found = doubted(prior(), BASE, rows(texts(topics, seed=seed), said, by=by))
    assert [each.by for each in found] == ["mallory"]
    assert found[0].trust < 0.2
    assert found[0].labels == by.count("mallory")


def test_one_person_who_alone_brings_a_new_meaning_is_not_silenced() -> None:
    topics = some(400, seed=3)
    said = [MOVED.get(topic, topic) for topic in topics]
    by = ["ana" if topic == "login" else "ben" for topic in topics]
    assert [each for each in doubted(prior(), BASE, rows(texts(topics, seed=3), said, by=by)) if each.trust < 0.5] == []


def test_a_few_labels_are_no_ground_for_doubt() -> None:
    wrong = rows(texts(["billing"] * 7, seed=2), ["wish", "spam", "login", "praise", "safety", "outage", "delivery"])
    assert doubted(prior(), BASE, wrong) == []

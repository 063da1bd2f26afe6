"""The gate: what is held out was learnt by neither, and what falls short is told with its figures."""

import random
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from classifiers.correction import Check, Doubted
from classifiers.gate import base_scores, base_topics, from_whom, held_from, newest_scores, newest_topics
from classifiers.learning import fit_near
from classifiers.refit import DETRACTOR, TOPIC, candidate_of
from tests.classifiers.company import (
    BASE,
    BEGIN,
    LABELS,
    known,
    lessons,
    mood,
    prior,
    rows,
    scores,
    some,
    texts,
)

MINUTES = [BEGIN + timedelta(minutes=place) for place in range(100)]


def worse(name: str = "topic") -> object:
    head = prior()
    return replace(head, name=name, weight=head.weight[::-1].copy(), bias=head.bias[::-1].copy())


def test_the_newest_fifth_is_held_out() -> None:
    assert held_from(MINUTES, None) == 80
    assert held_from(MINUTES[:1], None) == 0
    assert held_from([], None) == 0


def test_nothing_that_serves_has_learnt_is_held_out() -> None:
    assert held_from(MINUTES, MINUTES[89]) == 95
    assert held_from(MINUTES, MINUTES[99]) == 100
    assert held_from(MINUTES, MINUTES[9]) == 80


@pytest.mark.parametrize(
    ("candidate", "served", "passed"), [(0.5, 0.5, True), (0.49, 0.5, True), (0.48, 0.5, False), (0.9, 0.5, True)]
)
def test_a_check_passes_within_its_tolerance(candidate: float, served: float, passed: bool) -> None:
    assert Check(name="x", rows=100, candidate=candidate, served=served, tolerance=0.01).passed is passed


def test_a_worse_candidate_fails_on_the_newest() -> None:
    topics = some(60, seed=1)
    (check,) = newest_topics(worse(), prior(), rows(texts(topics, seed=1), topics, by=["ana", "ben"] * 30), {})[:1]
    assert not check.passed
    assert check.rows == 60
    (same,) = newest_topics(prior(), prior(), rows(texts(topics, seed=1), topics, by="ana"), {})
    assert same.passed
    assert same.candidate == same.served


def test_a_gain_that_is_one_persons_alone_is_no_gain() -> None:
    """Mallory calls all logins spam, and gave 40 of the newest rows; for the others the candidate got worse."""
    taught = rows(texts(["login"] * 60, seed=1), ["spam"] * 60, by="mallory")
    candidate = fit_near(prior(), BASE, taught, {})
    topics = ["login"] * 60
    said = ["spam"] * 40 + ["login"] * 20
    newest = rows(texts(topics, seed=2), said, by=["mallory"] * 40 + ["ana"] * 5 + ["ben"] * 15)
    checks = {check.name: check for check in newest_topics(candidate, prior(), newest, {})}
    assert checks["topic, newest corrections"].passed
    assert not checks["topic, newest without mallory"].passed
    assert set(checks) == {
        "topic, newest corrections",
        "topic, newest without mallory",
        "topic, newest without ben",
    }


def test_who_is_not_trusted_has_no_say_in_the_gate() -> None:
    topics = some(30, seed=1)
    wrong = rows(texts(topics, seed=1), topics[1:] + topics[:1], by="mallory")
    assert newest_topics(worse(), prior(), wrong, {"mallory": 0.0}) == []


def test_a_head_that_forgot_the_base_fails() -> None:
    now = known()
    (check,) = base_topics(worse(), prior(), now.kept, now.accepted)
    assert not check.passed
    (kept,) = base_topics(prior(), prior(), now.kept, now.accepted)
    assert kept.passed
    assert kept.served > 0.7


def test_the_base_asks_for_topics_that_the_company_has() -> None:
    only = replace(prior(), labels=tuple(f"own_{name}" for name in LABELS))
    now = known()
    assert base_topics(only, only, now.kept, now.accepted) == []


def test_a_turned_score_fails_on_base_and_newest() -> None:
    now = known()
    turned = replace(mood(DETRACTOR), weight=-mood(DETRACTOR).weight)
    truth = now.kept @ mood(DETRACTOR).weight[0] > 0
    assert not base_scores(turned, mood(DETRACTOR), now.kept, truth)[0].passed
    assert base_scores(mood(DETRACTOR), mood(DETRACTOR), now.kept, truth)[0].passed
    assert not newest_scores(turned, mood(DETRACTOR), scores(20))[0].passed
    assert newest_scores(turned, mood(DETRACTOR), scores(5)) == []


def test_too_many_corrections_of_doubted_people_fail() -> None:
    suspect = Doubted(by="mallory", labels=30, plausible=0.2, usual=0.8, trust=0.0)
    topics = some(10, seed=1)

    def share(by: list[str]) -> bool:
        return from_whom(rows(texts(topics, seed=1), topics, by=by), [suspect])[0].passed

    assert share(["mallory"] * 2 + ["ana"] * 8)
    assert not share(["mallory"] * 3 + ["ana"] * 7)


def poisoned(seed: int) -> tuple[list[str], list[str], list[str]]:
    """True topics, what was said, and by whom: of 100 corrections 30 are random and Mallory's."""
    chance = random.Random(seed)
    topics = some(100, seed=seed)
    by = ["mallory"] * 30 + [chance.choice(("ana", "ben", "cleo")) for _ in range(70)]
    chance.shuffle(by)
    said = [chance.choice(LABELS) if who == "mallory" else topic for who, topic in zip(by, topics, strict=True)]
    return topics, said, by


@pytest.mark.parametrize("seed", range(4))
def test_a_poisoned_batch_does_not_pass_and_the_record_says_whose_it_is(seed: int) -> None:
    topics, said, by = poisoned(seed)
    candidate = candidate_of(known(), lessons(rows(texts(topics, seed=seed), said, by=by)))
    assert not candidate.passed
    assert [each.by for each in candidate.doubted] == ["mallory"]
    assert "corrections not doubted" in [check.name for check in candidate.checks if not check.passed]


@pytest.mark.parametrize("seed", range(4))
def test_the_same_batch_without_the_poison_passes(seed: int) -> None:
    topics, _, by = poisoned(seed)
    said = ["outage" if topic == "login" else topic for topic in topics]
    candidate = candidate_of(known(), lessons(rows(texts(topics, seed=seed), said, by=by)))
    assert candidate.passed, candidate.checks
    assert candidate.doubted == ()
    assert share_of_outage(candidate.heads[TOPIC]) > share_of_outage(prior())


def share_of_outage(head: object) -> float:
    found = head.probabilities(texts(["login"] * 50, seed=11))[:, LABELS.index("outage")]
    return float(np.mean(found))


def test_a_person_vouched_for_is_not_doubted() -> None:
    topics, said, by = poisoned(1)
    found = lessons(rows(texts(topics, seed=1), said, by=by))
    assert candidate_of(known(), found, vouched=frozenset({"mallory"})).doubted == ()

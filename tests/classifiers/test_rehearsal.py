"""The rehearsal in small, on vectors made for it: the curve rises, the poison stays out, and twice is the same."""

import zlib

import numpy as np
import pytest
import torch

from classifiers.corpus import Mention, own_mentions
from classifiers.course import named
from classifiers.heads import HEAD_LABELS, Matrix
from classifiers.rehearsal import PEOPLE, POISONER, found_company, learn, poison, rehearse

LABELS = HEAD_LABELS["topic"]
torch.set_num_threads(1)  # with more, small sums wait for each other on a busy machine

WIDTH = 256
NOISE = 4.0


def near_topics(mentions: list[Mention]) -> Matrix:
    """Vectors around a direction for each topic, some way towards the second one: an encoder that is there at once."""
    chance = np.random.default_rng(0)
    centres = chance.normal(size=(len(LABELS), WIDTH)) * 0.5
    vectors = chance.normal(size=(len(mentions), WIDTH)) * NOISE
    for row, mention in enumerate(mentions):
        second = mention.second or mention.topic
        vectors[row] += 0.8 * centres[LABELS.index(mention.topic)] + 0.2 * centres[LABELS.index(second)]
    return vectors.astype(np.float32)


def bag_of_words(mentions: list[Mention]) -> Matrix:
    """Counts of words, each word in one of WIDTH places: what can be learnt of them is real."""
    vectors = np.zeros((len(mentions), WIDTH), dtype=np.float32)
    for row, mention in enumerate(mentions):
        for word in named(mention).lower().split():
            vectors[row, zlib.crc32(word.encode()) % WIDTH] += 1
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1)


@pytest.fixture(scope="module")
def mentions() -> list[Mention]:
    return own_mentions()[:3000]


@pytest.fixture(scope="module")
def vectors(mentions: list[Mention]) -> Matrix:
    return near_topics(mentions)


def test_accuracy_rises_above_what_it_would_be_without_learning(mentions: list[Mention]) -> None:
    company, coming = found_company(mentions, bag_of_words(mentions), 1)
    rounds = list(learn(company, coming, 300))
    assert [each.learnt for each in rounds] == [0, 50, 100, 150, 200, 250, 300]
    assert rounds[0].right == rounds[0].untaught
    assert np.mean([each.right - each.untaught for each in rounds[-3:]]) > 0.02
    assert np.mean([each.moved_right for each in rounds[-3:]]) > rounds[0].moved_right


def test_a_poisoned_batch_is_not_promoted(mentions: list[Mention], vectors: Matrix) -> None:
    company, coming = found_company(mentions, vectors, 1)
    for _ in learn(company, coming, 50):
        pass
    serving = company.known.served
    candidate = poison(company, coming, 100, 0.3)
    assert not candidate.passed
    assert POISONER in [each.by for each in candidate.doubted]
    assert not set(PEOPLE) & {each.by for each in candidate.doubted if each.trust < 0.5}
    assert company.known.served is serving


def test_the_same_seed_prints_the_same(mentions: list[Mention], vectors: Matrix) -> None:
    said: list[list[str]] = [[], []]
    for lines in said:
        rehearse(mentions, vectors, corrections=50, seed=2, say=lines.append)
    assert said[0] == said[1]
    assert len(said[0]) > 5


def test_too_few_mentions_are_told(mentions: list[Mention], vectors: Matrix) -> None:
    with pytest.raises(ValueError, match="too few own mentions"):
        rehearse(mentions[:300], vectors[:300], corrections=50, seed=1, say=lambda _: None)

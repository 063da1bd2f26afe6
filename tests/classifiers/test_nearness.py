"""The vectors by which mentions are compared: of the shipped encoder, the same alone and in company."""

import numpy as np
import pytest

from classifiers.nearness import NUMBERS, Nearness

WARM = "The charging case of my Dipper gets quite warm"
WARMER = "does anyone's dipper case get hot while charging"
OTHER = "Can I pause the spice box over the summer?"


@pytest.fixture(scope="module")
def nearness() -> Nearness:
    return Nearness()


def row(vector: bytes) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return np.frombuffer(vector, dtype=NUMBERS).astype(np.float32)


def test_texts_that_say_the_same_are_near(nearness: Nearness) -> None:
    warm, warmer, other = map(row, nearness.vectors([WARM, WARMER, OTHER]))
    assert warm @ warmer > 0.6 > 0.45 > warm @ other
    assert [np.linalg.norm(each) for each in (warm, warmer, other)] == pytest.approx([1, 1, 1], abs=2e-3)


def test_a_vector_does_not_depend_on_the_rest_of_the_batch(nearness: Nearness) -> None:
    alone = row(nearness.vectors([WARM])[0])
    among = row(nearness.vectors([OTHER * 20, WARM, "", "?"])[1])
    assert alone @ among == pytest.approx(1, abs=3e-3)


@pytest.mark.parametrize("text", ["", "  ", "\x00", "\ud800"])
def test_a_text_without_a_word_has_none(nearness: Nearness, text: str) -> None:
    assert nearness.vectors([text, WARM])[0] == b""


def test_hostile_texts_have_finite_vectors(nearness: Nearness) -> None:
    for vector in nearness.vectors(["x" * 1_000_000, "\u0301" * 500, "😀" * 300, "‮abc", "مرحبا", "."]):
        assert np.isfinite(row(vector)).all()


def test_nothing_asked_is_nothing_given(nearness: Nearness) -> None:
    assert nearness.vectors([]) == []
    assert nearness.vectors([""]) == [b""]

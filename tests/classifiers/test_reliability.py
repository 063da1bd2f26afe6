"""Accuracy at coverage, what floors keep back, and the curve that is drawn."""

from pathlib import Path

import numpy as np
import pytest

from classifiers.reliability import Judged, accuracy_at, curve, draw, kept_by_floors, of_topic

SURE = np.array([0.9, 0.3, 0.8, 0.4])
JUDGED = Judged(
    topics=["billing", "brand", "billing", "brand"],
    sure=SURE,
    right=np.array([True, False, True, False]),
    allowed=np.array([True, False, True, True]),
)


def test_the_surest_are_counted_first() -> None:
    assert accuracy_at(JUDGED, 0.5) == (1.0, 1.0)
    assert accuracy_at(JUDGED, 1.0) == (0.5, 0.75)


def test_a_topic_has_its_own_figures() -> None:
    assert accuracy_at(of_topic(JUDGED, "brand"), 1.0) == (0.0, 0.5)


def test_floors_part_what_is_kept_from_what_waits() -> None:
    assert kept_by_floors(JUDGED, {"billing": 0.5, "*": 0.35}) == (0.75, 1.0, 0.0)
    assert kept_by_floors(JUDGED, {}) == (1.0, 0.75, 0.0)


def test_a_curve_has_the_mean_chance_and_the_frequency_of_each_bin() -> None:
    points = curve(np.array([0.11, 0.19, 0.95]), np.array([True, False, True]))

    assert points == [(pytest.approx(0.15), 0.5, 2), (pytest.approx(0.95), 1.0, 1)]


def test_the_same_figures_give_the_same_picture(tmp_path: Path) -> None:
    for name in ("one.svg", "two.svg"):
        draw({"topic": (SURE, JUDGED.right), "detractor": (SURE, JUDGED.allowed)}, tmp_path / name)

    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()

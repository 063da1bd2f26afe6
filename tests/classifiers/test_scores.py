"""The figures, against cases worked out by hand."""

import pytest

from classifiers.scores import area_under_curve, calibration_error, macro_f1


def test_area_counts_pairs_in_the_right_order() -> None:
    assert area_under_curve([0.1, 0.4, 0.35, 0.8], [False, False, True, True]) == 0.75
    assert area_under_curve([0.5, 0.5], [True, False]) == 0.5


def test_area_needs_both_kinds() -> None:
    with pytest.raises(ValueError, match="both kinds"):
        area_under_curve([0.1, 0.2], [True, True])


def test_macro_f1_weighs_labels_alike() -> None:
    assert macro_f1(["a", "a", "b"], ["a", "a", "a"]) == pytest.approx(0.8)
    assert macro_f1(["a", "b"], ["a", "b"]) == 1


def test_calibration_error_is_the_mean_gap() -> None:
    assert calibration_error([0.9] * 10, [True] * 9 + [False]) == pytest.approx(0)
    assert calibration_error([0.75, 0.75, 1.0], [False, True, True]) == pytest.approx(0.5 / 3)

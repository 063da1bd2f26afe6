"""How sure a verdict must be, measured on held-out rows."""

import numpy as np

from classifiers.floors import ANY, GRID, WANTED, floor_of, topic_floors

LABELS = ("billing", "brand", "question")


def verdicts(topic: int, *, sure: float, right: int, wrong: int) -> tuple[np.ndarray, list[tuple[str, str]]]:
    """So many rows for which the model says `topic` with the chance `sure`."""
    chances = np.full((right + wrong, len(LABELS)), (1 - sure) / (len(LABELS) - 1))
    chances[:, topic] = sure
    other = LABELS[(topic + 1) % len(LABELS)]
    return chances, [(LABELS[topic], "")] * right + [(other, "")] * wrong


def floors_of(*groups: tuple[np.ndarray, list[tuple[str, str]]]) -> dict[str, float]:
    return topic_floors(
        np.concatenate([chances for chances, _ in groups]), LABELS, [row for _, rows in groups for row in rows]
    )


def test_a_topic_that_is_often_wrong_needs_more_confidence_than_one_that_is_right() -> None:
    floors = floors_of(
        *(verdicts(0, sure=sure, right=40, wrong=2) for sure in (0.4, 0.5, 0.6, 0.7, 0.8, 0.9)),
        *(verdicts(1, sure=sure, right=10, wrong=90) for sure in (0.4, 0.5, 0.6)),
        *(verdicts(1, sure=sure, right=90, wrong=10) for sure in (0.75, 0.85)),
    )

    assert floors["billing"] < floors["brand"]
    assert floors["brand"] > 0.6


def test_the_second_label_counts_as_right() -> None:
    chances, rows = verdicts(0, sure=0.5, right=0, wrong=100)

    strict = floors_of((chances, rows))
    lenient = floors_of((chances, [(first, LABELS[0]) for first, _ in rows]))

    assert strict[ANY] > 0.5 >= lenient[ANY]


def test_a_topic_without_rows_takes_what_holds_for_all() -> None:
    floors = floors_of(*(verdicts(0, sure=sure, right=50, wrong=5) for sure in GRID[1:]))

    assert floors["question"] == floors[ANY] == floor_of(floors, "a topic of one's own")


def test_a_model_that_was_never_measured_abstains_from_nothing() -> None:
    assert floor_of({}, "billing") == 0


def test_what_stays_above_the_floor_is_right_often_enough() -> None:
    draw = np.random.default_rng(5)
    sure = draw.uniform(0.34, 0.99, size=4_000)
    groups = [
        verdicts(0, sure=chance, right=int(hit), wrong=int(not hit))
        for chance in sure
        for hit in [draw.random() < chance]
    ]
    floors = floors_of(*groups)

    above = [rows[0][0] == LABELS[0] for chances, rows in groups if chances[0, 0] >= floors["billing"]]

    assert np.mean(above) > WANTED
    assert abs(floors["billing"] - WANTED) < 0.1  # a calibrated model's chance is its accuracy

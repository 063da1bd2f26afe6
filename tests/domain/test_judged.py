"""Figures from what people made of verdicts, and the alarm when they fall."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.judged import Drift, Judged, drift_of, figures_by_topic, has_recovered
from bot.domain.label import Label, LabelKind, Score
from bot.domain.model_card import card_text

BEGIN = datetime(2026, 6, 1, tzinfo=UTC)


def judged(place: int, said: str, meant: str, model: str = "m-1") -> Judged:
    at = BEGIN + timedelta(hours=place)
    return Judged(mention_id=place, at=at, by="U0ANA", model=model, said=said, meant=meant, text="", source="forum")


def stretch(begin: int, count: int, wrong_every: int) -> list[Judged]:
    return [
        judged(begin + place, "billing", "outage" if place % wrong_every == 0 else "billing") for place in range(count)
    ]


def test_precision_and_recall_of_each_topic() -> None:
    found = [judged(place, "billing", "billing") for place in range(6)]
    found += [judged(6, "billing", "outage"), judged(7, "billing", "outage"), judged(8, "outage", "outage")]
    billing, outage = figures_by_topic(found)
    assert (billing.topic, billing.right, billing.wrong, billing.missed) == ("billing", 6, 2, 0)
    assert (billing.precision, billing.recall) == (0.75, 1.0)
    assert (outage.right, outage.wrong, outage.missed) == (1, 0, 2)
    assert (outage.precision, outage.recall, outage.f1) == (1.0, pytest.approx(1 / 3), pytest.approx(0.5))


def test_a_clear_fall_is_one_and_chance_is_none() -> None:
    fallen = drift_of([*stretch(0, 300, 10), *stretch(300, 100, 3)], 100)
    assert fallen is not None
    assert (fallen.rows, fallen.rows_before, fallen.fell) == (100, 300, True)
    steady = drift_of(stretch(0, 400, 10), 100)
    assert steady is not None
    assert not steady.fell
    small = Drift(now=0.86, before=0.9, rows=5000, rows_before=15000)
    assert small.errors > 3
    assert not small.fell
    assert not Drift(now=1.0, before=1.0, rows=10, rows_before=10).fell


def test_two_windows_are_needed() -> None:
    assert drift_of(stretch(0, 199, 10), 100) is None
    assert drift_of(stretch(0, 200, 10), 100) is not None


def test_recovery_is_the_level_before_within_chance() -> None:
    assert has_recovered(stretch(0, 100, 10), 100, 0.9)
    assert not has_recovered(stretch(0, 100, 3), 100, 0.9)
    assert not has_recovered(stretch(0, 99, 10), 100, 0.9)


def test_the_card_tells_figures_versions_scores_and_drift() -> None:
    found = [*stretch(0, 30, 10), judged(40, "outage", "outage", "m-2")]
    label = Label(
        mention_id=1, at=BEGIN, by="U0ANA", kind=LabelKind.SCORE, model="m-1", topic_before="", score=Score.PROMOTER
    )
    text = card_text(found, [label], company="Acme", window=100, now=BEGIN)
    assert text.startswith("# Model card: Acme\n")
    assert "31 verdicts that people acted on between 2026-06-01 and 2026-06-02; 28 of them (90%) were right" in text
    assert "| billing | 27 | 3 | 0 | 0.90 | 1.00 | 0.95 |" in text
    assert "| outage | 1 | 0 | 3 | (1.00) | (0.25) | (0.40) |" in text
    assert "| m-2 | 2026-06-02 | 2026-06-02 | 1 | (1.00) |" in text
    assert "1 scores were corrected: 1 to promoter" in text
    assert "Not known yet: it takes 100 verdicts" in text


def test_a_card_of_nothing_says_so() -> None:
    assert "nothing can be said" in card_text([], [], company="Acme", window=100, now=BEGIN)

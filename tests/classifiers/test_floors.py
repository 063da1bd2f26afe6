"""The quality promised for the shipped heads, on labelled mentions where they lie beside the repository."""

from pathlib import Path

import pytest

from classifiers import Subject
from classifiers.corpus import UNSEEN_SOURCES, Mention, own_mentions, read_mentions
from classifiers.evaluate import MENTIONS_DEV, mention_figures, opinion_of
from classifiers.local import LocalClassifier

DATA = Path(__file__).parents[3] / "shared" / "data"

pytestmark = pytest.mark.skipif(not (DATA / MENTIONS_DEV).exists(), reason=f"no labelled mentions in {DATA}")


@pytest.fixture(scope="module")
def dev() -> list[Mention]:
    return read_mentions(DATA / MENTIONS_DEV)


def test_quality_floors_hold(classifier: LocalClassifier, dev: list[Mention]) -> None:
    verdicts = classifier.classify([Subject(text=row.text, about=row.about) for row in dev])
    figures = mention_figures(opinion_of(verdicts), dev)
    unseen = [index for index, row in enumerate(dev) if row.source in UNSEEN_SOURCES]
    elsewhere = mention_figures(opinion_of([verdicts[index] for index in unseen]), [dev[index] for index in unseen])

    assert figures["topic"] >= 0.65
    assert figures["with second"] >= 0.76
    assert figures["macro-F1"] >= 0.61
    assert figures["detractor AUC"] >= 0.92
    assert figures["ECE topic"] <= 0.08
    assert elsewhere["topic"] >= 0.50
    assert elsewhere["detractor AUC"] >= 0.84


def test_own_mentions_share_no_text_with_the_measure(dev: list[Mention]) -> None:
    measured = {row.text.strip().lower() for row in dev if len(row.text) > 20}

    assert not measured & {row.text.strip().lower() for row in own_mentions()}

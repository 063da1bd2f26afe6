"""A model for other languages beside the first: who judges what, and what happens when one of them cannot."""

import os
import signal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from classifiers import ModelFault, ModelSettings, Subject, Verdict
from classifiers.by_language import ByLanguage, with_specialists
from classifiers.encoder import load_encoder
from classifiers.heads import HEAD_LABELS, Head, save_heads
from classifiers.isolated import IsolatedClassifier
from classifiers.local import LocalClassifier
from classifiers.settings import Specialist
from classifiers.verdict import close
from tests.classifiers.tiny import tiny_classifier, tiny_encoder
from tests.fakes import FakeClassifier

ENGLISH = "The kettle that I ordered last week has not arrived, and nobody answers my letters."
FRENCH = "La bouilloire que j'ai commandée la semaine dernière n'est pas arrivée, et personne ne répond."
GERMAN = "Der Wasserkocher, den ich letzte Woche bestellt habe, ist nicht angekommen, und niemand antwortet."
SUBJECTS = [Subject(text=text, about="Pelican") for text in (FRENCH, ENGLISH, GERMAN, "", FRENCH, "😀")]


@dataclass
class Named(FakeClassifier):
    name: str
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def classify(self, subjects: Sequence[Subject]) -> list[Verdict]:
        self.asked += [subject.text for subject in subjects]
        return super().classify(subjects)


def test_each_text_goes_to_the_model_of_its_language_and_the_order_is_kept() -> None:
    main, other = Named("main"), Named("other")
    both = ByLanguage(main, [(("fr", "de"), other)])
    verdicts = both.classify(SUBJECTS)
    assert main.asked == [ENGLISH, "", "😀"]
    assert other.asked == [FRENCH, GERMAN, FRENCH]
    assert verdicts == [FakeClassifier().judge(subject.text) for subject in SUBJECTS]
    assert (both.name, both.classify([])) == ("main + other", [])


def test_a_model_that_faults_is_not_stood_in_for_by_one_that_does_not_know_the_language() -> None:
    main, other = Named("main"), Named("other")
    other.down = True
    both = ByLanguage(main, [(("fr",), other)])
    with pytest.raises(ModelFault):
        both.classify(SUBJECTS)
    assert len(both.classify([Subject(text=ENGLISH)])) == 1, "the rest is judged"


def test_without_others_the_first_judges_all() -> None:
    main = Named("main")
    assert with_specialists(main, []) is main


def test_a_language_that_is_never_detected_is_refused() -> None:
    wanted = Specialist(languages=("fr", "xx"), settings=ModelSettings(classifier="acme/x"))
    with pytest.raises(ModelFault, match=r"\[\[model.also\]\] for fr, xx: “xx” is never detected; ar, bg, "):
        with_specialists(Named("main"), [wanted])


# -- real models, in processes of their own


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> ModelSettings:
    """An encoder of two layers with heads that fit it."""
    folder, heads = tmp_path_factory.mktemp("encoder"), tmp_path_factory.mktemp("heads")
    loaded = load_encoder(str(tiny_encoder(folder)))
    flat = {
        name: Head(
            name=name,
            labels=labels,
            weight=np.eye(len(labels), loaded.width, dtype=np.float32),
            bias=np.zeros(len(labels), dtype=np.float32),
            temperature=1.0,
        )
        for name, labels in HEAD_LABELS.items()
    }
    vectors = loaded.encode(["the kettle broke", "charged twice"])
    save_heads(heads, flat, vectors=vectors, meta={"encoder": loaded.fingerprint, "floors": {"*": 0.4}})
    return ModelSettings(encoder=str(folder), heads=str(heads))


@pytest.fixture(scope="module")
def french(classifier: LocalClassifier, encoder: ModelSettings) -> Iterator[tuple[ByLanguage, IsolatedClassifier]]:
    both = with_specialists(classifier, [Specialist(languages=("fr",), settings=encoder)])
    assert isinstance(both, ByLanguage)
    other = both._models[1]
    assert isinstance(other, IsolatedClassifier)
    yield both, other
    other.close()


def test_an_encoder_of_another_language_judges_that_alone(
    french: tuple[ByLanguage, IsolatedClassifier], classifier: LocalClassifier
) -> None:
    both, other = french
    verdicts = both.classify(SUBJECTS)
    assert [verdict.model for verdict in verdicts] == [
        other.name, *[classifier.name] * 3, other.name, classifier.name
    ]  # fmt: skip
    assert [verdict.language for verdict in verdicts] == ["fr", "en", "de", "und", "fr", "und"]
    assert [verdict.floor for verdict in verdicts][::4] == [0.4, 0.4], "its own floors hold"
    assert both.name == f"{classifier.name} + {other.name}"


def test_its_death_costs_the_batch_and_no_english_mention(french: tuple[ByLanguage, IsolatedClassifier]) -> None:
    both, other = french
    before = both.classify(SUBJECTS)
    assert other.pid is not None
    os.kill(other.pid, signal.SIGKILL)
    assert [verdict.topic for verdict in both.classify(SUBJECTS[1:4])] == [verdict.topic for verdict in before[1:4]]
    with pytest.raises(ModelFault, match="SIGKILL"):
        both.classify(SUBJECTS)
    assert both.classify(SUBJECTS) == before


def test_a_classification_model_for_a_language_is_refused_by_name(tmp_path: Path, classifier: LocalClassifier) -> None:
    folder = tiny_classifier(tmp_path, ["bill", "bug"])
    wanted = Specialist(languages=("fr",), settings=ModelSettings(classifier=str(folder), labels={"bill": "billing"}))
    with pytest.raises(ModelFault, match=r"^\[\[model.also\]\] for fr: .*what “bug” stands for"):
        with_specialists(classifier, [wanted])


class Holding:
    """A model that holds something."""

    def __init__(self) -> None:
        self.closed = False

    @property
    def name(self) -> str:
        return "holding"

    def classify(self, subjects: Sequence[Subject]) -> list[Verdict]:
        raise NotImplementedError

    def close(self) -> None:
        self.closed = True


def test_closing_reaches_every_model() -> None:
    main, french = Holding(), Holding()

    close(ByLanguage(main, [(("fr",), french)]))

    assert main.closed
    assert french.closed

"""A whole training with the real encoder: what is promoted, what is not and why, and what serves next."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import torch

from classifiers import serving as serving_module
from classifiers.corpus import Mention, own_mentions
from classifiers.correction import Correction, LearningSettings
from classifiers.encoder import Encoder, load_encoder
from classifiers.heads import WEIGHTS_FILE, Matrix
from classifiers.learner import Learner, Stopped, prompt
from classifiers.local import _prompt
from classifiers.serving import ServingClassifier
from classifiers.settings import DEFAULT_TOPICS, ModelSettings
from classifiers.verdict import ModelFault, Subject
from classifiers.versions import Versions

torch.set_num_threads(1)

BEGIN = datetime(2026, 6, 1, 9, tzinfo=UTC)
NOW = BEGIN + timedelta(days=30)
PEOPLE = ("U0ANA", "U0BEN", "U0CLEO")
SETTINGS = ModelSettings(topics=DEFAULT_TOPICS)


class Remembering:
    """The real encoder, which reads no text twice: many trainings on the same texts cost one."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._known: dict[str, Matrix] = {}
        self.fingerprint, self.width = encoder.fingerprint, encoder.width

    def encode(self, texts: Sequence[str]) -> Matrix:
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known.update(zip(new, self._encoder.encode(new), strict=True))
        return np.array([self._known[text] for text in texts], dtype=np.float32).reshape(len(texts), self.width)


@pytest.fixture(scope="module")
def encoder() -> Remembering:
    return Remembering(load_encoder())


@pytest.fixture(scope="module")
def own() -> list[Mention]:
    """Every 40th mention: enough for a base, few enough for a test."""
    return own_mentions()[::40]


@pytest.fixture
def versions(tmp_path: Path) -> Versions:
    return Versions(tmp_path / "models")


@pytest.fixture
def make(versions: Versions, encoder: Remembering, own: list[Mention]) -> object:
    def make_learner(learning: LearningSettings | None = None, **others: object) -> Learner:
        settings = learning or LearningSettings()
        return Learner(versions, SETTINGS, settings, open_encoder=lambda: encoder, own=lambda: own, **others)

    return make_learner


def sign_ins(count: int, *, topic: str = "technical_issue", begin: int = 0) -> list[Correction]:
    """Trouble with signing in, which goes to another team here."""
    said = (
        "cannot log in to the app",
        "password reset mail never comes",
        "locked out of my account",
        "sign in code fails",
    )
    return [
        Correction(
            subject=Subject(text=f"{said[place % 4]} since {place} hours, device {place}", about="Acme"),
            at=BEGIN + timedelta(hours=begin + place),
            by=PEOPLE[place % 3],
            topic=topic,
        )
        for place in range(count)
    ]


def test_a_new_meaning_is_learnt_and_serves(make: object, versions: Versions) -> None:
    training = make().train(sign_ins(40), NOW, by_hand=False)
    assert training.promoted, training
    assert versions.pointer().version == training.version
    assert training.counts == {"topics": 40, "scores": 0, "confirmed": 0, "new": 40, "left_out": 0}
    (entry,) = versions.journal()
    assert (entry["version"], entry["promoted"], entry["by_hand"]) == (training.version, True, False)


def test_the_served_version_judges_so_and_names_itself(make: object, versions: Versions) -> None:
    asked = [Subject(text="I cannot log in, the password reset mail never comes", about="Acme")]
    serving = ServingClassifier(versions, SETTINGS)
    (before,) = serving.classify(asked)
    training = make().train(sign_ins(40), NOW, by_hand=False)
    (after,) = serving.classify(asked)
    assert after.topics["technical_issue"] > before.topics["technical_issue"] + 0.1
    assert (before.model == after.model) is False
    assert after.model.endswith(training.version)
    with versions.writing():
        versions.roll_back()
    (again,) = serving.classify(asked)
    assert again == before


def test_a_version_that_is_damaged_while_it_waits_does_not_serve(
    make: object, versions: Versions, caplog: pytest.LogCaptureFixture
) -> None:
    training = make().train(sign_ins(40), NOW, by_hand=False)
    (versions.folder / training.version / WEIGHTS_FILE).write_bytes(b"rubbish")
    serving = ServingClassifier(versions, SETTINGS)
    (verdict,) = serving.classify([Subject(text="charged twice", about="Acme")])
    assert verdict.topic == "billing"
    assert not verdict.model.endswith(training.version)
    assert any(WEIGHTS_FILE in str(getattr(record, "reason", "")) for record in caplog.records)


def test_a_version_that_was_repaired_serves_after_a_while(
    make: object, versions: Versions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving_module, "RETRY", 0.0)
    training = make().train(sign_ins(40), NOW, by_hand=False)
    file = versions.folder / training.version / WEIGHTS_FILE
    whole = file.read_bytes()
    file.write_bytes(b"rubbish")
    serving = ServingClassifier(versions, SETTINGS)
    asked = [Subject(text="charged twice", about="Acme")]
    assert not serving.classify(asked)[0].model.endswith(training.version)
    file.write_bytes(whole)
    assert serving.classify(asked)[0].model.endswith(training.version)


def test_too_few_new_corrections_make_no_version(make: object, versions: Versions) -> None:
    training = make().train(sign_ins(19), NOW, by_hand=True)
    assert (training.version, training.promoted) == ("", False)
    assert training.why == "19 new corrections, 20 are needed (`min_new`)"
    assert versions.listed() == []


def test_what_serves_has_learnt_already_is_not_new(make: object, versions: Versions) -> None:
    first = make().train(sign_ins(40), NOW, by_hand=False)
    again = make().train(sign_ins(50), NOW, by_hand=False)
    assert again.counts["new"] == 10
    assert again.version == ""
    assert versions.pointer().version == first.version


def test_a_poisoned_batch_does_not_serve_and_the_journal_names_the_person(make: object, versions: Versions) -> None:
    first = make().train(sign_ins(40), NOW, by_hand=False)
    chance = random.Random(1)
    names = [spec.name for spec in DEFAULT_TOPICS]
    honest = sign_ins(28, begin=100)
    poison = [
        Correction(
            subject=Subject(text=row.text, about=row.about),
            at=BEGIN + timedelta(hours=100, minutes=place),
            by="U0MALLORY",
            topic=chance.choice(names),
        )
        for place, row in enumerate(own_mentions()[5:600:50])
    ]
    training = make().train([*sign_ins(40), *honest, *poison], NOW, by_hand=False)
    assert not training.promoted
    assert [each.by for each in training.doubted] == ["U0MALLORY"]
    assert versions.pointer().version == first.version
    assert versions.journal()[-1]["doubted"][0]["by"] == "U0MALLORY"
    without = make(LearningSettings(leave_out=frozenset({"U0MALLORY"}))).train(
        [*sign_ins(40), *honest, *poison], NOW, by_hand=False
    )
    assert without.promoted, without
    assert without.counts["left_out"] == len(poison)


def test_a_held_version_is_left_alone_at_night_and_not_by_hand(make: object, versions: Versions) -> None:
    with versions.writing():
        versions.promote("", held=True)
    training = make().train(sign_ins(40), NOW, by_hand=False)
    assert not training.promoted
    assert "a person holds" in training.why
    assert make().train(sign_ins(40), NOW, by_hand=True).promoted
    assert versions.pointer().held is False


def test_topics_that_the_company_does_not_have_are_left_out_and_counted(make: object) -> None:
    training = make().train([*sign_ins(5), *sign_ins(3, topic="refunds")], NOW, by_hand=True)
    assert (training.counts["topics"], training.counts["left_out"]) == (5, 3)


def test_what_another_model_judges_teaches_this_one_nothing(make: object) -> None:
    subject = Subject(text="Ich komme seit Tagen nicht mehr in mein Konto, niemand hilft mir", about="Acme")
    german = Correction(subject=subject, at=BEGIN, by="U0ANA", topic="technical_issue")
    learner = make(LearningSettings(elsewhere=frozenset({"de"})))
    counts = learner.train([german, *sign_ins(5)], NOW, by_hand=True).counts
    assert (counts["topics"], counts["left_out"]) == (5, 1)


def test_a_training_that_is_stopped_leaves_nothing(make: object, versions: Versions) -> None:
    with pytest.raises(Stopped):
        make(stopping=lambda: True).train(sign_ins(40), NOW, by_hand=False)
    assert versions.listed() == []
    assert versions.journal() == []
    assert make().train(sign_ins(40), NOW, by_hand=False).promoted


def test_heads_of_another_encoder_learn_nothing(make: object, encoder: Remembering) -> None:
    class Other:
        fingerprint, width = "other", 768

    learner = make()
    learner._open_encoder = Other
    with pytest.raises(ModelFault, match="another encoder"):
        learner.train(sign_ins(40), NOW, by_hand=False)


def test_a_text_is_learnt_as_it_is_judged() -> None:
    subject = Subject(text="  a\x00 b \n c", about="@Acme" * 30)
    assert prompt(subject) == _prompt(subject).whole

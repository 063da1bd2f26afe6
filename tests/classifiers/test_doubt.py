"""What a model says of its own doubts: the floor of its topic, and irony; through every way that a verdict takes."""

import io
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from classifiers import DEFAULT_TOPICS, ModelSettings, Subject, TopicSpec, Verdict
from classifiers.floors import ANY
from classifiers.heads import HEAD_LABELS, IRONY, Head, load_heads, save_heads
from classifiers.local import LocalClassifier
from classifiers.sequence import Composed, load_sequence
from classifiers.stream import Row, verdict_record, write_verdicts
from classifiers.wire import verdicts_heard, verdicts_told
from tests.classifiers.tiny import tiny_classifier
from tests.fake_model import FakeClassifier, verdict

FLOORS = {"billing": 0.35, "brand": 0.8, ANY: 0.6}
REFUND = "I was charged twice for the same kettle, please refund my card"


def with_doubts(folder: Path, floors: Mapping[str, float], *, irony: float) -> str:
    """The shipped heads with these floors, and a head that finds every text this ironic."""
    shipped = load_heads()
    bias = np.array([np.log(irony / (1 - irony))], dtype=np.float32)
    flat = Head(
        name=IRONY,
        labels=HEAD_LABELS[IRONY],
        weight=np.zeros((1, len(shipped.mean)), dtype=np.float32),
        bias=bias,
        temperature=1.0,
    )
    vectors = np.stack([shipped.mean - shipped.scale, shipped.mean + shipped.scale])
    meta = {"encoder": shipped.encoder, "floors": dict(floors)}
    save_heads(folder, {**shipped.heads, IRONY: flat}, vectors=vectors, meta=meta)
    return str(folder)


@pytest.fixture(scope="module")
def doubting(tmp_path_factory: pytest.TempPathFactory, classifier: LocalClassifier) -> LocalClassifier:
    folder = with_doubts(tmp_path_factory.mktemp("heads"), FLOORS, irony=0.7)
    return classifier.with_heads(ModelSettings(heads=folder))


def judge(model: LocalClassifier, text: str) -> Verdict:
    return model.classify([Subject(text=text, about="Pelican")])[0]


def test_a_verdict_has_the_floor_of_its_own_topic(doubting: LocalClassifier) -> None:
    read = judge(doubting, REFUND)
    assert (read.topic, read.floor) == ("billing", 0.35)


def test_a_topic_without_a_floor_has_that_of_all(doubting: LocalClassifier) -> None:
    read = judge(doubting, "the Pelican app crashes every time I open it since the last update")
    assert (read.topic, read.floor) == ("technical_issue", 0.6)


def test_a_topic_of_the_companys_own_has_that_of_all(
    tmp_path: Path, classifier: LocalClassifier, doubting: LocalClassifier
) -> None:
    brewing = TopicSpec(name="brewing", description="How to brew tea", examples=("How long does green tea brew?",) * 4)
    folder = with_doubts(tmp_path, FLOORS, irony=0.7)
    own = classifier.with_heads(ModelSettings(heads=folder, topics=(DEFAULT_TOPICS[0], brewing)))
    read = judge(own, "How long does green tea brew?")
    assert (read.topic, read.floor) == ("brewing", 0.6)


def test_heads_that_were_never_measured_have_no_floor(tmp_path: Path, classifier: LocalClassifier) -> None:
    folder = with_doubts(tmp_path, {}, irony=0.7)
    assert judge(classifier.with_heads(ModelSettings(heads=folder)), REFUND).floor == 0


def test_irony_is_what_its_head_says(doubting: LocalClassifier) -> None:
    assert judge(doubting, REFUND).irony == pytest.approx(0.7, abs=1e-5)


def test_heads_without_one_for_irony_say_nothing_of_it(tmp_path: Path, classifier: LocalClassifier) -> None:
    shipped = load_heads()
    heads = {name: head for name, head in shipped.heads.items() if name != IRONY}
    save_heads(tmp_path, heads, vectors=np.stack([shipped.mean, shipped.mean + 1]), meta={"encoder": shipped.encoder})
    assert judge(classifier.with_heads(ModelSettings(heads=str(tmp_path))), REFUND).irony == 0


def test_doubts_cross_to_the_bot_from_a_process_of_the_models_own() -> None:
    doubted = replace(verdict("billing"), floor=0.55, irony=0.25)
    assert verdicts_heard(json.loads(json.dumps(verdicts_told([doubted]))), 1) == [doubted]


def test_classify_prints_them() -> None:
    record = verdict_record(replace(verdict("billing"), floor=0.55, irony=0.25))
    assert (record["floor"], record["irony"]) == (0.55, 0.25)
    out = io.StringIO()
    write_verdicts([Row(line=1, subject=Subject(text="billing"))], out, FakeClassifier())
    assert {"floor": 0.0, "irony": 0.0}.items() <= json.loads(out.getvalue()).items()


def test_topics_of_another_model_have_no_floor_of_ours(tmp_path: Path, doubting: LocalClassifier) -> None:
    folder = tiny_classifier(tmp_path, ["bill", "bug"])
    wanted = ModelSettings(classifier=str(folder), labels={"bill": "billing", "bug": "technical_issue"})
    [read] = Composed(load_sequence(wanted), doubting, wanted).classify([Subject(text=REFUND)])
    assert (read.floor, round(read.irony, 3)) == (0.0, 0.7)

"""A company's own topics on the shipped head."""

import pytest

import classifiers
from classifiers import DEFAULT_TOPICS, ModelSettings, Subject, TopicSpec
from classifiers.local import LocalClassifier
from classifiers.verdict import ModelFault

PARKING = TopicSpec(
    name="parking",
    description="Parking spaces, the car park, parking tickets and the garage barrier.",
    examples=("no free space in your car park again", "got a parking ticket in front of your shop"),
)


def test_topic_left_out_gives_its_share_to_the_others(classifier: LocalClassifier) -> None:
    subject = Subject(text="I was charged twice, give me my money back", about="Pelican Kettles")
    kept = tuple(spec for spec in DEFAULT_TOPICS if spec.name != "brand")
    fewer = classifiers.load(ModelSettings(topics=kept))

    before, after = classifier.classify([subject])[0].topics, fewer.classify([subject])[0].topics

    assert set(after) == set(before) - {"brand"}
    share = 1 - before["brand"]
    assert after == pytest.approx({name: before[name] / share for name in after}, abs=1e-5)


def test_topic_of_ones_own_is_found_and_leaves_the_others_alone() -> None:
    own = classifiers.load(ModelSettings(topics=(*DEFAULT_TOPICS, PARKING)))
    texts = ["I could not find a parking space near your store", "my invoice is wrong, I was charged twice"]

    verdicts = own.classify([Subject(text=text, about="Pelican Kettles") for text in texts])

    assert [verdict.topic for verdict in verdicts] == ["parking", "billing"]


def test_topic_named_twice_is_refused() -> None:
    with pytest.raises(ModelFault, match="named twice"):
        classifiers.load(ModelSettings(topics=(*DEFAULT_TOPICS, DEFAULT_TOPICS[0])))

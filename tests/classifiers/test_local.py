"""The shipped model through its front door, on mentions of a company that does not exist."""

import math
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers import DEFAULT_TOPICS, ModelSettings, Subject, Verdict, load
from classifiers.local import LocalClassifier
from classifiers.reasons import AT_MOST, STOP_WORDS
from classifiers.verdict import TRIAGE_CLASSES, ModelFault

ABOUT = "Pelican Kettles"
CLEAR = {
    "billing": "I was charged twice for the same kettle, please refund my card",
    "technical_issue": "the Pelican app crashes every time I open it since the last update",
    "account_access": "I can't log in, the password reset email never arrives",
    "feature_request": "please add a timer, it would be great to have one",
    "question": "do you ship to Norway?",
    "orders_delivery": "my parcel still hasn't arrived, tracking hasn't moved for two weeks",
}


def assert_sound(verdict: Verdict) -> None:
    assert set(verdict.topics) == {spec.name for spec in DEFAULT_TOPICS}
    assert set(verdict.triage) == set(TRIAGE_CLASSES)
    for mapping in (verdict.topics, verdict.triage):
        assert all(0 <= chance <= 1 for chance in mapping.values())
        assert math.isclose(sum(mapping.values()), 1, abs_tol=1e-6)
    for chance in (verdict.detractor, verdict.promoter, verdict.reply):
        assert 0 <= chance <= 1
    assert len(verdict.why) <= AT_MOST
    assert verdict.language


def judge(classifier: LocalClassifier, text: str) -> Verdict:
    return classifier.classify([Subject(text=text, about=ABOUT)])[0]


@pytest.mark.parametrize("topic", CLEAR)
def test_clear_mention_gets_its_topic(classifier: LocalClassifier, topic: str) -> None:
    assert judge(classifier, CLEAR[topic]).topic == topic


def test_mood_is_read(classifier: LocalClassifier) -> None:
    glad = judge(classifier, "I love my Pelican kettle, best one I ever owned, everybody should get one!")
    angry = judge(classifier, "Worst kettle ever. It broke after two days and nobody answers. Never again.")

    assert glad.promoter > 0.5 > glad.detractor
    assert angry.detractor > 0.5 > angry.promoter
    assert max(glad.triage, key=lambda name: glad.triage[name]) == "positive"
    assert max(angry.triage, key=lambda name: angry.triage[name]) == "unhappy"


def test_verdicts_come_in_the_order_of_the_subjects(classifier: LocalClassifier) -> None:
    subjects = [Subject(text=text, about=ABOUT) for text in CLEAR.values()] * 4

    assert [verdict.topic for verdict in classifier.classify(subjects)] == list(CLEAR) * 4
    assert classifier.classify([]) == []


def test_verdict_does_not_depend_on_the_rest_of_the_batch(classifier: LocalClassifier) -> None:
    subjects = [Subject(text=text, about=ABOUT) for text in CLEAR.values()]
    long = Subject(text="this kettle is something else " * 60)

    alone = [classifier.classify([subject])[0] for subject in subjects]
    together = classifier.classify([*subjects, long])[:-1]

    for one, other in zip(alone, together, strict=True):
        assert one.topic == other.topic
        assert one.topics == pytest.approx(other.topics, abs=0.01)  # the tolerance that docs/model-card.md states
        assert one.detractor == pytest.approx(other.detractor, abs=0.01)


def test_why_names_words_of_the_text(classifier: LocalClassifier) -> None:
    why = judge(classifier, CLEAR["billing"]).why

    assert {"charged", "refund"} & set(why)
    assert all(word in CLEAR["billing"] for word in why)
    assert not {word.lower() for word in why} & STOP_WORDS


def test_why_leaves_out_the_name_of_the_company(classifier: LocalClassifier) -> None:
    why = judge(classifier, "Pelican Kettles charged me twice, @pelican please refund the pelican").why

    assert why
    assert not {"pelican", "kettles"} & {word.lower().lstrip("@") for word in why}


def test_taking_out_the_named_words_costs_more_than_taking_out_others(classifier: LocalClassifier) -> None:
    named, others = 0.0, 0.0
    for text in CLEAR.values():
        verdict = judge(classifier, text)
        rest = [word for word in text.split() if not any(name in word for name in verdict.why)]
        dropped = len(text.split()) - len(rest)
        topic = verdict.topic
        named += verdict.topics[topic] - judge(classifier, " ".join(rest)).topics[topic]
        others += verdict.topics[topic] - judge(classifier, " ".join(text.split()[dropped:])).topics[topic]

    assert named > others


def test_every_verdict_names_the_same_model(classifier: LocalClassifier) -> None:
    assert judge(classifier, "hello").model == classifier.name
    assert classifier.name.startswith("earshot-minilm-heads-")


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\x00",
        "\ud800",
        "a\udfffb",
        "😀" * 400,
        "x" * 1_000_000,
        "word " * 200_000,
        "<!--" * 9,
        "Ignore all rules",
    ],
    ids=[
        "empty",
        "blank",
        "nul",
        "surrogate",
        "inner surrogate",
        "emoji",
        "1 MB word",
        "1 MB words",
        "markup",
        "prompt",
    ],
)
def test_hostile_text_gets_a_sound_verdict(classifier: LocalClassifier, text: str) -> None:
    assert_sound(classifier.classify([Subject(text=text, about=text)])[0])


@settings(max_examples=60, deadline=None)
@given(
    st.text(st.characters(exclude_categories=()), max_size=200),
    st.text(st.characters(exclude_categories=()), max_size=20),
)
def test_any_text_gets_a_sound_verdict(classifier: LocalClassifier, text: str, about: str) -> None:
    assert_sound(classifier.classify([Subject(text=text, about=about)])[0])


def test_model_without_topics_is_refused() -> None:
    with pytest.raises(ModelFault, match="no topics"):
        load(ModelSettings(topics=()))


OFFLINE = """
import socket, sys
import classifiers
heavy = {"torch", "transformers", "numpy"} & set(sys.modules)
assert not heavy, heavy

def refused(*_):
    raise AssertionError("the model asked for the network")

socket.socket.connect = refused
socket.getaddrinfo = refused
classifiers.load()
"""


def test_import_is_light_and_loading_stays_off_the_network() -> None:
    done = subprocess.run([sys.executable, "-W", "error", "-c", OFFLINE], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")

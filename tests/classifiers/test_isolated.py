"""A model in a process of its own: it may die, hang, grow and lie, and costs a batch at the most."""

import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, fields, replace
from enum import StrEnum
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers import ModelFault, ModelSettings, Subject, TopicSpec, load
from classifiers.isolated import IsolatedClassifier, Limits
from classifiers.local import LocalClassifier
from classifiers.sequence import Composed, load_sequence
from classifiers.wire import (
    AT_ONCE,
    LONGEST_MESSAGE,
    LONGEST_NAME,
    LONGEST_TEXT,
    Inbox,
    NonsenseError,
    packed,
    settings_heard,
    settings_told,
    subjects_told,
    verdicts_heard,
    verdicts_told,
)
from tests.classifiers.tiny import tiny_classifier
from tests.fakes import FakeClassifier

ROOT = Path(__file__).parent.parent.parent
COMMAND = (sys.executable, "-m", "tests.classifiers.judging")
QUICK = Limits(memory=256 * 2**20, start=60, judge=20, judge_each=0)
HASTY = replace(QUICK, judge=1.0)


class Clock:
    """Runs by itself, and can be set forward."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.ahead


Make = Callable[..., IsolatedClassifier]


@pytest.fixture
def make() -> Iterator[Make]:
    made: list[IsolatedClassifier] = []

    def one(name: str = "wild", limits: Limits = QUICK, **wishes: Clock) -> IsolatedClassifier:
        made.append(IsolatedClassifier(ModelSettings(classifier=name), limits=limits, command=COMMAND, **wishes))
        return made[-1]

    yield one
    for each in made:
        each.close()


def judge(model: IsolatedClassifier, *texts: str) -> list[str]:
    return [verdict.topic for verdict in model.classify([Subject(text=text) for text in texts])]


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"


def wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + 60
    while is_alive(pid):
        assert time.monotonic() < deadline, "the child outlived its parent"
        time.sleep(0.02)


def test_verdicts_cross_as_they_were_given(make: Make) -> None:
    model, fake = make().start(), FakeClassifier()
    texts = ["billing is awful", "", "an \ud800 outage \x00", "😀" * 50, *(f"praise {n}" for n in range(2 * AT_ONCE))]
    assert model.classify([Subject(text=text) for text in texts]) == [fake.judge(text) for text in texts]
    assert (model.name, model.classify([])) == ("fake-1", [])


@pytest.mark.parametrize(
    ("word", "reason"),
    [("DIE", "ended by SIGKILL"), ("SEGFAULT", "ended by SIGSEGV"), ("HANG", "not answer in time")],
)
def test_death_and_hang_cost_one_batch(make: Make, word: str, reason: str) -> None:
    model = make(limits=HASTY if word == "HANG" else QUICK).start()
    before = model.pid
    with pytest.raises(ModelFault, match=f"wild: .*{reason}"):
        judge(model, "billing", word)
    assert judge(model, "billing") == ["billing"]
    assert model.pid not in (None, before)


def test_growth_ends_it_while_it_judges_and_after(make: Make) -> None:
    model = make().start()
    with pytest.raises(ModelFault, match="it grew over 256 MiB"):
        judge(model, "GROW")
    swollen = model.start().pid
    model._limits = replace(QUICK, memory=1)  # as if it had grown with its last words
    assert judge(model, "billing") == ["billing"]
    assert model.pid is None
    model._limits = QUICK
    assert judge(model, "billing") == ["billing"]
    assert model.pid != swollen


@pytest.mark.parametrize("word", ["NAN", "TWO"])
def test_what_is_no_probability_is_a_fault(make: Make, word: str) -> None:
    model = make().start()
    with pytest.raises(ModelFault):
        judge(model, word)
    assert judge(model, "billing") == ["billing"]


def test_an_error_of_the_model_is_named_without_the_text_and_is_no_death(make: Make) -> None:
    model = make().start()
    pid = model.pid
    with pytest.raises(ModelFault, match=r"the model failed: IndexError in judging\.py, line \d+") as fault:
        judge(model, "RAISE my card number is 4711")
    assert "4711" not in str(fault.value)
    assert judge(model, "billing") == ["billing"]
    assert model.pid == pid


def test_faults_at_the_start_name_the_model(make: Make) -> None:
    with pytest.raises(ModelFault, match=r"^refused: model\.safetensors is damaged"):
        make("refused").start()
    with pytest.raises(ModelFault, match=r"broken: it could not be started: .* status 1 .*this architecture needs"):
        make("broken").start()
    gone = IsolatedClassifier(ModelSettings(classifier="acme"), limits=QUICK, command=(sys.executable, "-c", ""))
    with pytest.raises(ModelFault, match="acme: it could not be started: its process ended with status 0"):
        gone.start()


def test_a_process_that_the_system_does_not_give_is_a_fault_and_leaves_nothing_open() -> None:
    gone = IsolatedClassifier(ModelSettings(classifier="acme"), limits=QUICK, command=("/nowhere/python",))
    with pytest.raises(ModelFault, match=r"acme: it could not be started: .*/nowhere/python"):
        gone.classify([Subject(text="billing")])
    with pytest.raises(ModelFault, match="acme: "):
        gone.classify([Subject(text="billing")])
    assert gone.pid is None


def test_deaths_in_a_row_make_the_next_start_wait_longer(make: Make, tmp_path: Path) -> None:
    clock, trap = Clock(), tmp_path / "trap"
    model = make(str(trap), clock=clock).start()
    trap.touch()
    with pytest.raises(ModelFault, match="SIGKILL"):
        judge(model, "DIE")  # the first: it is started again at once
    waits = []
    for pause in (1, 2, 4):
        with pytest.raises(ModelFault, match="could not be started"):
            judge(model, "billing")
        with pytest.raises(ModelFault, match="the next start is in"):
            judge(model, "billing")
        waits.append(pause)
        clock.ahead += pause
    trap.unlink()
    assert judge(model, "billing") == ["billing"]
    with pytest.raises(ModelFault):
        judge(model, "DIE")
    assert judge(model, "billing") == ["billing"], "a verdict between two deaths makes the second a first again"


def test_its_last_words_are_logged_without_customers_texts(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    model = make().start()
    with caplog.at_level(logging.WARNING, "classifiers.isolated"):
        judge(model, "SPEAK of card 4711")
        with pytest.raises(ModelFault):
            judge(model, "SEGFAULT 4711")
    said = [vars(record).get("line", "") for record in caplog.records]
    assert any("Segmentation fault" in line for line in said)
    assert any("judging.py" in line for line in said)
    assert "4711" not in repr([vars(record) for record in caplog.records])


def test_secrets_stay_with_the_bot(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    monkeypatch.setenv("FORUM_REPLY_SECRET", "whsec_1")
    model = make().start()
    environment = Path(f"/proc/{model.pid}/environ").read_bytes()
    assert b"xoxb-1" not in environment
    assert b"whsec_1" not in environment


def test_close_ends_it(make: Make) -> None:
    model = make().start()
    pid = model.pid
    assert pid is not None
    model.close()
    assert (is_alive(pid), model.pid) == (False, None)


ORPHANED = """
import sys
from classifiers import ModelSettings, Subject
from classifiers.isolated import IsolatedClassifier
command = [sys.executable, "-m", "tests.classifiers.judging"]
model = IsolatedClassifier(ModelSettings(classifier="wild"), command=command).start()
print(model.pid, flush=True)
model.classify([Subject(text="HANG")])
"""


def test_it_ends_with_a_bot_that_was_killed_even_in_the_middle_of_a_judgement() -> None:
    bot = subprocess.Popen([sys.executable, "-c", ORPHANED], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    with bot:
        assert bot.stdout is not None
        child = int(bot.stdout.readline())
        os.kill(bot.pid, signal.SIGKILL)
    wait_until_gone(child)


def test_a_signal_for_the_whole_group_leaves_it_to_the_bot(make: Make) -> None:
    model = make().start()
    assert model.pid is not None
    for number in (signal.SIGINT, signal.SIGTERM):
        os.kill(model.pid, number)
    pid = model.pid
    assert judge(model, "billing") == ["billing"]
    assert model.pid == pid


# -- a real model


def test_a_real_model_gives_the_same_verdicts_in_its_own_process_and_may_die(
    tmp_path: Path, classifier: LocalClassifier
) -> None:
    folder = tiny_classifier(tmp_path, ["bill", "bug"])
    wanted = ModelSettings(classifier=str(folder), labels={"bill": "billing", "bug": "technical_issue"})
    subjects = [
        Subject(text=text, about="Pelican") for text in ("the kettle broke", "charged twice \ud800", "x" * 10**6)
    ]
    here = Composed(load_sequence(wanted), classifier, wanted).classify(subjects)
    model = load(wanted)
    assert isinstance(model, IsolatedClassifier)
    try:
        assert model.classify(subjects) == here
        assert model.pid is not None
        os.kill(model.pid, signal.SIGKILL)
        with pytest.raises(ModelFault, match="SIGKILL"):
            model.classify(subjects)
        assert model.classify(subjects) == here
    finally:
        model.close()


def test_a_broken_model_of_ones_own_is_told_through_the_process(tmp_path: Path) -> None:
    folder = tiny_classifier(tmp_path, ["bill", "bug"])
    with pytest.raises(ModelFault, match=r"say in \[model.labels\] what “bug” stands for"):
        load(ModelSettings(classifier=str(folder), labels={"bill": "billing"}))


# -- the wire


def other(name: str, value: object) -> object:
    """A value of a setting that is not its default."""
    if isinstance(value, StrEnum):
        return next(each for each in type(value) if each is not value)
    if isinstance(value, bool | int):
        return type(value)(value - 1)
    if isinstance(value, str):
        return f"{value}x"
    return {"topics": (TopicSpec(name="b", description="d", examples=("x", "y")),), "labels": {"A": "billing"}}[name]


def test_settings_cross_whole() -> None:
    plain = ModelSettings()
    changed = ModelSettings(**{each.name: other(each.name, getattr(plain, each.name)) for each in fields(plain)})
    for wanted in (plain, changed):
        heard = settings_heard(json.loads(json.dumps(settings_told(wanted))))
        assert heard == wanted
        assert [type(getattr(heard, each.name)) for each in fields(heard)] == [
            type(getattr(wanted, each.name)) for each in fields(wanted)
        ]


def test_the_longest_texts_fit_one_message() -> None:
    longest = Subject(text="\U0010ffff" * LONGEST_TEXT * 2, about="\U0010ffff" * LONGEST_NAME * 2)
    assert len(packed(subjects_told([longest] * AT_ONCE))) <= LONGEST_MESSAGE


@given(st.lists(st.binary(max_size=12), max_size=6), st.integers(0, LONGEST_MESSAGE))
def test_noise_on_the_wire_is_nonsense_or_nothing(chunks: list[bytes], length: int) -> None:
    inbox = Inbox()
    for chunk in [length.to_bytes(4, "big"), *chunks]:
        inbox.feed(chunk)
        try:
            message = inbox.pop()
        except NonsenseError:
            return
        assert message is None or isinstance(message, dict)


def test_messages_are_found_however_they_are_cut() -> None:
    inbox, raw = Inbox(), packed({"n": 1}) + packed({"n": 2})
    found = []
    for byte in raw:
        inbox.feed(bytes([byte]))
        found += [message for message in [inbox.pop()] if message]
    assert found == [{"n": 1}, {"n": 2}]


def test_a_message_too_long_is_not_waited_for() -> None:
    inbox = Inbox()
    inbox.feed((LONGEST_MESSAGE + 1).to_bytes(4, "big"))
    with pytest.raises(NonsenseError, match="announced"):
        inbox.pop()


def test_a_verdict_crosses_whole() -> None:
    plain = FakeClassifier().judge("billing")
    chances = {each.name: 0.625 for each in fields(plain) if each.type is float or each.type == "float"}
    assert {"detractor", "promoter", "reply"} <= set(chances)
    whole = replace(plain, **chances, why=("a", "ü😀"))
    assert verdicts_heard(json.loads(json.dumps(verdicts_told([whole]))), 1) == [whole]


SPOILT = [
    {"detractor": None},
    {"detractor": True},
    {"reply": -0.1},
    {"topics": {"a": 0.5}},
    {"topics": []},
    {"why": [1]},
    {"language": "x" * 999},
    {"model": None},
    {"floor": 1.1},
    {"irony": None},
]


@pytest.mark.parametrize("spoilt", SPOILT)
def test_a_verdict_that_breaks_its_contract_is_not_believed(spoilt: dict[str, object]) -> None:
    sound = asdict(FakeClassifier().judge("billing"))
    assert verdicts_heard(verdicts_told([FakeClassifier().judge("billing")]), 1)
    with pytest.raises(NonsenseError):
        verdicts_heard({"verdicts": [sound | spoilt]}, 1)
    with pytest.raises(NonsenseError):
        verdicts_heard({"verdicts": [sound]}, 2)

"""Whom Slack can tell something: asked all at once, and not waited for longer than somebody waits for a dialog."""

import threading
import time
from collections.abc import Iterator
from typing import Any, cast

import pytest
from slack_sdk import WebClient

from bot.domain.escalation import TargetKind
from bot.slack.directory import Directory
from bot.slack.reach import SlackReach

PEOPLE = [f"U000000{number}" for number in range(6)]


class Slow:
    """Knows everybody and says so once `gate` is open; `together` is the most that were asked about at a time."""

    def __init__(self) -> None:
        self.gate, self.lock = threading.Event(), threading.Lock()
        self.asking = self.together = 0

    def users_info(self, *, user: str) -> dict[str, Any]:
        with self.lock:
            self.asking += 1
            self.together = max(self.together, self.asking)
        assert self.gate.wait(30)
        with self.lock:
            self.asking -= 1
        return {"user": {"id": user, "deleted": user == PEOPLE[0]}}


@pytest.fixture
def slack() -> Iterator[Slow]:
    slow = Slow()
    yield slow
    slow.gate.set()


def reach(slack: Slow, patience: float | None) -> SlackReach:
    client = cast(WebClient, slack)
    return SlackReach(client, Directory(client), patience=patience)


def test_a_look_ends_in_time_and_takes_people_at_their_word(slack: Slow) -> None:
    began = time.monotonic()
    found = reach(slack, 0.05).look(PEOPLE)
    assert time.monotonic() - began < 8
    assert [each.kind for each in found.values()] == [TargetKind.PERSON] * len(PEOPLE)
    assert not any(each.problem for each in found.values()), "a call that falls through would not come back"


def test_what_came_late_is_known_the_next_time(slack: Slow) -> None:
    asked = reach(slack, 0.05)
    asked.look(PEOPLE)
    slack.gate.set()
    deadline = time.monotonic() + 30
    while asked.look(PEOPLE)[PEOPLE[0]].problem != "has left Slack":
        assert time.monotonic() < deadline


def test_without_a_limit_everybody_is_asked_about_at_once(slack: Slow) -> None:
    threading.Timer(0.2, slack.gate.set).start()
    found = reach(slack, None).look(PEOPLE)
    assert found[PEOPLE[0]].problem == "has left Slack"
    assert slack.together == len(PEOPLE)

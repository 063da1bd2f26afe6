"""Names and zones by id: from the list, else asked for one by one and remembered; Slack's refusals cost no name."""

import threading
import time
from collections import Counter
from typing import Any, cast

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from bot.slack.directory import Directory, Group

Json = dict[str, Any]


class Workspace:
    """Answers what the directory asks; `strangers` are known by `users.info` alone, as people of another workspace are."""

    def __init__(self, users: list[Json], *, strangers: list[Json] | None = None, groups: list[Json] | None = None):
        self.users, self.strangers, self.groups = users, strangers or [], groups or []
        self.asked: Counter[str] = Counter()

    def conversations_list(self, **_: object) -> Json:
        return {"channels": []}

    def users_list(self, **_: object) -> Json:
        self.asked["users.list"] += 1
        return {"members": self.users}

    def users_info(self, *, user: str) -> Json:
        self.asked[user] += 1
        found = next((each for each in [*self.users, *self.strangers] if each["id"] == user), None)
        return {"user": found} if found else refused("user_not_found")

    def usergroups_list(self) -> Json:
        return {"usergroups": self.groups}

    def usergroups_users_list(self, *, usergroup: str) -> Json:
        self.asked[usergroup] += 1
        found = next(each for each in self.groups if each["id"] == usergroup)
        return {"users": found["users"]} if "users" in found else refused("no_such_subteam")

    def auth_test(self) -> Json:
        return {"url": "https://acme.slack.test/"}


def refused(code: str) -> Json:
    answer = SlackResponse(
        client=None,
        http_verb="POST",
        api_url="",
        req_args={},
        data={"ok": False, "error": code},
        headers={},
        status_code=200,
    )
    raise SlackApiError(code, answer)


def user(user_id: str, name: str, **fields: object) -> Json:
    return {"id": user_id, "name": name.lower(), "profile": {"display_name": name}, "tz": "Europe/Lisbon", **fields}


def directory(workspace: Workspace) -> Directory:
    return Directory(cast(WebClient, workspace))


class Hand:
    """A monotonic clock moved by hand."""

    def __init__(self) -> None:
        self.at = 1_000.0

    def __call__(self) -> float:
        return self.at


class SlowWorkspace(Workspace):
    """Answers lists only once `gate` is open."""

    def __init__(self, users: list[Json], groups: list[Json]) -> None:
        super().__init__(users, groups=groups)
        self.gate = threading.Event()
        self.gate.set()

    def users_list(self, **named: object) -> Json:
        assert self.gate.wait(30)
        return super().users_list(**named)

    def usergroups_users_list(self, *, usergroup: str) -> Json:
        assert self.gate.wait(30)
        return super().usergroups_users_list(usergroup=usergroup)


ANA, BEN = user("U0000ANA", "Ana"), user("U0000BEN", "Ben", deleted=True)


def test_whoever_left_keeps_the_name_marked() -> None:
    book = directory(Workspace([ANA, BEN]))
    assert book.names_of(["U0000ANA", "U0000BEN"]) == {"U0000ANA": "Ana", "U0000BEN": "Ben (left)"}
    assert book.present(["U0000ANA", "U0000BEN"]) == ["U0000ANA"]


def test_people_of_another_workspace_are_asked_for_once() -> None:
    workspace = Workspace([ANA], strangers=[user("W0000ZOE", "Zoe", tz="Asia/Tokyo")])
    book = directory(workspace)
    for _ in range(3):
        assert book.names_of(["U0000ANA", "W0000ZOE"]) == {"U0000ANA": "Ana", "W0000ZOE": "Zoe"}
    assert str(book.zone_of("W0000ZOE")) == "Asia/Tokyo"
    assert workspace.asked == {"users.list": 1, "W0000ZOE": 1}


def test_whom_nobody_knows_has_no_name_and_is_not_asked_for_again() -> None:
    workspace = Workspace([ANA])
    book = directory(workspace)
    assert book.names_of(["U0NOBODY", "earshot"]) == {}
    assert book.names_of(["U0NOBODY"]) == {}
    assert workspace.asked == {"users.list": 1, "U0NOBODY": 1}


def test_a_zone_that_this_machine_does_not_know_is_utc() -> None:
    book = directory(Workspace([user("U0000FAR", "Far", tz="Mars/Olympus"), user("U000NONE", "None", tz=None)]))
    assert [str(book.zone_of(each)) for each in ("U0000FAR", "U000NONE", "U0NOBODY")] == ["UTC", "UTC", "UTC"]


def test_a_group_is_named_with_its_people_and_one_that_was_disabled_has_none() -> None:
    leads: Json = {"id": "S0000LEA", "name": "Leads", "handle": "leads", "users": ["U0000ANA"]}
    gone: Json = {"id": "S0000OLD", "name": "Old", "handle": "old"}
    book = directory(Workspace([ANA], groups=[leads, gone]))
    expected = Group(id="S0000LEA", name="Leads", handle="leads", members=frozenset({"U0000ANA"}))
    assert book.group_of("@leads") == book.group_of("S0000LEA") == expected
    assert book.members("S0000OLD") == frozenset()
    assert book.group_of("@ana") is None
    assert book.is_one_of("U0000ANA", ["@old", "@leads"])


def test_what_is_old_is_told_at_once_and_looked_at_anew_behind_it() -> None:
    leads: Json = {"id": "S0000LEA", "name": "Leads", "handle": "leads", "users": ["U0000ANA"]}
    workspace, hand = SlowWorkspace([ANA], [leads]), Hand()
    book = Directory(cast(WebClient, workspace), tick=hand)
    assert book.names_of(["U0000ANA"]) == {"U0000ANA": "Ana"}
    assert book.members("S0000LEA") == {"U0000ANA"}
    workspace.gate.clear()
    workspace.users, leads["users"] = [user("U0000ANA", "Anna")], ["U0000BEN"]
    hand.at += 601
    for _ in range(3):  # nobody waits for Slack, and Slack is asked once
        assert book.names_of(["U0000ANA"]) == {"U0000ANA": "Ana"}
        assert book.members("S0000LEA") == {"U0000ANA"}
    workspace.gate.set()
    deadline = time.monotonic() + 30
    while book.names_of(["U0000ANA"]) == {"U0000ANA": "Ana"} or book.members("S0000LEA") == {"U0000ANA"}:
        assert time.monotonic() < deadline, "never looked again"
        time.sleep(0.005)
    assert book.names_of(["U0000ANA"]) == {"U0000ANA": "Anna"}
    assert book.members("S0000LEA") == {"U0000BEN"}
    assert workspace.asked["users.list"] == 2
    assert workspace.asked["S0000LEA"] == 2

"""The UI API: what people see and do."""

import json
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from slack_bolt import Ack, App, Respond
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox.composer import linked, rich_text
from sandbox.person import PATIENCE, NotPossible
from sandbox.serve import RunningSandbox
from tests.sandbox.conftest import Connect, wait_until

Json = dict[str, Any]


def code_of(refused: pytest.ExceptionInfo[NotPossible]) -> str:
    return refused.value.code


def test_the_workspace_is_described(page: httpx.Client) -> None:
    body = page.get("/ui/workspace").json()
    assert body["team"]["name"] == "Test Works"
    assert {user["name"]: user["initials"] for user in body["users"]}["ana"] == "AD"
    assert [entry["command"] for entry in body["commands"]] == ["/count", "/plain"]
    assert [entry["callback_id"] for entry in body["shortcuts"]] == ["file_it", "new_thing"]
    assert body["usergroups"][0]["handle"] == "billing-team"
    assert body["app"]["home_tab"] is True


def test_everyone_sees_their_own_channels(sandbox: RunningSandbox) -> None:
    ana = {channel["name"]: channel for channel in sandbox.person("ana").channels() if not channel["is_im"]}
    ben = {channel["name"] for channel in sandbox.person("ben").channels() if not channel["is_im"]}
    assert set(ana) == {"billing", "support", "secret", "attic"}
    assert ben == {"billing", "support", "attic"}
    assert ana["billing"]["bot_is_member"] is True
    assert any(channel["is_im"] for channel in sandbox.person("ana").channels())
    with pytest.raises(NotPossible) as refused:
        sandbox.person("ben").messages("#secret")
    assert code_of(refused) == "channel_not_found"


def test_what_cannot_be_done_is_refused_with_a_word(sandbox: RunningSandbox) -> None:
    ana, ben = sandbox.person("ana"), sandbox.person("ben")
    mine = ana.say("#billing", "mine")
    attempts: list[tuple[str, Any]] = [
        ("not_in_channel", lambda: ben.say("#attic", "x")),
        ("is_archived", lambda: ana.say("#attic", "x")),
        ("no_text", lambda: ana.say("#billing", "  ")),
        ("thread_not_found", lambda: ana.say("#billing", "x", thread_ts="1.1")),
        ("unknown_command", lambda: ana.command("/nope", "#billing")),
        ("message_not_found", lambda: ana.click("#billing", "1.1", "x")),
        ("element_not_found", lambda: ana.click("#billing", mine["ts"], "x")),
        ("view_not_found", lambda: ana.submit("V1", {})),
        ("unknown_shortcut", lambda: ana.shortcut("nope")),
        ("message_not_found", lambda: ben.post("/ui/delete", channel="#billing", ts=mine["ts"])),
        ("user_not_found", lambda: sandbox.person("nobody").say("#billing", "x")),
    ]
    for code, attempt in attempts:
        with pytest.raises(NotPossible) as refused:
            attempt()
        assert code_of(refused) == code


def test_names_are_linked_as_people_type_them(sandbox: RunningSandbox) -> None:
    text = sandbox.within(lambda running: linked("@ana & @billing-team in #support, not a@b.c @here", running.state))
    ana = sandbox.person("ana").id
    assert text.startswith(f"<@{ana}> &amp; <!subteam^S")
    assert text.endswith(", not a@b.c <!here>")
    parts = rich_text(text)[0]["elements"][0]["elements"]
    assert [part["type"] for part in parts] == ["user", "text", "usergroup", "text", "channel", "text", "broadcast"]
    assert parts[1]["text"] == " & "


def test_messages_are_edited_deleted_and_counted(sandbox: RunningSandbox) -> None:
    ana, ben = sandbox.person("ana"), sandbox.person("ben")
    first = ana.say("#billing", "one")
    ana.say("#billing", "two @ben")
    billing = next(channel for channel in ben.channels() if channel["name"] == "billing")
    assert (billing["unread"], billing["mentions"]) == (2, 1)
    ben.post("/ui/read", channel="#billing")
    assert next(channel for channel in ben.channels() if channel["name"] == "billing")["unread"] == 0
    edited = ana.post("/ui/edit", channel="#billing", ts=first["ts"], text="uno")["message"]
    assert (edited["text"], edited["edited"]["user"]) == ("uno", ana.id)
    ana.post("/ui/delete", channel="#billing", ts=first["ts"])
    assert len(ben.messages("#billing")) == 1


def test_older_messages_come_in_pages(sandbox: RunningSandbox, page: httpx.Client) -> None:
    ana = sandbox.person("ana")
    for number in range(5):
        ana.say("#billing", str(number))
    newest = page.get("/ui/messages", params={"user": "ana", "channel": "#billing", "limit": 2}).json()
    assert [message["text"] for message in newest["messages"]] == ["3", "4"]
    assert newest["has_more"] is True
    before = newest["messages"][0]["ts"]
    older = page.get("/ui/messages", params={"user": "ana", "channel": "#billing", "limit": 5, "before": before}).json()
    assert [message["text"] for message in older["messages"]] == ["0", "1", "2"]
    assert older["has_more"] is False


def test_a_channel_is_renamed_and_archived(sandbox: RunningSandbox, web: WebClient) -> None:
    ana = sandbox.person("ana")
    renamed = ana.post("/ui/channel", channel="#billing", name="money")["channel"]
    listed = {channel["id"]: channel for channel in web.conversations_list()["channels"]}
    assert (listed[renamed["id"]]["name"], listed[renamed["id"]]["previous_names"]) == ("money", ["billing"])
    ana.post("/ui/channel", channel="#money", is_archived=True)
    with pytest.raises(SlackApiError, match="is_archived"):
        web.chat_postMessage(channel="#money", text="too late")
    for bad, code in [({"name": "support"}, "name_taken"), ({"name": "No Good"}, "invalid_name")]:
        with pytest.raises(NotPossible) as refused:
            ana.post("/ui/channel", channel="#money", **bad)
        assert code_of(refused) == code


def test_inviting_the_app_to_a_private_channel(sandbox: RunningSandbox, web: WebClient) -> None:
    mia = sandbox.person("mia")
    mia.command("/invite @testbot", "#board")
    assert web.chat_postMessage(channel="#board", text="Thank you")["ok"]
    mia.command("/remove @testbot", "#board")
    assert "board" not in {c["name"] for c in web.conversations_list(types="private_channel")["channels"]}


class Listening:
    """A page's event stream, read in a thread."""

    def __init__(self, url: str, user: str) -> None:
        self.events: list[tuple[str, Json]] = []
        self.ready = threading.Event()
        self._client = httpx.Client(base_url=url, trust_env=False, timeout=PATIENCE)
        self._thread = threading.Thread(target=self._read, args=(user,), daemon=True)
        self._thread.start()
        assert self.ready.wait(PATIENCE)

    def _read(self, user: str) -> None:
        name = ""
        try:
            with self._client.stream("GET", "/ui/stream", params={"user": user}) as response:
                for line in response.iter_lines():
                    self.ready.set()
                    if line.startswith("event: "):
                        name = line.removeprefix("event: ")
                    elif line.startswith("data: "):
                        self.events.append((name, json.loads(line.removeprefix("data: "))))
        except httpx.HTTPError:
            return

    def names(self) -> list[str]:
        return [name for name, _ in self.events]

    def join(self) -> None:
        self._thread.join(PATIENCE)
        self._client.close()


@pytest.fixture
def anas_page(sandbox: RunningSandbox) -> Iterator[Listening]:
    """Ana's page; it ends when the server does, or at the latest with the test."""
    listening = Listening(sandbox.url, "ana")
    yield listening
    sandbox.within(lambda running: running.streams.close())
    listening.join()


def test_the_stream_tells_what_this_person_may_see(
    sandbox: RunningSandbox, web: WebClient, anas_page: Listening
) -> None:
    ana, ben, mia = sandbox.person("ana"), sandbox.person("ben"), sandbox.person("mia")
    mia.say("#board", "not for Ana")
    ts = web.chat_postMessage(channel="#billing", text="one")["ts"]
    billing = web.conversations_list()["channels"][0]["id"]
    web.chat_update(channel=billing, ts=ts, text="two")
    ben.react("#billing", ts, "eyes")
    web.chat_postMessage(channel=billing, text="reply", thread_ts=ts)
    web.chat_delete(channel=billing, ts=ts)
    web.chat_postEphemeral(channel=billing, user=ben.id, text="for Ben")
    web.chat_postEphemeral(channel=billing, user=ana.id, text="for Ana")
    web.views_publish(user_id=ana.id, view={"type": "home", "blocks": [{"type": "divider"}]})
    with pytest.raises(NotPossible):
        ana.command("/count", "#billing")
    wait_until(lambda: "command_failed" in anas_page.names())
    assert anas_page.names() == [
        "message",
        "message_changed",
        "reaction",
        "message_changed",
        "message",
        "message_deleted",
        "ephemeral",
        "home",
        "command_failed",
    ]
    assert anas_page.events[-1][1]["message"] == '/count failed with the error "dispatch_failed"'
    assert anas_page.events[2][1]["reactions"] == [{"name": "eyes", "users": [ben.id], "count": 1}]


def test_a_response_url_is_good_for_five_answers(sandbox: RunningSandbox, app: App, connect: Connect) -> None:
    addresses: list[str] = []

    @app.command("/count")
    def count(ack: Ack, command: Json, respond: Respond) -> None:
        ack()
        addresses.append(command["response_url"])
        respond("loud", response_type="in_channel")

    connect(app)
    ana = sandbox.person("ana")
    ana.command("/count", "#billing")
    assert sandbox.person("ben").expect_message("#billing", containing="loud")["is_ephemeral"] is False
    statuses = [httpx.post(addresses[0], json={"text": "x"}, trust_env=False).status_code for _ in range(5)]
    assert statuses == [200, 200, 200, 200, 404]
    assert httpx.post(addresses[0], json={"text": "x"}, trust_env=False).json()["error"] == "used_url"
    ana.command("/count", "#billing")
    assert httpx.post(addresses[1], json={"blocks": [{"type": "nope"}]}, trust_env=False).json() == {
        "ok": False,
        "error": "invalid_blocks",
    }


def test_ephemeral_messages_can_be_dismissed(sandbox: RunningSandbox, web: WebClient) -> None:
    ana, ben = sandbox.person("ana"), sandbox.person("ben")
    billing = web.conversations_list()["channels"][0]["id"]
    ts = web.chat_postEphemeral(channel=billing, user=ana.id, text="psst")["message_ts"]
    with pytest.raises(NotPossible):
        ben.post("/ui/dismiss", channel=billing, ts=ts)
    ana.post("/ui/dismiss", channel=billing, ts=ts)
    assert ana.messages("#billing") == []


def test_commands_get_their_text_escaped_only_when_the_manifest_says_so(
    sandbox: RunningSandbox, app: App, connect: Connect
) -> None:
    texts: list[str] = []

    @app.command("/plain")
    def plain_text(ack: Ack, command: Json) -> None:
        ack()
        texts.append(command["text"])

    connect(app)
    sandbox.person("ana").command("/plain @ben <b>", "#billing")
    assert texts == ["@ben <b>"]


def test_pictures_and_missing_files(page: httpx.Client) -> None:
    user = page.get("/ui/workspace").json()["users"][0]
    assert "AD" in page.get(f"/ui/avatar/{user['id']}.svg").text
    assert page.get("/ui/avatar/U0.svg").status_code == 404
    assert page.get("/ui/files/F0/x.txt").status_code == 404
    assert page.post("/ui/message", content=b"not json").json()["error"] == "invalid_json"

"""A real Bolt app over real sockets: everything a bot does, as a person sees it."""

import threading
import time
from typing import Any

import httpx
import pytest
from slack_bolt import Ack, App, Respond
from slack_sdk import WebClient
from slack_sdk.socket_mode.response import SocketModeResponse

from sandbox.person import PATIENCE, NotPossible, visible_text
from sandbox.serve import RunningSandbox
from tests.sandbox.conftest import Connect, wait_until

CLAIM = {"type": "button", "action_id": "claim", "text": {"type": "plain_text", "text": "Claim"}, "value": "17"}
CARD = [
    {"type": "section", "block_id": "head", "text": {"type": "mrkdwn", "text": "A card"}},
    {"type": "actions", "block_id": "buttons", "elements": [CLAIM]},
]
NOTE = {
    "type": "input",
    "block_id": "note",
    "label": {"type": "plain_text", "text": "Note"},
    "element": {"type": "plain_text_input", "action_id": "text", "min_length": 3},
}
MODAL = {
    "type": "modal",
    "callback_id": "answer",
    "private_metadata": "17",
    "title": {"type": "plain_text", "text": "Answer"},
    "submit": {"type": "plain_text", "text": "Send"},
    "blocks": [NOTE],
}


def test_a_click_changes_the_card_in_place(sandbox: RunningSandbox, app: App, connect: Connect, web: WebClient) -> None:
    seen: list[dict[str, Any]] = []

    @app.action("claim")
    def claim(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        ack()
        seen.append(body)
        channel, ts = body["channel"]["id"], body["message"]["ts"]
        client.chat_update(channel=channel, ts=ts, text=f"Claimed by <@{body['user']['id']}>", blocks=[])

    connect(app)
    ts = web.chat_postMessage(channel="#billing", text="A card", blocks=CARD)["ts"]
    ana = sandbox.person("ana")
    ana.click("#billing", ts, "claim")
    claimed = ana.expect_message("#billing", containing="Claimed by")
    assert claimed["ts"] == ts
    assert claimed["edited"]
    assert ana.id in claimed["text"]
    assert seen[0]["actions"][0]["value"] == "17"
    assert seen[0]["container"] == {
        "type": "message",
        "message_ts": ts,
        "channel_id": seen[0]["channel"]["id"],
        "is_ephemeral": False,
    }


def test_a_modal_shows_errors_then_goes(sandbox: RunningSandbox, app: App, connect: Connect, web: WebClient) -> None:
    submitted: list[str] = []

    @app.action("claim")
    def open_modal(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=MODAL)

    @app.view("answer")
    def submit(ack: Ack, view: dict[str, Any]) -> None:
        text = view["state"]["values"]["note"]["text"]["value"]
        if "please" not in text:
            ack(response_action="errors", errors={"note": "Say please."})
            return
        ack()
        submitted.append(text)

    connect(app)
    ts = web.chat_postMessage(channel="#billing", text="A card", blocks=CARD)["ts"]
    ana = sandbox.person("ana")
    ana.click("#billing", ts, "claim")
    modal = ana.expect_modal(callback_id="answer")
    assert modal["private_metadata"] == "17"
    assert ana.submit(modal["id"], {}) == {"note": "Please complete this required field."}
    assert ana.submit(modal["id"], {"note": {"text": "ab"}}) == {"note": "Please enter at least 3 characters."}
    assert ana.submit(modal["id"], {"note": {"text": "now"}}) == {"note": "Say please."}
    assert ana.submit(modal["id"], {"note": {"text": "now, please"}}) == {}
    assert ana.modals() == []
    assert submitted == ["now, please"]


def test_a_command_answers_its_caller_only(sandbox: RunningSandbox, app: App, connect: Connect) -> None:
    texts: list[str] = []

    @app.command("/count")
    def count(ack: Ack, command: dict[str, Any], respond: Respond) -> None:
        texts.append(command["text"])
        ack("counted")
        respond("and again")

    connect(app)
    ana = sandbox.person("ana")
    ana.command("/count @ben in #support", "#billing")
    assert ana.expect_message("#billing", containing="counted")["is_ephemeral"]
    assert ana.expect_message("#billing", containing="and again")["is_ephemeral"]
    assert sandbox.person("ben").messages("#billing") == []
    assert texts[0] == f"<@{sandbox.person('ben').id}|ben> in <#{_channel(ana, 'support')}|support>"


def _channel(person: Any, name: str) -> str:
    return next(channel["id"] for channel in person.channels() if channel["name"] == name)


def test_home_is_published_when_it_is_opened(sandbox: RunningSandbox, app: App, connect: Connect) -> None:
    @app.event("app_home_opened")
    def home(event: dict[str, Any], client: WebClient) -> None:
        text = {"type": "plain_text", "text": "Nothing is waiting"}
        client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [{"type": "header", "text": text}]})

    connect(app)
    ana = sandbox.person("ana")
    assert ana.open_home() is None
    assert ana.expect_home(containing="Nothing is waiting")["type"] == "home"
    assert sandbox.person("ben").home() is None


def test_an_event_without_ack_comes_again(sandbox: RunningSandbox, app: App, connect: Connect) -> None:
    connected = connect(app)
    seen: list[tuple[int | None, str | None]] = []

    def stubborn(client: Any, request: Any) -> None:
        seen.append((request.retry_attempt, request.retry_reason))
        sandbox.sandbox.delivery._ack_seconds = PATIENCE
        if len(seen) > 1:
            client.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id))

    connected.client.socket_mode_request_listeners[:] = [stubborn]
    sandbox.sandbox.delivery._ack_seconds = 0.3
    sandbox.person("ana").say("#billing", "hello")
    wait_until(lambda: len(seen) == 2)
    assert seen == [(0, ""), (1, "timeout")]


def test_each_payload_goes_to_one_of_two_sockets(
    sandbox: RunningSandbox, app: App, connect: Connect, web: WebClient
) -> None:
    clicks: list[str] = []

    @app.action("claim")
    def claim(ack: Ack, body: dict[str, Any]) -> None:
        ack()
        clicks.append(body["trigger_id"])

    connect(app)
    connect(app)
    ts = web.chat_postMessage(channel="#billing", text="A card", blocks=CARD)["ts"]
    for _ in range(6):
        sandbox.person("ana").click("#billing", ts, "claim")
    assert len(clicks) == len(set(clicks)) == 6


def test_people_are_told_when_the_app_does_not_ack(
    sandbox: RunningSandbox, app: App, connect: Connect, web: WebClient
) -> None:
    ts = web.chat_postMessage(channel="#billing", text="A card", blocks=CARD)["ts"]
    ana = sandbox.person("ana")
    with pytest.raises(NotPossible) as nobody:
        ana.click("#billing", ts, "claim")
    assert nobody.value.code == "dispatch_failed"

    @app.action("claim")
    def sleepy(body: dict[str, Any]) -> None:
        return

    connect(app)
    sandbox.sandbox.delivery._ack_seconds = 0.3
    with pytest.raises(NotPossible) as slow:
        ana.click("#billing", ts, "claim")
    assert slow.value.code == "operation_timeout"


def test_the_client_comes_back_when_asked_to_leave(
    sandbox: RunningSandbox, app: App, connect: Connect, web: WebClient
) -> None:
    @app.action("claim")
    def claim(ack: Ack) -> None:
        ack()

    connect(app)
    ts = web.chat_postMessage(channel="#billing", text="A card", blocks=CARD)["ts"]
    httpx.post(f"{sandbox.url}/sandbox/disconnect", json={"reason": "refresh_requested"}, trust_env=False)

    def has_come_back() -> bool:
        opened = sandbox.within(lambda running: running.stats.report()["calls"]["apps.connections.open"]["ok"])
        return opened == 2 and sandbox.within(lambda running: running.sockets.count) == 1

    wait_until(has_come_back)
    sandbox.person("ana").click("#billing", ts, "claim")


def test_eight_people_click_at_once_and_each_is_acked(
    sandbox: RunningSandbox, app: App, connect: Connect, web: WebClient
) -> None:
    winners: list[str] = []
    lock = threading.Lock()

    @app.action("claim")
    def claim(ack: Ack, body: dict[str, Any]) -> None:
        ack()
        with lock:
            winners.append(body["user"]["id"])

    connect(app)
    ts = web.chat_postMessage(channel="#billing", text="A card", blocks=CARD)["ts"]
    people = [sandbox.person(handle) for handle in ("ana", "ben", "mia") for _ in range(3)][:8]
    threads = [threading.Thread(target=person.click, args=("#billing", ts, "claim")) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wait_until(lambda: len(winners) == 8)
    acked = sandbox.within(lambda running: running.stats.report()["ack_ms"]["interactive"])
    assert acked["count"] == 8
    assert acked["p99"] < 1000


def test_response_url_replaces_the_original(
    sandbox: RunningSandbox, app: App, connect: Connect, web: WebClient
) -> None:
    @app.action("claim")
    def claim(ack: Ack, respond: Respond) -> None:
        ack()
        respond(text="Only for you", response_type="ephemeral", replace_original=False)
        respond(text="Replaced", replace_original=True)

    connect(app)
    ts = web.chat_postMessage(channel="#billing", text="A card", blocks=CARD)["ts"]
    ana = sandbox.person("ana")
    ana.click("#billing", ts, "claim")
    assert ana.expect_message("#billing", containing="Replaced")["ts"] == ts
    assert ana.expect_message("#billing", containing="Only for you")["is_ephemeral"]
    assert "Only for you" not in "".join(visible_text(m) for m in sandbox.person("ben").messages("#billing"))


def test_mentioning_the_app_reaches_it(sandbox: RunningSandbox, app: App, connect: Connect) -> None:
    mentions: list[str] = []

    @app.event("app_mention")
    def mentioned(event: dict[str, Any], client: WebClient) -> None:
        mentions.append(event["text"])
        client.chat_postMessage(channel=event["channel"], thread_ts=event["ts"], text="Yes?")

    @app.event("message")
    def ignore() -> None:
        return

    connect(app)
    ana = sandbox.person("ana")
    asked = ana.say("#billing", "@testbot are you there?")
    assert ana.expect_message("#billing", containing="Yes?", thread_ts=asked["ts"])["thread_ts"] == asked["ts"]
    assert ana.messages("#billing")[0]["reply_count"] == 1
    assert mentions[0].startswith("<@U")


def test_a_message_shortcut_carries_the_message(sandbox: RunningSandbox, app: App, connect: Connect) -> None:
    filed: list[str] = []

    @app.shortcut("file_it")
    def file_it(ack: Ack, shortcut: dict[str, Any]) -> None:
        ack()
        filed.append(shortcut["message"]["text"])

    @app.event("message")
    def ignore() -> None:
        return

    connect(app)
    ana = sandbox.person("ana")
    message = ana.say("#billing", "file this")
    ana.shortcut("file_it", channel="#billing", message_ts=message["ts"])
    assert filed == ["file this"]
    assert time.time() - float(message["ts"]) < 60

"""A sandbox, a small Bolt app behind it, and Chromium in front of it."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from slack_bolt import Ack, App, Respond
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from sandbox.core import Options
from sandbox.serve import RunningSandbox, running_sandbox
from tests.sandbox_page import kitchen

HERE = Path(__file__).parent
CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
Open = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        if os.environ.get("CI"):
            pytest.fail(f"no Chromium at {CHROMIUM}, and CI must drive the page")
        pytest.skip(f"no Chromium at {CHROMIUM}: the page is not driven (CHROMIUM names another place)")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield running
        running.close()


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    with running_sandbox(
        manifest=HERE / "manifest.yaml",
        workspace=HERE / "workspace.toml",
        options=Options(rate_scale=None, ack_seconds=1.0, retry_scale=0.001),
    ) as running:
        yield running


@pytest.fixture
def web(sandbox: RunningSandbox) -> WebClient:
    return WebClient(token=sandbox.bot_token, base_url=sandbox.api_url, retry_handlers=[])


@pytest.fixture
def open_page(browser: Browser, sandbox: RunningSandbox) -> Iterator[Open]:
    """Open the page as somebody. Any error that the page throws or logs fails the test."""
    contexts = []
    faults: list[str] = []

    def start(user: str = "ana", path: str = "", **context: Any) -> Page:
        context = {"viewport": {"width": 1400, "height": 900}, "timezone_id": "Europe/London", **context}
        contexts.append(browser.new_context(**context))
        page = contexts[-1].new_page()
        page.set_default_timeout(8000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda line: faults.append(line.text) if line.type == "error" and "ERR_" not in line.text else None)
        page.goto(f"{sandbox.url}/?user={user}{path}")
        page.wait_for_selector(".sidebar .side-row")
        return page

    yield start
    for context in contexts:
        context.close()
    expected = ("400 (Bad Request)",)  # Chromium logs every refused request; what the page makes of it is tested
    assert [fault for fault in faults if not any(part in fault for part in expected)] == []


class Bot:
    """The app of the tests: what it was told, and a socket that can be slow."""

    def __init__(self, sandbox: RunningSandbox) -> None:
        self.told: list[dict[str, Any]] = []
        self.app = App(client=WebClient(token=sandbox.bot_token, base_url=sandbox.api_url, retry_handlers=[]))
        self._listen()
        self._handler = SocketModeHandler(
            self.app, sandbox.app_token, web_client=WebClient(token=sandbox.app_token, base_url=sandbox.api_url)
        )
        self._handler.connect()
        deadline = time.monotonic() + 5
        while not sandbox.within(lambda running: running.sockets.count):
            assert time.monotonic() < deadline, "the bot did not connect"
            time.sleep(0.01)
        self._handler.client.current_session.sock.settimeout(0.1)  # else closing waits for the read in progress

    def close(self) -> None:
        self._handler.close()

    def actions(self, action_id: str) -> list[dict[str, Any]]:
        """What was told of one element, oldest first."""
        return [action for body in self.told for action in body.get("actions", []) if action["action_id"] == action_id]

    def _listen(self) -> None:
        app = self.app

        @app.event("app_home_opened")
        def home(event: dict[str, Any], client: WebClient) -> None:
            if event["tab"] == "home":
                client.views_publish(user_id=event["user"], view=kitchen.HOME)

        @app.action("claim")
        def claim(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
            ack()
            self.told.append(body)
            place = {"channel": body["channel"]["id"], "ts": body["message"]["ts"]}
            client.chat_update(**place, text="Claimed", blocks=kitchen.CLAIMED)

        @app.action("answer")
        def answer(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
            ack()
            client.views_open(trigger_id=body["trigger_id"], view=kitchen.ANSWER)

        @app.action("preview")
        def preview(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
            ack()
            self.told.append(body)
            view = {key: value for key, value in kitchen.ANSWER.items() if key != "blocks"}
            note = {"type": "section", "block_id": "shown", "text": kitchen.mrkdwn("_Preview drawn_")}
            client.views_update(view_id=body["view"]["id"], view={**view, "blocks": [*kitchen.ANSWER["blocks"], note]})

        @app.view("answer")
        def submitted(ack: Ack, view: dict[str, Any]) -> None:
            self.told.append({"view": view})
            text = view["state"]["values"]["text"]["it"]["value"]
            if "sorry" in text:
                ack()
            else:
                ack(response_action="errors", errors={"text": "Say sorry first."})

        @app.view_closed("answer")
        def closed(ack: Ack, view: dict[str, Any]) -> None:
            ack()
            self.told.append({"closed": view["id"]})

        @app.view("inputs")
        def saved(ack: Ack, view: dict[str, Any]) -> None:
            ack()
            self.told.append({"view": view})

        @app.options("external")
        def suggest(ack: Ack, payload: dict[str, Any]) -> None:
            ack(options=kitchen.options(f"{payload['value']}-one", f"{payload['value']}-two"))

        @app.action("home_go")
        def home_go(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
            ack()
            done = {"type": "section", "block_id": "done", "text": kitchen.mrkdwn("Here they are.")}
            client.views_publish(user_id=body["user"]["id"], view={"type": "home", "blocks": [done]})

        @app.action("home_open")
        def open_inputs(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
            ack()
            client.views_open(trigger_id=body["trigger_id"], view=kitchen.EVERY_INPUT)

        for action_id in ("escalate", "more", "static", "user", "channel", "day", "external", "boxes", "radios", "feedback", "it"):
            app.action(action_id)(self._note)

        @app.action("silent")
        def silent(body: dict[str, Any]) -> None:
            """Never acks."""
            self.told.append(body)

        @app.shortcut("file_it")
        def file_it(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
            ack()
            self.told.append({"filed": body["message"]["ts"]})

        @app.command("/mentions")
        def mentions(ack: Ack, respond: Respond, command: dict[str, Any]) -> None:
            ack()
            respond(f"You said *{command['text']}*")

        @app.command("/silent")
        def never(command: dict[str, Any]) -> None:
            """Never acks."""
            self.told.append(command)

    def _note(self, ack: Ack, body: dict[str, Any]) -> None:
        ack()
        self.told.append(body)


@pytest.fixture
def bot(sandbox: RunningSandbox) -> Iterator[Bot]:
    running = Bot(sandbox)
    yield running
    running.close()


def wait_until(holds: Callable[[], bool], *, within: float = 5.0) -> None:
    """Poll until something holds; fails the test when it does not in time."""
    deadline = time.monotonic() + within
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)

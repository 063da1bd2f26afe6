"""A running sandbox, and a real Bolt app connected to it."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from sandbox.core import Options
from sandbox.person import PATIENCE
from sandbox.serve import RunningSandbox, running_sandbox

HERE = Path(__file__).parent
Connect = Callable[..., SocketModeHandler]


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    with running_sandbox(
        manifest=HERE / "manifest.yaml",
        workspace=HERE / "workspace.toml",
        options=Options(rate_scale=None, ack_seconds=PATIENCE, trigger_seconds=PATIENCE, retry_scale=0.001),
    ) as running:
        yield running


@pytest.fixture
def page(sandbox: RunningSandbox) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=sandbox.url, trust_env=False, timeout=PATIENCE) as client:
        yield client


@pytest.fixture
def web(sandbox: RunningSandbox) -> WebClient:
    return WebClient(token=sandbox.bot_token, base_url=sandbox.api_url, retry_handlers=[])


@pytest.fixture
def app(sandbox: RunningSandbox) -> App:
    """A Bolt app; listeners are added by the test, `connect` opens its socket."""
    client = WebClient(token=sandbox.bot_token, base_url=sandbox.api_url, retry_handlers=[])
    return App(client=client, process_before_response=False)


@pytest.fixture
def connect(sandbox: RunningSandbox) -> Iterator[Connect]:
    handlers: list[SocketModeHandler] = []

    def open_socket(app: App) -> SocketModeHandler:
        client = WebClient(token=sandbox.app_token, base_url=sandbox.api_url)
        handler = SocketModeHandler(app, sandbox.app_token, web_client=client)
        before = sandbox.within(lambda running: running.sockets.count)
        handler.connect()
        wait_until(lambda: sandbox.within(lambda running: running.sockets.count) > before)
        handlers.append(handler)
        session = handler.client.current_session
        session.sock.settimeout(0.1)  # closing waits for the read in progress: three seconds otherwise
        return handler

    yield open_socket
    for handler in handlers:
        handler.close()


def wait_until(holds: Callable[[], bool], *, within: float = PATIENCE) -> None:
    """Poll until something holds; fails the test when it does not in time."""
    deadline = time.monotonic() + within
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)

"""A sandbox, a small Bolt app behind it, and Chromium in front of it."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from slack_sdk import WebClient

from sandbox.core import Options
from sandbox.person import PATIENCE
from sandbox.serve import RunningSandbox, running_sandbox
from tests.sandbox_page.bot import Bot

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
    expect.set_options(timeout=PATIENCE * 1000)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield running
        running.close()


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    with running_sandbox(
        manifest=HERE / "manifest.yaml",
        workspace=HERE / "workspace.toml",
        options=Options(rate_scale=None, ack_seconds=PATIENCE, trigger_seconds=PATIENCE, retry_scale=0.001),
    ) as running:
        yield running


@pytest.fixture
def web(sandbox: RunningSandbox) -> WebClient:
    return WebClient(token=sandbox.bot_token, base_url=sandbox.api_url, retry_handlers=[])


@pytest.fixture
def open_page(browser: Browser, sandbox: RunningSandbox) -> Iterator[Open]:
    """Open the page as somebody, with all that it shows first. Any error that the page throws or logs fails the test."""
    contexts = []
    faults: list[str] = []

    def start(user: str = "ana", path: str = "", **context: Any) -> Page:
        context = {"viewport": {"width": 1400, "height": 900}, "timezone_id": "Europe/London", **context}
        contexts.append(browser.new_context(**context))
        page = contexts[-1].new_page()
        page.set_default_timeout(PATIENCE * 1000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "console",
            lambda line: faults.append(line.text) if line.type == "error" and "ERR_" not in line.text else None,
        )
        page.goto(f"{sandbox.url}/?user={user}{path}")
        page.wait_for_selector(".frame:not([aria-busy])", state="attached")
        return page

    yield start
    for context in contexts:
        context.close()
    expected = ("400 (Bad Request)",)  # Chromium logs every refused request; what the page makes of it is tested
    assert [fault for fault in faults if not any(part in fault for part in expected)] == []


@pytest.fixture
def bot(sandbox: RunningSandbox) -> Iterator[Bot]:
    running = Bot(sandbox)
    yield running
    running.close()


def wait_until(holds: Callable[[], bool], *, within: float = PATIENCE) -> None:
    """Poll until something holds; fails the test when it does not in time."""
    deadline = time.monotonic() + within
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)

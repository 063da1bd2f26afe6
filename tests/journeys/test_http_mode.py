"""Slack reaching the bot by signed requests instead of a socket."""

import socket
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from bot.app import Earshot
from bot.config import SlackMode
from bot.store.database import Database
from sandbox.serve import running_sandbox
from tests.fakes import FakeForum
from tests.journeys.office import (
    MANIFEST,
    UNHURRIED,
    WORKSPACE,
    HurriedClock,
    Office,
    Reader,
    config_of,
    fill,
    secrets_of_workspace,
)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def http_office(sqlite_database: Database) -> Iterator[Office]:
    port = free_port()
    options = replace(UNHURRIED, request_url=f"http://127.0.0.1:{port}/slack/events")
    with running_sandbox(manifest=MANIFEST, workspace=WORKSPACE, options=options) as slack:
        config = config_of(slack.url, str(sqlite_database.engine.url))
        by_http = replace(config.slack, mode=SlackMode.HTTP, http_host="127.0.0.1", http_port=port)
        clock = HurriedClock()
        earshot = Earshot(
            config=replace(config, slack=by_http, sources=()),
            secrets=secrets_of_workspace(),
            database=sqlite_database,
            classifier=Reader(),
            clock=clock,
        )
        earshot.start()
        office = Office(slack, earshot, clock, FakeForum("forum", every=3600))
        try:
            yield office
        finally:
            office.close()
            earshot.stop()


def test_clicks_dialogs_and_home_work_by_signed_requests(http_office: Office) -> None:
    ana = http_office.person("ana")
    http_office.hears("billing awful, says ibis")
    card = http_office.card("says ibis")
    card.click(ana, "claim")
    card.shows("Claimed")
    dialog = card.dialog(ana, "escalate")
    assert "escalate.reason" in fill(ana, dialog, escalate__reason=" "), "a refusal comes back with the acknowledgement"
    assert not fill(ana, dialog, escalate__reason="The bank has to move.")
    card.shows("Escalated to level 1")
    ana.open_home()
    ana.expect_home(containing="says ibis")


def test_a_request_that_slack_did_not_sign_is_refused(http_office: Office) -> None:
    url = f"http://127.0.0.1:{http_office.bot.port}/slack/events"
    forged = {"x-slack-request-timestamp": "1", "x-slack-signature": "v0=forged"}
    answer = httpx.post(url, content=b"payload={}", headers=forged, trust_env=False)
    assert answer.status_code == 401
    health = httpx.get(f"http://127.0.0.1:{http_office.bot.port}/healthz", trust_env=False)
    assert (health.status_code, health.text) == (200, "ok")

"""Signed HTTP instead of sockets: a real Bolt app behind a real ASGI server."""

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import uvicorn
from slack_bolt import Ack, App
from slack_bolt.adapter.starlette import SlackRequestHandler
from slack_sdk import WebClient
from slack_sdk.signature import SignatureVerifier
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from sandbox.core import Options
from sandbox.http_delivery import signature
from sandbox.person import PATIENCE, NotPossible
from sandbox.serve import RunningSandbox, listening_socket, running_sandbox
from tests.sandbox.conftest import HERE, wait_until

CARD = [
    {
        "type": "actions",
        "elements": [
            {"type": "button", "action_id": "claim", "text": {"type": "plain_text", "text": "Claim"}, "value": "1"}
        ],
    }
]


class HttpApp:
    """A listening address, in front of whatever the test puts there."""

    def __init__(self) -> None:
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.statuses: list[int] = []
        self.bolt: SlackRequestHandler | None = None

    async def receive(self, request: Request) -> Response:
        self.requests.append((dict(request.headers), await request.body()))
        if self.statuses:
            return PlainTextResponse("", status_code=self.statuses.pop(0))
        if self.bolt is None:
            return PlainTextResponse("")
        return await self.bolt.handle(request)


@pytest.fixture
def http_app() -> Iterator[tuple[HttpApp, str]]:
    app = HttpApp()
    with contextlib.closing(listening_socket("127.0.0.1", 0)) as listener:
        routes = [Route("/slack/events", app.receive, methods=["POST"])]
        config = uvicorn.Config(Starlette(routes=routes), log_config=None, lifespan="off", ws="none")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        wait_until(lambda: server.started)
        yield app, f"http://127.0.0.1:{listener.getsockname()[1]}/slack/events"
        server.should_exit = True
        thread.join(10)


@pytest.fixture
def over_http(http_app: tuple[HttpApp, str]) -> Iterator[RunningSandbox]:
    options = Options(rate_scale=None, request_url=http_app[1], ack_seconds=PATIENCE, retry_scale=0.001)
    with running_sandbox(
        manifest=HERE / "manifest.yaml", workspace=HERE / "workspace.toml", options=options
    ) as running:
        yield running


def bolt(sandbox: RunningSandbox) -> App:
    client = WebClient(token=sandbox.bot_token, base_url=sandbox.api_url, retry_handlers=[])
    return App(client=client, signing_secret=sandbox.signing_secret)


def test_bolt_answers_the_challenge_clicks_and_commands(
    http_app: tuple[HttpApp, str], over_http: RunningSandbox
) -> None:
    app = bolt(over_http)

    @app.action("claim")
    def claim(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        ack()
        client.chat_update(channel=body["channel"]["id"], ts=body["message"]["ts"], text="Claimed", blocks=[])

    @app.command("/count")
    def count(ack: Ack) -> None:
        ack("one, two")

    @app.event("message")
    def ignore() -> None:
        return

    http_app[0].bolt = SlackRequestHandler(app)
    assert httpx.post(f"{over_http.url}/sandbox/verify", trust_env=False).json() == {"ok": True}
    ts = app.client.chat_postMessage(channel="#billing", text="card", blocks=CARD)["ts"]
    ana = over_http.person("ana")
    ana.click("#billing", ts, "claim")
    assert ana.expect_message("#billing", containing="Claimed")["ts"] == ts
    ana.command("/count", "#billing")
    assert ana.expect_message("#billing", containing="one, two")["is_ephemeral"]


def test_requests_are_signed_as_slacks_own_verifier_wants(
    http_app: tuple[HttpApp, str], over_http: RunningSandbox
) -> None:
    over_http.person("ana").command("/count now & then", "#billing")
    headers, body = http_app[0].requests[0]
    verifier = SignatureVerifier(over_http.signing_secret)
    assert verifier.is_valid_request(body, headers)
    assert not verifier.is_valid_request(body + b"x", headers)
    assert not SignatureVerifier("another secret").is_valid_request(body, headers)


def test_a_signature_agrees_with_openssl() -> None:
    """The digest is what `printf 'v0:1531420618:token=x&text=' | openssl dgst -sha256 -hmac secret` prints."""
    digest = "b2c562cb7948156fba0c97340b77265be44b7ac4845738957e39b6db8000a616"
    assert signature("secret", "1531420618", "token=x&text=") == f"v0={digest}"


def test_an_event_is_sent_again_with_retry_headers(http_app: tuple[HttpApp, str], over_http: RunningSandbox) -> None:
    app = http_app[0]
    app.statuses = [500, 503, 200]
    over_http.person("ana").say("#billing", "hello")
    wait_until(lambda: len(app.requests) == 3)
    retries = [(h.get("x-slack-retry-num"), h.get("x-slack-retry-reason")) for h, _ in app.requests]
    assert retries == [(None, None), ("1", "http_error"), ("2", "http_error")]
    assert len({body for _, body in app.requests}) == 1


def test_a_person_is_told_of_an_error_status(http_app: tuple[HttpApp, str], over_http: RunningSandbox) -> None:
    http_app[0].statuses = [500]
    with pytest.raises(NotPossible) as refused:
        over_http.person("ana").command("/count", "#billing")
    assert refused.value.code == "http_error"

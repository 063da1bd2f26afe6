"""Whatever is sent, the sandbox answers: no request makes it fail."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from slack_sdk import WebClient

from sandbox.core import Options, Sandbox
from sandbox.person import PATIENCE
from sandbox.serve import RunningSandbox, running_sandbox
from sandbox.ui import ACTIONS
from sandbox.web_api.call import METHODS
from tests.sandbox.conftest import HERE

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 2000)
    | st.text(max_size=6)
    | st.sampled_from(["#billing", "ana", "1.1"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
UI_NAMES = [
    "user",
    "channel",
    "text",
    "ts",
    "container",
    "action_id",
    "block_id",
    "value",
    "state",
    "values",
    "view_id",
]
UI_NAMES += ["limit", "before", "thread_ts", "callback_id", "message_ts", "query", "with", "name", "all"]
API_NAMES = ["channel", "text", "blocks", "attachments", "metadata", "ts", "users", "user", "limit", "cursor", "oldest"]
API_NAMES += ["view", "view_id", "trigger_id", "files", "types", "name", "timestamp", "length", "filename", "user_id"]


@pytest.fixture(scope="module")
def busy() -> Iterator[tuple[RunningSandbox, httpx.Client]]:
    """One sandbox for all examples, with a card, a modal and a Home to stumble over."""
    options = Options(rate_scale=None, ack_seconds=0.05, retry_scale=0.0)
    with (
        running_sandbox(manifest=HERE / "manifest.yaml", workspace=HERE / "workspace.toml", options=options) as sandbox,
        httpx.Client(base_url=sandbox.url, trust_env=False, timeout=PATIENCE) as client,
    ):
        yield sandbox, client


def bodies(names: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from(names), json_values, max_size=6)


@given(action=st.sampled_from(ACTIONS), body=bodies(UI_NAMES), known=st.booleans())
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_ui_api_refuses_nonsense(
    busy: tuple[RunningSandbox, httpx.Client], action: tuple[str, str, Any], body: dict[str, Any], known: bool
) -> None:
    verb, path, _ = action
    asked = body | ({"user": "ana", "channel": "#billing"} if known else {})
    if verb == "GET":
        answer = busy[1].get(path, params={name: str(value) for name, value in asked.items()})
    else:
        answer = busy[1].post(path, json=asked)
    assert answer.status_code in (200, 400), (path, asked)
    assert answer.json()["ok"] is (answer.status_code == 200)


@given(method=st.sampled_from(sorted(METHODS)), body=bodies(API_NAMES))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_web_api_refuses_nonsense(
    busy: tuple[RunningSandbox, httpx.Client], method: str, body: dict[str, Any]
) -> None:
    sandbox, client = busy
    headers = {"authorization": f"Bearer {sandbox.bot_token}"}
    answer = client.post(f"/api/{method}", json=body, headers=headers)
    assert answer.status_code == 200, (method, body)
    assert answer.json()["ok"] in (True, False)


RESPONSE_NAMES = ["text", "blocks", "attachments", "response_type", "replace_original", "delete_original", "thread_ts"]


@given(body=bodies(RESPONSE_NAMES))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_response_urls_refuse_nonsense(busy: tuple[RunningSandbox, httpx.Client], body: dict[str, Any]) -> None:
    sandbox, client = busy

    def issue(running: Sandbox) -> str:
        channel = running.state.find_channel("#billing")
        assert channel is not None
        return running.responses.issue(user_id=channel.members[0], channel_id=channel.id)

    answer = client.post(f"/hooks/respond/{sandbox.within(issue)}", json=body)
    assert answer.status_code in (200, 400), body
    assert client.get("/ui/messages", params={"user": "ana", "channel": "#billing"}).status_code == 200


def test_bodies_that_are_no_json(busy: tuple[RunningSandbox, httpx.Client]) -> None:
    headers = {"content-type": "application/json"}
    answer = busy[1].post("/api/auth.test", content=b"{", headers=headers)
    assert answer.json() == {"ok": False, "error": "invalid_json"}
    for path in ("/sandbox/faults", "/sandbox/disconnect", "/hooks/respond/x"):
        assert busy[1].post(path, content=b"{", headers=headers).status_code in (400, 404), path


def test_other_web_sites_cannot_act_here(sandbox: RunningSandbox) -> None:
    def say(origin: str) -> httpx.Response:
        body = {"user": "ana", "channel": "#billing", "text": "hello"}
        return httpx.post(f"{sandbox.url}/ui/message", json=body, headers={"origin": origin}, trust_env=False)

    foreign = say("https://evil.example")
    assert (foreign.status_code, foreign.json()["error"]) == (403, "foreign_origin")
    assert say(sandbox.url).status_code == 200


def test_slacks_client_still_works_beside_it(busy: tuple[RunningSandbox, httpx.Client]) -> None:
    assert WebClient(token=busy[0].bot_token, base_url=busy[0].api_url).auth_test()["ok"]

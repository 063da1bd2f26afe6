"""Faults on demand: what a client sees, and what is committed behind its back."""

from typing import Any
from urllib.error import URLError

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox.serve import RunningSandbox


def set_fault(sandbox: RunningSandbox, **fault: Any) -> httpx.Response:
    return httpx.post(f"{sandbox.url}/sandbox/faults", json=fault, trust_env=False)


def texts(sandbox: RunningSandbox) -> list[str]:
    return [message["text"] for message in sandbox.messages("#billing")]


BROKEN = (URLError, ConnectionError, OSError)


def test_a_committed_post_whose_reply_never_arrives(sandbox: RunningSandbox, web: WebClient) -> None:
    set_fault(sandbox, method="chat.postMessage", effect="commit_then_drop")
    with pytest.raises(BROKEN):
        web.chat_postMessage(channel="#billing", text="lost reply")
    assert texts(sandbox) == ["lost reply"]
    web.chat_postMessage(channel="#billing", text="fine")
    assert texts(sandbox) == ["lost reply", "fine"]


def test_the_default_client_doubles_such_a_post(sandbox: RunningSandbox) -> None:
    careless = WebClient(token=sandbox.bot_token, base_url=sandbox.api_url)
    set_fault(sandbox, method="chat.postMessage", effect="commit_then_drop")
    careless.chat_postMessage(channel="#billing", text="twice")
    assert texts(sandbox) == ["twice", "twice"]


def test_a_call_dropped_before_it_commits(sandbox: RunningSandbox, web: WebClient) -> None:
    set_fault(sandbox, method="chat.postMessage", effect="drop_before")
    with pytest.raises(BROKEN):
        web.chat_postMessage(channel="#billing", text="never")
    assert texts(sandbox) == []


def test_errors_statuses_and_limits(sandbox: RunningSandbox, web: WebClient) -> None:
    for fault, status, error in [
        ({"effect": "error", "error": "fatal_error"}, 200, "fatal_error"),
        ({"effect": "ratelimit", "retry_after": 7}, 429, "ratelimited"),
    ]:
        set_fault(sandbox, method="chat.postMessage", **fault)
        with pytest.raises(SlackApiError) as refused:
            web.chat_postMessage(channel="#billing", text="x")
        assert (refused.value.response.status_code, refused.value.response["error"]) == (status, error)
    assert refused.value.response.headers["retry-after"] == "7"
    set_fault(sandbox, method="chat.postMessage", effect="status", status=503)
    with pytest.raises(SlackApiError) as down:
        web.chat_postMessage(channel="#billing", text="x")
    assert down.value.response.status_code == 503
    assert texts(sandbox) == []


def test_a_fault_may_wait(sandbox: RunningSandbox, web: WebClient) -> None:
    set_fault(sandbox, method="chat.postMessage", effect="latency", seconds=0.3)
    impatient = WebClient(token=sandbox.bot_token, base_url=sandbox.api_url, timeout=0.1, retry_handlers=[])  # type: ignore[arg-type]
    with pytest.raises(BROKEN):
        impatient.chat_postMessage(channel="#billing", text="slow")
    sandbox.person("ana").expect_message("#billing", containing="slow")


def test_faults_hit_by_channel_number_and_chance(sandbox: RunningSandbox, web: WebClient) -> None:
    set_fault(sandbox, method="chat.postMessage", channel="#support", effect="error", times=2)
    web.chat_postMessage(channel="#billing", text="not hit")
    outcomes = []
    for _ in range(3):
        try:
            web.chat_postMessage(channel="#support", text="x")
            outcomes.append("ok")
        except SlackApiError as refused:
            outcomes.append(refused.response["error"])
    assert outcomes == ["internal_error", "internal_error", "ok"]
    httpx.delete(f"{sandbox.url}/sandbox/faults", trust_env=False)
    set_fault(sandbox, method="*", effect="error", probability=0.5, seed=7)
    hits = 0
    for _ in range(40):
        try:
            web.auth_test()
        except SlackApiError:
            hits += 1
    assert 8 < hits < 32
    listed = httpx.get(f"{sandbox.url}/sandbox/faults", trust_env=False).json()["faults"]
    assert [(fault["effect"], fault["fired"]) for fault in listed] == [("error", hits)]


def test_a_badly_described_fault_is_refused(sandbox: RunningSandbox) -> None:
    for fault in ({"effect": "explode"}, {"effect": "error", "times": "often"}, {"effect": "error", "colour": "red"}):
        assert set_fault(sandbox, **fault).status_code == 400
    assert httpx.get(f"{sandbox.url}/sandbox/faults", trust_env=False).json()["faults"] == []

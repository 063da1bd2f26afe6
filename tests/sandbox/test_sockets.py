"""Socket Mode at the level of frames: tickets, hello, one socket in ten, disconnects."""

import contextlib
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from sandbox.person import PATIENCE
from sandbox.serve import RunningSandbox
from tests.sandbox.conftest import wait_until


def ticket(sandbox: RunningSandbox) -> str:
    headers = {"authorization": f"Bearer {sandbox.app_token}"}
    answer = httpx.post(f"{sandbox.api_url}apps.connections.open", headers=headers, trust_env=False).json()
    return str(answer["url"])


@contextlib.contextmanager
def opened(sandbox: RunningSandbox) -> Iterator[tuple[ClientConnection, dict[str, Any]]]:
    with connect(ticket(sandbox), proxy=None) as socket:
        yield socket, json.loads(socket.recv(timeout=PATIENCE))


def test_a_ticket_lets_one_socket_in(sandbox: RunningSandbox) -> None:
    url = ticket(sandbox)
    assert url.startswith("ws://127.0.0.1:")
    with connect(url, proxy=None) as socket:
        hello = json.loads(socket.recv(timeout=PATIENCE))
        assert (hello["type"], hello["num_connections"]) == ("hello", 1)
        with pytest.raises(InvalidStatus):
            connect(url, proxy=None)


def test_ten_sockets_and_no_more(sandbox: RunningSandbox) -> None:
    with contextlib.ExitStack() as stack:
        hellos = [stack.enter_context(opened(sandbox))[1] for _ in range(10)]
        assert hellos[-1]["num_connections"] == 10
        with pytest.raises(InvalidStatus):
            connect(ticket(sandbox), proxy=None)
    wait_until(lambda: sandbox.within(lambda running: running.sockets.count) == 0)


def test_envelopes_go_round_the_sockets(sandbox: RunningSandbox) -> None:
    with opened(sandbox) as (one, _), opened(sandbox) as (other, _):
        for number in range(4):
            sandbox.person("ana").say("#billing", str(number))
        texts = []
        for socket in (one, other, one, other):
            envelope = json.loads(socket.recv(timeout=PATIENCE))
            assert (envelope["type"], envelope["accepts_response_payload"]) == ("events_api", False)
            assert (envelope["retry_attempt"], envelope["retry_reason"]) == (0, "")
            texts.append(envelope["payload"]["event"]["text"])
            socket.send(json.dumps({"envelope_id": envelope["envelope_id"]}))
        assert sorted(texts) == ["0", "1", "2", "3"]


def test_a_late_ack_and_nonsense_are_let_pass(sandbox: RunningSandbox) -> None:
    with opened(sandbox) as (socket, _):
        for text in ("not json", "[]", '{"envelope_id": 7}', '{"envelope_id": "unknown"}'):
            socket.send(text)
        sandbox.person("ana").say("#billing", "still here")
        assert json.loads(socket.recv(timeout=PATIENCE))["payload"]["event"]["text"] == "still here"


def test_a_warning_leaves_the_socket_open(sandbox: RunningSandbox) -> None:
    with opened(sandbox) as (socket, _):
        httpx.post(f"{sandbox.url}/sandbox/disconnect", json={"reason": "warning"}, trust_env=False)
        note = json.loads(socket.recv(timeout=PATIENCE))
        assert (note["type"], note["reason"]) == ("disconnect", "warning")
        assert sandbox.within(lambda running: running.sockets.count) == 1
        refused = httpx.post(f"{sandbox.url}/sandbox/disconnect", json={"reason": "boredom"}, trust_env=False)
        assert refused.status_code == 400

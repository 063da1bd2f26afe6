"""People leave the sandbox's workspace and groups empty: what the Web API then says is what Slack says."""

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox.serve import RunningSandbox


@pytest.fixture
def client(sandbox: RunningSandbox) -> WebClient:
    return WebClient(token=sandbox.bot_token, base_url=sandbox.api_url, retry_handlers=[])


def ask(sandbox: RunningSandbox, path: str, **body: object) -> int:
    return httpx.post(f"{sandbox.url}/sandbox/{path}", json=body, trust_env=False).status_code


def test_whoever_left_cannot_be_written_to_until_they_are_back(sandbox: RunningSandbox, client: WebClient) -> None:
    user = sandbox.person("ana").id
    assert ask(sandbox, "people", user="ana", deactivated=True) == 200
    assert client.users_info(user=user)["user"]["deleted"] is True
    with pytest.raises(SlackApiError, match="channel_not_found"):
        client.chat_postMessage(channel=user, text="Hello?")
    with pytest.raises(SlackApiError, match="user_disabled"):
        client.conversations_open(users=user)
    assert ask(sandbox, "people", user=user, deactivated=False) == 200
    assert client.chat_postMessage(channel=user, text="Hello!")["ok"]


def test_a_group_loses_its_members(sandbox: RunningSandbox, client: WebClient) -> None:
    group = client.usergroups_list()["usergroups"][0]
    assert ask(sandbox, "groups", group=f"@{group['handle']}", members=[]) == 200
    assert client.usergroups_users_list(usergroup=group["id"])["users"] == []


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("people", {"user": "nobody", "deactivated": True}),
        ("people", {"user": "ana"}),
        ("groups", {"group": "nothing", "members": []}),
        ("groups", {"group": "on-call", "members": ["nobody"]}),
        ("groups", {"group": "on-call"}),
    ],
)
def test_what_is_not_there_is_refused(sandbox: RunningSandbox, path: str, body: dict[str, object]) -> None:
    assert ask(sandbox, path, **body) == 400

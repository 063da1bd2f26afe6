"""slack-manifest.yaml against what the bot really does: it asks for all that it needs and for nothing else."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from slack_sdk import WebClient

from bot.config import SlackMode, load_config
from bot.slack import listeners
from bot.slack.scopes import SCOPES
from sandbox.web_api import chat, conversations, files, views, workspace
from sandbox.web_api.call import METHODS

ROOT = Path(__file__).parent.parent
MANIFEST: dict[str, Any] = yaml.safe_load((ROOT / "slack-manifest.yaml").read_text())
GRANTED: list[str] = MANIFEST["oauth_config"]["scopes"]["bot"]

NEEDS: dict[str, set[str]] = {
    "apps_connections_open": set(),  # the app token's own scope, connections:write, stands in no manifest
    "auth_test": set(),
    "chat_postEphemeral": {"chat:write"},
    "chat_postMessage": {"chat:write", "chat:write.public"},
    "chat_update": {"chat:write"},
    "conversations_history": {"channels:history", "groups:history", "im:history", "metadata.message:read"},
    "conversations_info": {"channels:read", "groups:read"},
    "conversations_join": {"channels:join"},
    "conversations_list": {"channels:read", "groups:read"},
    "conversations_open": {"im:write"},
    "files_upload_v2": {"files:write"},
    "usergroups_list": {"usergroups:read"},
    "usergroups_users_list": {"usergroups:read"},
    "users_info": {"users:read"},
    "users_list": {"users:read"},
    "views_open": set(),
    "views_publish": set(),
    "views_push": set(),
    "views_update": set(),
}
"""What a method needs for what the bot does with it, from the method's page in Slack's reference. Metadata is read in histories."""

STEPS = {"files_upload_v2": ("files.getUploadURLExternal", "files.completeUploadExternal")}
"""What the SDK makes several calls of."""

SERVED = (chat, conversations, files, views, workspace)
"""The sandbox's modules that register its methods."""

NOT_THE_WEB_API = {"HTTPException", "is_connected"}
"""Python's own http.client, and the socket's client."""


def calls() -> Iterator[tuple[str, str]]:
    """(method, place) of every use of a Slack client; how it is called does not matter, only that it is named."""
    for file in sorted((ROOT / "bot/slack").rglob("*.py")):  # its one home, as test_architecture makes sure
        for node in ast.walk(ast.parse(file.read_text())):
            is_call = isinstance(node, ast.Attribute) and last_name(node.value) in ("client", "_client")
            if is_call and node.attr not in NOT_THE_WEB_API:
                yield node.attr, f"{file.relative_to(ROOT)}:{node.lineno}"


def last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def listened(kind: str) -> set[str]:
    """The literals in `app.event("…")` and its like."""
    return {
        node.args[0].value
        for file in (ROOT / "bot/slack").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == kind
        if last_name(node.func.value) == "app" and isinstance(node.args[0], ast.Constant)
    }


USED = dict(calls())


def test_the_scan_sees_the_calls() -> None:
    assert {"chat_postMessage", "chat_update", "conversations_history", "views_open", "files_upload_v2"} <= set(USED)


@pytest.mark.parametrize("method", sorted(USED))
def test_every_call_is_known(method: str) -> None:
    assert hasattr(WebClient, method), f"{USED[method]}: no such method"
    assert method in NEEDS, f"{USED[method]}: say in NEEDS which scopes {method} needs"


def test_the_manifest_asks_for_exactly_what_the_calls_need() -> None:
    needed = set().union(*(NEEDS[method] for method in USED)) | {"commands"}
    assert needed - set(GRANTED) == set(), "calls would fail with missing_scope"
    assert set(GRANTED) - needed == set(), "nobody should be asked for a scope that nothing uses"


def test_check_and_manifest_name_the_same_scopes() -> None:
    assert sorted(GRANTED) == GRANTED == sorted(SCOPES)


@pytest.mark.parametrize("method", sorted(USED))
def test_the_sandbox_asks_the_same_scopes_as_slack(method: str) -> None:
    by_python_name = {name.replace(".", "_"): name for name in METHODS}
    for name in STEPS.get(method) or (by_python_name[method],):
        assert set(METHODS[name].scopes) - {"connections:write"} <= NEEDS[method]


def test_every_command_has_a_listener_and_a_place_in_the_manifest() -> None:
    assert {each["command"] for each in MANIFEST["features"]["slash_commands"]} == set(listeners.COMMANDS)


def test_every_event_listened_to_is_subscribed() -> None:
    assert set(MANIFEST["settings"]["event_subscriptions"]["bot_events"]) == listened("event") != set()


def test_there_is_no_shortcut_without_a_listener() -> None:
    promised = {each["callback_id"] for each in MANIFEST["features"].get("shortcuts", [])}
    assert promised == listened("shortcut") | listened("global_shortcut") | listened("message_shortcut")


def test_buttons_home_and_socket_are_switched_on() -> None:
    settings, features = MANIFEST["settings"], MANIFEST["features"]
    assert listeners.ACTS
    assert settings["interactivity"]["is_enabled"] is True
    assert "views_publish" in USED
    assert features["app_home"]["home_tab_enabled"] is True
    default = load_config(ROOT / "config.example.toml", {}).slack.mode
    assert settings["socket_mode_enabled"] is (default is SlackMode.SOCKET)
    assert settings["token_rotation_enabled"] is False  # the bot keeps the token it was given


def test_slack_takes_the_texts() -> None:
    """Limits of the app manifest reference."""
    about = MANIFEST["display_information"]
    assert len(about["name"]) <= 35
    assert len(about["description"]) <= 140
    assert re.fullmatch(r"#[0-9a-f]{6}", about["background_color"])
    assert len(MANIFEST["features"]["bot_user"]["display_name"]) <= 80
    for command in MANIFEST["features"]["slash_commands"]:
        assert re.fullmatch(r"/[a-z0-9_-]{1,31}", command["command"])
        assert 0 < len(command["description"]) <= 2000
        assert len(command["usage_hint"]) <= 1000
        assert command["should_escape"] is True  # so that #channel and @person come as ids

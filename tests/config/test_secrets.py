"""Secrets come from the environment or from files, all faults at once, and never show."""

from pathlib import Path

import pytest

from bot.config import Secrets, SlackMode, load_secrets
from bot.errors import ConfigError

# In two parts each, so that nobody's search for leaked tokens finds this file.
BOT = "xoxb" + "-1111-2222-abcdef"
APP = "xapp" + "-1-A0-3333-abcdef"
SIGNING = "8f742231b10e8888abcd99yyyzzz85a5"
ALL = {"SLACK_BOT_TOKEN": BOT, "SLACK_APP_TOKEN": APP, "SLACK_SIGNING_SECRET": SIGNING}


def faults_of(env: dict[str, str], mode: SlackMode = SlackMode.SOCKET) -> list[str]:
    with pytest.raises(ConfigError) as raised:
        load_secrets(env, mode=mode)
    for fault in raised.value.faults:
        assert fault.isprintable()
        assert not any(secret in fault for secret in ALL.values())
    return raised.value.faults


def test_secrets_from_the_environment() -> None:
    assert load_secrets(ALL) == Secrets(bot_token=BOT, app_token=APP, signing_secret=SIGNING)


def test_secrets_from_files(tmp_path: Path) -> None:
    env = {}
    for variable, value in ALL.items():
        (tmp_path / variable).write_text(f"{value}\n", encoding="utf-8")
        env[f"{variable}_FILE"] = str(tmp_path / variable)
    assert load_secrets(env, mode=SlackMode.HTTP) == load_secrets(ALL)


@pytest.mark.parametrize(
    ("mode", "unneeded"), [(SlackMode.SOCKET, "SLACK_SIGNING_SECRET"), (SlackMode.HTTP, "SLACK_APP_TOKEN")]
)
def test_each_mode_needs_two(mode: SlackMode, unneeded: str) -> None:
    env = {variable: value for variable, value in ALL.items() if variable != unneeded}
    assert len(load_secrets(env, mode=mode).values()) == 2
    needed = [variable for variable in ALL if variable != unneeded]
    assert [fault.split(" is not set")[0] for fault in faults_of({}, mode)] == [f"environment: {one}" for one in needed]


def test_a_shown_secret_is_no_secret() -> None:
    secrets = Secrets(bot_token=BOT, app_token=APP, signing_secret="")
    assert repr(secrets) == "Secrets(bot_token=set, app_token=set, signing_secret=not set)"
    assert str(secrets) == f"{secrets}" == repr(secrets)
    assert secrets.values() == (BOT, APP)


def test_all_faults_at_once(tmp_path: Path) -> None:
    env = {"SLACK_BOT_TOKEN": APP, "SLACK_APP_TOKEN_FILE": str(tmp_path / "none"), "SLACK_SIGNING_SECRET": "a b"}
    reading, bot, signing = faults_of(env)
    assert reading.startswith("environment: SLACK_APP_TOKEN_FILE: the file it names cannot be read: No such file")
    assert bot.startswith("environment: SLACK_BOT_TOKEN does not start with xoxb-: copy it from OAuth")
    assert signing.startswith("environment: SLACK_SIGNING_SECRET has a space")


def test_a_token_is_no_signing_secret() -> None:
    (fault,) = faults_of({**ALL, "SLACK_SIGNING_SECRET": BOT})
    assert "SLACK_SIGNING_SECRET is a token" in fault


def test_a_variable_and_its_file_exclude_each_other(tmp_path: Path) -> None:
    (fault,) = faults_of({**ALL, "SLACK_BOT_TOKEN_FILE": str(tmp_path)})
    assert fault == "environment: SLACK_BOT_TOKEN and SLACK_BOT_TOKEN_FILE are both set: unset one of them"


@pytest.mark.parametrize(
    ("content", "reason"), [(b" \n", "is empty"), (b"\xff\xfe", "not text in UTF-8"), (b"x" * 70_000, "too long")]
)
def test_a_file_that_holds_no_secret(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "token").write_bytes(content)
    env = {"SLACK_BOT_TOKEN_FILE": str(tmp_path / "token"), "SLACK_APP_TOKEN": APP}
    (fault,) = faults_of(env)
    assert fault.startswith("environment: SLACK_BOT_TOKEN_FILE: ")
    assert reason in fault

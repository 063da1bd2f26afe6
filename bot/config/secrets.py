"""Tokens and passwords: from the environment or from files that it names, never from the configuration file."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.config.tree import SlackMode
from bot.errors import ConfigError

TOKEN = re.compile(r"\b(?:(?:xox[a-z](?:\.xox[a-z])?|xapp|xwfp)-[A-Za-z0-9-]{4,}|whsec_[A-Za-z0-9+/=]{8,})")
"""Slack's tokens (bot, user, refresh, configuration, app level and workflow), and secrets that sign our answers."""

LONGEST_FILE = 64 * 1024
"""Bytes of a secret's file that are read; a longer one is no secret but a mistake."""


@dataclass(frozen=True, kw_only=True)
class Secrets:
    """What lets the bot speak as itself. A secret that the chosen mode does not need may be empty."""

    bot_token: str
    app_token: str
    signing_secret: str

    def __repr__(self) -> str:
        have = ", ".join(f"{name}={'set' if value else 'not set'}" for name, value in vars(self).items())
        return f"Secrets({have})"

    def values(self) -> tuple[str, ...]:
        """Those that are set: what must never appear in a log."""
        return tuple(value for value in vars(self).values() if value)


def looks_secret(text: str) -> bool:
    return TOKEN.search(text) is not None


def without_tokens(text: str) -> str:
    return TOKEN.sub("[redacted]", text)


def load_secrets(env: Mapping[str, str], *, mode: SlackMode = SlackMode.SOCKET) -> Secrets:
    """Reads SLACK_BOT_TOKEN, SLACK_APP_TOKEN and SLACK_SIGNING_SECRET, each also from the file that …_FILE names.

    Raises ConfigError with every fault: what `mode` needs and is not set, what looks like another secret, what cannot
    be read. No fault shows a value.
    """
    faults: list[str] = []
    found: dict[str, str] = {}
    for variable in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"):
        try:
            found[variable] = read_secret(env, variable)
        except ConfigError as error:
            faults += error.faults
    faults += [f"environment: {fault}" for fault in _misfits(found, mode)]
    if faults:
        raise ConfigError(faults)
    return Secrets(
        bot_token=found["SLACK_BOT_TOKEN"],
        app_token=found["SLACK_APP_TOKEN"],
        signing_secret=found["SLACK_SIGNING_SECRET"],
    )


def read_secret(env: Mapping[str, str], variable: str) -> str:
    """The variable's value, or what is in the file that `variable`_FILE names, or "" where neither is set.

    Raises ConfigError where both are set and where the file is unreadable, empty or no text.
    """
    value, file = env.get(variable, "").strip(), env.get(f"{variable}_FILE", "").strip()
    if value and file:
        raise ConfigError([f"environment: {variable} and {variable}_FILE are both set: unset one of them"])
    return _read(Path(file), f"environment: {variable}_FILE") if file else value


def _read(path: Path, label: str) -> str:
    try:
        with path.open("rb") as stream:
            content = stream.read(LONGEST_FILE + 1)
        text = content.decode().strip()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text in UTF-8"
        raise ConfigError([f"{label}: the file it names cannot be read: {reason}"]) from error
    if not text or len(content) > LONGEST_FILE:
        raise ConfigError([f"{label}: the file it names is {'empty' if not text else 'too long to be a secret'}"])
    return text


def _misfits(found: Mapping[str, str], mode: SlackMode) -> Iterator[str]:
    needed = {"SLACK_BOT_TOKEN", "SLACK_APP_TOKEN" if mode is SlackMode.SOCKET else "SLACK_SIGNING_SECRET"}
    prefixes = {"SLACK_BOT_TOKEN": "xoxb-", "SLACK_APP_TOKEN": "xapp-", "SLACK_SIGNING_SECRET": ""}
    places = {
        "SLACK_BOT_TOKEN": "OAuth & Permissions > Bot User OAuth Token",
        "SLACK_APP_TOKEN": "Basic Information > App-Level Tokens, with the scope connections:write",
        "SLACK_SIGNING_SECRET": "Basic Information > Signing Secret",
    }
    for variable, value in found.items():
        if not value and variable in needed:
            yield f"{variable} is not set: copy it from your app's settings, {places[variable]}"
        elif value and len(value.split()) != 1:
            yield f"{variable} has a space or a line break in it: copy it again, from {places[variable]}"
        elif value and not value.startswith(prefixes[variable]):
            yield f"{variable} does not start with {prefixes[variable]}: copy it from {places[variable]}"
        elif variable == "SLACK_SIGNING_SECRET" and looks_secret(value):
            yield f"{variable} is a token: copy the signing secret from {places[variable]}"

"""What the app's manifest grants and asks for: scopes, commands, shortcuts and events."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True, kw_only=True)
class SlashCommand:
    command: str
    description: str
    usage_hint: str
    should_escape: bool


@dataclass(frozen=True, kw_only=True)
class Shortcut:
    name: str
    type: str
    callback_id: str
    description: str


@dataclass(frozen=True, kw_only=True)
class Manifest:
    name: str
    description: str
    color: str
    bot_name: str
    scopes: tuple[str, ...]
    events: frozenset[str]
    commands: tuple[SlashCommand, ...]
    shortcuts: tuple[Shortcut, ...]
    home_tab: bool
    messages_tab: bool
    interactivity: bool


def load_manifest(path: Path) -> Manifest:
    """Read a Slack app manifest (YAML or JSON)."""
    return parse_manifest(yaml.safe_load(path.read_text(encoding="utf-8")))


def parse_manifest(raw: dict[str, Any]) -> Manifest:
    about = raw.get("display_information", {})
    features = raw.get("features", {})
    settings = raw.get("settings", {})
    home = features.get("app_home", {})
    interactivity = settings.get("interactivity", {})
    return Manifest(
        name=about.get("name", "App"),
        description=about.get("description", ""),
        color=about.get("background_color", "#444444"),
        bot_name=features.get("bot_user", {}).get("display_name", about.get("name", "App")),
        scopes=tuple(raw.get("oauth_config", {}).get("scopes", {}).get("bot", ())),
        events=frozenset(settings.get("event_subscriptions", {}).get("bot_events", ())),
        commands=tuple(_command(entry) for entry in features.get("slash_commands", ())),
        shortcuts=tuple(_shortcut(entry) for entry in features.get("shortcuts", ())),
        home_tab=home.get("home_tab_enabled", False),
        messages_tab=home.get("messages_tab_enabled", True),
        interactivity=interactivity.get("is_enabled", False),
    )


def _command(entry: dict[str, Any]) -> SlashCommand:
    return SlashCommand(
        command=entry["command"],
        description=entry.get("description", ""),
        usage_hint=entry.get("usage_hint", ""),
        should_escape=entry.get("should_escape", False),
    )


def _shortcut(entry: dict[str, Any]) -> Shortcut:
    return Shortcut(
        name=entry["name"],
        type=entry["type"],
        callback_id=entry["callback_id"],
        description=entry.get("description", ""),
    )

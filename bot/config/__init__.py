"""What a person decides about an installation: read from TOML and the environment, checked all at once, frozen."""

from bot.config.reading import config_path, load_config
from bot.config.secrets import Secrets, load_secrets
from bot.config.tree import (
    Claims,
    Company,
    Config,
    Database,
    Health,
    Learning,
    LogFormat,
    Logging,
    LogLevel,
    Model,
    Retention,
    Slack,
    SlackMode,
)

__all__ = [
    "Claims",
    "Company",
    "Config",
    "Database",
    "Health",
    "Learning",
    "LogFormat",
    "LogLevel",
    "Logging",
    "Model",
    "Retention",
    "Secrets",
    "Slack",
    "SlackMode",
    "config_path",
    "load_config",
    "load_secrets",
]

"""`earshot check`: what is missing, in plain words, before the bot is started."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from slack_sdk import WebClient

from bot.app import build_sources, load_classifier, utc_now
from bot.config import Config, Secrets, SlackMode, load_secrets
from bot.domain.routing import Department
from bot.errors import ConfigError, GiveUp, Retry
from bot.slack.calls import call, reading_client
from bot.slack.directory import Directory
from bot.slack.scopes import SCOPES
from bot.sources.base import Source
from bot.store import migrate
from bot.store.database import Database
from classifiers.verdict import ModelFault, Subject


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing looked at. `said` tells what was found, or what to do."""

    what: str
    well: bool
    said: str


def run_checks(config: Config, env: Mapping[str, str]) -> list[Finding]:
    """Look at everything; a fault in one place does not keep the others from being looked at."""
    return [
        Finding(
            what="configuration",
            well=True,
            said=f"{len(config.departments)} departments, {len(config.sources)} sources",
        ),
        *_slack(config, env),
        _database(config),
        _model(config),
        *(_source(source) for source in build_sources(config.sources).values()),
    ]


def _tried(what: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(what=what, well=True, said=look())
    except (GiveUp, Retry) as fault:
        return Finding(what=what, well=False, said=fault.reason)
    except ModelFault as fault:
        return Finding(what=what, well=False, said=str(fault))


def _slack(config: Config, env: Mapping[str, str]) -> Iterator[Finding]:
    try:
        secrets = load_secrets(env, mode=config.slack.mode)
    except ConfigError as error:
        for fault in error.faults:
            yield Finding(what="Slack", well=False, said=fault)
        return
    client = reading_client(secrets.bot_token, config.slack.api_url)
    bot = _tried("Slack bot token", lambda: _who(client))
    yield bot
    if config.slack.mode is SlackMode.SOCKET:
        yield _tried("Slack app token", lambda: _socket(client, secrets))
    if not bot.well:
        return
    yield _tried("Slack scopes", lambda: _scopes(client))
    directory = Directory(client)
    for department in config.departments:
        yield _tried(f"channel of {department.title}", lambda d=department: _channel(client, directory, d.channel))
        yield from _people(directory, department)
    if config.slack.ops_channel:
        yield _tried("operators' channel", lambda: _channel(client, directory, config.slack.ops_channel))
    yield _tried("managers", lambda: _known(directory, config.slack.managers, "slack.managers"))


def _who(client: WebClient) -> str:
    answer = call(client.auth_test)
    return f"speaks as {answer['user']} in {answer['team']}"


def _socket(client: WebClient, secrets: Secrets) -> str:
    call(client.apps_connections_open, app_token=secrets.app_token)
    return "opens a socket"


def _scopes(client: WebClient) -> str:
    granted = {
        scope
        for name, value in call(client.auth_test).headers.items()
        if name.lower() == "x-oauth-scopes"
        for scope in value.split(",")
    }
    granted = {scope.strip() for scope in granted}
    missing = [f"{scope} (to {purpose})" for scope, purpose in SCOPES.items() if scope not in granted]
    if missing:
        raise GiveUp(f"missing {', '.join(missing)}: update the app from slack-manifest.yaml and reinstall it")
    return f"all {len(SCOPES)} granted"


def _channel(client: WebClient, directory: Directory, reference: str) -> str:
    channel: dict[str, Any] = call(client.conversations_info, channel=directory.id_of(reference))["channel"]
    name = channel.get("name", reference)
    if channel.get("is_archived"):
        raise GiveUp(f"#{name} is archived: unarchive it or name another in the configuration")
    if channel.get("is_private") and not channel.get("is_member"):
        raise GiveUp(f"#{name} is private: type /invite @Earshot there")
    return f"can post in #{name}" if channel.get("is_member") else f"will join #{name}"


def _people(directory: Directory, department: Department) -> Iterator[Finding]:
    wanted = (*department.people, *([department.user_group] if department.user_group else []))
    called = tuple(reference for level in department.escalation for reference in level.notify)
    if wanted:
        yield _tried(f"people of {department.title}", lambda: _known(directory, wanted, "people"))
    if called:
        yield _tried(f"escalation of {department.title}", lambda: _known(directory, called, "escalation"))


def _known(directory: Directory, references: tuple[str, ...], key: str) -> str:
    if not references:
        raise GiveUp(f"{key} is empty: nobody could use it")
    for reference in references:
        directory.id_of(reference)
    return ", ".join(references)


def _database(config: Config) -> Finding:
    def look() -> str:
        database = Database(config.database.url)
        try:
            if fault := migrate.integrity_fault(database):
                raise GiveUp(
                    f"the file is damaged ({fault}): restore the newest backup in {config.database.backup_dir}"
                )
            if migrate.current(database) is None:
                return f"{database.dialect}, empty: `earshot run` sets it up (PostgreSQL: `earshot migrate` first)"
            migrate.require_head(database)
            with database.write():
                return f"{database.dialect}, schema {migrate.head()}, can be written"
        finally:
            database.close()

    return _tried("database", look)


def _model(config: Config) -> Finding:
    def look() -> str:
        classifier = load_classifier(config)
        classifier.classify([Subject(text="Charged twice for one order.", about=config.company.name)])
        return f"{classifier.name} judges"

    return _tried("model", look)


def _source(source: Source) -> Finding:
    def look() -> str:
        batch = source.poll("", utc_now())
        noted = f", {len(batch.problems)} entries left out" if batch.problems else ""
        return f"answers, {len(batch.items)} recent mentions{noted}"

    return _tried(f"source {source.name}", look)

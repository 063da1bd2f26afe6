"""`earshot check`: what is missing, in plain words, before the bot is started."""

from collections.abc import Iterator, Mapping
from functools import partial
from urllib.parse import quote

from bot.app import load_classifier, utc_now
from bot.config import Config, SlackMode, load_secrets
from bot.errors import ConfigError, GiveUp
from bot.finding import Finding, tried
from bot.flow.receive import hook_path
from bot.slack.blocks.text import counted
from bot.slack.calls import reading_client
from bot.slack.inspection import inspect_workspace
from bot.sources.base import Answerable, Receiving, Rehearsed
from bot.sources.table import SourceTable
from bot.store import migrate
from bot.store.database import Database
from classifiers.verdict import ModelFault, Subject


def run_checks(config: Config, env: Mapping[str, str]) -> list[Finding]:
    """Look at everything, in the order in which a person would mend it."""
    found = f"{counted(len(config.departments), 'department')}, {counted(len(config.sources), 'source')}"
    return [
        Finding(what="configuration", well=True, said=found),
        *_slack(config, env),
        tried("database", lambda: _database(config)),
        tried("model", lambda: _model(config)),
        *(tried(f"source {table.name}", partial(_source, table, config)) for table in config.sources),
    ]


def _slack(config: Config, env: Mapping[str, str]) -> Iterator[Finding]:
    try:
        secrets = load_secrets(env, mode=config.slack.mode)
    except ConfigError as error:
        yield from (Finding(what="Slack", well=False, said=fault) for fault in error.faults)
        return
    yield from inspect_workspace(
        reading_client(secrets.bot_token, config.slack.api_url),
        app_token=secrets.app_token if config.slack.mode is SlackMode.SOCKET else "",
        departments=config.departments,
        channels=company_channels(config),
        roles=config.roles,
        approvals=config.approvals,
        rotas=config.rotas,
        staff=config.staff,
    )

    yield from _headquarters(config)


def company_channels(config: Config) -> dict[str, str]:
    """References of the channels besides the departments', by what they are for."""
    slack = config.slack
    return {
        "operators' channel": slack.ops_channel,
        "headquarters' channel": slack.headquarters_channel,
        "success channel": slack.success_channel,
    }


def _address(config: Config) -> str:
    """Where this bot's web server is reached from here; outside, whatever stands before it has an address of its own."""
    if config.slack.mode is SlackMode.SOCKET:
        return f"http://{config.health.host}:{config.health.port}"
    return f"http://{config.slack.http_host}:{config.slack.http_port}"


def _headquarters(config: Config) -> Iterator[Finding]:
    """Nothing is broken without one, but the response flow's "notify headquarters" then reaches nobody."""
    if not config.slack.headquarters_channel and not config.slack.ops_channel:
        said = "none: nobody is told of a decision to only monitor a mention; slack.headquarters_channel names one"
        yield Finding(what="headquarters' channel", well=True, said=said)


def _database(config: Config) -> str:
    database = Database(config.database.url)
    try:
        if fault := migrate.integrity_fault(database):
            raise GiveUp(f"the file is damaged ({fault}): restore the newest backup in {config.database.backup_dir}")
        if migrate.current(database) is None:
            return f"{database.dialect}, empty: `earshot run` sets it up (PostgreSQL: `earshot migrate` first)"
        migrate.require_head(database)
        with database.write():
            return f"{database.dialect}, schema {migrate.head()}, can be written"
    finally:
        database.close()


def _model(config: Config) -> str:
    try:
        classifier = load_classifier(config)
        classifier.classify([Subject(text="Charged twice for one order.", about=config.company.name)])
    except ModelFault as fault:
        raise GiveUp(str(fault)) from fault
    return f"{classifier.name} judges"


def _source(table: SourceTable, config: Config) -> str:
    source = table.build(config.listening(table.name))
    batch = source.poll("", utc_now())
    noted = f", {len(batch.problems)} entries left out" if batch.problems else ""
    if isinstance(source, Rehearsed):
        source.try_way_out()
    takes = ", takes our answers" if isinstance(source, Answerable) else ""
    if isinstance(source, Receiving):
        return f"waits for POST {_address(config)}{quote(hook_path(source.name))}{takes}"
    return f"answers, {len(batch.items)} recent mentions{noted}{takes}"

"""An office whose bot is set up by a configuration file, as a company's is: for sources that stand outside the office."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.app import Earshot
from bot.config import load_config
from sandbox.serve import RunningSandbox
from tests.databases import sqlite_factory
from tests.fakes import FakeForum
from tests.journeys.office import HERE, PATIENCE, HurriedClock, Office, Reader, be_patient, secrets_of_workspace


def settings(folder: Path, sources: str) -> Path:
    """The office's own configuration with further sources behind it, as a file in `folder`."""
    file = folder / "config.toml"
    file.write_text((HERE / "config.toml").read_text() + sources)
    return file


@contextmanager
def configured_office(
    file: Path, env: Mapping[str, str], *, slack: RunningSandbox, clock: HurriedClock, template: Path
) -> Iterator[Office]:
    """`env` holds what the configuration asks for besides Slack and the database, which lies beside it as a copy of
    `template`.
    """
    with sqlite_factory(file.parent, template) as make:
        database = make()
        common = {
            "SANDBOX_URL": slack.url,
            "EARSHOT_SLACK_API_URL": slack.api_url,
            "EARSHOT_DATABASE_URL": database.engine.url.render_as_string(hide_password=False),
        }
        with pytest.MonkeyPatch.context() as patch:
            be_patient(patch)
            bot = Earshot(
                config=load_config(file, {**common, **env}),
                secrets=secrets_of_workspace(),
                database=database,
                classifier=Reader(),
                clock=clock,
            )
        bot.start()
        try:
            assert bot.wait_connected(PATIENCE)
            office = Office(slack, bot, clock, FakeForum())
            yield office
            office.close()
        finally:
            bot.stop()

"""A file that somebody drops into a folder comes to the cards; and what `earshot check` says of sources that are not asked."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

import bot.check
from bot.check import run_checks
from bot.config import Config
from bot.sources.folder import FolderTable
from bot.sources.webhook import WebhookTable
from bot.store.database import Database
from tests.hook_sender import SECRET
from tests.journeys.office import Office, Reader, config_of, open_office, running_slack


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    folder = tmp_path / "exports"
    folder.mkdir()
    return folder


@pytest.fixture
def folder_office(sqlite_database: Database, exports: Path) -> Iterator[Office]:
    table = FolderTable(kind="folder", name="Survey", path=str(exports), every=timedelta(seconds=2))

    def with_folder(config: Config) -> Config:
        return replace(config, sources=(*config.sources, table))

    with open_office(sqlite_database, change=with_folder) as office:
        yield office


def test_rows_of_a_dropped_file_are_cards_and_a_bad_one_is_named(folder_office: Office, exports: Path) -> None:
    rows = "id,comment,nick\n1,billing awful says rook,jo\n2,too,many,cells\n3,billing awful says swift,al\n"
    (exports / "may.csv.part").write_text(rows)
    (exports / "may.csv.part").rename(exports / "may.csv")
    folder_office.card("says rook").shows("Survey")
    folder_office.card("says swift")
    assert (exports / "may.csv").read_text() == rows


def test_check_says_where_a_webhook_is_sent_to_and_what_a_folder_lacks(
    tmp_path: Path, exports: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.check, "load_classifier", lambda _config: Reader())
    hook = WebhookTable(kind="webhook", name="Our Žofie-shop", secret=SECRET)
    there = FolderTable(kind="folder", name="there", path=str(exports))
    missing = FolderTable(kind="folder", name="missing", path=str(exports / "none"))
    with running_slack() as slack:
        config = config_of(slack.url, f"sqlite:///{tmp_path}/earshot.db")
        health = replace(config.health, port=8085)
        changed = replace(config, sources=(hook, there, missing), health=health)
        found = {each.what: each for each in run_checks(changed, {})}
    assert found["source Our Žofie-shop"].said == "waits for POST http://127.0.0.1:8085/hooks/our-%C5%BEofie-shop"
    assert found["source there"].said == "answers, 0 recent mentions"
    assert not found["source missing"].well
    assert "cannot be read: No such file" in found["source missing"].said

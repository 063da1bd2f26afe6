"""The nightly training inside a running bot: once a night, on a thread of its own, and the journal tells."""

import os
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app import build_policy, model_settings
from bot.config import Config, load_config
from bot.learning import NightSchool
from bot.store.database import Database
from tests.fakes import MovedClock

CONFIG = """
[company]
name = "Acme"
zone = "Europe/Berlin"

[learning]
versions_dir = "{folder}"
nightly = {nightly}

[[departments]]
name = "triage"
channel = "#support"

[[topics]]
name = "billing"
department = "triage"
"""


def config(tmp_path: Path, *, nightly: str = "true") -> Config:
    file = tmp_path / "config.toml"
    file.write_text(CONFIG.format(folder=tmp_path / "models", nightly=nightly))
    return load_config(file, {})


def school_of(read: Config, database: Database, clock: MovedClock) -> NightSchool:
    return NightSchool(
        config=read,
        settings=model_settings(read),
        database=database,
        policy=build_policy(read, {}),
        clock=clock,
    )


@pytest.fixture
def school(tmp_path: Path, sqlite_database: Database, clock: MovedClock) -> Iterator[NightSchool]:
    made = school_of(config(tmp_path), sqlite_database, clock)
    yield made
    made.stop()


def ended(school: NightSchool, count: int) -> list[str]:
    """Why each training ended as it did, once there are so many."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        school.look()  # as the job does, again and again
        found = [entry["why"] for entry in school.versions.journal() if "why" in entry]
        if len(found) >= count:
            return found
        time.sleep(0.02)
    raise AssertionError(f"no {count} trainings: {school.versions.journal()}")


def test_each_night_has_one_training(school: NightSchool, clock: MovedClock) -> None:
    school.look()
    assert ended(school, 1) == ["0 new corrections, 20 are needed (`min_new`)"]
    school.look()
    clock.forward(timedelta(hours=12))
    school.look()
    assert len([entry for entry in school.versions.journal() if "begun" in entry]) == 1
    clock.forward(timedelta(hours=12))
    school.look()
    assert len(ended(school, 2)) == 2


def test_where_a_thread_has_no_priority_of_its_own_it_trains_all_the_same(
    school: NightSchool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(which: int, who: int, priority: int) -> None:
        raise ProcessLookupError(who)

    monkeypatch.setattr(os, "setpriority", refuse)
    assert ended(school, 1) == ["0 new corrections, 20 are needed (`min_new`)"]


def test_a_damaged_version_does_not_end_the_night(
    school: NightSchool, clock: MovedClock, caplog: pytest.LogCaptureFixture
) -> None:
    school.versions.folder.mkdir()
    (school.versions.folder / "current.json").write_text("{")
    school.look()
    assert len(ended(school, 1)) == 1


def test_a_folder_that_cannot_be_written_to_is_told_as_a_failed_training(
    school: NightSchool, caplog: pytest.LogCaptureFixture
) -> None:
    school.versions.folder.write_text("a file in its place")
    deadline = time.monotonic() + 60
    while "training_failed" not in caplog.messages and time.monotonic() < deadline:
        school.look()
        time.sleep(0.02)
    assert "training_failed" in caplog.messages
    assert "task_failed" not in caplog.messages


def test_nothing_is_trained_where_the_company_does_not_want_it(
    tmp_path: Path, sqlite_database: Database, clock: MovedClock
) -> None:
    made = school_of(config(tmp_path, nightly="false"), sqlite_database, clock)
    made.look()
    made.stop()
    assert made.versions.journal() == []

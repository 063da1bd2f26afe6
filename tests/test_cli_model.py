"""`earshot train` and `earshot model`: what they print, what they leave, and their exit codes."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app import build_policy
from bot.cli import main
from bot.config import Config, load_config
from bot.domain.lifecycle import Action
from bot.flow import classify, ingest, route
from bot.flow.desk import deciding, moving
from bot.flow.desk.act import Click, Desk
from bot.store import migrate
from bot.store.database import Database
from classifiers.heads import META_FILE, load_heads
from classifiers.versions import POINTER, Versions
from tests.fakes import FakeClassifier, MovedClock, post

CONFIG = """
[company]
name = "Acme"

[learning]
min_new = 10

[[departments]]
name = "triage"
channel = "#support"

[[departments]]
name = "billing"
channel = "#billing"

[[topics]]
name = "billing"
department = "billing"

[[topics]]
name = "question"
department = "triage"
"""

Said = pytest.CaptureFixture[str]


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    for name in ("EARSHOT_CONFIG", "EARSHOT_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.toml").write_text(CONFIG)
    return load_config(tmp_path / "config.toml", {})


@pytest.fixture
def database(config: Config) -> Iterator[Database]:
    opened = Database(config.database.url)
    migrate.migrate(opened)
    yield opened
    opened.close()


@pytest.fixture
def versions(config: Config) -> Versions:
    """Two versions, the second of which serves."""
    made, shipped = Versions(Path(config.learning.versions_dir)), load_heads()
    parent = ""
    for hour in range(2):
        at = (MovedClock()() + timedelta(hours=hour)).isoformat()
        check = {"name": "topic, base", "rows": 9, "candidate": 0.5, "served": 0.4, "tolerance": 0.05, "passed": True}
        doubted = {"by": "U0MALLORY", "labels": 30, "plausible": 0.2, "usual": 0.8, "trust": 0.0}
        learnt = {"parent": parent, "base": shipped.version, "at": at, "until": at, "counts": {"topics": 3}}
        heads = dict(shipped.heads)
        heads["topic"] = type(heads["topic"])(**{**vars(heads["topic"]), "bias": heads["topic"].bias + hour + 1})
        with made.writing():
            parent = made.add(shipped, heads, {**learnt, "checks": [check], "doubted": [doubted]})
            made.promote(parent, held=False)
    return made


def names(versions: Versions) -> list[str]:
    return [each.name for each in versions.listed()]


def worked(config: Config, database: Database) -> None:
    """Two mentions of billing: one answered, one moved."""
    clock = MovedClock()
    policy = build_policy(config, {})
    ingest.store_imported(database, "letters", [post(1, "billing is awful"), post(2, "billing twice")], clock)
    classify.classify_waiting(database, FakeClassifier(("billing", "question")), policy, clock)
    route.route_judged(database, policy, clock())
    room = Desk(db=database, policy=policy, clock=clock)
    deciding.decide(room, Click(mention_id=1, user="U0ANA", key="a"), Action.LET_STAND, "fine")
    moving.reroute(room, Click(mention_id=2, user="U0BEN", key="b"), "triage", topic="question")


def test_the_versions_are_listed_and_the_one_that_serves_is_marked(versions: Versions, capsys: Said) -> None:
    first, second = names(versions)
    assert main(["model", "list"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "  shipped",
        f"  {first}  2026-06-01 09:00 UTC  from shipped, 3 corrected topics",
        f"* {second}  2026-06-01 10:00 UTC  from {first}, 3 corrected topics",
    ]


def test_a_version_is_shown_with_gate_and_doubts(versions: Versions, capsys: Said) -> None:
    assert main(["model", "show", names(versions)[0]]) == 0
    told = capsys.readouterr().out
    assert "from the shipped heads" in told
    assert "topic, base: 0.500, before 0.400, 9 rows, ok" in told
    assert "doubted: U0MALLORY, 30 labels, they count 0.00" in told


def test_classify_judges_by_the_version_that_serves(versions: Versions, capsys: Said) -> None:
    Path("one.jsonl").write_text('{"text": "charged twice"}\n')
    said = []
    for serving in ("shipped", names(versions)[1]):
        assert main(["model", "promote", serving]) == 0
        capsys.readouterr()
        assert main(["classify", "one.jsonl"]) == 0
        said.append(json.loads(capsys.readouterr().out)["model"])
    assert said[0] != said[1]
    assert names(versions)[1] in said[1]


def test_rolling_back_and_promoting_hold_a_version(versions: Versions, capsys: Said) -> None:
    first, second = names(versions)
    assert main(["model", "rollback"]) == 0
    assert capsys.readouterr().out.startswith(f"{first} serves from the next batch on, and is held")
    assert main(["model", "rollback"]) == 0
    assert main(["model", "rollback"]) == 1
    assert "there is nothing before them" in capsys.readouterr().err
    assert main(["model", "promote", second]) == 0
    capsys.readouterr()
    assert main(["model", "list"]) == 0
    assert capsys.readouterr().out.splitlines()[-1].endswith("(held by a person)")
    assert main(["model", "promote", "shipped"]) == 0
    assert versions.pointer().version == ""


@pytest.mark.parametrize("command", ["show", "promote"])
def test_an_unknown_version_is_exit_code_1(versions: Versions, command: str, capsys: Said) -> None:
    assert main(["model", command, "nosuch"]) == 1
    assert "there is no version nosuch" in capsys.readouterr().err


def test_damage_is_told_by_file(versions: Versions, capsys: Said) -> None:
    (versions.folder / names(versions)[0] / META_FILE).write_text("{")
    assert main(["model", "list"]) == 1
    assert META_FILE in capsys.readouterr().err
    (versions.folder / POINTER).write_text("{")
    assert main(["model", "rollback"]) == 1
    assert POINTER in capsys.readouterr().err


def test_a_wrong_call_is_exit_code_2(config: Config, capsys: Said) -> None:
    for arguments in (["model"], ["model", "delete"], ["model", "promote"]):
        with pytest.raises(SystemExit, match="2"):
            main(arguments)
    assert "usage: earshot model" in capsys.readouterr().err


def test_train_says_that_there_is_too_little_to_learn(config: Config, database: Database, capsys: Said) -> None:
    worked(config, database)
    assert main(["train"]) == 1
    told = capsys.readouterr().out
    assert (
        "Learnt from 1 corrected topics, 0 corrected scores and 1 confirmed verdicts; 1 of the corrections are new"
        in told
    )
    assert "No version was made: 1 new corrections, 10 are needed (`min_new`)." in told


def test_the_card_is_written_from_what_people_did(
    config: Config, database: Database, tmp_path: Path, capsys: Said
) -> None:
    worked(config, database)
    assert main(["model", "card", "--out", "card.md"]) == 0
    assert capsys.readouterr().out == "card.md: written\n"
    written = (tmp_path / "card.md").read_text()
    assert "# Model card: Acme" in written
    assert "| billing | 1 | 1 | 0 | (0.50) | (1.00) | (0.67) |" in written
    assert "| question | 0 | 0 | 1 |" in written
    assert "| fake-1 |" in written
    assert main(["model", "card"]) == 0
    assert capsys.readouterr().out.startswith("# Model card: Acme")


def test_nothing_worked_on_is_a_card_that_says_so(database: Database, capsys: Said) -> None:
    assert main(["model", "card"]) == 0
    assert "Nobody has corrected or worked on a verdict yet" in capsys.readouterr().out


def test_no_database_is_told(config: Config, capsys: Said) -> None:
    assert main(["train"]) == 1
    assert "earshot migrate" in capsys.readouterr().err

"""The command line through its front door: what it prints, and the exit code that a script or a supervisor sees."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot import __version__
from bot.app import build_policy, utc_now
from bot.cli import main
from bot.config import Config, load_config
from bot.errors import GiveUp
from bot.flow import classify, deliver, ingest, route
from bot.store import migrate
from bot.store.database import Database
from sandbox.core import Options
from sandbox.serve import RunningSandbox, running_sandbox
from tests.fakes import FakeClassifier, FakeMessenger, FakeSource, MovedClock, batch, post

ROOT = Path(__file__).parent.parent
COMMANDS = ("run", "demo", "check", "migrate", "import", "backfill", "classify", "ledger", "failed", "sources")

CONFIG = """
[company]
name = "Acme"

[slack]
managers = ["@mia"]

[[departments]]
name = "triage"
channel = "#support"

[[departments]]
name = "billing"
channel = "#billing"
people = ["@ana"]
escalation = [{notify = ["@ben"]}]

[[topics]]
name = "billing"
department = "billing"

[[topics]]
name = "question"
department = "triage"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with a configuration, and an environment without anything of ours."""
    for name in list(os.environ):
        if name.startswith(("EARSHOT_", "SLACK_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.toml").write_text(CONFIG)
    return tmp_path


@pytest.fixture
def config(folder: Path) -> Config:
    return load_config(folder / "config.toml", {})


@pytest.fixture
def database(config: Config) -> Iterator[Database]:
    """The file that the commands open, at head."""
    opened = Database(config.database.url)
    migrate.migrate(opened)
    yield opened
    opened.close()


Said = pytest.CaptureFixture[str]


def lose_one_card(database: Database, config: Config) -> None:
    """Two mentions: one posted, one whose channel Slack does not know, so that it went to triage."""
    clock = MovedClock()
    policy = build_policy(config, {})
    ingest.store_imported(database, "letters", [post(1, "billing is awful"), post(2, "a question")], clock)
    classify.classify_waiting(database, FakeClassifier(("billing", "question")), policy, clock)
    route.route_judged(database, policy, clock())
    messenger = FakeMessenger(clock=clock, gone={"#billing": GiveUp("the channel does not exist")})
    for _ in range(4):
        for channel in deliver.due_channels(database, clock()):
            deliver.deliver_next(database, messenger, policy, channel, clock)
        clock.forward(timedelta(seconds=2))


# -- calling it -------------------------------------------------------------------------------------------------------


def test_help_lists_every_command(capsys: Said) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["--help"])
    said = capsys.readouterr().out
    assert [command for command in COMMANDS if f"\n    {command} " not in said] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str, capsys: Said) -> None:
    with pytest.raises(SystemExit, match="0"):
        main([command, "--help"])
    assert f"earshot {command}" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["listen"], ["import"], ["ledger", "--xml"]])
def test_a_wrong_call_is_exit_code_2(arguments: list[str], capsys: Said) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(arguments)
    assert "usage: earshot" in capsys.readouterr().err


def test_the_version_is_the_project_s() -> None:
    shown = subprocess.run([sys.executable, "-m", "bot", "--version"], capture_output=True, text=True, cwd=ROOT)
    assert shown.stdout.strip() == f"earshot {__version__}"
    assert f'version = "{__version__}"' in (ROOT / "pyproject.toml").read_text()


# -- a configuration with faults --------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["run", "check", "migrate", "ledger", "failed", "sources"])
def test_every_fault_of_a_configuration_is_told_at_once(command: str, folder: Path, capsys: Said) -> None:
    broken = CONFIG.replace('"#billing"', '"billing"').replace('name = "question"', 'name = "billing"')
    (folder / "config.toml").write_text(broken + "\n[slak]\n")
    assert main([command]) == 2
    told = capsys.readouterr().err.splitlines()
    for place in ("departments[1].channel", "topics[1].name", "slak"):
        assert sum(f": {place}: " in line for line in told) == 1
    assert len(told) == 3
    assert not (folder / "var").exists()


def test_a_missing_configuration_is_told_with_what_to_do(folder: Path, capsys: Said) -> None:
    assert main(["--config", "elsewhere.toml", "ledger"]) == 2
    assert "elsewhere.toml" in capsys.readouterr().err


def test_run_names_the_tokens_that_are_missing(folder: Path, capsys: Said) -> None:
    assert main(["run"]) == 2
    told = capsys.readouterr().err
    assert "SLACK_BOT_TOKEN is not set" in told
    assert "SLACK_APP_TOKEN is not set" in told


# -- the database -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["ledger", "failed", "sources"])
def test_a_look_at_no_database_says_which_command_makes_one(command: str, folder: Path, capsys: Said) -> None:
    assert main([command]) == 1
    assert "run `earshot migrate`" in capsys.readouterr().err


def test_migrate_makes_the_database_and_then_has_nothing_to_do(folder: Path, capsys: Said) -> None:
    assert main(["migrate"]) == 0
    assert main(["migrate"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first == f"The database went from schema none to {migrate.head()}."
    assert second == f"The database is at schema {migrate.head()} already."
    assert main(["ledger"]) == 0


@pytest.mark.parametrize("command", [["migrate"], ["import", "letters.csv"], ["ledger"]])
def test_a_database_of_a_newer_earshot_is_left_alone(
    folder: Path, config: Config, database: Database, capsys: Said, command: list[str]
) -> None:
    (folder / "letters.csv").write_text("text\ncharged twice\n")
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    assert main(command) == 1
    assert "9999, newer than this version" in capsys.readouterr().err
    assert not (folder / config.database.backup_dir).exists()


def test_import_tells_what_came_in_and_names_bad_rows(folder: Path, capsys: Said) -> None:
    (folder / "letters.csv").write_text("id,review\n1,charged twice\n2,\n3,where is my parcel\n")
    assert main(["import", "letters.csv", "--map", "text=review"]) == 1
    out, err = capsys.readouterr()
    assert "2 new, 0 changed, 0 known already, 1 rows left out." in out
    assert "letters.csv:3: " in err
    main(["import", "letters.csv", "--map", "text=review"])
    assert "0 new, 0 changed, 2 known already" in capsys.readouterr().out


def test_import_refuses_a_map_that_is_none(folder: Path, capsys: Said) -> None:
    (folder / "letters.csv").write_text("text\nhello\n")
    assert main(["import", "letters.csv", "--map", "review"]) == 2
    assert "write FIELD=COLUMN" in capsys.readouterr().err


# -- looking after it -------------------------------------------------------------------------------------------------


def test_the_ledger_accounts_for_every_mention(database: Database, config: Config, capsys: Said) -> None:
    ingest.store_imported(database, "letters", [post(1), post(2)], utc_now)
    assert main(["ledger"]) == 0
    assert capsys.readouterr().out == "2 ingested = 0 posted + 0 folded + 0 filtered + 2 waiting + 0 failed\n"
    assert main(["ledger", "--json"]) == 0
    counted = json.loads(capsys.readouterr().out)
    assert (counted["ingested"], counted["waiting"], counted["balanced"]) == (2, 2, True)


def test_what_failed_is_listed_with_its_reason_and_sent_again_on_demand(
    database: Database, config: Config, capsys: Said
) -> None:
    lose_one_card(database, config)
    assert main(["failed"]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert listed == [
        "mention 1  card to #billing: the channel does not exist",
        "1 messages could not be posted.",
    ]
    assert main(["failed", "--retry"]) == 0
    assert capsys.readouterr().out == "1 messages are on their way again.\n"
    assert main(["failed"]) == 0
    assert capsys.readouterr().out == "Nothing has failed.\n"
    assert "#billing" in deliver.due_channels(database, utc_now())


def test_sources_tells_how_each_is_doing(database: Database, folder: Path, capsys: Said) -> None:
    feed = '\n[[sources]]\nkind = "feed"\nname = "{}"\nurl = "https://example.com/feed"\n'
    (folder / "config.toml").write_text(CONFIG + feed.format("forum") + feed.format("blog"))
    clock = MovedClock()
    forum, blog = FakeSource("forum", [batch(post(1))]), FakeSource("blog", [GiveUp("404, the address is gone")])
    gone = FakeSource("letters")
    configured = {each.name: each for each in (forum, blog, gone)}
    ingest.know_sources(database, configured, clock())
    for source, cursor in ingest.lease_due(database, configured, clock()):
        ingest.poll(database, source, cursor, clock)
    assert main(["sources"]) == 0
    head, *told = capsys.readouterr().out.splitlines()
    assert " ".join(head.split()) == "SOURCE KIND STATE LAST SUCCESS LAST MENTION A DAY ERRORS ACCESS ENDS SPENT"
    assert told[0].startswith("blog     fake  failing for ")
    assert told[1] == "    404, the address is gone"
    assert " well " in told[2]
    assert told[2].count("2026-06-01 09:00") == 2
    assert "not configured any more" in told[3]


def test_sources_as_json_for_a_monitor(database: Database, capsys: Said) -> None:
    forum = FakeSource("forum", [batch(post(1))])
    ingest.know_sources(database, {"forum": forum}, MovedClock()())
    assert main(["sources", "--json"]) == 0
    [told] = json.loads(capsys.readouterr().out)
    assert (told["name"], told["last_ok_at"], told["failures"], told["cap"]) == ("forum", None, 0, None)


# -- the model --------------------------------------------------------------------------------------------------------


WRITTEN = {
    "topic",
    "floor",
    "topics",
    "detractor",
    "promoter",
    "irony",
    "triage",
    "language",
    "why",
    "model",
}


def test_classify_writes_one_verdict_a_line_in_order(
    folder: Path, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "config.toml").unlink()
    rows = 'text,about\n"charged twice, I want my money back",Acme\n"please add a dark mode",Acme\n'
    (folder / "two.csv").write_text(rows)
    assert main(["classify", "two.csv"]) == 0
    verdicts = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [each["topic"] for each in verdicts] == ["billing", "feature_request"]
    for each in verdicts:
        assert set(each) == WRITTEN
        assert sum(each["topics"].values()) == pytest.approx(1, abs=1e-4)
    assert verdicts[0]["detractor"] > verdicts[1]["detractor"]

    lines = '{"say": "charged twice, I want my money back"}\n{"say": 1}\n'
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(lines.encode())))
    assert main(["classify", "-", "--text-column", "say"]) == 1
    out, err = capsys.readouterr()
    assert json.loads(out)["topic"] == "billing"
    assert err == "line 2: no text under 'say'\n"


def test_classify_knows_the_configured_topics_only(folder: Path, capsys: Said) -> None:
    (folder / "one.jsonl").write_text('{"text": "the app crashes when I open it"}\n')
    assert main(["classify", "one.jsonl"]) == 0
    assert set(json.loads(capsys.readouterr().out)["topics"]) == {"billing", "question"}


@pytest.mark.parametrize("file", ["missing.csv", "other.csv", "notes.txt"])
def test_classify_says_what_it_cannot_read(file: str, folder: Path, capsys: Said) -> None:
    (folder / "other.csv").write_text("body\nhello\n")
    (folder / "notes.txt").write_text("hello\n")
    assert main(["classify", file]) == 2
    assert capsys.readouterr().err.startswith(f"{file}: ")


def test_classify_names_the_languages_whose_model_is_not_there(folder: Path, capsys: Said) -> None:
    also = '[[model.also]]\nlanguages = ["fr", "de"]\nclassifier = "/nowhere/at/all"\nlabels = {A = "billing"}\n'
    (folder / "config.toml").write_text(f"{CONFIG}\n{also}")
    (folder / "one.jsonl").write_text('{"text": "charged twice"}\n')
    assert main(["classify", "one.jsonl"]) == 1
    assert "[[model.also]] for fr, de: /nowhere/at/all" in capsys.readouterr().err


# -- check ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    with running_sandbox(
        manifest=ROOT / "slack-manifest.yaml",
        workspace=ROOT / "tests/sandbox/workspace.toml",
        options=Options(rate_scale=None),
    ) as running:
        yield running


@pytest.fixture
def connected(sandbox: RunningSandbox, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EARSHOT_SLACK_API_URL", sandbox.api_url)
    monkeypatch.setenv("SLACK_BOT_TOKEN", sandbox.bot_token)
    monkeypatch.setenv("SLACK_APP_TOKEN", sandbox.app_token)
    return folder


def test_check_finds_everything_in_place(connected: Path, capsys: Said) -> None:
    assert main(["check"]) == 0
    told = capsys.readouterr().out
    assert told.splitlines()[-1] == "Everything is in place: start it with `earshot run`."
    assert "FAIL" not in told
    for what in ("bot token", "app token", "scopes", "channel of billing", "role report", "database", "model"):
        assert f"{what}: " in told


def test_check_goes_on_after_a_fault_and_says_what_to_do(connected: Path, capsys: Said) -> None:
    broken = CONFIG.replace("#billing", "#board").replace('"@ana"', '"@nobody"')
    (connected / "config.toml").write_text(broken + '\n[model]\nencoder = "/no/such-folder"\n')
    assert main(["check"]) == 1
    *told, last = capsys.readouterr().out.splitlines()
    bad = [line for line in told if line.startswith("FAIL")]
    assert [line.split("  ")[1].split(":")[0] for line in bad] == ["channel of billing", "people of billing", "model"]
    assert "/invite @Earshot" in bad[0]
    assert last == f"3 of {len(told)} need you.", "\n".join(told)


def test_check_asks_slack_nothing_more_with_a_token_it_refuses(
    connected: Path, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1-wrong")
    (connected / "config.toml").write_text(CONFIG + '\n[model]\nencoder = "/no/such-folder"\n')
    assert main(["check"]) == 1
    told = capsys.readouterr().out
    assert "FAIL  Slack bot token: " in told
    assert "channel of" not in told
    assert "ok    database: " in told

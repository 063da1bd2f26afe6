"""`earshot backfill` on a real feed over HTTP: to its end, harmless twice, with its waits told."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.backfilling import TRIES, backfill
from bot.cli import main
from bot.config import Config, load_config
from bot.errors import GiveUp
from bot.flow.report import balance
from bot.store.database import Database
from tests.contracts.feeds import Post, json_feed
from tests.sources.loopback import Answer, Place, place
from tests.test_cli import CONFIG, Said

SOURCE = """
[[sources]]
kind = "feed"
name = "Reviews"
url = "{url}"
allow_private = true
"""


@pytest.fixture
def shop() -> Iterator[Place]:
    with place() as served:
        posts = [Post(id=f"r{n}", text=f"review {n}", at=days_ago(n * 10)) for n in range(1, 7)]
        served.answers["/feed"] = Answer(body=json_feed(posts))
        yield served


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shop: Place) -> Config:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("EARSHOT_CONFIG", raising=False)
    file = tmp_path / "config.toml"
    file.write_text(CONFIG + SOURCE.format(url=shop.url("/feed")))
    return load_config(file, {})


def days_ago(count: float) -> datetime:
    return datetime.now(UTC) - timedelta(days=count)


def test_what_is_younger_than_asked_comes_in_once(config: Config, capsys: Said) -> None:
    assert main(["backfill", "Reviews", "--since", "35d"]) == 0
    oldest = f"{days_ago(30):%Y-%m-%d}"
    assert f"3 found, back to {oldest}: 3 new, 0 changed, 0 known already." in capsys.readouterr().out
    assert main(["backfill", "Reviews", "--since", "35d"]) == 0
    assert "0 new, 0 changed, 3 known already" in capsys.readouterr().out
    assert balance(Database(config.database.url)).ingested == 3


def test_a_place_that_asks_for_patience_gets_it_with_a_word(config: Config, shop: Place, capsys: Said) -> None:
    feed = shop.answers["/feed"]
    assert isinstance(feed, Answer)
    turns = iter([Answer(status=429, headers={"Retry-After": "1"}), feed])
    shop.answers["/feed"] = lambda *_: next(turns)
    assert main(["backfill", "Reviews"]) == 0
    told = capsys.readouterr()
    assert "waiting 1 s" in told.err
    assert "2 found" in told.out


def test_a_place_that_stays_away_is_told_and_nothing_is_lost(config: Config, shop: Place) -> None:
    shop.answers["/feed"] = Answer(status=503, headers={"Retry-After": "600"})
    waits: list[timedelta] = []
    with pytest.raises(GiveUp, match="start it again later"):
        backfill(config, "Reviews", timedelta(days=30), cards=False, wait=waits.append)
    assert len(waits) == TRIES
    assert len(shop.asked) == 1, "it asked to be left alone, and nobody waited"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["Blog"], "there is no source “Blog”; the configuration has: Reviews"),
        (["Reviews", "--since", "a month"], "--since a month: write a duration"),
    ],
)
def test_a_wrong_call_says_what_to_write(config: Config, arguments: list[str], told: str, capsys: Said) -> None:
    assert main(["backfill", *arguments]) == 2
    assert told in capsys.readouterr().err

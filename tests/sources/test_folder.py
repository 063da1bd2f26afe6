"""A folder of files: each is read once, whole, in pieces, and nothing in it can stop the others."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.errors import GiveUp
from bot.sources import folder
from bot.sources.base import Batch, Listening
from bot.sources.folder import FolderSource, FolderTable

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
OLD = NOW - timedelta(hours=1)


@pytest.fixture
def source(tmp_path: Path) -> FolderSource:
    return FolderSource(name="exports", path=tmp_path)


def drop(path: Path, *texts: str, at: datetime = OLD) -> Path:
    return write(path, "id,text\n" + "".join(f"{text},{text}\n" for text in texts), at=at)


def write(path: Path, content: str, *, at: datetime = OLD) -> Path:
    path.write_text(content, encoding="utf-8")
    os.utime(path, (at.timestamp(), at.timestamp()))
    return path


def texts(batch: Batch) -> list[str]:
    return [item.text for item in batch.items]


def drain(source: FolderSource, cursor: str = "", now: datetime = NOW) -> tuple[list[str], str]:
    found: list[str] = []
    while True:
        batch = source.poll(cursor, now)
        found += texts(batch)
        cursor = batch.cursor
        if not batch.more:
            return found, cursor


def test_files_are_read_once_and_the_oldest_first(source: FolderSource, tmp_path: Path) -> None:
    drop(tmp_path / "a.csv", "later", at=OLD)
    drop(tmp_path / "b.csv", "earlier", at=OLD - timedelta(hours=1))
    found, cursor = drain(source)
    assert found == ["earlier", "later"]
    assert drain(source, cursor) == ([], cursor)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "b.csv"], "nothing is moved or deleted"


def test_a_file_that_is_still_written_is_waited_for(source: FolderSource, tmp_path: Path) -> None:
    file = drop(tmp_path / "a.csv", "one", at=NOW)
    first = source.poll("", NOW)
    assert texts(first) == []
    write(file, "id,text\none,one\ntwo,two\n", at=NOW + timedelta(seconds=5))
    second = source.poll(first.cursor, NOW + timedelta(seconds=10))
    assert texts(second) == [], "it changed since the last look"
    assert texts(source.poll(second.cursor, NOW + timedelta(seconds=20))) == ["one", "two"]


def test_a_file_from_a_clock_that_is_ahead_is_read_at_the_second_look(source: FolderSource, tmp_path: Path) -> None:
    drop(tmp_path / "a.csv", "one", at=NOW + timedelta(days=400))
    first = source.poll("", NOW)
    assert (texts(first), texts(source.poll(first.cursor, NOW))) == ([], ["one"])


def test_a_touched_file_is_not_read_again_and_a_changed_one_is(source: FolderSource, tmp_path: Path) -> None:
    file = drop(tmp_path / "a.csv", "one")
    _, cursor = drain(source)
    drop(file, "one", at=OLD + timedelta(minutes=1))
    found, cursor = drain(source, cursor)
    assert found == []
    drop(file, "one", "two", at=OLD + timedelta(minutes=2))
    assert drain(source, cursor)[0] == ["one", "two"], "the store knows which of them it has"


def test_a_big_file_comes_in_pieces(source: FolderSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "PIECE", 10)
    numbers = [str(number) for number in range(35)]
    drop(tmp_path / "a.csv", *numbers)
    first = source.poll("", NOW)
    assert (texts(first), first.more) == (numbers[:10], True)
    assert texts(source.poll(first.cursor, NOW)) == texts(source.poll(first.cursor, NOW)) == numbers[10:20]
    assert drain(source)[0] == numbers


def test_pieces_know_the_ids_of_those_before(
    source: FolderSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder, "PIECE", 2)
    write(tmp_path / "a.csv", "id,text\n1,a\n,same\n1,b\n,same\n2,c\n")
    whole = FolderSource(name="whole", path=tmp_path)
    items, problems, cursor = [], [], ""
    for _ in range(3):
        batch = source.poll(cursor, NOW)
        items, problems, cursor = [*items, *batch.items], [*problems, *batch.problems], batch.cursor
    assert problems == ["a.csv:4 has the id of line 2, which went in"]
    monkeypatch.setattr(folder, "PIECE", 100)
    assert items == list(whole.poll("", NOW).items)
    assert len({item.external_id for item in items}) == 4


def test_a_file_that_changes_between_two_pieces_begins_again(
    source: FolderSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder, "PIECE", 2)
    file = drop(tmp_path / "a.csv", "1", "2", "3")
    cursor = source.poll("", NOW).cursor
    drop(file, "0", "1", "2", "3", at=OLD + timedelta(minutes=1))
    assert drain(source, cursor)[0] == ["0", "1", "2", "3"]


def test_bad_rows_are_named_with_file_and_line_and_counted_beyond_twenty(source: FolderSource, tmp_path: Path) -> None:
    write(tmp_path / "a.csv", "id,text\n" + "1\n" * 30 + "2,good\n")
    batch = source.poll("", NOW)
    assert texts(batch) == ["good"]
    assert batch.problems[0].startswith("a.csv:2 ")
    assert (len(batch.problems), batch.problems[-1]) == (21, "and 10 more rows like these")


def test_a_file_that_is_none_is_named_once_and_spares_the_others(source: FolderSource, tmp_path: Path) -> None:
    write(tmp_path / "a.csv", "alpha,beta\n1,2\n", at=OLD - timedelta(hours=1))
    drop(tmp_path / "b.csv", "good")
    first = source.poll("", NOW)
    assert "columns = { text =" in first.problems[0]
    second = source.poll(first.cursor, NOW)
    assert (texts(second), second.problems) == (["good"], ())
    assert source.poll(second.cursor, NOW).problems == ()


def test_columns_may_be_named(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", "nr,alpha,beta\n1,x,the text\n")
    table = FolderTable(kind="folder", name="exports", path=str(tmp_path), columns={"text": "beta", "id": "nr"})
    source = table.build(Listening())
    (item,) = source.poll("", NOW).items
    assert (item.external_id, item.text) == ("1", "the text")


def test_what_is_left_out_for_its_age_is_said(source: FolderSource, tmp_path: Path) -> None:
    write(tmp_path / "a.csv", "id,text,date\n1,old,2020-01-01\n2,new,2026-06-01T11:00\n3,undated,\n")
    batch = source.poll("", NOW)
    assert sorted(texts(batch)) == ["new", "undated"]
    assert batch.problems == ("a.csv: 1 rows are older than first_lookback and left out",)


def test_only_visible_files_of_known_endings_are_meant(source: FolderSource, tmp_path: Path) -> None:
    outside = drop(tmp_path.parent / "outside.csv", "secret")
    (tmp_path / "link.csv").symlink_to(outside)
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "folder.csv").mkdir()
    for name in (".hidden.csv", "a.csv.part", "notes.txt", "a.xlsx"):
        drop(tmp_path / name, "no")
    drop(tmp_path / "B.CSV", "yes")
    assert drain(source)[0] == ["yes"]


def test_a_folder_that_is_not_there_is_a_persons_to_mend(tmp_path: Path) -> None:
    source = FolderSource(name="exports", path=tmp_path / "none")
    with pytest.raises(GiveUp, match="cannot be read: No such file"):
        source.poll("", NOW)


def test_a_file_that_vanishes_spares_the_others(
    source: FolderSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(tmp_path / "a.csv", "one", at=OLD - timedelta(hours=1))
    drop(tmp_path / "b.csv", "good")
    real = folder._content

    def vanishing(path: Path) -> str:
        if path.name == "a.csv":
            path.unlink()
        return real(path)

    monkeypatch.setattr(folder, "_content", vanishing)
    batch = source.poll("", NOW)
    assert (texts(batch), batch.problems) == (["good"], ("a.csv cannot be read: No such file or directory",))


def test_too_many_files_and_too_big_a_file_say_what_to_do(
    source: FolderSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder, "LARGEST", 20)
    drop(tmp_path / "a.csv", "x" * 30)
    assert "earshot import" in source.poll("", NOW).problems[0]
    monkeypatch.setattr(folder, "MOST_FILES", 1)
    drop(tmp_path / "b.csv", "x")
    with pytest.raises(GiveUp, match="move those"):
        source.poll("", NOW)


@pytest.mark.parametrize(
    "wrong",
    [
        '{"start":"2026-06-01T00:00:00+00:00","files":3}',
        '{"start":"2026-06-01T00:00:00+00:00","files":{"a":[1]}}',
        '{"start":"2026-06-01T00:00:00+00:00","files":{"a":[1,2,3,"x"]}}',
        '{"start":"2026-06-01","files":{}}',
    ],
)
def test_a_broken_cursor_starts_over(source: FolderSource, tmp_path: Path, wrong: str) -> None:
    drop(tmp_path / "a.csv", "one")
    assert texts(source.poll(wrong, NOW)) == ["one"]


def test_what_is_remembered_of_a_file_that_is_gone_is_dropped(source: FolderSource, tmp_path: Path) -> None:
    file = drop(tmp_path / "a.csv", "one")
    _, cursor = drain(source)
    assert len(json.loads(cursor)["files"]) == 1
    file.unlink()
    assert json.loads(source.poll(cursor, NOW).cursor)["files"] == {}

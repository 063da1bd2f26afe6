import csv
import io
import json
import tracemalloc
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.mention import CUT_MARK, Incoming, clean
from bot.errors import GiveUp
from bot.sources.files import Layout, find_layout, read_file
from bot.sources.formats.file_rows import BadRow

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def rows(path: Path, columns: Mapping[str, str] | None = None) -> list[Incoming | BadRow]:
    return list(read_file(path, find_layout(path, columns or {}), now=NOW))


def good(found: list[Incoming | BadRow]) -> list[Incoming]:
    return [row for row in found if isinstance(row, Incoming)]


def bad(found: list[Incoming | BadRow]) -> list[tuple[int, str]]:
    return [(row.line, row.reason) for row in found if isinstance(row, BadRow)]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "mentions.csv"


def texts(path: Path, columns: Mapping[str, str] | None = None) -> list[str]:
    return [item.text for item in good(rows(path, columns))]


# Columns


def test_all_columns_under_their_usual_names(file: Path) -> None:
    file.write_text(
        "Review ID,Review Text,Title,Link,User Name,Display Name,Followers,Stars,Lang,Created At,Parent,Image,Other\n"
        'r1,"It leaks, twice",Bad,https://x.example/1,jo,Jo Doe,"1,200","4,5",en-GB,2026-06-01T10:00:00+02:00,Hi,'
        "https://x.example/i.png,zzz\n"
    )
    assert rows(file) == [
        Incoming(
            external_id="r1",
            text="It leaks, twice",
            title="Bad",
            url="https://x.example/1",
            author="jo",
            author_name="Jo Doe",
            reach=1200,
            rating=4.5,
            language="en",
            posted_at=datetime(2026, 6, 1, 8, tzinfo=UTC),
            parent="Hi",
            media=("https://x.example/i.png",),
        )
    ]


def test_what_was_guessed_is_said_and_what_was_named_is_not_guessed(file: Path) -> None:
    file.write_text("text;verbatim;user\na;b;c\n")
    layout = find_layout(file, {"text": "verbatim"})
    assert layout.sentences() == ["columns: author = user (guessed), text = verbatim", "separated by semicolons"]
    assert texts(file, {"text": "verbatim"}) == ["b"]


def test_short_names_may_be_used_for_fields(file: Path) -> None:
    file.write_text("a,b,c\nx,7,2026-01-01\n")
    (item,) = good(rows(file, {"text": "a", "id": "b", "date": "c"}))
    assert (item.external_id, item.posted_at) == ("7", datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("content", "columns", "message"),
    [
        ("a,b\n1,2\n", {}, r"no column looks like the text; say which with --map text=COLUMN; the file has: a, b"),
        ("a,b\n1,2\n", {"text": "c"}, r'no column is called "c"; the file has: a, b'),
        ("a,b\n1,2\n", {"words": "a"}, r'no field is called "words"'),
        ("", {}, r"the file is empty"),
        ('[{"text": "a"}]', {}, r"one object a line"),
    ],
)
def test_layout_that_cannot_be_found_says_what_to_do(
    file: Path, content: str, columns: dict[str, str], message: str
) -> None:
    file.write_text(content)
    with pytest.raises(GiveUp, match=message):
        find_layout(file, columns)


def test_all_faults_of_a_map_are_said_at_once(file: Path) -> None:
    file.write_text("a,b\n1,2\n")
    with pytest.raises(GiveUp, match=r'"words".*"nope"'):
        find_layout(file, {"words": "a", "text": "nope"})


def test_file_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(GiveUp, match=r"gone\.csv cannot be read: No such file"):
        find_layout(tmp_path / "gone.csv", {})
    with pytest.raises(GiveUp, match="Is a directory"):
        find_layout(tmp_path, {})


def test_only_column_is_the_text_with_all_its_commas(file: Path) -> None:
    file.write_text('whatever\none, two; three\n"four\nfive"\n')
    assert texts(file) == ["one, two; three", "four\nfive"]


# CSV as it is found


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_delimiter_is_found(file: Path, sign: str) -> None:
    file.write_text(
        sign.join(["id", "text"]) + "\n" + sign.join(["1", '"a,b;c|d"']) + "\n" + sign.join(["2", "x"]) + "\n"
    )
    assert texts(file) == ["a,b;c|d", "x"]


@pytest.mark.parametrize(
    ("encoding", "note"),
    [
        ("utf-8", ""),
        ("utf-8-sig", ""),
        ("utf-16", ""),
        ("utf-32", ""),
        ("utf-16-le", "which it does not say"),
        ("utf-16-be", "which it does not say"),
        ("cp1252", "not UTF-8; read as Windows-1252"),
    ],
)
def test_encodings_are_found_and_what_was_assumed_is_said(file: Path, encoding: str, note: str) -> None:
    file.write_text("id,text\n1,Grüße aus Köln – für 5 €\n", encoding=encoding)
    assert texts(file) == ["Grüße aus Köln – für 5 €"]
    assert note in " ".join(find_layout(file, {}).sentences())
    assert find_layout(file, {}).columns.of["external_id"] == "id"


def test_one_broken_byte_does_not_turn_a_whole_file_into_another_encoding(file: Path) -> None:
    file.write_bytes("text\nGrüße, Köln, Dürüm\n".encode() + b"br\xffken\n")
    assert texts(file) == ["Grüße, Köln, Dürüm", "br\ufffdken"]
    assert "1 bytes are not UTF-8" in " ".join(find_layout(file, {}).sentences())


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system(file: Path, end: str) -> None:
    file.write_bytes(end.join(["id,text", '1,"two', 'lines"', "2,b", ""]).encode())
    assert texts(file) == ["two\nlines", "b"]


def test_quoted_line_ends_quotes_and_blank_lines(file: Path) -> None:
    file.write_text('id,text\n\n1,"she said ""no"",\n\nand left"\n\n2,b\n')
    assert texts(file) == ['she said "no",\n\nand left', "b"]


def test_nul_and_control_characters_are_cleaned(file: Path) -> None:
    file.write_bytes(b"id,text\n1,a\x00b\x07c\n")
    assert texts(file) == ["abc"]


def test_cell_of_a_megabyte_is_read_and_cut_with_a_mark(file: Path) -> None:
    file.write_text("id,text\n1," + "x" * 1_000_000 + "\n2,after\n")
    long, after = texts(file)
    assert long.endswith(CUT_MARK)
    assert after == "after"


def test_spare_empty_cells_are_ignored(file: Path) -> None:
    file.write_text("id,text,,\n1,a,,\n2,b,,,,\n")
    assert texts(file) == ["a", "b"]


# Bad rows


def test_bad_rows_are_named_with_their_line_and_the_rest_goes_in(file: Path) -> None:
    file.write_text('id,text\n1,a\n2\n3,"b\nb"\n4,x,y\n5,\n6,c\n')
    found = rows(file)
    assert [item.external_id for item in good(found)] == ["1", "3", "6"]
    assert bad(found) == [
        (3, "has 1 cells where the header has 2"),
        (6, "has 3 cells where the header has 2"),
        (7, "has no text"),
    ]


def test_quote_that_is_never_closed_costs_its_own_row_only(file: Path) -> None:
    file.write_text('id,text\n1,a\n2,"never closed\n3,b\n4,"fine\nhere"\n5,c\n')
    found = rows(file)
    assert [item.external_id for item in good(found)] == ["1", "3", "4", "5"]
    assert [begins for begins, _ in bad(found)] == [3]


def test_quote_that_swallows_megabytes_is_given_up_on(file: Path) -> None:
    file.write_text('id,text\n1,"open\n' + "2,b\n" * 3 + f"3,{'x' * 5_000_000}\n4,c\n")
    found = rows(file)
    assert [item.text for item in good(found)] == ["b", "c"]
    reasons = [(begins, "4 MiB" in reason) for begins, reason in bad(found)]
    assert (2, True) in reasons
    assert all(begins in (2, 4, 5, 6) for begins, _ in reasons)


def test_unreadable_values_are_left_empty_and_said(file: Path) -> None:
    file.write_text("id,text,date,stars,followers,url\n1,a,03/04/2026,11,many,example\n2,b,,,,\n")
    found = rows(file)
    fields = [row.reason.split()[0] for row in found if isinstance(row, BadRow) and row.kept]
    assert fields == ["posted_at", "rating", "reach", "url"]
    assert [(item.external_id, item.posted_at, item.rating) for item in good(found)] == [
        ("1", None, None),
        ("2", None, None),
    ]


@pytest.mark.parametrize(
    "date", ["2026-06-01T10:00:00Z", "Mon, 01 Jun 2026 10:00:00 +0000", "1780308000", "1780308000000"]
)
def test_dates_in_three_notations(file: Path, date: str) -> None:
    file.write_text(f'id,text,date\n1,a,"{date}"\n')
    assert [item.posted_at for item in good(rows(file))] == [datetime(2026, 6, 1, 10, tzinfo=UTC)]


def test_no_reason_quotes_the_customer(file: Path) -> None:
    file.write_text('id,text,date\nhunter2,"hunter2"x,hunter2\nhunter2,a,hunter2\nhunter2,b,\nhunter2\n')
    reasons = bad(rows(file))
    assert len(reasons) == 4
    assert "hunter2" not in str(reasons)


# Ids


def test_without_an_id_column_the_content_counts_and_its_occurrence(file: Path) -> None:
    file.write_text("text,user\na,jo\na,jo\na,ann\n")
    first = [item.external_id for item in good(rows(file))]
    assert len(set(first)) == 3
    assert first[1] == first[0] + ":2"
    assert first == [item.external_id for item in good(rows(file))]


def test_second_row_with_an_id_is_named_with_the_first(file: Path) -> None:
    file.write_text("id,text\n7,a\n8,b\n7,c\n")
    found = rows(file)
    assert [item.text for item in good(found)] == ["a", "b"]
    assert bad(found) == [(4, "has the id of line 2, which went in")]


# JSON Lines


def test_json_lines_with_nested_keys(tmp_path: Path) -> None:
    file = tmp_path / "m.jsonl"
    post = {
        "id": 5,
        "body": "It leaks",
        "user": {"screen_name": "jo", "followers_count": 12},
        "at": 1780308000,
        "tags": ["x"],
    }
    file.write_text(json.dumps(post) + "\n\n" + json.dumps({"id": 6, "body": ["one", "two"], "user": None}) + "\n")
    first, second = good(rows(file))
    assert (first.external_id, first.text, first.author, first.reach) == ("5", "It leaks", "jo", 12)
    assert first.posted_at == datetime(2026, 6, 1, 10, tzinfo=UTC)
    assert (second.text, second.author) == ("one\ntwo", "")


def test_json_path_may_lead_into_lists_and_keys_with_dots(tmp_path: Path) -> None:
    file = tmp_path / "m.jsonl"
    file.write_text(json.dumps({"posts": [{"t": "first"}], "a.b": "dotted", "deep": {"er": {"x": 1}}}) + "\n")
    assert texts(file, {"text": "posts.0.t"}) == ["first"]
    assert texts(file, {"text": "a.b"}) == ["dotted"]
    with pytest.raises(GiveUp, match=r'no column is called "posts\.1\.t"; the file has: posts, a\.b, deep\.er\.x'):
        find_layout(file, {"text": "posts.1.t"})


def test_bad_json_lines_are_named_and_the_rest_goes_in(tmp_path: Path) -> None:
    file = tmp_path / "m.jsonl"
    lines = [
        '{"text": "a"}',
        "{broken",
        "[1]",
        '"x"',
        "[" * 99_999,
        '{"text": {"no": "text"}}',
        '{"text": "\\ud83d z"}',
    ]
    file.write_text("\n".join(lines) + "\n" + '{"text": "' + "x" * 5_000_000 + '"}\n{"text": "last"}')
    found = rows(file)
    assert [item.text for item in good(found)] == ["a", "z", "last"]
    assert bad(found) == [
        (2, "is not valid JSON"),
        (3, "is not a JSON object"),
        (4, "is not a JSON object"),
        (5, "is not valid JSON"),
        (6, "has no text"),
        (8, "is longer than 4 MiB"),
    ]


def test_json_lines_are_known_by_content_too(file: Path) -> None:
    file.write_text('{"text": "a"}\n')
    assert texts(file) == ["a"]


# All of it


def test_progress_adds_up_to_the_size_of_the_file(file: Path) -> None:
    file.write_text("id,text\n" + "".join(f"{n},text number {n}\n" for n in range(5_000)))
    heard: list[int] = []
    layout = find_layout(file, {})
    stream = read_file(file, layout, now=NOW, on_bytes=heard.append)
    next(stream)
    assert sum(heard) < file.stat().st_size
    assert len(list(stream)) == 4_999
    assert sum(heard) == file.stat().st_size


def test_file_is_streamed(file: Path) -> None:
    """1.5 MB of text, rows of 10 kB: the file is never in memory, nor are its rows."""
    file.write_text("id,text\n" + "".join(f"{n},{'x' * 10_000}\n" for n in range(150)))
    layout = find_layout(file, {})
    tracemalloc.start()
    try:
        assert sum(1 for _ in read_file(file, layout, now=NOW)) == 150
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


CELL = st.text(st.characters(codec="utf-8"), max_size=20)


@given(st.lists(st.tuples(CELL, CELL), max_size=6))
def test_every_row_that_was_written_comes_back_or_is_named(tmp_path_factory: pytest.TempPathFactory, cells) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path_factory.mktemp("rows") / "m.csv"
    out = io.StringIO()
    csv.writer(out).writerows([("text", "user"), *cells])
    file.write_bytes(out.getvalue().encode())
    found = rows(file)
    assert len(found) == len(cells)
    for row, (text, _) in zip(found, cells, strict=True):
        assert isinstance(row, Incoming) == bool(clean(text.replace("\u00a0", " ")).strip())


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    file = tmp_path_factory.mktemp("bytes") / "m.csv"
    file.write_bytes(b"text,user\n" + content)
    for row in rows(file):
        assert isinstance(row, BadRow) or clean(row.text) == row.text


def test_layout_is_a_value(file: Path) -> None:
    file.write_text("text\na\n")
    assert isinstance(find_layout(file, {}), Layout)
    assert find_layout(file, {}) == find_layout(file, {})

"""Files of texts in, JSON lines out, on a classifier made by hand: no model is needed to keep rows in order."""

import io
import json
import tracemalloc
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

import classifiers
from classifiers import ModelSettings, Subject, Verdict
from classifiers.stream import BATCH, DONE, NOT_READABLE, SOME_ROWS_BAD, Row, classify_file, write_verdicts


class Echo:
    """Says back what it was asked, as the word that moved it."""

    name = "echo-1"

    def classify(self, subjects: Sequence[Subject]) -> list[Verdict]:
        return [
            Verdict(
                topics={"billing": 0.25, "question": 0.75},
                detractor=0.1234567,
                promoter=0.2,
                triage={"positive": 0.4, "other": 0.6},
                reply=0.5,
                language="en",
                why=(subject.text, subject.about),
                model=self.name,
            )
            for subject in subjects
        ]


@pytest.fixture(autouse=True)
def echo(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(settings: ModelSettings) -> Echo:
        return Echo()

    monkeypatch.setattr(classifiers, "load", load)


def classified(path: Path | str) -> tuple[int, list[dict[str, object]]]:
    out = io.StringIO()
    code = classify_file(str(path), out, text_column="text", about_column="about", settings=ModelSettings())
    return code, [json.loads(line) for line in out.getvalue().splitlines()]


def texts_of(lines: list[dict[str, object]]) -> list[object]:
    return [line["why"][0] for line in lines if isinstance(line["why"], list)]


def test_one_line_has_the_keys_people_measure(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text('id,text,about\nk1,"two\nlines",Pelican\n')

    code, lines = classified(file)

    assert code == DONE
    assert lines == [
        {
            "id": "k1",
            "topic": "question",
            "floor": 0.0,
            "topics": {"question": 0.75, "billing": 0.25},
            "detractor": 0.123457,
            "promoter": 0.2,
            "irony": 0.0,
            "triage": "other",
            "language": "en",
            "why": ["two\nlines", "Pelican"],
            "model": "echo-1",
        }
    ]


def test_order_is_kept_over_many_batches(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    wanted = [f"text {number}" for number in range(3 * BATCH + 5)]
    file.write_text("".join(json.dumps({"text": text}) + "\n" for text in wanted))

    code, lines = classified(file)

    assert code == DONE
    assert texts_of(lines) == wanted
    assert "id" not in lines[0]


def test_bad_csv_rows_are_named_and_the_rest_is_judged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "rows.csv"
    file.write_text('text,about\nfirst,a\n"with\nbreak",b\ntoo,many,fields\n\nlast,c\nshort\n')

    code, lines = classified(file)

    assert code == SOME_ROWS_BAD
    assert texts_of(lines) == ["first", "with\nbreak", "last"]
    assert capsys.readouterr().err.splitlines() == [
        "line 5: 3 fields where the header has 2",
        "line 8: 1 fields where the header has 2",
    ]


def test_bad_json_lines_are_named_and_the_rest_is_judged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "rows.jsonl"
    deep = "[" * 100_000
    file.write_text(
        f'{{"text": "first"}}\n{{"text": 5}}\nnonsense\n[]\n{deep}\n\n{{"text": "\\ud800 last", "id": 7}}\n'
    )

    code, lines = classified(file)

    assert code == SOME_ROWS_BAD
    assert texts_of(lines) == ["first", "\ud800 last"]
    assert lines[1]["id"] == 7
    told = capsys.readouterr().err.splitlines()
    assert [line.split(":")[0] for line in told] == ["line 2", "line 3", "line 4", "line 5"]


def test_bytes_that_are_no_text_are_replaced(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_bytes(b"\xef\xbb\xbftext\r\nbroken \xff\xfe byte\r\n\x00\r\n")

    code, lines = classified(file)

    assert code == DONE
    assert texts_of(lines) == ["broken \ufffd\ufffd byte", "\x00"]


@pytest.mark.parametrize("content", ["text,about\nhello,a\n", '{"text": "hello", "about": "a"}\n'])
def test_standard_input_may_be_either_kind(content: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content.encode())))

    assert texts_of(classified("-")[1]) == ["hello"]


def test_empty_file_is_no_fault(tmp_path: Path) -> None:
    for name in ("rows.csv", "rows.jsonl"):
        (tmp_path / name).write_text("")
        assert classified(tmp_path / name) == (DONE, [])


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("rows.csv", "body,id\nx,1\n", "no column 'text'; there are body, id"),
        ("rows.xls", "text\nx\n", "neither .csv nor .jsonl"),
        ("gone.csv", None, "No such file"),
    ],
)
def test_file_that_cannot_be_read_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: str | None, told: str
) -> None:
    if content is not None:
        (tmp_path / name).write_text(content)

    assert classified(tmp_path / name) == (NOT_READABLE, [])
    assert told in capsys.readouterr().err


def test_memory_does_not_grow_with_the_file() -> None:
    class Nowhere(io.StringIO):
        def write(self, text: str) -> int:
            return len(text)

    def rows(count: int) -> Iterator[Row]:
        return (Row(line=number, subject=Subject(text="x" * 2_000 + str(number))) for number in range(count))

    def peak(count: int) -> int:
        tracemalloc.start()
        write_verdicts(rows(count), Nowhere(), Echo())
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    assert peak(20 * BATCH) < 1.5 * peak(2 * BATCH)

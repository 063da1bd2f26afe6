"""Verdicts for a file of texts, one JSON object a line, in the order of the rows: `earshot classify`.

Memory does not grow with the file: rows are read, judged and written BATCH at a time.
"""

import csv
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import TextIO

import classifiers
from classifiers.by_language import with_specialists
from classifiers.settings import ModelSettings, Specialist
from classifiers.verdict import Classifier, Subject, Verdict

BATCH = 128
DONE, SOME_ROWS_BAD, NOT_READABLE = 0, 1, 2
"""Exit codes: everything judged; the good rows judged and the bad ones named; nothing judged."""

_LONGEST_FIELD = 2**31 - 1


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row to judge, or what is wrong with it. `line` is where it begins, counted from 1."""

    line: int
    subject: Subject | None = None
    id: str | int | None = None
    fault: str = ""


class UnreadableError(Exception):
    """The file cannot be read, or has no such column."""


def classify_file(
    path: str,
    out: TextIO,
    *,
    text_column: str,
    about_column: str,
    settings: ModelSettings,
    specialists: Sequence[Specialist] = (),
) -> int:
    """Judge a .csv or .jsonl file, or "-" for standard input (either kind); gives the exit code.

    Bad rows are named on standard error with their line and left out. Raises ModelFault where the model cannot judge.
    """
    try:
        with _opened(path) as stream:
            rows = read_rows(stream, path=path, text_column=text_column, about_column=about_column)
            first = next(rows, None)  # a file with a wrong column is told before the model is loaded
            if first is None:
                return DONE
            model = with_specialists(classifiers.load(settings), specialists)
            return write_verdicts(chain([first], rows), out, model)
    except (OSError, UnreadableError) as error:
        print(f"{path}: {error}", file=sys.stderr)
        return NOT_READABLE


def write_verdicts(rows: Iterable[Row], out: TextIO, classifier: Classifier) -> int:
    """One line for every good row, in order; gives the exit code."""
    bad = 0
    remaining = iter(rows)
    while batch := list(islice(remaining, BATCH)):
        for row in batch:
            if row.fault:
                print(f"line {row.line}: {row.fault}", file=sys.stderr)
                bad += 1
        good = [row for row in batch if row.subject is not None]
        verdicts = classifier.classify([row.subject for row in good if row.subject is not None])
        for row, verdict in zip(good, verdicts, strict=True):
            out.write(json.dumps(verdict_record(verdict, row.id)) + "\n")
        out.flush()
    return SOME_ROWS_BAD if bad else DONE


def verdict_record(verdict: Verdict, row_id: str | int | None = None) -> dict[str, object]:
    """What one line says. `triage` is the most probable class; `topics` runs from the most to the least probable."""
    named = {} if row_id is None else {"id": row_id}
    return named | {
        "topic": verdict.topic,
        "floor": round(verdict.floor, 6),
        "topics": {name: round(chance, 6) for name, chance in verdict.ranked},
        "detractor": round(verdict.detractor, 6),
        "promoter": round(verdict.promoter, 6),
        "irony": round(verdict.irony, 6),
        "triage": max(verdict.triage, key=lambda name: verdict.triage[name]),
        "language": verdict.language,
        "why": list(verdict.why),
        "model": verdict.model,
    }


def read_rows(stream: TextIO, *, path: str, text_column: str, about_column: str) -> Iterator[Row]:
    """Rows of CSV with a header, or of JSON lines; for "-" a first line that begins with `{` means JSON lines."""
    first = stream.readline()
    lines = chain([first] if first else [], stream)
    as_json = first.lstrip().startswith("{") if path == "-" else path.lower().endswith((".jsonl", ".ndjson"))
    if as_json:
        return _json_rows(lines, text_column, about_column)
    return _csv_rows(lines, text_column, about_column)


def _opened(path: str) -> "nullcontext[TextIO] | TextIO":
    if path == "-":
        sys.stdin.reconfigure(encoding="utf-8-sig", errors="replace", newline="")  # type: ignore[union-attr]
        return nullcontext(sys.stdin)
    if not path.lower().endswith((".csv", ".jsonl", ".ndjson")):
        raise UnreadableError("neither .csv nor .jsonl")
    return Path(path).open(encoding="utf-8-sig", errors="replace", newline="")


def _csv_rows(lines: Iterable[str], text_column: str, about_column: str) -> Iterator[Row]:
    csv.field_size_limit(_LONGEST_FIELD)
    reader = csv.reader(lines)
    header = next(reader, None)
    if header is None:
        return
    if text_column not in header:
        raise UnreadableError(f"no column {text_column!r}; there are {', '.join(header)}")
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Row(line=line, fault=str(error))
            continue
        if not cells:
            continue
        if len(cells) != len(header):
            yield Row(line=line, fault=f"{len(cells)} fields where the header has {len(header)}")
            continue
        row = dict(zip(header, cells, strict=True))
        yield Row(line=line, subject=Subject(text=row[text_column], about=row.get(about_column, "")), id=row.get("id"))


def _json_rows(lines: Iterable[str], text_column: str, about_column: str) -> Iterator[Row]:
    for line, content in enumerate(lines, start=1):
        if not content.strip():
            continue
        try:
            row = json.loads(content)
        except (ValueError, RecursionError) as error:
            yield Row(line=line, fault=f"no JSON: {error}")
            continue
        text = row.get(text_column) if isinstance(row, dict) else None
        if not isinstance(text, str):
            yield Row(line=line, fault=f"no text under {text_column!r}")
            continue
        about, row_id = row.get(about_column), row.get("id")
        yield Row(
            line=line,
            subject=Subject(text=text, about=about if isinstance(about, str) else ""),
            id=row_id if isinstance(row_id, (str, int)) else None,
        )

"""The rows of CSV and JSON Lines files. A row that cannot be read costs itself only, and is named with its line."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from bot.sources.formats.file_lines import MAX_RECORD, Lines, RecordTooLongError
from bot.sources.formats.paths import as_text, at

DELIMITERS = (",", ";", "\t", "|")
ONE_COLUMN = "\x1f"
"""Where the header has one column only, a comma in the text is a comma: nothing separates but this, which nobody writes."""
SAMPLE_ROWS = 50

Row = tuple[int, dict[str, str]]
"""The line that a row begins at, and its values by field."""


@dataclass(frozen=True, kw_only=True)
class BadRow:
    """Something is wrong with the row that begins at `line`. `kept` rows went in nevertheless, without the bad part."""

    line: int
    reason: str
    kept: bool = False


def _csv_records(lines: Lines, delimiter: str) -> Iterator[tuple[int, list[str]] | BadRow]:
    """Records with the line that they begin at. After a broken one, reading goes on in the line after its first."""
    # Python's own limit, 128 KiB, is less than a long article. It can be set for the whole process only.
    csv.field_size_limit(MAX_RECORD)
    while True:
        lines.mark()
        begins = lines.number + 1
        try:
            cells = next(csv.reader(lines, delimiter=delimiter, strict=True))
        except StopIteration:
            return
        except csv.Error as error:
            lines.back_to_second()
            yield BadRow(line=begins, reason=f"is not valid CSV ({error}): is a quote not closed?")
        except RecordTooLongError:
            lines.back_to_second()
            yield BadRow(line=begins, reason="is longer than 4 MiB: is a quote not closed?")
        else:
            if cells:
                yield begins, cells


def csv_rows(lines: Lines, columns: Mapping[str, str], delimiter: str) -> Iterator[Row | BadRow]:
    """`columns` is field → name in the header, which is the first record."""
    width, positions = 0, dict[str, int]()
    for record in _csv_records(lines, delimiter):
        if isinstance(record, BadRow):
            yield record
            continue
        begins, cells = record
        if not width:
            names = _names(cells)
            width, positions = len(names), {field: names.index(column) for field, column in columns.items()}
            continue
        while len(cells) > width and not cells[-1]:
            cells.pop()
        if len(cells) != width:
            yield BadRow(line=begins, reason=f"has {len(cells)} cells where the header has {width}")
            continue
        yield begins, {field: cells[position] for field, position in positions.items()}


def csv_header(lines: Lines, delimiter: str) -> list[str]:
    return _names(next((record[1] for record in _csv_records(lines, delimiter) if not isinstance(record, BadRow)), []))


def _names(header: list[str]) -> list[str]:
    """Column names without the spaces and marks around them; a column without a name is called by its number."""
    while header and not header[-1].strip():
        header.pop()
    return [name.strip("\ufeff \t\0") or str(position) for position, name in enumerate(header, start=1)]


def find_delimiter(start: str) -> str:
    """The sign that cuts the first rows into equally many cells, and the most of them."""
    best = max(DELIMITERS, key=lambda sign: _fit(start, sign))
    return best if _fit(start, best) > (0.0, 0) else ONE_COLUMN


def _fit(start: str, sign: str) -> tuple[float, int]:
    lines = start.splitlines(keepends=True)[:SAMPLE_ROWS]
    rows = [row for row in csv.reader(lines, delimiter=sign) if row]
    if not rows or len(rows[0]) < 2:
        return 0.0, 0
    # The last row of a sample may be cut.
    same = sum(len(row) == len(rows[0]) for row in rows[:-1] or rows)
    return same / max(1, len(rows) - 1), len(rows[0])


def json_rows(lines: Lines, columns: Mapping[str, str]) -> Iterator[Row | BadRow]:
    """`columns` is field → dotted path."""
    for begins, found in _json_objects(lines):
        if isinstance(found, str):
            yield BadRow(line=begins, reason=found)
        else:
            yield begins, {field: as_text(at(found, path)) for field, path in columns.items()}


def _json_objects(lines: Lines) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """The object in each line, or why there is none."""
    while True:
        lines.mark()
        try:
            text = next(lines).strip("\ufeff \t\r\n")
        except StopIteration:
            return
        except RecordTooLongError:
            yield lines.number, "is longer than 4 MiB"
            continue
        if not text:
            continue
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            yield lines.number, "is not valid JSON"
            continue
        yield lines.number, found if isinstance(found, dict) else "is not a JSON object"


def json_names(lines: Lines, wanted: Iterable[str]) -> list[str]:
    """Dotted names of the values in the first rows, in the order of their first appearance; and those of `wanted`
    that lead to a value there, such as a place in a list."""
    sample = [found for _, found in islice(_json_objects(lines), SAMPLE_ROWS) if isinstance(found, dict)]
    names = [name for found in sample for name in _dotted(found)]
    reached = [path for path in wanted if any(path in found or at(found, path) is not None for found in sample)]
    return list(dict.fromkeys([*names, *reached]))


def _dotted(found: dict[str, Any], depth: int = 3) -> Iterator[str]:
    """The dotted names of all plain values, to a depth."""
    for key, value in found.items():
        if isinstance(value, dict):
            yield from (f"{key}.{inner}" for inner in _dotted(value, depth - 1)) if depth > 1 else ()
        elif value is not None:
            yield key

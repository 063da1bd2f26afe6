"""Files of mentions: CSV (and its cousins with tabs or semicolons) and JSON Lines, row by row.

A row that cannot be read costs itself only, and is named with its line.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from bot.domain.mention import Incoming, clean
from bot.errors import GiveUp
from bot.sources.formats.dates import believed, read_date
from bot.sources.formats.fields import count, digest, language, line, prose, stars, web_address
from bot.sources.formats.file_columns import Columns, choose_columns
from bot.sources.formats.file_lines import Encoding, Lines, find_encoding, open_text
from bot.sources.formats.file_rows import BadRow, Row, csv_header, csv_rows, find_delimiter, json_names, json_rows

LONGEST_ID = 300


class Format(StrEnum):
    CSV = "csv"
    JSONL = "jsonl"


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How a file will be read; `sentences` tells a person what was assumed."""

    format: Format
    encoding: Encoding
    columns: Columns
    delimiter: str = ","

    def sentences(self) -> list[str]:
        chosen = ", ".join(
            f"{field} = {column}" + (" (guessed)" if field in self.columns.guessed else "")
            for field, column in self.columns.of.items()
        )
        separated = {"\t": "tabs", ";": "semicolons", "|": "bars"}.get(self.delimiter)
        notes = [f"columns: {chosen}", self.encoding.note, f"separated by {separated}" if separated else ""]
        return [note for note in notes if note]


def find_layout(path: Path, columns: Mapping[str, str]) -> Layout:
    """Looks at the file's start, and at all of it for the encoding. Raises GiveUp with what a person has to mend."""
    try:
        encoding = find_encoding(path)
        with open_text(path, encoding, _unheard) as file:
            first = file.read(1 << 16).lstrip("\ufeff \t\r\n")
    except OSError as error:
        raise GiveUp(f"{path.name} cannot be read: {error.strerror}") from error
    suffix = path.suffix.lower()
    if first.startswith("[{") or (suffix == ".json" and first.startswith("[")):
        raise GiveUp(f"{path.name} is a JSON list; JSON Lines is wanted: one object a line")
    delimiter = find_delimiter(first)
    is_json = suffix in (".jsonl", ".ndjson") or first.startswith("{")
    with open_text(path, encoding, _unheard) as file:
        lines = Lines(file)
        present = json_names(lines, columns.values()) if is_json else csv_header(lines, delimiter)
    return Layout(
        format=Format.JSONL if is_json else Format.CSV,
        encoding=encoding,
        columns=choose_columns(present, columns),
        delimiter="," if is_json else delimiter,
    )


def read_file(
    path: Path, layout: Layout, *, now: datetime, on_bytes: Callable[[int], None] | None = None
) -> Iterator[Incoming | BadRow]:
    """Every row of the file in its order, as a mention or as what is wrong with it; kept rows give both, the fault first.

    The id is the id column's, else a digest of what was written and how often it occurred before: the same file gives
    the same ids. `on_bytes` hears how many bytes were read since the last call; the sum is the file's size.
    """
    known = _KnownIds()
    with open_text(path, layout.encoding, on_bytes or _unheard) as file:
        for row in _rows(Lines(file), layout):
            if isinstance(row, BadRow):
                yield row
            else:
                yield from _mention(row, known, now)


@dataclass(frozen=True, kw_only=True)
class Piece:
    """What some rows of a file gave. `ended` says that nothing follows them."""

    found: tuple[Incoming | BadRow, ...]
    ended: bool


def read_piece(path: Path, layout: Layout, *, now: datetime, begin: int, most: int) -> Piece:
    """As `read_file`, the rows from `begin` on (0 is the first), `most` of them. Those before are passed over quickly: only
    their ids are looked at, so that the last piece of 60 MB takes 8 s on a busy machine and not 70.
    """
    known, found = _KnownIds(), list[Incoming | BadRow]()
    with open_text(path, layout.encoding, _unheard) as file:
        for number, row in enumerate(_rows(Lines(file), layout)):
            if number >= begin + most:
                return Piece(found=tuple(found), ended=False)
            if number >= begin:
                found += [row] if isinstance(row, BadRow) else _mention(row, known, now)
            elif not isinstance(row, BadRow) and row[1]["text"].strip():
                known.first_line(_external_id(row[1], known), row[0])
    return Piece(found=tuple(found), ended=True)


def _rows(lines: Lines, layout: Layout) -> Iterator[Row | BadRow]:
    if layout.format is Format.JSONL:
        return json_rows(lines, layout.columns.of)
    return csv_rows(lines, layout.columns.of, layout.delimiter)


def _unheard(_: int) -> None:
    pass


class _KnownIds:
    """The ids of a file so far, as short digests: a million rows fit in memory."""

    def __init__(self) -> None:
        self._lines: dict[str, int] = {}
        self._times: dict[str, int] = {}

    def first_line(self, external_id: str, begins: int) -> int:
        """The line where this id was first; `begins` where it is new."""
        return self._lines.setdefault(digest(external_id)[:20], begins)

    def by_content(self, content: str) -> str:
        key = digest(content)
        self._times[key] = self._times.get(key, 0) + 1
        return f"sha256:{key}" if self._times[key] == 1 else f"sha256:{key}:{self._times[key]}"


def _mention(row: Row, known: _KnownIds, now: datetime) -> Iterator[Incoming | BadRow]:
    begins, values = row
    text = prose(values["text"])
    if not text:
        yield BadRow(line=begins, reason="has no text")
        return
    external_id = _external_id(values, known)
    if (earlier := known.first_line(external_id, begins)) != begins:
        yield BadRow(line=begins, reason=f"has the id of line {earlier}, which went in")
        return
    posted_at = believed(read_date(values.get("posted_at", "")), now)
    rating = stars(values.get("rating", "").replace(",", "."))
    reach = count(values.get("reach", "").replace(",", "").removesuffix(".0"))
    url = web_address(values.get("url", ""), "")
    for field, value in {"posted_at": posted_at, "rating": rating, "reach": reach, "url": url or None}.items():
        if value is None and values.get(field, "").strip():
            yield BadRow(line=begins, reason=f"{field} cannot be read and is left empty", kept=True)
    yield Incoming(
        external_id=external_id,
        text=text,
        title=line(values.get("title", "")),
        url=url,
        author=line(values.get("author", "") or values.get("author_name", "")),
        author_name=line(values.get("author_name", "") or values.get("author", "")),
        author_url=web_address(values.get("author_url", ""), ""),
        reach=reach,
        rating=rating,
        language=language(values.get("language", "")),
        posted_at=posted_at,
        parent=prose(values.get("parent", "")),
        thread=_thread(values.get("thread", "")),
        media=tuple(filter(None, (web_address(part, "") for part in values.get("media", "").split()))),
    )


def _thread(said: str) -> str:
    """An id as `_external_id` writes it; columns of numbers hold 0 or nothing for what is in no conversation."""
    given = clean(said).strip()
    if given in ("0", "-1"):
        return ""
    return given if len(given) <= LONGEST_ID else f"sha256:{digest(given)}"


def _external_id(values: Mapping[str, str], known: _KnownIds) -> str:
    given = clean(values.get("external_id", "")).strip()
    if not given:
        parts = (values.get(field, "") for field in ("text", "title", "author", "posted_at"))
        return known.by_content("\0".join(parts))
    return given if len(given) <= LONGEST_ID else f"sha256:{digest(given)}"

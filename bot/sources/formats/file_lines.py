"""The lines of a text file whose encoding nobody told us, with their numbers, and able to go back a few."""

import codecs
import io
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

PIECE = 1024 * 1024
MAX_RECORD = 4 * 1024 * 1024
"""Characters of one line, or of one record with quoted line ends. A cell of a megabyte is real; a forgotten quote that
swallows the rest of the file is not."""

_WIDE_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class RecordTooLongError(Exception):
    """A line or a record is longer than MAX_RECORD."""


@dataclass(frozen=True, kw_only=True)
class Encoding:
    """How the bytes are read. `note` says what was assumed, and is empty where nothing had to be."""

    name: str
    errors: str = "strict"
    note: str = ""


def find_encoding(path: Path) -> Encoding:
    """By the byte order mark, else UTF-8 where it fits the whole file, else Windows-1252. Reads the file once or twice."""
    with path.open("rb") as file:
        start = file.read(4096)
    wide = next((name for mark, name in _WIDE_MARKS if start.startswith(mark)), "")
    if wide:
        return Encoding(name=wide, errors="replace")
    if len(start) >= 4 and start[1::2].count(0) > len(start) // 4:
        return Encoding(name="utf-16-le", errors="replace", note="read as little-endian UTF-16, which it does not say")
    if len(start) >= 4 and start[::2].count(0) > len(start) // 4:
        return Encoding(name="utf-16-be", errors="replace", note="read as big-endian UTF-16, which it does not say")
    if _is_utf8(path):
        return Encoding(name="utf-8-sig")
    return _damaged_or_other(path)


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _damaged_or_other(path: Path) -> Encoding:
    """A few broken bytes among more good letters of UTF-8 are damage; otherwise it is another encoding."""
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    broken = good = 0
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            beyond_ascii = [ch for ch in decoder.decode(piece) if ch > "\x7f"]
            escaped = sum("\udc80" <= ch <= "\udcff" for ch in beyond_ascii)
            broken, good = broken + escaped, good + len(beyond_ascii) - escaped
    broken += len(decoder.decode(b"", final=True))
    if broken < good:
        return Encoding(name="utf-8-sig", errors="replace", note=f"{broken} bytes are not UTF-8 and shown as \ufffd")
    return Encoding(name="cp1252", errors="replace", note="not UTF-8; read as Windows-1252")


class Lines(Iterator[str]):
    """Lines with their ends. `number` is that of the last line given, from 1. `mark` and `back_to_second` let a
    record that turns out to be broken cost its first line only."""

    def __init__(self, file: io.TextIOBase) -> None:
        self._file = file
        self._ahead: deque[str] = deque()
        self._taken: list[str] = []
        self._size = 0
        self.number = 0

    def mark(self) -> None:
        """The next line begins a record."""
        self._taken = []
        self._size = 0

    def back_to_second(self) -> None:
        """All lines since the mark but the first will be given again."""
        again = self._taken[1:]
        self._ahead.extendleft(reversed(again))
        self.number -= len(again)
        self.mark()

    def __next__(self) -> str:
        line = self._ahead.popleft() if self._ahead else self._read()
        if not line:
            raise StopIteration
        self.number += 1
        self._taken.append(line)
        self._size += len(line)
        if self._size >= MAX_RECORD:
            raise RecordTooLongError
        return line

    def _read(self) -> str:
        """The next line; of one that is too long the start, which is enough to know it by."""
        line = rest = self._file.readline(MAX_RECORD)
        while len(rest) == MAX_RECORD and not rest.endswith(("\n", "\r")):
            rest = self._file.readline(MAX_RECORD)
        return line


class _Counted(io.RawIOBase):
    """A binary file that says how many bytes were read from it."""

    def __init__(self, file: io.FileIO, on_bytes: Callable[[int], None]) -> None:
        self._file = file
        self._on_bytes = on_bytes

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int | None:  # type: ignore[override] # typeshed's Buffer is not in 3.11
        size = self._file.readinto(buffer)
        if size:
            self._on_bytes(size)
        return size

    def close(self) -> None:
        self._file.close()
        super().close()


def open_text(path: Path, encoding: Encoding, on_bytes: Callable[[int], None]) -> io.TextIOWrapper:
    """Text with its line ends as they are; `on_bytes` hears of each read, for a progress bar."""
    raw = io.BufferedReader(_Counted(io.FileIO(path), on_bytes))
    return io.TextIOWrapper(raw, encoding=encoding.name, errors=encoding.errors, newline="")

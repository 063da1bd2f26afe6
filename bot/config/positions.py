"""On which line each key of a TOML document stands: `tomllib` reads the values but does not say where they were."""

import re
import tomllib
from bisect import bisect_right

KeyPath = tuple[str | int, ...]
"""Keys and list indexes (from 0) that lead to a value: `("departments", 2, "channel")`."""

_BLANK = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_SPACES = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR = re.compile(r"[^,\]}\n#]+")
_STRINGS = (  # longest opening first; a multi-line string may end in one or two quotes of its own before the closing three
    ('"""', re.compile(r'"""(?:[^"\\]|\\.|"(?!""))*"{3,5}', re.DOTALL)),
    ("'''", re.compile(r"'''(?:[^']|'(?!''))*'{3,5}")),
    ('"', re.compile(r'"(?:[^"\\\n]|\\.)*"')),
    ("'", re.compile(r"'[^'\n]*'")),
)


def line_numbers(document: str) -> dict[KeyPath, int]:
    """The line (from 1) of every key, table, list item and array-of-tables entry, the first one where it is opened twice.

    `document` must be valid TOML, that is, `tomllib.loads` has read it; anything else gives wrong lines.
    """
    scanner = _Scanner(document.replace("\r\n", "\n"))
    scanner.scan()
    return scanner.lines


def nearest_line(lines: dict[KeyPath, int], path: KeyPath) -> int:
    """The line of `path`, or of the closest table around it that the document has: where a missing key would belong."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


class _Scanner:
    """Walks once over a valid document; `lines` fills as it goes."""

    def __init__(self, text: str) -> None:
        self.lines: dict[KeyPath, int] = {}
        self._text = text
        self._at = 0
        self._line_starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self._entries: dict[KeyPath, int] = {}  # how many [[…]] entries each array of tables has so far

    def scan(self) -> None:
        table: KeyPath = ()
        self._skip(_BLANK)
        while self._at < len(self._text):
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip(_BLANK)

    def _header(self) -> KeyPath:
        line = self._line()
        brackets = 2 if self._text.startswith("[[", self._at) else 1
        self._at += brackets
        keys = self._dotted_key()
        self._at += brackets
        path = self._current(keys[:-1]) + keys[-1:]
        if brackets == 2:
            entry = self._entries.get(path, 0)
            self._entries[path] = entry + 1
            path = (*path, entry)
        self._note(path, line)
        return path

    def _current(self, keys: KeyPath) -> KeyPath:
        """The path that `keys` mean now: below an array of tables they mean its newest entry."""
        path: KeyPath = ()
        for key in keys:
            path = (*path, key)
            if path in self._entries:
                path = (*path, self._entries[path] - 1)
        return path

    def _pair(self, table: KeyPath) -> None:
        line = self._line()
        path = table + self._dotted_key()
        self._at += 1  # the equals sign
        self._note(path, line)
        self._value(path)

    def _dotted_key(self) -> KeyPath:
        """One or more keys joined by dots, and the spaces after them."""
        keys: list[str] = []
        while True:
            self._skip(_SPACES)
            keys.append(self._key())
            self._skip(_SPACES)
            if not self._text.startswith(".", self._at):
                return tuple(keys)
            self._at += 1

    def _key(self) -> str:
        if self._text[self._at] not in "\"'":
            return self._take(_BARE_KEY)
        quoted = self._string()
        return str(tomllib.loads(f"key = {quoted}")["key"])

    def _value(self, path: KeyPath) -> None:
        self._skip(_SPACES)
        match self._text[self._at]:
            case "[":
                self._array(path)
            case "{":
                self._inline_table(path)
            case '"' | "'":
                self._string()
            case _:
                self._take(_SCALAR)

    def _array(self, path: KeyPath) -> None:
        self._at += 1
        index = 0
        while not self._closed_by("]"):
            self._note((*path, index), self._line())
            self._value((*path, index))
            index += 1

    def _inline_table(self, path: KeyPath) -> None:
        self._at += 1
        while not self._closed_by("}"):
            self._pair(path)

    def _closed_by(self, bracket: str) -> bool:
        """Steps over blanks, a comma and the closing bracket; True once that bracket is passed."""
        self._skip(_BLANK)
        if self._text[self._at] == ",":
            self._at += 1
            self._skip(_BLANK)
        if self._text[self._at] != bracket:
            return False
        self._at += 1
        return True

    def _string(self) -> str:
        pattern = next(pattern for opening, pattern in _STRINGS if self._text.startswith(opening, self._at))
        return self._take(pattern)

    def _take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self._text, self._at)
        if match is None:
            raise ValueError(f"not TOML at offset {self._at}")
        self._at = match.end()
        return match.group()

    def _skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self._text, self._at)
        if match is not None:
            self._at = match.end()

    def _note(self, path: KeyPath, line: int) -> None:
        """The path and the tables around it that it opens on the way."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.lines:
                return
            self.lines[path[:length]] = line

    def _line(self) -> int:
        return bisect_right(self._line_starts, self._at)

"""The position finder against documents written for it, and against documents made up by hypothesis with known lines."""

import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config.positions import KeyPath, line_numbers, nearest_line


def paths_in(value: object, prefix: KeyPath = ()) -> set[KeyPath]:
    """Every path that tomllib's values have."""
    if isinstance(value, dict):
        inner = [((*prefix, key), one) for key, one in value.items()]
    elif isinstance(value, list):
        inner = [((*prefix, index), one) for index, one in enumerate(value)]
    else:
        inner = []
    return {path for path, _ in inner} | {found for path, one in inner for found in paths_in(one, path)}


CASES: list[tuple[str, str, dict[KeyPath, int]]] = [
    ("empty", "", {}),
    ("only comments", "# one\n\n  # two = 2\n", {}),
    ("plain keys", "a = 1\n\n# c\nb = 'x' # a = 3\n", {("a",): 1, ("b",): 4}),
    ("no newline at the end", "a = 1\nb = 2", {("b",): 2}),
    ("windows line ends", "a = 1\r\nb = [\r\n 1,\r\n 2]\r\n", {("b",): 2, ("b", 0): 3, ("b", 1): 4}),
    ("header", "[a]\nb = 1\n[c]\nb = 2\n", {("a",): 1, ("a", "b"): 2, ("c", "b"): 4}),
    ("dotted header", "\n[a.b]\nc = 1\n", {("a",): 2, ("a", "b"): 2, ("a", "b", "c"): 3}),
    ("header with spaces", "[ a . 'b c' ]\nd=1", {("a", "b c"): 1, ("a", "b c", "d"): 2}),
    ("array of tables", "[[a]]\nb = 1\n[[a]]\nb = 2\n", {("a",): 1, ("a", 0): 1, ("a", 1): 3, ("a", 1, "b"): 4}),
    (
        "tables inside an array of tables",
        "[[a]]\n[[a.b]]\nc=1\n[[a.b]]\nc=2\n[[a]]\n[a.d]\ne=3\n[[a.b]]\nc=4",
        {("a", 0, "b", 1, "c"): 5, ("a", 1, "d", "e"): 8, ("a", 1, "b", 0, "c"): 10},
    ),
    ("dotted key", "a . b.c = 1\na.d = 2\n", {("a",): 1, ("a", "b", "c"): 1, ("a", "d"): 2}),
    ("quoted keys", '"a.b" = 1\n\'c d\' = 2\n"" = 3', {("a.b",): 1, ("c d",): 2, ("",): 3}),
    ("escaped key", '"a\\u0062\\"=" = 1\nz = 2', {('ab"=',): 1, ("z",): 2}),
    ("inline table", "\na = {b = 1, 'c' = {d = [1, 2]}}", {("a", "b"): 2, ("a", "c", "d"): 2, ("a", "c", "d", 1): 2}),
    ("empty containers", "a = []\nb = {}\nc = [ \n ]\nd = 1", {("a",): 1, ("b",): 2, ("c",): 3, ("d",): 5}),
    ("dotted key in an inline table", "a = [{b.c = 1}]", {("a", 0, "b", "c"): 1}),
    (
        "array over lines with comments",
        'a = [ # "\n  1, # ]\n\n  [2,\n 3],\n "]", ]\nb = 1',
        {("a", 0): 2, ("a", 1): 4, ("a", 1, 1): 5, ("a", 2): 6, ("b",): 7},
    ),
    ("multi-line basic string", 'a = """\nb = 1\n\\""" \n[c]\n"""\nd = 1', {("a",): 1, ("d",): 6}),
    ("multi-line literal string", "a = '''\nb = 1\\\n'' [c]\n'''\nd = 1", {("a",): 1, ("d",): 5}),
    ("quotes before the closing ones", 'a = """x""\n""y"""""\nb = 1', {("b",): 3}),
    ("literal quotes before the closing ones", "a = '''x'''''\nb = 1", {("b",): 2}),
    ("empty strings", "a = ''\nb = \"\"\nc = ''''''\nd = \"\"\"\"\"\"\ne = 1", {("c",): 3, ("e",): 5}),
    ("signs inside strings", 'a = \'#]}=\'\nb = ["#,]", \'\\\']\nc = {d = "}\\""}\ne = 1', {("b", 1): 2, ("e",): 4}),
    ("dates", "a = 1979-05-27 07:32:00Z # x\nb = [1979-05-27, 07:32:00]\nc = 1", {("b", 1): 2, ("c",): 3}),
    ("numbers", "a = +1_000\nb = -inf\nc = 0xf", {("c",): 3}),
    ("supertable after its child", "[a.b]\nc = 1\n[a]\nd = 2\n", {("a",): 1, ("a", "d"): 4}),
    ("unicode", 'a = "ü→😀"\n"ключ" = 1', {("ключ",): 2}),
    ("a header's comment", "[a] # [b]\nc = 1 # d = 2\n", {("a", "c"): 2}),
]


@pytest.mark.parametrize(("document", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_lines_of_written_documents(document: str, expected: dict[KeyPath, int]) -> None:
    lines = line_numbers(document)
    assert set(lines) == paths_in(tomllib.loads(document))
    assert {path: lines[path] for path in expected} == expected


def test_a_missing_key_belongs_to_the_table_around_it() -> None:
    lines = line_numbers("\n[a]\nb = {c = 1}\n")
    assert nearest_line(lines, ("a", "b", "zz", 3)) == 3
    assert nearest_line(lines, ("a", "zz")) == 2
    assert nearest_line(lines, ("zz",)) == 1


KEYS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=4) | st.sampled_from(["a", "b-1", "9"])
STRINGS = st.text(st.sampled_from("a \"'\\\n#[]{}=,.ü😀"), max_size=12)
NUMBERS = st.integers(-(2**60), 2**60) | st.booleans()


class Writer:
    """Writes TOML by the choices of hypothesis and notes on which line it put what."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.text = ""
        self.lines: dict[KeyPath, int] = {}
        self._draw = draw

    def choose(self, *options: Any) -> Any:
        return self._draw(st.sampled_from(options))

    def document(self) -> None:
        """Root keys, then tables and arrays of tables with names of their own."""
        self.pairs(())
        for number in range(self._draw(st.integers(0, 3))):
            name = f"t{number}"
            entries = self.choose(None, 1, 2)
            for entry in range(entries or 1):
                self.gap()
                path: KeyPath = (name,) if entries is None else (name, entry)
                self.note((name,))
                self.note(path)
                self.text += self.choose(f"[{name}]", f'[ "{name}" ]') if entries is None else f"[[{name}]]"
                self.text += self.choose("\n", " # comment [x]\n", "\n\n")
                self.pairs(path)

    def pairs(self, table: KeyPath) -> None:
        for key in self._draw(st.lists(KEYS, max_size=3, unique=True)):
            self.gap()
            path = (*table, "k" + key)
            self.note(path)
            self.text += f"{self.quoted('k' + key)}{self.choose(' = ', '=')}"
            self.value(path, depth=0)
            self.text += self.choose("\n", " # c = 1\n")

    def gap(self) -> None:
        self.text += self.choose("", "", "\n", "# x = [\n", "  ")

    def value(self, path: KeyPath, depth: int) -> None:
        kind = self.choose("number", "string", "array", "table") if depth < 3 else self.choose("number", "string")
        if kind == "number":
            self.text += str(self._draw(NUMBERS)).lower()
        elif kind == "string":
            self.text += self.string()
        elif kind == "array":
            self.array(path, depth)
        else:
            self.table(path, depth)

    def array(self, path: KeyPath, depth: int) -> None:
        self.text += "["
        for index in range(self._draw(st.integers(0, 3))):
            self.text += (
                self.choose("", " ", "\n", " # ],\n") if index == 0 else self.choose(",", ", ", ",\n", ",# [\n ")
            )
            self.note((*path, index))
            self.value((*path, index), depth + 1)
        self.text += self.choose("]", " ]", "\n]")

    def table(self, path: KeyPath, depth: int) -> None:
        self.text += "{"
        for index, key in enumerate(self._draw(st.lists(KEYS, max_size=2, unique=True))):
            self.text += ", " if index else self.choose("", " ")
            self.note((*path, key))
            self.text += f"{self.quoted(key)} = "
            self.value((*path, key), depth + 1)
        self.text += "}"

    def string(self) -> str:
        content = self._draw(STRINGS)
        if self.choose(True, False) and "'" not in content:
            return f"'''{content}'''"
        if self.choose(True, False):
            return '"""' + content.replace("\\", "\\\\").replace('"', '\\"') + '"""'
        return self.quoted(content)

    def quoted(self, content: str) -> str:
        return '"' + "".join(f"\\U{ord(ch):08x}" if ch in '"\\' or not ch.isprintable() else ch for ch in content) + '"'

    def note(self, path: KeyPath) -> None:
        self.lines.setdefault(path, self.text.count("\n") + 1)


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, dict[KeyPath, int]]:
    writer = Writer(draw)
    writer.document()
    return writer.text, writer.lines


@settings(deadline=None)  # the machine may be busy
@given(documents())
def test_lines_of_made_up_documents(made: tuple[str, dict[KeyPath, int]]) -> None:
    document, expected = made
    assert paths_in(tomllib.loads(document)) == set(expected), "the writer itself is right"
    assert line_numbers(document) == expected

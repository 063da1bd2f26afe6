"""Plain text as Markdown that reads like it: nobody who writes an answer in Slack thinks of what `*` or `<` does elsewhere."""

import re

_ADDRESS = re.compile(r"https?://[^\s<>\"'`\\]+")
_SIGNS = re.compile(r"([\\`*_\[\]<>&~|#!$^])")
_AT_LINE_START = re.compile(r"^(\d{0,9})([-+=.)])", re.MULTILINE)
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)


def as_markdown(text: str) -> str:
    """Signs that mean something are escaped, addresses left alone so that they stay links; indents go: they would be code."""
    written, last = [], 0
    flush = _INDENT.sub("", text)
    for match in _ADDRESS.finditer(flush):
        written += [_escaped(flush[last : match.start()]), match[0]]
        last = match.end()
    escaped = "".join([*written, _escaped(flush[last:])])
    return _AT_LINE_START.sub(r"\1\\\2", escaped)


def _escaped(text: str) -> str:
    return _SIGNS.sub(r"\\\1", text)

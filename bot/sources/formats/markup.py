"""HTML to plain text: paragraphs, lists and entities stay, tags, scripts and comments go."""

import re
from dataclasses import dataclass
from html.parser import HTMLParser

from bot.domain.mention import CUT_MARK

MAX_HTML = 100_000
"""Characters of one post that are read; a longer one is cut and says so."""

_BLOCKS = """
address article aside blockquote dl fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr main nav ol p pre section
table ul
"""
_PARAGRAPHS = frozenset(_BLOCKS.split())
_LINES = frozenset({"br", "dd", "div", "dt", "figcaption", "li", "option", "summary", "tr"})
_SILENT = frozenset({"head", "iframe", "math", "noscript", "object", "script", "style", "svg", "template", "title"})
_NOT_TEXT = re.compile(r"<!--.*?(?:-->|\Z)|<!\[CDATA\[|\]\]>|<[!?][^<>]*+>", re.DOTALL)
"""Comments, declarations and marked sections. Taken out first, because html.parser raises AssertionError on some and is
quadratic on `<!--`. A space takes their place, so that what is left cannot join to a new comment."""
_NOT_A_TAG = re.compile(r"""<(?!/?[a-zA-Z](?:[^<>"']++|"[^"]*+"|'[^']*+')*+>)""")
"""A `<` that opens no complete tag. It becomes text first: html.parser of Python 3.11 is quadratic on unclosed tags
(100,000 characters of `<a ` held it for more than 10 s), and this expression is not: each `<` is looked at from at most
three starting points, because reading on through quotes never brings two of them into the same state."""


@dataclass(frozen=True, kw_only=True)
class Plain:
    text: str
    images: tuple[str, ...] = ()


def plain_text(markup: str) -> Plain:
    """The text that a person would read, and the addresses of the pictures in it, in order."""
    parser = _Reader()
    parser.feed(tame(markup[:MAX_HTML]))
    parser.close()
    text = tidy("".join(parser.pieces))
    return Plain(text=text + CUT_MARK if len(markup) > MAX_HTML else text, images=tuple(parser.images))


def tame(markup: str) -> str:
    """Markup that html.parser reads in linear time and without an assertion; no text or tag is lost."""
    return _NOT_A_TAG.sub("&lt;", _NOT_TEXT.sub(" ", markup))


def tidy(text: str) -> str:
    """One kind of line end, no spaces at line ends, at most one empty line in a row."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ").split("\n")
    joined = "\n".join(line.rstrip() for line in lines)
    return re.sub(r"\n{3,}", "\n\n", joined).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.images: list[str] = []
        self._silent = 0
        self._as_written = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        if tag == "pre":
            self._as_written += 1
        self._break(tag)
        if tag == "li":
            self.pieces.append("- ")
        if tag == "img" and not self._silent:
            found = dict(attrs)
            self.pieces.append(found.get("alt") or "")
            self.images.append(found.get("src") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        if tag == "pre":
            self._as_written = max(0, self._as_written - 1)
        if tag != "br":
            self._break(tag)

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        if self._as_written:
            self.pieces.append(data)
            return
        words = re.sub(r"\s+", " ", data)
        at_line_start = not self.pieces or self.pieces[-1].endswith(("\n", " "))
        self.pieces.append(words.lstrip(" ") if at_line_start else words)

    def _break(self, tag: str) -> None:
        if tag in _PARAGRAPHS:
            self.pieces.append("\n\n")
        elif tag == "br" or (tag in _LINES and self.pieces and not self.pieces[-1].endswith("\n")):
            self.pieces.append("\n")

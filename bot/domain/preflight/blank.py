"""Blanks that somebody meant to fill."""

import re
from collections.abc import Iterator

from bot.domain.preflight.finding import Concern, Finding, Severity
from bot.domain.preflight.phrases import found, quoted
from bot.domain.preflight.situation import Situation

_BLANK = re.compile(
    r"\[[^\[\]\n]{1,60}\](?!\()"  # [name], but no link in Markdown
    r"|\{[^{}\n]{1,60}\}"
    r"|<(?!https?:)[A-Za-z][^<>\n@]{0,40}>"
    r"|_{3,}|\bX{3,}\b|\bx{4,}\b|\.{6,}"
    r"|\b(?:TODO|TBD|TBC|FIXME|XXX)\b|\blorem ipsum\b|\binsert (?:name|link|date|text|order|amount)\b",
)


def look_at_blanks(draft: str, _situation: Situation) -> Iterator[Finding]:
    words = found(_BLANK, draft)
    if words:
        said = f"{quoted(words)} is still to be filled in: write what belongs there."
        yield Finding(concern=Concern.BLANK, rule="unfilled", sentence=said, words=words, severity=Severity.STOP)

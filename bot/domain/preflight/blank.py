"""Blanks that somebody meant to fill."""

import re
from collections.abc import Iterator

from bot.domain.draft import blanks
from bot.domain.preflight.finding import Concern, Finding, Severity, Words, tickable
from bot.domain.preflight.phrases import found, quoted
from bot.domain.preflight.situation import Situation

_LIKELY = re.compile(
    r"\[[^\[\]\n]{1,60}\](?!\()"  # [their name], but no link in Markdown
    r"|\{[^{}\n]{1,60}\}"
    r"|<(?!https?:)[A-Za-z][^<>\n@]{0,40}>"
    r"|_{3,}|\bX{3,}\b|\bx{4,}\b|\.{6,}"
    r"|\b(?:TODO|TBD|TBC|FIXME)\b|\blorem ipsum\b|\binsert (?:name|link|date|text|order|amount)\b",
)


def look_at_blanks(draft: str, _situation: Situation) -> Iterator[Finding]:
    """A draft's own blanks have to be filled; what only looks like one may be meant."""
    words = found(_LIKELY, draft)
    own = frozenset(blanks(draft))
    if certain := tuple(each for each in words if each.text in own):
        yield _unfilled("unfilled", certain)
    if doubtful := tuple(each for each in words if each.text not in own):
        yield tickable(_unfilled("likely", doubtful))


def _unfilled(rule: str, words: tuple[Words, ...]) -> Finding:
    said = f"{quoted(words)}: still to be filled in. Write what belongs there."
    return Finding(concern=Concern.BLANK, rule=rule, sentence=said, words=words, severity=Severity.STOP)

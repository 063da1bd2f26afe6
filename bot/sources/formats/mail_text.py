"""The text of a mail, parted into what its writer wrote now and what they quote."""

import re
from dataclasses import dataclass

from bot.sources.formats.markup import MAX_HTML, plain_text

LONGEST_SIGNATURE = 15
"""Lines after `-- ` that are taken for a signature; more is more likely text."""

_WROTE = re.compile(
    r"(?:On|Am|Le|El|Il|Op|Em|Den|Dnia|W dniu|Dne)\b[^\n]{0,300}?\n?[^\n]{0,200}?"
    r"\b(?:wrote|schrieb|a écrit|escribió|ha scritto|schreef|escreveu|skrev|napisał\(?a?\)?|napsal\(?a?\)?)\b[^\n]{0,200}?:[ \t]*$",
    re.MULTILINE,
)
"""The line above a quotation, which many programs break in two."""
_ORIGINAL = re.compile(
    r"^[ \t]*-{2,}[ \t]*(?:Original Message|Ursprüngliche Nachricht|Message d'origine|Mensaje original|"
    r"Messaggio originale|Oorspronkelijk bericht|Mensagem original)[ \t]*-{2,}[ \t]*$",
    re.MULTILINE | re.IGNORECASE,
)
_OUTLOOK = re.compile(
    r"^(?:_{20,}[ \t]*\n\s{0,20})?\*?(?:From|Von|De|Da|Van|Från|Fra)\*?[ \t]?:\*?[ \t][^\n]{1,300}\n"
    r"\*?(?:Sent|Gesendet|Envoyé|Enviado|Inviato|Verzonden|Date|Datum|Skickat|Sendt|To|An)\b[^\n]{0,20}:",
    re.MULTILINE,
)
"""Outlook's block of headers; only two of them in a row count, because people do write "From: …"."""
_FORWARDED = re.compile(r"^[ \t]*-{5,}[ \t]*(?:Forwarded message|Weitergeleitete Nachricht)[ \t]*-{5,}", re.MULTILINE)
_PHONE = re.compile(
    r"\n+(?:Sent from my \w[\w ]{0,30}|Von meinem \w[\w ]{0,30} gesendet|Envoyé de mon \w[\w ]{0,30}|"
    r"Get Outlook for \w{1,20}[^\n]{0,80}|Sent from Outlook[^\n]{0,80})\.?\s*\Z",
)
_QUOTED_MARKUP = re.compile(
    r"<blockquote\b|<div\b[^>]{0,300}\b(?:gmail_quote|moz-cite-prefix|yahoo_quoted|protonmail_quote|"
    r"divRplyFwdMsg|appendonsend)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Words:
    """`text` is what was written now, without a signature; `quoted` what it answers."""

    text: str
    quoted: str = ""


def words_of_html(markup: str) -> Words:
    """HTML says where a quotation begins in ways of its own; where nothing stands before it, all of it is text."""
    seen = markup[:MAX_HTML]
    found = _QUOTED_MARKUP.search(seen)
    if found is None:
        return words_of(plain_text(markup).text)
    above, below = words_of(plain_text(seen[: found.start()]).text), plain_text(seen[found.start() :]).text
    above_quote = Words(text=_without_attribution(above.text), quoted=below)
    return above_quote if above_quote.text else words_of(plain_text(markup).text)


def words_of(text: str) -> Words:
    """A text in which everything is quoted is left whole: somebody meant to say that."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    for part in (_below_a_line, _at_the_end, _at_the_start):
        words = part(plain)
        # Lines that are still marked say that the answers stand between the questions: apart they make no sense.
        if words.quoted and _unsigned(words.text).strip() and not re.search(r"(?m)^>", words.text):
            return Words(text=_unsigned(words.text).strip(), quoted=words.quoted.strip())
    return Words(text=(_unsigned(plain) if _unsigned(plain).strip() else plain).strip())


def _below_a_line(text: str) -> Words:
    """Programs that put the old mail below the new one, as it was."""
    starts = [found.start() for each in (_ORIGINAL, _OUTLOOK) if (found := each.search(text))]
    # What somebody forwards is why they write, and no answer to it.
    if not starts or ((forwarded := _FORWARDED.search(text)) and forwarded.start() < min(starts)):
        return Words(text=text)
    return Words(text=text[: min(starts)], quoted=text[min(starts) :])


def _at_the_end(text: str) -> Words:
    """Lines that begin with `>`, to the end, under a line that says who wrote them or under an empty one."""
    lines = text.rstrip().split("\n")
    first = len(lines)
    while first and _is_quoted_or_empty(lines[first - 1]):
        first -= 1
    quoted = lines[first:]
    if not any(line.startswith(">") for line in quoted):
        return Words(text=text)
    return Words(text=_without_attribution("\n".join(lines[:first])), quoted=_unmarked(quoted))


def _at_the_start(text: str) -> Words:
    lines = text.lstrip().split("\n")
    found = _WROTE.match(text.lstrip())
    first = found.group().count("\n") + 1 if found else 0
    last = first
    while last < len(lines) and _is_quoted_or_empty(lines[last]):
        last += 1
    quoted = lines[first:last]
    if not any(line.startswith(">") for line in quoted):
        return Words(text=text)
    return Words(text="\n".join(lines[last:]), quoted=_unmarked(quoted))


def _is_quoted_or_empty(line: str) -> bool:
    return line.startswith(">") or not line.strip()


def _unmarked(lines: list[str]) -> str:
    return "\n".join(line.lstrip("> ") for line in lines)


def _without_attribution(text: str) -> str:
    """The text without the line "On Monday Jo wrote:" where that is its last."""
    tail = text.rstrip()
    start = max(0, len(tail) - 700)
    last = next((each for each in _WROTE.finditer(tail, start) if each.end() == len(tail)), None)
    return tail[: last.start()] if last else text


def _unsigned(text: str) -> str:
    lines = _PHONE.sub("", text.rstrip()).split("\n")
    marks = [at for at, line in enumerate(lines) if line in ("-- ", "--")]
    if marks and len(lines) - marks[-1] - 1 <= LONGEST_SIGNATURE:
        lines = lines[: marks[-1]]
    return "\n".join(lines)


def unflowed(text: str, *, delete_space: bool) -> str:
    """`format=flowed` (RFC 3676) as it was before it was broken: a line that ends in a space goes on in the next one."""
    paragraphs: list[str] = []
    open_depth = -1
    for line in text.replace("\r\n", "\n").split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        words = line[depth:].removeprefix(" ")
        if depth == open_depth:
            paragraphs[-1] += words
        else:
            paragraphs.append(f"{'>' * depth} {words}" if depth else words)
        goes_on = words.endswith(" ") and words != "-- "
        open_depth = depth if goes_on else -1
        if goes_on and delete_space:
            paragraphs[-1] = paragraphs[-1][:-1]
    return "\n".join(paragraphs)

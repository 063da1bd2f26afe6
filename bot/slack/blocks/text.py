"""Text on its way into Slack: escaped, cut where people see it, with times in the reader's own zone."""

import re
import unicodedata
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import regex

CUT = "…"

_LONGEST_ESCAPE = len("&amp;")
_LINE_ENDS = re.compile(r"\r\n|[\n\r\u0085\u2028\u2029]")
_GRAPHEME = regex.compile(r"\X")
_BIDI_CONTROLS = dict.fromkeys(map(ord, "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
_USER = re.compile(r"[UW][A-Z0-9]{2,}")
_GROUP = re.compile(r"S[A-Z0-9]{2,}")
_CHANNEL = re.compile(r"[CG][A-Z0-9]{2,}")
_UNSAFE_IN_URL = re.compile(r"[\s<>|\"`\\\x00-\x1f\x7f]")
_MAX_URL = 3_000
_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


def escape(text: str) -> str:
    """Text that mrkdwn shows as it is: exactly &, < and > are replaced, as Slack asks for."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def cut(text: str, limit: int, *, lines: int | None = None) -> tuple[str, bool]:
    """The text in at most `limit` characters and `lines` lines, and whether anything is missing; then it ends in `CUT`.

    Cut between graphemes. A single grapheme longer than the limit (stacked accents) is cut inside: the limit is
    Slack's and always holds.
    """
    whole = "\n".join(_LINE_ENDS.split(text.strip()))
    short = whole if lines is None else "\n".join(whole.split("\n")[:lines])
    if short == whole and len(whole) <= limit:
        return whole, False
    return _head(short, limit - len(CUT)).rstrip() + CUT, True


def plain(text: str, limit: int, *, lines: int | None = None) -> str:
    """`cut` where the mark alone is enough."""
    return cut(text, limit, lines=lines)[0]


def inline(text: str, limit: int) -> str:
    """One line that cannot disturb its neighbours: no line breaks, no direction marks, right-to-left text isolated."""
    line = plain(" ".join(text.translate(_BIDI_CONTROLS).split()), limit - 2)
    if any(unicodedata.bidirectional(ch) in _RIGHT_TO_LEFT for ch in line):
        return f"\u2068{line}\u2069"
    return line


def pieces(text: str, size: int) -> list[str]:
    """The whole text in parts of at most `size` characters, for surfaces that limit a block and not the whole."""
    rest, parts = text.strip(), []
    while rest:
        part = _head(rest, size)
        parts.append(part)
        rest = rest[len(part) :]
    return parts


def escaped(text: str, limit: int) -> str:
    """One line for mrkdwn, within `limit` (20 at least) after escaping."""
    line = escape(inline(text, limit))
    return line if len(line) <= limit else escape(inline(text, limit // _LONGEST_ESCAPE))


def web_link(url: str) -> str:
    """The address if a browser may open it, else an empty string: http and https only, nothing that could break out."""
    if not url or len(url) > _MAX_URL or _UNSAFE_IN_URL.search(url):
        return ""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and host else ""


def host_of(url: str) -> str:
    """The site that a `web_link` leads to, so that people see where they go; `www.` says nothing."""
    host = urlsplit(url).hostname or ""
    return inline(host.removeprefix("www."), 60)


def is_user(reference: str) -> bool:
    return bool(_USER.fullmatch(reference))


def is_group(reference: str) -> bool:
    return bool(_GROUP.fullmatch(reference))


def is_channel(reference: str) -> bool:
    return bool(_CHANNEL.fullmatch(reference))


def mention(reference: str) -> str:
    """A user, user group or channel in mrkdwn; what is no Slack id is shown as it is, escaped."""
    if is_user(reference):
        return f"<@{reference}>"
    if is_group(reference):
        return f"<!subteam^{reference}>"
    if is_channel(reference):
        return f"<#{reference}>"
    return escaped(reference, 100)


def utc(moment: datetime) -> str:
    """The fallback of every date: unambiguous, the same for all."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def seconds(moment: datetime) -> int:
    """Unix time; what Slack's clients cannot show (before 1970 or beyond 2200) is 0."""
    since = int(moment.timestamp())
    return since if 0 < since < 7_258_118_400 else 0


def date(moment: datetime) -> str:
    """A date and time in mrkdwn, in each reader's own zone and language."""
    since = seconds(moment)
    return f"<!date^{since}^{{date_short_pretty}} at {{time}}|{utc(moment)}>" if since else utc(moment)


def day(moment: datetime) -> str:
    """A date without the time, in mrkdwn."""
    since = seconds(moment)
    fallback = f"{moment.astimezone(UTC):%Y-%m-%d}"
    return f"<!date^{since}^{{date_short_pretty}}|{fallback}>" if since else fallback


def duration(length: timedelta) -> str:
    """A length in words, its two largest units: `2 hours 5 minutes`. The sign is dropped: the sentence says which."""
    left = abs(int(length.total_seconds()))
    parts: list[str] = []
    for name, size in _UNITS:
        count, left = divmod(left, size)
        if count:
            parts.append(counted(count, name))
        elif parts:
            break
        if len(parts) == 2:
            break
    return " ".join(parts) or "no time"


def counted(count: int, noun: str) -> str:
    """`1 answer`, `1,204 answers`."""
    return f"{count:,} {noun if count == 1 else noun + 's'}"


def part_of(total: int, first: int, shown: int) -> str:
    """`9–16 of 4,210`: which page of a list this is. `first` counts from 0."""
    return f"{first + 1:,}–{first + shown:,} of {total:,}"


def percent(share: float) -> str:
    return f"{share:.0%}"


def listed(items: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(items[:-1]), items[-1]]) if len(items) > 1 else "".join(items)


def _head(text: str, limit: int) -> str:
    """The longest run of whole graphemes within `limit`, or a cut first one where that alone is longer."""
    if len(text) <= limit:
        return text
    end = 0
    for match in _GRAPHEME.finditer(text):
        if match.end() > limit:
            break
        end = match.end()
    return text[: end or limit]

"""A mention: a post about us, from the moment a source hands it over."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime

MAX_TEXT = 20_000
"""Characters of a mention's text that are kept; a longer one is cut and says so, the link leads to the whole."""

CUT_MARK = " […cut]"

_LOOK_AT = 4 * MAX_TEXT
"""Characters looked at: enough for whatever shrinks when composed, and no more work for a text of megabytes."""

_MOST_MARKS = 30
_LINE_ENDS = str.maketrans(dict.fromkeys("\r\v\f\x85", "\n"))


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """One post as a source gives it, already cleaned by `clean`. Times are aware UTC.

    `external_id` is unique within the source. `reach` counts followers or points. `rating` is in stars, 1 to 5.
    `parent` is the quoted or answered text. `thread` is the conversation: its own id, or that of any post in it, where a post
    is part of one. `media` are addresses of what is attached, or names of files where a place has no address for them. An empty
    string means that the source did not say.
    """

    external_id: str
    text: str
    title: str = ""
    url: str = ""
    author: str = ""
    author_name: str = ""
    author_url: str = ""
    reach: int | None = None
    rating: float | None = None
    language: str = ""
    posted_at: datetime | None = None
    parent: str = ""
    thread: str = ""
    media: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Mention(Incoming):
    """A mention that we remember: what came in, and where it stands."""

    id: int
    source: str
    received_at: datetime
    edited_at: datetime | None = None
    withdrawn_at: datetime | None = None
    added_by: str = ""
    """Who brought it in by hand; empty for what a source brought."""


def clean(text: str) -> str:
    """Text that every database and Slack accept: NFC, no NUL, no lone surrogates, no other control characters.

    PostgreSQL refuses NUL, both databases refuse lone surrogates (measured). Every kind of line end becomes `\\n`. The cut at
    MAX_TEXT is marked. Cleaning what is clean changes nothing.
    """
    seen = text[:_LOOK_AT].replace("\r\n", "\n").translate(_LINE_ENDS)
    kept = "".join(ch for ch in seen if ch in "\n\t" or not _is_control(ch))
    normal = _stream_safe(unicodedata.normalize("NFC", _stream_safe(kept)))
    whole = len(text) <= _LOOK_AT and len(normal) <= MAX_TEXT
    return normal if whole else normal[: MAX_TEXT - len(CUT_MARK)] + CUT_MARK


def _is_control(ch: str) -> bool:
    return unicodedata.category(ch) in ("Cc", "Cs")


def _stream_safe(text: str) -> str:
    """At most 30 combining marks in a row (UAX #15, more than any language needs): normalizing takes quadratic time in a run."""
    kept, run = [], 0
    for ch in text:
        run = run + 1 if unicodedata.combining(ch) else 0
        if run <= _MOST_MARKS:
            kept.append(ch)
    return "".join(kept)


def subject_text(title: str, text: str) -> str:
    """What the model reads of a mention: a verdict, and a correction of one, is about these words and no later ones."""
    return "\n".join(part for part in (title, text) if part)

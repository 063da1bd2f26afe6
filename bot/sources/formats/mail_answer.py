"""Our answer to a mail, as a mail."""

import re
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.charset import QP, Charset
from email.header import Header
from email.mime.text import MIMEText
from email.utils import format_datetime, formataddr

from bot.sources.formats.fields import digest, line
from bot.sources.formats.mail_message import OURS, Letter, conversation_of

MAX_SUBJECT = 200
MAX_QUOTED = 4_000
_RE = re.compile(r"\s*(?:re|aw|sv|antw|odp|ynt|vs|r)\s*(?:\[\d+\])?:", re.IGNORECASE)
_WIRE = policy.compat32.clone(linesep="\r\n", max_line_length=78)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What goes out: `raw` from `sender` to `to`."""

    message_id: str
    sender: str
    to: str
    raw: bytes


@dataclass(frozen=True, kw_only=True)
class Voice:
    """Who we are there. `quote` is whether the mail that is answered stands below the answer."""

    address: str
    name: str
    quote: bool


def answer_key(key: str) -> str:
    """How every Message-ID of the answer under this key begins, whatever it answers.

    Short, because programs that fold headers at 78 letters damage an id that does not fit.
    """
    return f"{OURS}{digest(key)[:20]}."


def mail_of(text: str, key: str, letter: Letter, voice: Voice, now: datetime) -> Answer:
    """The answer to `letter`. Nothing of a stranger's reaches a header but bounded words on one line and checked addresses."""
    conversation = letter.conversation or conversation_of(letter.external_id)
    message_id = f"<{answer_key(key)}{conversation}@{voice.address.rpartition('@')[2]}>"
    words = f"{text}\n\n{_quotation(letter)}" if voice.quote and letter.text else text
    letters = Charset("utf-8")
    letters.body_encoding = QP
    mail = MIMEText(words, "plain", letters)  # type: ignore[arg-type] # typeshed knows names only
    mail["From"] = _address(voice.name, voice.address)
    mail["To"] = _address(letter.answer_name, letter.answer_to)
    mail["Subject"] = Header(_subject(letter.subject), "utf-8", header_name="Subject").encode()
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = message_id
    if letter.message_id:
        mail["In-Reply-To"] = letter.message_id
        mail["References"] = " ".join([*letter.references, letter.message_id])
    raw = mail.as_bytes(policy=_WIRE)
    return Answer(message_id=message_id, sender=voice.address, to=letter.answer_to, raw=raw)


def _address(name: str, address: str) -> str:
    if not address.isascii():
        # RFC 6532: where an address is in UTF-8 the header is.
        return f"<{address}>"
    return formataddr((line(name), address), "utf-8")


def _subject(subject: str) -> str:
    kept = line(subject)
    kept = kept if len(kept) <= MAX_SUBJECT else kept[: MAX_SUBJECT - 1] + "…"
    return kept if _RE.match(kept) else f"Re: {kept}".rstrip()


def _quotation(letter: Letter) -> str:
    when = f"On {letter.written:%Y-%m-%d %H:%M} UTC, " if letter.written else ""
    who = letter.sender_name or letter.sender
    text = letter.text if len(letter.text) <= MAX_QUOTED else letter.text[: MAX_QUOTED - 1] + "…"
    lines = [f">{each}" if each.startswith(">") else f"> {each}".rstrip() for each in text.split("\n")]
    return "\n".join([f"{when}{who} wrote:", *lines])

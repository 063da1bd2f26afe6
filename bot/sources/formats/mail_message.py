"""A mail as a letter: who wrote what to whom, whatever the program that made it thought of the standards.

Read from the first bytes of a message, which may be cut anywhere. Nothing in it is trusted: every header is bounded before
it is parsed, and what cannot be read is a sentence, never an exception of the parser.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.errors import MessageError
from email.message import Message
from email.policy import Compat32
from email.utils import getaddresses

from bot.sources.formats.dates import read_date
from bot.sources.formats.fields import digest, language, line, prose, shortened
from bot.sources.formats.mail_attachments import attachments_of
from bot.sources.formats.mail_charset import decode_text, header_text
from bot.sources.formats.mail_text import Words, unflowed, words_of, words_of_html

LONGEST_HEADER = 16_000
MAX_HEADER = 4_000
"""Letters of a header after its folds are taken out."""
MAX_BRACKETS = 20
"""Of an address; the parser calls itself at each."""
MAX_PARTS = 100
MAX_SEPARATORS = 2_000
MAX_REFERENCES = 8
DEEPEST = 20
READABLE = ("text/plain", "text/markdown", "text/enriched")
OURS = "earshot-"
"""How the local part of our own Message-IDs begins: `<earshot-KEY.CONVERSATION@domain>`."""

_ID = re.compile(r"<[!#-;=?A-Z\[\]-~]{1,250}@[!#-;=?A-Z\[\]-~]{1,250}>")
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"\\@]{1,64}@[^\s<>()\[\],;:\"\\@]{1,255}")
_OUR_ID = re.compile(rf"<{OURS}\w+\.([0-9a-f]+)@", re.ASCII)
_MACHINES = re.compile(r"(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?)(?:[+.\-=].*)?", re.IGNORECASE)


class _Bounded(Compat32):
    """The parser's own reading of headers, but of none more than LONGEST_HEADER: it is quadratic on parameters."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[:LONGEST_HEADER]


Heads = Mapping[str, str]
"""Headers by their names in small letters."""


class UnreadableError(Exception):
    """The mail cannot be read; the message is the end of a sentence without customer text."""


@dataclass(frozen=True, kw_only=True)
class Letter:
    """`message_id` is empty where there is none that a search could use. `answer_to` is where answers are wanted.

    `conversation` is the same for all mails of one exchange, ours among them; `references` are the latest of those before
    it. `by_machine` says that no person wrote it just now: an automatic answer, a bounce, a newsletter. `from_list` says
    that a mailing list passed it on.
    `attached` are names and sizes of what hangs on it.
    """

    message_id: str
    sender: str
    sender_name: str
    answer_to: str
    answer_name: str
    subject: str
    text: str
    quoted: str
    conversation: str
    references: tuple[str, ...]
    written: datetime | None
    language: str
    by_machine: bool
    from_list: bool
    attached: tuple[str, ...] = ()

    def writer(self, own: frozenset[str]) -> tuple[str, str]:
        """Address and name of the person who wrote it; no address for a machine.

        Contact forms send in their own name or in ours, and put the customer into Reply-To.
        """
        is_form = self.answer_to != self.sender and (self.sender in own or _is_machine(self.sender))
        address, name = (self.answer_to, self.answer_name) if is_form else (self.sender, self.sender_name)
        return ("", "") if _is_machine(address) else (address, name)

    @property
    def external_id(self) -> str:
        """The Message-ID and a part that tells mails apart which bear the same one: some contact forms never change it."""
        told = "\0".join([self.sender, str(self.written), self.subject])
        known = self.message_id or f"sha256:{digest(self.text)[:32]}"
        return f"{known} {digest(told)[:8]}"


def is_address(text: str) -> bool:
    return _ADDRESS.fullmatch(text) is not None and text.isprintable()


def message_id_of(external_id: str) -> str:
    """The Message-ID in an external id; empty where the mail had none."""
    known = external_id.partition(" ")[0]
    return known if _ID.fullmatch(known) else ""


def read_letter(raw: bytes) -> Letter:
    """Raises UnreadableError."""
    if raw.lower().count(b"boundary=") > MAX_PARTS or raw.count(b"\n--") > MAX_SEPARATORS:
        raise UnreadableError("has too many parts to be read")
    try:
        return _letter(message_from_bytes(raw, policy=_Bounded()))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, MessageError, AssertionError) as error:
        # The parser's many ways to say that it has lost itself.
        raise UnreadableError(f"cannot be read ({type(error).__name__})") from error


def _letter(mail: Message) -> Letter:
    heads = _heads(mail)
    sender_name, sender = _person(heads, "From")
    answer_name, answer_to = _person(heads, "Reply-To")
    message_id = _first_id(heads, "Message-ID")
    by_machine = _is_by_machine(mail, heads)
    words = next(_bodies(mail, 0), Words(text=""))
    return Letter(
        message_id=message_id,
        sender=sender,
        sender_name=sender_name,
        answer_to=answer_to or sender,
        answer_name=answer_name if answer_to else sender_name,
        subject=line(_header(heads, "Subject")),
        text=prose(words.text),
        quoted=shortened(prose(words.quoted)),
        conversation=_conversation(heads, message_id),
        references=tuple(_ids(heads, "References")[-MAX_REFERENCES:]),
        written=read_date(_header(heads, "Date")),
        language=language(_header(heads, "Content-Language").partition(",")[0]),
        by_machine=by_machine,
        from_list=bool(_header(heads, "List-Id")) or _header(heads, "Precedence").lower() == "list",
        attached=attachments_of(mail),
    )


def _person(heads: Heads, name: str) -> tuple[str, str]:
    """Name and address, the address in small letters; both empty where none is to be read."""
    written = _header(heads, name, decoded=False)
    if written.count("(") > MAX_BRACKETS:
        written = written.replace("(", " ")
    for shown, address in getaddresses([written]):
        if is_address(address):
            return line(header_text(shown)), address.lower()
    return "", ""


def _heads(mail: Message) -> Heads:
    """The first of each header, as it was written: what the parser makes of bytes beyond ASCII is of no use."""
    found: dict[str, str] = {}
    for name, value in mail.raw_items():
        found.setdefault(name.lower(), str(value))
    return found


def _header(heads: Heads, name: str, *, decoded: bool = True) -> str:
    raw = " ".join(heads.get(name.lower(), "").split())[:MAX_HEADER]
    return header_text(raw) if decoded else raw


def _first_id(heads: Heads, name: str) -> str:
    return next(iter(_ids(heads, name)), "")


def _ids(heads: Heads, name: str) -> list[str]:
    """As they stand there; some programs encode a long one as they do names, in pieces."""
    raw = _header(heads, name, decoded=False)
    return _ID.findall("".join(header_text(raw).split()) if "=?" in raw else raw)


def _conversation(heads: Heads, own: str) -> str:
    """By the first mail of it: the oldest that References names. A name of ours carries the conversation itself."""
    named = [*_ids(heads, "References"), _first_id(heads, "In-Reply-To"), own]
    ours = next((found[1] for each in named if (found := _OUR_ID.match(each))), "")
    first = next(filter(None, named), "")
    return ours or (conversation_of(first) if first else "")


def conversation_of(first: str) -> str:
    """The name of the exchange that the mail with this Message-ID began."""
    return digest(first)[:16]


def _is_machine(address: str) -> bool:
    return _MACHINES.fullmatch(address.partition("@")[0]) is not None


def _is_by_machine(mail: Message, heads: Heads) -> bool:
    """By what mail servers and the programs of senders say of it (RFC 3834)."""
    submitted = _header(heads, "Auto-Submitted").lower()
    told = any(_header(heads, name) for name in ("X-Autoreply", "X-Autorespond", "X-Earshot"))
    is_bulk = bool(_header(heads, "List-Unsubscribe")) and not _header(heads, "List-Id")
    return (
        (bool(submitted) and not submitted.startswith("no"))
        or told
        or is_bulk
        or _header(heads, "Precedence").lower() in ("bulk", "junk", "auto_reply")
        or _header(heads, "Return-Path") == "<>"
        or mail.get_content_type() in ("multipart/report", "text/calendar")
    )


def _bodies(part: Message, depth: int) -> Iterator[Words]:
    """What can be read, the best first; at most one is used, except that the pieces of a mixed mail belong together."""
    if depth > DEEPEST or _is_attached(part):
        return
    if not part.is_multipart():
        words = _words(part)
        if words.text:
            yield words
        return
    payload = part.get_payload()
    children = [child for child in payload if isinstance(child, Message)] if isinstance(payload, list) else []
    if part.get_content_type() == "multipart/alternative":
        ordered = sorted(children, key=lambda child: child.get_content_type() != "text/plain")
        for child in ordered:
            yield from _bodies(child, depth + 1)
    elif part.get_content_maintype() != "message":
        found = [next(_bodies(child, depth + 1), Words(text="")) for child in children]
        text = "\n\n".join(words.text for words in found if words.text)
        if text:
            yield Words(text=text, quoted="\n\n".join(words.quoted for words in found if words.quoted))


def _is_attached(part: Message) -> bool:
    is_text = part.is_multipart() or part.get_content_maintype() in ("text", "multipart")
    return part.get_content_disposition() == "attachment" or not is_text


def _words(part: Message) -> Words:
    kind, charset = part.get_content_type(), part.get_content_charset() or ""
    is_flowed, deletes = (str(part.get_param(name, "")).lower() for name in ("format", "delsp"))
    # Decoding tries the charset by itself and breaks on some.
    del part["Content-Type"]
    payload = part.get_payload(decode=True)
    text = decode_text(payload if isinstance(payload, bytes) else b"", charset)
    if kind == "text/html":
        return words_of_html(text)
    if kind.startswith("text/") and kind not in READABLE:
        return Words(text="")
    return words_of(unflowed(text, delete_space=deletes == "yes") if is_flowed == "flowed" else text)

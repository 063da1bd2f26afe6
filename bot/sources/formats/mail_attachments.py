"""What is attached to a mail: names and sizes, as far as they can be told, and none of the bytes."""

from collections.abc import Iterator
from email.message import Message

from bot.sources.formats.fields import line
from bot.sources.formats.mail_charset import header_text
from bot.sources.formats.mail_structure import parts_of

DEEPEST = 20
MOST_PARTS = 100
LONGEST_NAME = 80
KEPT_END = 20
"""Letters of the end of a name that is cut: what kind of file it is stands there."""
SIGNATURES = frozenset({"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"})
LINE, LETTERS = 78, 76
"""What a line of base64 takes on its way, and the letters on it: a server counts line ends too."""


def attachments_of(mail: Message) -> tuple[str, ...]:
    """`invoice.pdf (210 kB)` each, in their order. Takes headers away, so nothing of the mail is read after it."""
    leaves = list(_leaves(mail, within="", depth=0))
    return tuple(f"{_name(part)}{_size(part)}" for part, within in leaves if _is_attachment(part, within))


def attachments_told(structure: bytes) -> tuple[str, ...]:
    """As `attachments_of`, by what the server says of a mail. Raises ValueError where that cannot be read."""
    parts = parts_of(structure)[:MOST_PARTS]
    attached = [part for part in parts if _is_attachment(part.heads, part.within)]
    return tuple(f"{_name(part.heads)}{_shown(_decoded(part.heads, part.size * LETTERS // LINE))}" for part in attached)


def _leaves(part: Message, *, within: str, depth: int) -> Iterator[tuple[Message, str]]:
    """Parts that are not made of parts, and of what kind that is which holds them; a mail in a mail is one part."""
    if part.get_content_maintype() != "multipart" or not part.is_multipart():
        yield part, within
    elif depth < DEEPEST:
        for child in part.get_payload():
            if isinstance(child, Message):
                yield from _leaves(child, within=part.get_content_type(), depth=depth + 1)


def _is_attachment(part: Message, within: str) -> bool:
    kind, main = part.get_content_type(), part.get_content_maintype()
    if kind in SIGNATURES or main == "multipart":
        return False
    if part.get_content_disposition() == "attachment":
        return True
    # The logo in an HTML text is a part of it.
    is_picture_of_text = within == "multipart/related" and "content-id" in part
    return main != "text" and not is_picture_of_text


def _name(part: Message) -> str:
    name = _written_name(part)
    if not name:
        kind = line(part.get_content_type())[:LONGEST_NAME]
        return "a mail" if part.get_content_maintype() == "message" else f"a file of type {kind}"
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - KEPT_END - 1]}…{name[-KEPT_END:]}"


def _written_name(part: Message) -> str:
    """Empty where there is none, and where it is so malformed that the parser loses itself."""
    try:
        return line(header_text(" ".join((part.get_filename() or "").split())))
    except (ValueError, LookupError, TypeError, AttributeError):
        return ""


def _size(part: Message) -> str:
    # The parser decodes by a charset that is stated here too, and breaks on some.
    del part["Content-Type"]
    payload = part.get_payload()
    if not isinstance(payload, str):
        return ""
    return _shown(_decoded(part, len(payload) - payload.count("\n") - payload.count("\r")))


def _decoded(part: Message, letters: int) -> int:
    """Bytes of a part of so many letters, line ends not counted."""
    is_base64 = str(part.get("Content-Transfer-Encoding", "")).strip().lower() == "base64"
    return letters * 3 // 4 if is_base64 else letters


def _shown(size: int) -> str:
    return f" ({size / 1_000_000:.1f} MB)" if size >= 1_000_000 else f" ({max(round(size / 1_000), 1)} kB)"

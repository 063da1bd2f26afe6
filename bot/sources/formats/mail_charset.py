"""Bytes of a mail as text: in the charset that it states where that works, and in what was meant where it does not."""

import binascii
import codecs
from contextlib import suppress
from email.errors import MessageError
from email.header import decode_header

_WIDER = {"iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "euc_kr": "cp949"}
"""What many programs name, and what they mean: the same with more letters."""
_NO_CHARSET = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined"})
"""Python's codecs that no mail means; some take quadratic time."""


def header_text(raw: str) -> str:
    """A header, by RFC 2047 as far as it makes sense; bytes that a header should not hold are read as UTF-8."""
    plain = raw.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    if "=?" not in plain:
        return plain
    try:
        parts = decode_header(plain)
    except (MessageError, ValueError, binascii.Error):
        return plain
    return "".join(part if isinstance(part, str) else decode_text(part, charset or "") for part, charset in parts)


def decode_text(payload: bytes, charset: str) -> str:
    """In the charset that is stated where that works, else in UTF-8, else in Windows' Western letters."""
    for name in (_codec(charset), "utf-8"):
        with suppress(UnicodeDecodeError):
            if name:
                return payload.decode(name)
    return payload.decode(_codec(charset) or "cp1252", "replace")


def _codec(charset: str) -> str:
    try:
        found = codecs.lookup(charset.strip().strip("\"'")[:40])
    except (LookupError, ValueError):
        return ""
    # Only codecs from bytes to text: Python also knows "rot13" and "zip".
    is_text = getattr(found, "_is_text_encoding", False) and found.name.replace("-", "_") not in _NO_CHARSET
    return _WIDER.get(found.name, found.name) if is_text else ""

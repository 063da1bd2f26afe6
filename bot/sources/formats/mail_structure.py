"""What a mail is made of as its server tells it (BODYSTRUCTURE, RFC 3501 section 7.4.2), for mails that are not read whole."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

from bot.sources.formats.json_values import whole_number

MOST_TOKENS = 20_000
DEEPEST = 40
_TOKEN = re.compile(rb'[()]|"((?:[^"\\]|\\.)*)"|[^\s()"]+', re.DOTALL)

Item = bytes | list["Item"] | None


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part that is not made of parts: its headers, its size as it is sent, and of what kind that is which holds it."""

    heads: Message
    size: int
    within: str


def parts_of(told: bytes) -> list[Part]:
    """From what a server answers to `FETCH … BODYSTRUCTURE`, literals in quotes. Raises ValueError where it cannot be read."""
    at = told.upper().find(b"BODYSTRUCTURE (")
    if at < 0:
        raise ValueError("no structure")
    return list(_parts(_read(told[at + len(b"BODYSTRUCTURE ") :]), within=""))


def _read(raw: bytes) -> list[Item]:
    """The first list there. Quoted strings and other words alike become bytes, NIL None."""
    stack: list[list[Item]] = [[]]
    for count, token in enumerate(_TOKEN.finditer(raw)):
        word = token[0]
        if count > MOST_TOKENS or len(stack) > DEEPEST:
            raise ValueError("too large a structure")
        if word == b"(":
            stack.append([])
        elif word == b")":
            ended = stack.pop()
            if len(stack) == 1:
                return ended
            stack[-1].append(ended)
        elif word.upper() == b"NIL":
            stack[-1].append(None)
        else:
            stack[-1].append(re.sub(rb"\\(.)", rb"\1", token[1], flags=re.DOTALL) if token[1] is not None else word)
    raise ValueError("a structure without an end")


def _parts(body: list[Item], *, within: str) -> Iterator[Part]:
    inner = [each for each in body if isinstance(each, list)]
    if body and isinstance(body[0], list):
        count = next((at for at, each in enumerate(body) if not isinstance(each, list)), len(body))
        for each in inner[:count]:
            yield from _parts(each, within=f"multipart/{_text(body, count).lower()}")
    else:
        yield _leaf(body, within)


def _leaf(body: list[Item], within: str) -> Part:
    main, sub = _text(body, 0).lower(), _text(body, 1).lower()
    # Behind the size a text has its lines, a mail its envelope, parts and lines.
    extension = 8 if main == "text" else 10 if (main, sub) == ("message", "rfc822") else 7
    heads = Message()
    heads["Content-Type"] = f"{main}/{sub}{_parameters(_list(body, 2))}"
    if _text(body, 3):
        heads["Content-ID"] = _text(body, 3)
    heads["Content-Transfer-Encoding"] = _text(body, 5)
    disposition = _list(body, extension + 1)
    if disposition:
        heads["Content-Disposition"] = f"{_text(disposition, 0)}{_parameters(_list(disposition, 1))}"
    return Part(heads=heads, size=whole_number(_text(body, 6)) or 0, within=within)


def _parameters(pairs: list[Item]) -> str:
    written = [(_text(pairs, at), _text(pairs, at + 1)) for at in range(0, len(pairs) - 1, 2)]
    return "".join(f'; {name}="{value.translate(_ESCAPED)}"' for name, value in written)


_ESCAPED = str.maketrans({"\\": "\\\\", '"': '\\"'})


def _text(items: list[Item], at: int) -> str:
    found = items[at] if at < len(items) else None
    return found.decode("utf-8", "replace") if isinstance(found, bytes) else ""


def _list(items: list[Item], at: int) -> list[Item]:
    found = items[at] if at < len(items) else None
    return found if isinstance(found, list) else []

"""What a model's process and the bot say to each other: JSON behind its length, over a socket. Standard library only.

No pickles come back: whatever a model does to the process that it runs in, its words can only be read as text and numbers.
"""

import json
import math
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, fields
from enum import StrEnum
from typing import Any

from classifiers.settings import ModelSettings, TopicSpec
from classifiers.verdict import Subject, Verdict

LONGEST_MESSAGE = 64 * 1024 * 1024
LONGEST_TEXT = 65_536
"""`text.readable` reads no further, so what is cut here changes no verdict."""

LONGEST_NAME = 4_096
AT_ONCE = 64
"""Subjects in one message: with the longest texts, every sign escaped, they fit it."""

LONGEST_WHY = 200
LONGEST_FAULT = 500
_TOLERANCE = 1e-3
_HEAD = struct.Struct(">I")

Message = dict[str, Any]


class NonsenseError(Exception):
    """The other side said something that is no message, or no verdict."""


def packed(message: Message) -> bytes:
    """One message as bytes. NaN is refused with ValueError; a lone surrogate travels as its escape."""
    body = json.dumps(message, allow_nan=False, separators=(",", ":")).encode("ascii")
    if len(body) > LONGEST_MESSAGE:
        raise ValueError(f"a message of {len(body)} bytes is too long")
    return _HEAD.pack(len(body)) + body


class Inbox:
    """Bytes in, messages out."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, chunk: bytes) -> None:
        self._held += chunk

    def pop(self) -> Message | None:
        """The next whole message, None where some of it is still to come. Raises NonsenseError."""
        if len(self._held) < _HEAD.size:
            return None
        (length,) = _HEAD.unpack_from(self._held)
        if length > LONGEST_MESSAGE:
            raise NonsenseError(f"a message of {length} bytes was announced")
        end = _HEAD.size + length
        if len(self._held) < end:
            return None
        body = bytes(self._held[_HEAD.size : end])
        del self._held[:end]
        try:
            message = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise NonsenseError("a message was not JSON") from error
        if not isinstance(message, dict):
            raise NonsenseError("a message was no object")
        return message


def settings_told(settings: ModelSettings) -> Message:
    return {"settings": asdict(settings)}


def settings_heard(message: Message) -> ModelSettings:
    """The settings as they were: JSON knows neither tuples nor closed sets of words."""
    raw: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in message["settings"].items()
    }
    topics = tuple(TopicSpec(**topic | {"examples": tuple(topic["examples"])}) for topic in raw.pop("topics"))
    closed = {each.name: type(each.default) for each in fields(ModelSettings) if isinstance(each.default, StrEnum)}
    words: dict[str, Any] = {name: kind(str(raw.pop(name))) for name, kind in closed.items()}
    return ModelSettings(topics=topics, **words, **raw)


def subjects_told(subjects: Sequence[Subject]) -> Message:
    return {"subjects": [[subject.text[:LONGEST_TEXT], subject.about[:LONGEST_NAME]] for subject in subjects]}


def subjects_heard(message: Message) -> list[Subject]:
    return [Subject(text=text, about=about) for text, about in message["subjects"]]


def verdicts_told(verdicts: Sequence[Verdict]) -> Message:
    return {"verdicts": [asdict(verdict) for verdict in verdicts]}


def verdicts_heard(message: Message, number: int) -> list[Verdict]:
    """Exactly `number` verdicts that keep their contract. Raises NonsenseError: a process is not believed unseen."""
    raw = message.get("verdicts")
    if not isinstance(raw, list) or len(raw) != number:
        raise NonsenseError(f"{number} verdicts were asked for, and not given")
    try:
        return [_verdict(one) for one in raw]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NonsenseError("a verdict was none: a part is missing, or is no probability") from error


def _verdict(raw: Mapping[str, Any]) -> Verdict:
    read: dict[str, Callable[[Any], Any]] = {
        "topics": _shares,
        "triage": _shares,
        "language": _short,
        "why": _words,
        "model": _short,
    }
    return Verdict(**{each.name: read.get(each.name, _chance)(raw[each.name]) for each in fields(Verdict)})


def _words(raw: Sequence[object]) -> tuple[str, ...]:
    return tuple(map(_short, raw))


def _chance(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError("no probability")
    return float(value)


def _shares(raw: Mapping[str, object]) -> dict[str, float]:
    shares = {_short(name): _chance(value) for name, value in raw.items()}
    if not math.isclose(sum(shares.values()), 1, abs_tol=_TOLERANCE):
        raise ValueError("the shares do not sum to 1")
    return shares


def _short(value: object) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_WHY:
        raise ValueError("no short text")
    return value

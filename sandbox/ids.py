"""Identifiers as Slack forms them: a type letter and capitals, and message timestamps that never repeat."""

import hashlib
import itertools
import secrets
from collections.abc import Callable

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

Clock = Callable[[], float]


def stable_id(prefix: str, name: str) -> str:
    """An eleven-letter id that is the same in every run for the same name."""
    number = int.from_bytes(hashlib.sha256(f"{prefix}:{name}".encode()).digest()[:8])
    letters = ""
    while len(letters) < 10:
        number, digit = divmod(number, len(ALPHABET))
        letters += ALPHABET[digit]
    return prefix + letters


class Ids:
    """Counted ids, for what comes to be while the workspace runs."""

    def __init__(self) -> None:
        self._count = itertools.count(1)

    def next(self, prefix: str) -> str:
        return stable_id(prefix, str(next(self._count)))


class Timestamps:
    """Message timestamps: seconds with six digits, strictly growing within the workspace, as Slack's are within a channel."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0

    def next(self) -> str:
        self._last = max(self._last + 1, int(self._clock() * 1_000_000))
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"


def secret_name(length: int = 24) -> str:
    """An unguessable name, for tickets, triggers and response addresses."""
    return secrets.token_hex(length // 2)

"""The contract that every source passes (tests/contracts): what it gives, and how it can be answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from bot.domain.mention import Incoming


@dataclass(frozen=True, kw_only=True)
class Batch:
    """What one poll brought. `cursor` is an opaque text to hand in next time; it is stored with the rows or not at all.

    `retry_after` is the least time before the next poll, where the place asked for one. `problems` are bad entries that
    were left out, one sentence each, without customer text; the rest of the batch is good.
    """

    items: Sequence[Incoming]
    cursor: str
    retry_after: timedelta | None = None
    problems: tuple[str, ...] = ()


@runtime_checkable
class Source(Protocol):
    """A place where customers write.

    `poll` raises `Retry` when the place may answer later and `GiveUp` when only a person can mend it (gone, refused,
    not a feed). It may give the same item again: the store keeps (source, external id) unique.
    """

    @property
    def name(self) -> str: ...

    @property
    def kind(self) -> str: ...

    @property
    def every(self) -> timedelta:
        """Time between two polls when nothing is wrong."""
        ...

    def poll(self, cursor: str, now: datetime) -> Batch: ...


@dataclass(frozen=True, kw_only=True)
class Replied:
    """Where our answer stands at the source."""

    permalink: str


@runtime_checkable
class Answerable(Source, Protocol):
    """A source that can carry our answer. Sending the same `key` twice must leave one answer there.

    `max_answer` is how many characters it takes, None where it does not say.
    """

    @property
    def max_answer(self) -> int | None: ...

    def reply(self, external_id: str, text: str, *, key: str) -> Replied: ...


@runtime_checkable
class Traceable(Answerable, Protocol):
    """An answerable source that can say what became of an answer whose sending ended without a word."""

    def find_reply(self, external_id: str, *, key: str) -> Replied | None:
        """Where the answer sent under `key` stands; None where there certainly is none. Raises Retry and GiveUp as `reply`
        does where that cannot be told.
        """
        ...

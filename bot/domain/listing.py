"""Mentions in a list, at Home and where somebody searched."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.lifecycle import State


@dataclass(frozen=True, kw_only=True)
class Line:
    """A mention in a list: enough to recognise it, to see what is next, and to open its card.

    `offered_by` is empty where Earshot itself asked; `waits_for` says for what its answer needs an approver.
    """

    mention_id: int
    state: State
    source: str
    author: str
    excerpt: str
    department: str
    due_at: datetime | None
    owner: str
    urgent: bool
    permalink: str
    first_state: State | None = None
    """How the first stands on whose card it is shown; None where it has its own."""
    posted_at: datetime | None = None
    topic: str = ""
    offered_by: str = ""
    offer_until: datetime | None = None
    answer_id: int = 0
    answer: str = ""
    answer_by: str = ""
    waits_for: str = ""


@dataclass(frozen=True, kw_only=True)
class Listing:
    """One page of a list, with `size` lines if it is full: `first` counts from 0, `total` is what the whole list has."""

    lines: tuple[Line, ...] = ()
    first: int = 0
    total: int = 0
    size: int = 8

    @property
    def page(self) -> int:
        """Which one it is, from 0."""
        return self.first // self.size

    @property
    def end(self) -> int:
        return self.first + len(self.lines)

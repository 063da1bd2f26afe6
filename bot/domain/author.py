"""What is known of somebody who writes about us: source by source, because the same name may be another person elsewhere.

Only what employees linked by hand is added up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.lifecycle import State
from bot.domain.listing import Line
from bot.domain.stance import Stance

LEAST_CHANGE = 0.15
"""A smaller change between the earlier and the later half of somebody's posts is none: single estimates vary as much."""


@dataclass(frozen=True, kw_only=True)
class Said:
    """Our answer to one of their posts, `to` being the mention."""

    to: int
    at: datetime
    by: str
    text: str


@dataclass(frozen=True, kw_only=True)
class AuthorAt:
    """An author at one source. `ends` says how many of their mentions stand how; `lines` are the last ones, newest first."""

    source: str
    source_title: str
    handle: str
    name: str
    profile: str
    total: int
    ends: tuple[tuple[State, int], ...]
    first_at: datetime
    last_at: datetime
    score: str
    lines: tuple[Line, ...]
    answers: tuple[Said, ...] = ()
    newest: int = 0
    """Their newest mention, by which buttons name them; 0 for whoever has no handle and so cannot be linked."""
    stance: Stance | None = None
    """Of this account, where it is linked to no other."""


@dataclass(frozen=True, kw_only=True)
class OnePerson:
    """Accounts that employees linked, as `handle on source`, and what they come to together."""

    accounts: tuple[str, ...]
    total: int
    score: str
    first_at: datetime
    last_at: datetime
    stance: Stance | None = None


@dataclass(frozen=True, kw_only=True)
class AuthorHistory:
    """Everybody of a name. `beyond` counts sources that have no place here."""

    name: str
    at: tuple[AuthorAt, ...]
    beyond: int = 0
    people: tuple[OnePerson, ...] = ()
    now: datetime | None = None
    """When that was so; None where nobody asked for stances."""


def score_in_words(detractor: Sequence[float]) -> str:
    """How somebody spoke of us over time, from the estimates of their posts, oldest first.

    `mostly as a detractor (82%, estimated), milder lately: 90%, then 74%`.
    """
    if not detractor:
        return "not judged yet"
    whole = _mean(detractor)
    often = "mostly" if whole >= 2 / 3 else "seldom" if whole < 1 / 3 else "now and then"
    said = f"{often} as a detractor ({whole:.0%}, estimated)"
    if len(detractor) < 4:
        return said
    half = len(detractor) // 2
    earlier, later = _mean(detractor[:half]), _mean(detractor[half:])
    if abs(later - earlier) < LEAST_CHANGE:
        return f"{said}, much the same all along"
    return f"{said}, {'harsher' if later > earlier else 'milder'} lately: {earlier:.0%}, then {later:.0%}"


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)

"""Weak signals: mentions that are nothing by themselves, and together say that something is wrong."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

JOINING = 0.06
"""A signal that stands takes in what is by so much liker than what first made it: it must not drift (docs/nearness.md)."""

Alike = Mapping[tuple[int, int], float]
"""Likeness of pairs of mentions, by their ids, the smaller first."""


@dataclass(frozen=True, kw_only=True)
class SignalTerms:
    """When quiet mentions are told of: so many people within that time, on so many days, in so many sources.

    `mentions` 0 looks for none. Several days: what comes all at once is a storm and no weak signal.
    """

    mentions: int = 5
    within: timedelta = timedelta(days=10)
    days: int = 3
    sources: int = 2
    likeness: float = 0.58


@dataclass(frozen=True, kw_only=True)
class QuietMention:
    """A mention that nobody would stop at. `signal` is the one that it belongs to already, 0 for none."""

    mention_id: int
    source: str
    author: str
    at: datetime
    department: str
    topic: str
    signal: int = 0

    @property
    def voice(self) -> tuple[str, str]:
        """Whoever writes three times is one voice; somebody unnamed is a voice of their own."""
        return self.source, self.author or f"#{self.mention_id}"


class Conclusion(StrEnum):
    """What a person made of a signal."""

    REAL = "real"
    NO_PATTERN = "no_pattern"


@dataclass(frozen=True, kw_only=True)
class Member:
    """One mention of a signal, as its card tells of it."""

    mention_id: int
    source: str
    author: str
    at: datetime
    text: str
    url: str
    department: str


@dataclass(frozen=True, kw_only=True)
class Signal:
    """Mentions that add up. `lead` is the one under which the card stands; `members` are oldest first, `shared` their words."""

    id: int
    lead: int
    department: str
    topic: str
    opened_at: datetime
    last_at: datetime
    members: tuple[Member, ...] = ()
    shared: tuple[str, ...] = ()
    closed_at: datetime | None = None
    closed_by: str = ""
    closed_reason: str = ""
    outcome: Conclusion | None = None


def joins(seed: QuietMention, others: Sequence[QuietMention], alike: Alike, terms: SignalTerms) -> int:
    """The signal that `seed` belongs to: the likest of those whose members are like enough on average; 0 for none."""
    members: dict[int, list[QuietMention]] = {}
    for each in others:
        if each.signal:
            members.setdefault(each.signal, []).append(each)
    found = {signal: _mean(seed, group, alike) for signal, group in members.items()}
    best = max(found, key=lambda signal: (found[signal], -signal), default=0)
    return best if best and found[best] >= terms.likeness + JOINING else 0


def pattern(
    seed: QuietMention, others: Sequence[QuietMention], alike: Alike, terms: SignalTerms, zone: ZoneInfo
) -> tuple[QuietMention, ...]:
    """The mentions that `seed` makes a signal with, oldest first; none where they are too few, too alike in place or in time.

    Groups grow by average linkage: the next is the one that is likest to all that are in, as long as it is like enough. They
    are begun at the seed and at each that is like it, for the newest may stand at the edge of what it completes.
    """
    free = [each for each in others if not each.signal]
    near = [each for each in free if _of(alike, seed, each) >= terms.likeness]
    grown = (_grown(start, [seed, *free], alike, terms.likeness) for start in (seed, *near))
    fitting = [group for group in grown if seed in group and adds_up(group, terms, zone)]
    largest = max(fitting, key=len, default=[])
    return tuple(sorted(largest, key=lambda each: (each.at, each.mention_id)))


def adds_up(group: Sequence[QuietMention], terms: SignalTerms, zone: ZoneInfo) -> bool:
    """Whether these are enough voices, on enough days of the company's calendar, in enough sources."""
    return (
        len({each.voice for each in group}) >= terms.mentions
        and len({each.at.astimezone(zone).date() for each in group}) >= terms.days
        and len({each.source for each in group}) >= terms.sources
    )


def owner_of(group: Sequence[QuietMention]) -> tuple[str, str]:
    """Department and topic that most of them have; of equals those of the newest."""
    newest_first = sorted(group, key=lambda each: (each.at, each.mention_id), reverse=True)
    departments = Counter(each.department for each in newest_first)
    topics = Counter(each.topic for each in newest_first)
    return departments.most_common(1)[0][0], topics.most_common(1)[0][0]


def _grown(start: QuietMention, pool: Sequence[QuietMention], alike: Alike, least: float) -> list[QuietMention]:
    group, left = [start], [each for each in pool if each is not start]
    while left:
        best = max(left, key=lambda each: (_mean(each, group, alike), -each.mention_id))
        if _mean(best, group, alike) < least:
            break
        group.append(best)
        left.remove(best)
    return group


def _mean(one: QuietMention, group: Sequence[QuietMention], alike: Alike) -> float:
    return sum(_of(alike, one, each) for each in group) / len(group)


def _of(alike: Alike, one: QuietMention, other: QuietMention) -> float:
    low, high = sorted((one.mention_id, other.mention_id))
    return alike.get((low, high), 0.0)

"""Posts that say again what another one says: how they are folded, and what the first one's card tells of them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.lifecycle import State


@dataclass(frozen=True, kw_only=True)
class RepeatTerms:
    """For how long after a post others of the same words are folded under it; nothing for never."""

    within: timedelta = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Repeat:
    """One post that says the same, as the list of them shows it."""

    mention_id: int
    source: str
    author: str
    text: str
    url: str
    at: datetime
    reach: int | None = None
    detractor: float | None = None
    urgent: bool = False
    withdrawn: bool = False


@dataclass(frozen=True, kw_only=True)
class Repeats:
    """What stands under a first post. `people` counts authors by source, `places` sources; the first itself is in none of it.

    `reach` adds up what the sources say of each author, `most_reach` is the largest. `detractor` is the highest estimate,
    `urgent` how many would be urgent by themselves.
    """

    total: int = 0
    people: int = 0
    places: int = 0
    by_author: int = 0
    """How many the first one's own author wrote."""
    reach: int = 0
    most_reach: int = 0
    detractor: float | None = None
    urgent: int = 0


def may_fold(first: State, *, same_author: bool) -> bool:
    """Whether a post may be put under a first one that says the same, as that one stands.

    Whoever says it again after we answered was not helped: people have to see that.
    """
    return not (same_author and first is State.ANSWERED)

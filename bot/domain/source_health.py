"""What can be wrong with a source that customers write at, and since when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.rhythm import is_odd

FAILING_FOR = timedelta(hours=1)
"""A place that is down for less is nobody's business; it is tried again by itself."""

INTERVALS = 3
"""… or so many polls of one that is asked more seldom."""

REFUSALS = 3
REFUSED_FOR = timedelta(minutes=10)
"""A refusal that only a person can mend is told of at once: after so many of them, and not before this time. Places refuse a
good token now and then while they are restarted."""

ACCESS_ENDS_WITHIN = timedelta(days=7)
BAD_POLLS = 12
"""So many polls in a row that leave entries out are no accident."""


class Trouble(StrEnum):
    """In the order in which they are told."""

    REFUSED = "refused"
    FAILING = "failing"
    CAP = "cap"
    SILENT = "silent"
    ACCESS = "access"
    BAD = "bad"


DEAF = frozenset({Trouble.REFUSED, Trouble.FAILING, Trouble.CAP, Trouble.SILENT})
"""While one of these lasts, what customers write may not reach anybody."""


@dataclass(frozen=True, kw_only=True)
class Unheard:
    """A time in which a source was not heard, as far as that was noticed; `end` None while it lasts."""

    source: str
    begin: datetime
    end: datetime | None


@dataclass(frozen=True, kw_only=True)
class Vitals:
    """What is known of a source. `refusals` are those of the `failures` that no coming again can help. `posts` are the
    times of what came lately, in order; none where nobody has to know.
    """

    every: timedelta
    failures: int = 0
    refusals: int = 0
    failing_since: datetime | None = None
    bad_polls: int = 0
    access_ends_at: datetime | None = None
    over_cap: bool = False
    posts: Sequence[datetime] = ()


def troubles_of(vitals: Vitals, now: datetime) -> Mapping[Trouble, datetime]:
    """What is wrong now, each with since when; for the access, until when."""
    found: dict[Trouble, datetime] = {}
    since = vitals.failing_since
    if vitals.failures and since is not None:
        if vitals.refusals >= REFUSALS and now - since >= REFUSED_FOR:
            found[Trouble.REFUSED] = since
        elif now - since >= max(FAILING_FOR, INTERVALS * vitals.every):
            found[Trouble.FAILING] = since
    if vitals.over_cap:
        found[Trouble.CAP] = now
    if not vitals.failures and not vitals.over_cap and is_odd(vitals.posts, now):
        found[Trouble.SILENT] = vitals.posts[-1]
    if vitals.access_ends_at is not None and vitals.access_ends_at - now <= ACCESS_ENDS_WITHIN:
        found[Trouble.ACCESS] = vitals.access_ends_at
    if vitals.bad_polls >= BAD_POLLS:
        found[Trouble.BAD] = now
    return found

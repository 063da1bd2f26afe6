"""Whether a place that says nothing is odd: by its own rhythm, in which nights, weekends and quiet places are no alarm."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

LOOK_BACK = timedelta(weeks=4)
KNOWN_AFTER = timedelta(weeks=2)
"""Every hour of the week has come twice by then."""

LEAST_POSTS = 20
SHORTEST_SILENCE = timedelta(hours=3)
ODD = 1e-4
"""How improbable a silence is that people are told of. It is looked at all the time: one in a thousand comes every week."""

HOUR = timedelta(hours=1)


def is_odd(posts: Sequence[datetime], now: datetime) -> bool:
    """Whether the silence since the last of `posts` (in order, those of LOOK_BACK before it) is longer than it ever should be.

    Which hours of the week bring something is counted, not how much: one storm on a Tuesday makes no Tuesday odd. The
    probability of the silence is the product of those of its hours, as if they were independent. They are not, so it must
    also be longer than every silence before it but one: that one may have been an outage.
    """
    if len(posts) < LEAST_POSTS or posts[-1] - posts[0] < KNOWN_AFTER or now - posts[-1] < SHORTEST_SILENCE:
        return False
    silences = sorted(later - sooner for sooner, later in pairwise(posts))
    return now - posts[-1] > silences[-2] and probability(posts, now) < ODD


def probability(posts: Sequence[datetime], now: datetime) -> float:
    """Of hearing nothing from the last of `posts` until now."""
    last = posts[-1]
    weeks = math.ceil((last - posts[0]) / timedelta(weeks=1))
    spoken = {_hour(each) for each in posts}
    chance = 1.0
    first = _hour(last) + 1  # the hour of the last post has had one
    for hour in range(first, _hour(now)):
        times = sum((hour - week * 168) in spoken for week in range(1, weeks + 2))
        chance *= 1 - min(times, weeks) / (weeks + 1)
        if chance < ODD:
            break
    return chance


def _hour(moment: datetime) -> int:
    return int(moment.astimezone(UTC).timestamp() // HOUR.total_seconds())

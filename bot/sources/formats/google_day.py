"""Google's day, which begins at midnight in California, and what was used of its allowance."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.sources.formats.dates import read_date

PACIFIC = ZoneInfo("America/Los_Angeles")
DEEP = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Spent:
    """How many units polls have used on a day of Google's, and when threads were last gone through for replies."""

    day: str
    units: int = 0
    deep_at: str = ""

    @classmethod
    def parse(cls, text: str, now: datetime) -> "Spent":
        """What `text()` wrote, with nothing used where another day has begun since."""
        day = now.astimezone(PACIFIC).date().isoformat()
        try:
            raw = json.loads(text)
            known = cls(day=str(raw["day"]), units=int(raw["units"]), deep_at=str(raw["deep_at"]))
        except (ValueError, TypeError, KeyError, RecursionError):
            return cls(day=day)
        return known if known.day == day else cls(day=day, deep_at=known.deep_at)

    def text(self) -> str:
        return json.dumps(vars(self))

    def is_deep(self, now: datetime) -> bool:
        """Whether it is time again to go through the threads that are known."""
        last = read_date(self.deep_at)
        return last is None or not timedelta(0) <= now - last < DEEP


def day_ends(now: datetime) -> timedelta:
    """How long it is until the next day there, and a minute more."""
    here = now.astimezone(PACIFIC)
    midnight = (here + timedelta(days=1)).replace(hour=0, minute=1, second=0, microsecond=0)
    return midnight.astimezone(now.tzinfo) - now

"""App Home of one person: their lists, what they chose to see in them, and how their week goes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain.card import Place
from bot.domain.listing import Listing


class HomeList(StrEnum):
    """The lists, in the order in which Home shows them."""

    OFFERED = "offered"
    APPROVALS = "approvals"
    MINE = "mine"
    DUE_SOON = "due_soon"
    UNCLAIMED = "unclaimed"


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What a person wants to see at Home, by name; what is empty lets everything through. Kept until they change it."""

    department: str = ""
    topic: str = ""
    source: str = ""
    urgent: bool = False

    def __bool__(self) -> bool:
        return bool(self.department or self.topic or self.source or self.urgent)

    def to_json(self) -> dict[str, str | bool]:
        return {"department": self.department, "topic": self.topic, "source": self.source, "urgent": self.urgent}

    @classmethod
    def from_json(cls, kept: Mapping[str, object]) -> "Choice":
        """What was kept by this version or an older one; whatever it does not know is nothing chosen."""
        texts = {name: str(kept.get(name) or "") for name in ("department", "topic", "source")}
        return cls(**texts, urgent=bool(kept.get("urgent")))


@dataclass(frozen=True, kw_only=True)
class Week:
    """What one person did in a span of time. `first_response` is the median from arrival to the first answer.

    `let_stand` counts both decisions not to answer, with and without watching. A promise is theirs whose settling was their act.
    """

    claimed: int = 0
    answered: int = 0
    let_stand: int = 0
    first_response: timedelta | None = None
    promises: int = 0
    kept: int = 0


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What there is to choose from, as (name, title) each."""

    departments: tuple[tuple[str, str], ...] = ()
    topics: tuple[tuple[str, str], ...] = ()
    sources: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class HomePage:
    """Everything that Home shows. A list that is not in `lists` is empty."""

    user: str
    departments: tuple[Place, ...]
    lists: Mapping[HomeList, Listing]
    choice: Choice = field(default_factory=Choice)
    choices: Choices = field(default_factory=Choices)
    week: Week = field(default_factory=Week)
    last_week: Week = field(default_factory=Week)
    kudos_wanted: bool | None = None
    """Whether they are told of customers' thanks; None for those whom no customer can name."""
    made_at: datetime

    def listing(self, which: HomeList) -> Listing:
        return self.lists.get(which, Listing())


@dataclass(frozen=True, kw_only=True)
class Span:
    """The moments from `begin` up to, not including, `end`."""

    begin: datetime
    end: datetime


def weeks(now: datetime, zone: ZoneInfo) -> tuple[Span, Span]:
    """This week since Monday's midnight in `zone`, and the last one up to the same weekday and time of day."""
    local = now.astimezone(zone)
    monday = datetime.combine(local.date() - timedelta(days=local.weekday()), time(0), tzinfo=zone)
    # Wall-clock arithmetic on both ends: the zone stays on, so a week with a clock change is compared to the same hour.
    week = timedelta(days=7)
    return Span(begin=monday, end=local), Span(begin=monday - week, end=local - week)

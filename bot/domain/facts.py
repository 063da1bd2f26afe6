"""What figures are made of: one mention, as it stands now."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.agreement import Agreement
from bot.domain.kudos import Thanks
from bot.domain.lifecycle import CLOSED, State
from bot.domain.promise import Promise


@dataclass(frozen=True, kw_only=True)
class MentionFacts:
    """What the report needs to know of one mention, as it stands now.

    `department` is empty until it is routed. `first_decided_at` is the first of answer, let stand, monitor and dismiss;
    `decision` the latest of them as the state it led to, kept when the mention is opened again. `answered_at` is the first
    answer. `topic`, `detractor` and `promoter` are the model's estimates, or what a person corrected them to; None where
    nobody judged, and for what no customer said of us: our own posts, and those of a theme.
    Raises ValueError where decision and its time do not go together.
    """

    mention_id: int
    department: str
    source: str
    topic: str
    received_at: datetime
    state: State
    first_claimed_at: datetime | None = None
    first_decided_at: datetime | None = None
    decision: State | None = None
    answered_at: datetime | None = None
    detractor: float | None = None
    promoter: float | None = None
    promises: tuple[Promise, ...] = ()
    author: str = ""
    """Who wrote it, as its source calls them; empty where it does not say."""
    thanks: tuple[Thanks, ...] = ()
    """Our people whom it praises by name."""
    agreement: Agreement | None = None
    """How the latest decision stands to what the response flow recommended by itself."""

    def __post_init__(self) -> None:
        if (self.decision is None) != (self.first_decided_at is None):
            raise ValueError(f"mention {self.mention_id}: a decision and its time come together")
        if self.decision is not None and self.decision not in CLOSED:
            raise ValueError(f"mention {self.mention_id}: “{self.decision}” is not a decision")
        if self.state in CLOSED and self.decision is None:
            raise ValueError(f"mention {self.mention_id} is {self.state} without a decision")

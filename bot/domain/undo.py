"""Taking the last step back, for a moment after it."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.lifecycle import Action

UNDOABLE = frozenset(
    {
        Action.CLAIM,
        Action.RELEASE,
        Action.SNOOZE,
        Action.LET_STAND,
        Action.MONITOR,
        Action.DISMISS,
        Action.REROUTE,
    }
)
"""What stays inside the company. An answer that left and people who were called cannot be taken back."""

UNDONE = "undone"
"""What the log calls it."""


@dataclass(frozen=True, kw_only=True)
class Undo:
    """The last step of a mention, which `by` may take back until then."""

    what: Action
    by: str
    at: datetime
    until: datetime

"""A call that a person asked for and a claim took away: owed again where that claim ends without a decision."""

from datetime import datetime
from typing import Any

from bot.domain.lifecycle import Action
from bot.store import events
from bot.store.database import Session
from bot.store.records import Record

WAITS = "escalation_waits"
SETTLED = frozenset({Action.ESCALATE, Action.ACKNOWLEDGE, Action.REOPEN, Action.REROUTE})
"""After one of these nobody waits for that call any more."""


def owed_call(session: Session, record: Record, now: datetime) -> dict[str, Any]:
    """Columns that ask for it again, no earlier than it was asked for; none where nobody waits for one."""
    if record.waiting_call is not None:
        return {}
    told = [each for each in events.of_mention(session, record.mention.id) if each.what in (WAITS, *SETTLED)]
    if not told or told[-1].what != WAITS:
        return {}
    asked = told[-1]
    call_at = max(datetime.fromisoformat(asked.detail["until"]), now)
    return {"raise_by": asked.actor, "raise_reason": asked.detail["reason"], "escalate_at": call_at}

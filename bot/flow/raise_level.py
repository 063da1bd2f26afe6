"""Escalation: the next level of a department's chain is called, by a person or by the clock."""

from datetime import datetime
from typing import Any

from bot.domain.policy import Policy
from bot.domain.posting import NoticeKind, PostingKind
from bot.domain.routing import Department
from bot.errors import Refused
from bot.store import outbox
from bot.store.database import Session
from bot.store.records import Record


def raise_level(
    session: Session, policy: Policy, record: Record, now: datetime, *, by: str, reason: str
) -> tuple[dict[str, Any], dict[str, str]]:
    """Call the next level; Refused where the chain ends. Gives the columns to set and the detail to log."""
    department = policy.department(record.department)
    if record.level >= len(department.escalation):
        raise Refused(
            f"{department.title} has no further level to call."
            if department.escalation
            else f"{department.title} has no escalation chain configured."
        )
    step, number = department.escalation[record.level], record.level + 1
    people = " ".join(step.notify)
    body = {"notice": NoticeKind.ESCALATED, "by": by, "reason": reason, "level": str(number), "people": people}
    slot = f"escalated-{number}-{record.version}"
    for place in _places(department, step.notify):
        outbox.want(session, record.mention.id, place, PostingKind.NOTICE, now, slot=slot, urgent=True, body=body)
    last = number >= len(department.escalation)
    values = {
        "level": number,
        "level_at": now,
        "level_by": by,
        "level_reason": reason,
        "level_notified": list(step.notify),
        "escalate_at": None if last else now + step.within,
    }
    return values, {"level": str(number), "reason": reason, "notified": people}


def _places(department: Department, notify: tuple[str, ...]) -> tuple[str, ...]:
    """The level's channels; where it names people and groups only, they are called in the department's channel."""
    channels = [reference for reference in notify if reference.startswith(("#", "C", "G"))]
    return tuple(dict.fromkeys(channels)) or (department.channel,)

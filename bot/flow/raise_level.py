"""Escalation: the next level of a department's chain is called, by a person or by the clock."""

from collections.abc import Mapping
from datetime import datetime

from bot.domain.policy import Policy
from bot.domain.posting import NoticeKind, PostingKind
from bot.domain.routing import Department
from bot.errors import Refused
from bot.store import outbox
from bot.store.database import Session
from bot.store.schema import MentionRow


def raise_level(
    session: Session, policy: Policy, row: MentionRow, now: datetime, *, by: str, reason: str
) -> Mapping[str, str]:
    """Call the next level; Refused where the chain ends. The caller moves the state and logs the detail given back."""
    department = policy.department(row.department)
    if row.level >= len(department.escalation):
        raise Refused(
            f"{department.title} has no further level to call."
            if department.escalation
            else f"{department.title} has no escalation chain configured."
        )
    level = department.escalation[row.level]
    row.level += 1
    row.level_at, row.level_by, row.level_reason = now, by, reason
    row.level_notified = list(level.notify)
    last = row.level >= len(department.escalation)
    row.escalate_at = None if last else now + level.within
    body = {
        "notice": NoticeKind.ESCALATED,
        "by": by,
        "reason": reason,
        "level": str(row.level),
        "people": " ".join(level.notify),
    }
    for place in _places(department, level.notify):
        outbox.want(
            session,
            row.id,
            place,
            PostingKind.NOTICE,
            now,
            slot=f"escalated-{row.level}-{row.version}",
            urgent=True,
            body=body,
        )
    return {"level": str(row.level), "reason": reason, "notified": " ".join(level.notify)}


def _places(department: Department, notify: tuple[str, ...]) -> tuple[str, ...]:
    """The level's channels; where it names people and groups only, they are called in the department's channel."""
    channels = [reference for reference in notify if reference.startswith(("#", "C", "G"))]
    return tuple(dict.fromkeys(channels)) or (department.channel,)

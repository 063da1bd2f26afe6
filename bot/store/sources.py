"""Where each source stands: cursor, next poll, and how it has been doing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from bot.store.database import insert_into
from bot.store.schema_sources import SourceRow


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A source's state as people see it. `problem` is empty while all is well."""

    name: str
    kind: str
    last_ok_at: datetime | None
    last_item_at: datetime | None
    next_at: datetime
    failures: int
    problem: str


def know(session: Session, name: str, kind: str, now: datetime) -> None:
    """Make a row for a configured source that is new; an old one keeps its cursor."""
    session.execute(
        insert_into(session, SourceRow)
        .values(name=name, kind=kind, cursor="", next_at=now, failures=0, problem="")
        .on_conflict_do_nothing(index_elements=["name"])
    )


def lease_due(session: Session, names: Sequence[str], now: datetime, lease: timedelta) -> dict[str, str]:
    """Take every configured source whose poll is due: name → cursor."""
    wanted = (
        select(SourceRow.name)
        .where(SourceRow.name.in_(names), SourceRow.next_at <= now)
        .where(or_(SourceRow.leased_until.is_(None), SourceRow.leased_until <= now))
        .with_for_update(skip_locked=True)
    )
    rows = session.execute(
        update(SourceRow)
        .where(SourceRow.name.in_(wanted))
        .values(leased_until=now + lease)
        .returning(SourceRow.name, SourceRow.cursor)
    ).all()
    return {row.name: row.cursor for row in rows}


def polled(
    session: Session, name: str, now: datetime, *, cursor: str, next_at: datetime, brought: bool, problem: str = ""
) -> None:
    """A poll succeeded; `problem` names entries that were left out."""
    row = session.get_one(SourceRow, name)
    row.cursor = cursor
    row.next_at = next_at
    row.leased_until = None
    row.last_ok_at = now
    row.last_item_at = now if brought else row.last_item_at
    row.failures = 0
    row.problem = problem


def failed(session: Session, name: str, problem: str, next_at: datetime) -> None:
    row = session.get_one(SourceRow, name)
    row.next_at = next_at
    row.leased_until = None
    row.failures += 1
    row.problem = problem


def failures(session: Session, name: str) -> int:
    return session.get_one(SourceRow, name).failures


def standings(session: Session) -> list[Standing]:
    rows = session.scalars(select(SourceRow).order_by(SourceRow.name))
    return [
        Standing(
            name=row.name,
            kind=row.kind,
            last_ok_at=row.last_ok_at,
            last_item_at=row.last_item_at,
            next_at=row.next_at,
            failures=row.failures,
            problem=row.problem,
        )
        for row in rows
    ]

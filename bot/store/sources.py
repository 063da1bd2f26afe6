"""Where each source stands: cursor, next poll, what it cost, and how it has been doing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from bot.store.database import insert_into
from bot.store.schema_sources import SourceRow


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A source's state as people see it. `problem` is empty while all is well.

    `spent` is what was paid in `spent_month` ("2026-11"), in millionths of a US dollar. `refusals` of the `failures`
    can be mended by a person only. `bad_polls` in a row left entries out, `catching_up` in a row said that there is
    more. `alarm` names what the operators were told is wrong.
    """

    name: str
    kind: str
    last_ok_at: datetime | None
    last_item_at: datetime | None
    next_at: datetime
    failures: int
    problem: str
    failing_since: datetime | None = None
    refusals: int = 0
    rest_until: datetime | None = None
    access_ends_at: datetime | None = None
    spent_month: str = ""
    spent: int = 0
    bad_polls: int = 0
    catching_up: int = 0
    look_problem: str = ""
    alarm: str = ""
    alarmed_at: datetime | None = None

    def spent_in(self, month: str) -> int:
        return self.spent if self.spent_month == month else 0


@dataclass(frozen=True, kw_only=True)
class Poll:
    """What is remembered of a poll that succeeded."""

    cursor: str
    next_at: datetime
    brought: bool
    problem: str = ""
    more: bool = False
    access_ends_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Failure:
    """What is remembered of a poll that failed; `refused` says that coming again cannot help."""

    problem: str
    next_at: datetime
    refused: bool


def know(session: Session, name: str, kind: str, now: datetime) -> None:
    """Make a row for a configured source that is new; an old one keeps its cursor."""
    session.execute(
        insert_into(session, SourceRow)
        .values(name=name, kind=kind, cursor="", next_at=now, failures=0, problem="")
        .on_conflict_do_nothing(index_elements=["name"])
    )


def try_again(session: Session, names: Sequence[str], now: datetime) -> None:
    """Ask those that failed at once, not when their turn comes: somebody may have mended them. Who asked to be left alone is."""
    failed_ones = (SourceRow.name.in_(names), SourceRow.failures > 0, SourceRow.next_at > now)
    session.execute(update(SourceRow).where(*failed_ones).values(next_at=now))


def lease_due(session: Session, names: Sequence[str], now: datetime, lease: timedelta) -> dict[str, str]:
    """Take every configured source whose poll is due: name → cursor, the longest waiting first."""
    wanted = (
        select(SourceRow.name)
        .where(SourceRow.name.in_(names), SourceRow.next_at <= now, _awake(now))
        .where(or_(SourceRow.leased_until.is_(None), SourceRow.leased_until <= now))
        .with_for_update(skip_locked=True)
    )
    rows = session.execute(
        update(SourceRow)
        .where(SourceRow.name.in_(wanted))
        .values(leased_until=now + lease)
        .returning(SourceRow.name, SourceRow.cursor, SourceRow.next_at)
    ).all()
    return {row.name: row.cursor for row in sorted(rows, key=lambda row: (row.next_at, row.name))}


def _awake(now: datetime) -> ColumnElement[bool]:
    return or_(SourceRow.rest_until.is_(None), SourceRow.rest_until <= now)


def polled(session: Session, name: str, now: datetime, poll: Poll) -> None:
    """A poll succeeded; its `problem` names entries that were left out."""
    row = session.get_one(SourceRow, name)
    row.cursor = poll.cursor
    row.next_at = poll.next_at
    row.leased_until = None
    row.last_ok_at = now
    row.last_item_at = now if poll.brought else row.last_item_at
    row.failures = 0
    row.refusals = 0
    row.failing_since = None
    row.problem = poll.problem
    row.bad_polls = row.bad_polls + 1 if poll.problem else 0
    row.catching_up = row.catching_up + 1 if poll.more else 0
    row.access_ends_at = poll.access_ends_at


def failed(session: Session, name: str, now: datetime, failure: Failure) -> None:
    row = session.get_one(SourceRow, name)
    row.next_at = failure.next_at
    row.leased_until = None
    row.failing_since = row.failing_since or now
    row.failures += 1
    row.refusals += failure.refused
    row.problem = failure.problem


def put_off(session: Session, name: str, problem: str, next_at: datetime) -> None:
    """It is not asked before `next_at`; nothing went wrong there."""
    row = session.get_one(SourceRow, name)
    row.next_at = next_at
    row.leased_until = None
    row.problem = problem


def rest(session: Session, name: str, until: datetime) -> None:
    """The place asked for patience: no request of any kind before `until`."""
    shorter = or_(SourceRow.rest_until.is_(None), SourceRow.rest_until < until)
    session.execute(update(SourceRow).where(SourceRow.name == name, shorter).values(rest_until=until))


def resting(session: Session, name: str, now: datetime) -> datetime | None:
    """Until when no request may go there; None where one may now."""
    until = session.scalar(select(SourceRow.rest_until).where(SourceRow.name == name))
    return until if until is not None and until > now else None


def spend(session: Session, name: str, month: str, cost: int) -> None:
    """Add what the place charged, in millionths of a US dollar; a new month begins at nothing."""
    row = session.get(SourceRow, name) if cost else None
    if row is not None:
        row.spent = cost + (row.spent if row.spent_month == month else 0)
        row.spent_month = month


def spent(session: Session, name: str, month: str) -> int:
    row = session.get(SourceRow, name)
    return row.spent if row is not None and row.spent_month == month else 0


def take_look(session: Session, name: str, now: datetime, until: datetime) -> bool:
    """Whether posts of it may be looked up again now; the next time is `until`, whoever asks."""
    taken = session.execute(
        update(SourceRow)
        .where(SourceRow.name == name, or_(SourceRow.look_at.is_(None), SourceRow.look_at <= now), _awake(now))
        .values(look_at=until)
        .returning(SourceRow.name)
    ).scalar_one_or_none()
    return taken is not None


def looked(session: Session, name: str, problem: str = "", *, again_at: datetime | None = None) -> None:
    """How a look ended; `again_at` puts the next one off."""
    row = session.get(SourceRow, name)
    if row is not None:
        row.look_problem = problem
        row.look_at = again_at or row.look_at


def failures(session: Session, name: str) -> tuple[int, int]:
    """How many polls in a row failed, and how many of these were refused for good."""
    row = session.get_one(SourceRow, name)
    return row.failures, row.refusals


def rounds(session: Session, name: str) -> int:
    """How many polls in a row said that there is more."""
    return session.get_one(SourceRow, name).catching_up


def lock(session: Session, name: str) -> Standing | None:
    """The source's standing, held until the transaction ends."""
    row = session.scalars(select(SourceRow).where(SourceRow.name == name).with_for_update()).one_or_none()
    return _standing(row) if row else None


def find(session: Session, name: str) -> Standing | None:
    row = session.get(SourceRow, name)
    return _standing(row) if row else None


def alarmed(session: Session, name: str, alarm: str, at: datetime | None) -> None:
    """What the operators are told is wrong from now on; empty where it is well again."""
    session.execute(update(SourceRow).where(SourceRow.name == name).values(alarm=alarm, alarmed_at=at))


def standings(session: Session) -> list[Standing]:
    return [_standing(row) for row in session.scalars(select(SourceRow).order_by(SourceRow.name))]


def _standing(row: SourceRow) -> Standing:
    return Standing(
        name=row.name,
        kind=row.kind,
        last_ok_at=row.last_ok_at,
        last_item_at=row.last_item_at,
        next_at=row.next_at,
        failures=row.failures,
        problem=row.problem,
        failing_since=row.failing_since,
        refusals=row.refusals,
        rest_until=row.rest_until,
        access_ends_at=row.access_ends_at,
        spent_month=row.spent_month,
        spent=row.spent,
        bad_polls=row.bad_polls,
        catching_up=row.catching_up,
        look_problem=row.look_problem,
        alarm=row.alarm,
        alarmed_at=row.alarmed_at,
    )

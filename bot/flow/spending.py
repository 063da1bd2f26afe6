"""What the places charge: counted by the month, and stopped where somebody said so."""

from datetime import UTC, datetime

from bot.errors import GiveUp, Retry
from bot.sources.base import Priced, Source
from bot.store import sources
from bot.store.database import Database, Session

MILLIONTHS = 1_000_000


def month_of(now: datetime) -> str:
    """`2026-11`, by the clock of the places' bills: UTC."""
    return f"{now.astimezone(UTC):%Y-%m}"


def next_month(now: datetime) -> datetime:
    first = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)


def dollars(amount: int) -> str:
    """`$20.00`; of less than a cent all that there is."""
    whole = f"{amount / MILLIONTHS:,.2f}"
    return f"${whole}" if amount >= MILLIONTHS // 100 or not amount else f"${amount / MILLIONTHS:.4f}"


def spend(session: Session, name: str, cost: int, now: datetime) -> None:
    """Count what the place charged for something that was just done."""
    sources.spend(session, name, month_of(now), cost)


def spend_in_vain(db: Database, name: str, fault: Retry | GiveUp, now: datetime) -> None:
    """Count what the place charged before it failed."""
    if fault.cost:
        with db.write() as session:
            spend(session, name, fault.cost, now)


def cap_reached(session: Session, source: Source, now: datetime) -> str:
    """Why nothing more is asked of a source this month, in a sentence; empty where there is money left or it costs none."""
    if not isinstance(source, Priced):
        return ""
    spent = sources.spent(session, source.name, month_of(now))
    if spent < source.monthly_cap:
        return ""
    until = next_month(now)
    return (
        f"the cap of {dollars(source.monthly_cap)} a month is reached ({dollars(spent)} spent): nothing more is read or "
        f"answered there before {until:%B} {until.day}, unless the cap is raised"
    )

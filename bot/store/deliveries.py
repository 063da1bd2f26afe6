"""What places sent us by themselves: the second delivery of one id finds it taken."""

from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from bot.store.database import insert_into
from bot.store.schema_sources import DeliveryRow, SourceRow


def first_time(session: Session, source: str, delivery: str, now: datetime) -> bool:
    """Whether this delivery is new; takes its id in the caller's transaction, so rows and id stand or fall together."""
    taken = session.execute(
        insert_into(session, DeliveryRow)
        .values(source=source, delivery=delivery, received_at=now)
        .on_conflict_do_nothing(index_elements=["source", "delivery"])
        .returning(DeliveryRow.delivery)
    ).scalar_one_or_none()
    return taken is not None


def is_known(session: Session, source: str, delivery: str) -> bool:
    return session.get(DeliveryRow, (source, delivery)) is not None


def note(session: Session, source: str, now: datetime, *, brought: bool) -> None:
    """The source was heard; `brought` where it had something new."""
    values = {"last_ok_at": now} | ({"last_item_at": now} if brought else {})
    session.execute(update(SourceRow).where(SourceRow.name == source).values(values))


def forget_before(session: Session, before: datetime) -> None:
    session.execute(delete(DeliveryRow).where(DeliveryRow.received_at < before))

"""Praise of our people by name, each once a mention and person, and who does not want to be told of it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.domain.kudos import Thanks
from bot.store.database import insert_into
from bot.store.schema_sources import KudosRow, KudosSilenceRow


def add(session: Session, mention_id: int, thanks: Thanks, now: datetime) -> bool:
    """Keep that a mention praises somebody; False where that is known."""
    added = session.execute(
        insert_into(session, KudosRow)
        .values(mention_id=mention_id, person=thanks.person, name=thanks.name, at=now)
        .on_conflict_do_nothing(index_elements=["mention_id", "person"])
        .returning(KudosRow.id)
    ).scalar_one_or_none()
    return added is not None


def of_mentions(session: Session, mention_ids: Sequence[int]) -> dict[int, tuple[Thanks, ...]]:
    """Whom each of these mentions praises, in the order in which that was found."""
    found: dict[int, tuple[Thanks, ...]] = {}
    rows = session.scalars(select(KudosRow).where(KudosRow.mention_id.in_(mention_ids)).order_by(KudosRow.id))
    for row in rows:
        found[row.mention_id] = (*found.get(row.mention_id, ()), Thanks(person=row.person, name=row.name))
    return found


def silence(session: Session, person: str, now: datetime) -> None:
    """`person` is a Slack id. Whoever is silent stays so since the first time."""
    session.execute(
        insert_into(session, KudosSilenceRow)
        .values(person=person, since=now)
        .on_conflict_do_nothing(index_elements=["person"])
    )


def unsilence(session: Session, person: str) -> None:
    session.execute(delete(KudosSilenceRow).where(KudosSilenceRow.person == person))


def silent(session: Session) -> frozenset[str]:
    return frozenset(session.scalars(select(KudosSilenceRow.person)))

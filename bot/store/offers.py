"""Offers: who is asked to take a mention, whose turn it is next, and what everybody has on their hands."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bot.domain.assignment import Offer
from bot.domain.card import Claim
from bot.domain.lifecycle import State
from bot.store.database import insert_into
from bot.store.schema import MentionRow
from bot.store.schema_desk import TurnRow

NO_OFFER: dict[str, Any] = {"offered_to": None, "offered_by": None, "offered_at": None, "offer_until": None}


def columns_of(offer: Offer) -> dict[str, Any]:
    return {
        "offered_to": offer.to,
        "offered_by": offer.by,
        "offered_at": offer.at,
        "offer_until": offer.until,
    }


def holder(session: Session, mention_id: int) -> Claim | None:
    """Who holds it at this moment, and nothing else: cheap enough to ask before anything is locked."""
    columns = (MentionRow.claimed_by, MentionRow.claimed_at, MentionRow.claim_until)
    row = session.execute(select(*columns).where(MentionRow.id == mention_id)).one_or_none()
    if row is None or row.claimed_by is None or row.claimed_at is None or row.claim_until is None:
        return None
    return Claim(owner=row.claimed_by, since=row.claimed_at, until=row.claim_until)


def begin_turns(session: Session, mention_id: int, at: datetime) -> None:
    """It is new in its department: from `at` on somebody is asked to take it, and everybody may be."""
    session.execute(
        update(MentionRow)
        .where(MentionRow.id == mention_id)
        .values(assign_at=at, asked=[])
        .execution_options(synchronize_session=False)
    )


def turns(session: Session, department: str) -> dict[str, datetime]:
    """When each person was last asked, held until the transaction ends: two who deal cards out do so one after the other."""
    query = select(TurnRow).where(TurnRow.department == department).order_by(TurnRow.person).with_for_update()
    return {row.person: row.offered_at for row in session.scalars(query)}


def take_turn(session: Session, department: str, person: str, now: datetime) -> None:
    statement = insert_into(session, TurnRow).values(department=department, person=person, offered_at=now)
    session.execute(statement.on_conflict_do_update(index_elements=["department", "person"], set_={"offered_at": now}))


def loads(session: Session, people: Sequence[str]) -> dict[str, int]:
    """How many mentions each holds or is asked to take, in whatever department."""
    held = _counted(session, MentionRow.claimed_by, people, MentionRow.state == State.CLAIMED)
    asked = _counted(session, MentionRow.offered_to, people, MentionRow.offer_until.is_not(None))  # which has an index
    return {person: held.get(person, 0) + asked.get(person, 0) for person in people}


def _counted(session: Session, column: Any, people: Sequence[str], condition: Any) -> dict[str, int]:
    query = select(column, func.count()).where(column.in_(people), condition).group_by(column)
    return {str(person): int(count) for person, count in session.execute(query)}

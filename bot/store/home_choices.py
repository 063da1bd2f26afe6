"""What each person chose to see at Home."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.domain.home import Choice
from bot.store.database import insert_into
from bot.store.schema_desk import HomeChoiceRow


def choice_of(session: Session, person: str) -> Choice:
    row = session.get(HomeChoiceRow, person)
    return Choice.from_json(row.choices) if row else Choice()


def keep(session: Session, person: str, choice: Choice, now: datetime) -> None:
    """The latest word holds."""
    kept = {"choices": choice.to_json(), "at": now}
    session.execute(
        insert_into(session, HomeChoiceRow)
        .values(person=person, **kept)
        .on_conflict_do_update(index_elements=["person"], set_=kept)
    )

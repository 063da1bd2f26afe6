"""A person raises a mention to the next level of its department's chain."""

from datetime import datetime

from bot.domain.card import Card
from bot.domain.lifecycle import Action
from bot.errors import Refused
from bot.flow.desk.act import Click, Desk, Done, act
from bot.flow.raise_level import raise_level
from bot.store.database import Session
from bot.store.records import Record


def escalate(desk: Desk, click: Click, reason: str) -> Card:
    """Raise a mention to the next level of its department's chain."""
    if not reason.strip():
        raise Refused("Please say why: the people you call need to know.")

    def effect(session: Session, record: Record, now: datetime) -> Done:
        values, detail = raise_level(session, desk.policy, record, now, by=click.user, reason=reason)
        return Done(values=values, detail=detail)

    return act(desk, click, Action.ESCALATE, effect)

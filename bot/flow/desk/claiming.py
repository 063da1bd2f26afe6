"""Who holds a mention: claim and release."""

from datetime import datetime

from bot.domain.card import Card
from bot.domain.lifecycle import Action
from bot.domain.promise import PromiseKind
from bot.flow.desk.act import Click, Desk, Done, act, claim_values, nothing
from bot.store import promises
from bot.store.database import Session
from bot.store.records import Record


def claim(desk: Desk, click: Click) -> Card:
    """Hold a mention exclusively until the lease runs out; Taken for everyone who comes second."""

    def effect(session: Session, record: Record, now: datetime) -> Done:
        promises.settle(session, record.mention.id, [PromiseKind.DECISION], now)
        detail = {"until": (now + desk.policy.lease).isoformat()}
        return Done(values=claim_values(desk, record, click.user, now), detail=detail)

    return act(desk, click, Action.CLAIM, effect)


def release(desk: Desk, click: Click) -> Card:
    return act(desk, click, Action.RELEASE, nothing)

"""Who holds a mention: claim, release, and the signs of life that keep a claim."""

from datetime import datetime, timedelta

from bot.domain.card import Card
from bot.domain.lifecycle import Action
from bot.domain.promise import PromiseKind
from bot.errors import Taken
from bot.flow.desk.act import HELD, Click, Desk, Done, act, claim_values, renewal
from bot.flow.owed_call import owed_call
from bot.store import inbound, mentions, offers, promises
from bot.store.database import Session
from bot.store.records import Record

WORTH_RENEWING = timedelta(minutes=1)
"""A renewal by less is not worth drawing the card anew."""


def claim(desk: Desk, click: Click) -> Card:
    """Hold a mention exclusively until the lease runs out; Taken for everyone who comes second."""
    _refuse_if_held(desk, click)

    def effect(session: Session, record: Record, now: datetime) -> Done:
        promises.settle(session, record.mention.id, [PromiseKind.DECISION], now)
        values = claim_values(desk, record, click.user, now)
        return Done(values=values, detail={"until": values["claim_until"].isoformat()})

    return act(desk, click, Action.CLAIM, effect)


def _refuse_if_held(desk: Desk, click: Click) -> None:
    """Tell those who come late without a place in the queue of writers: of fifty at once forty-nine do.

    It decides nothing: whoever finds nobody here may still come second.
    """
    with desk.db.read() as session:
        held = offers.holder(session, click.mention_id)
        if held is not None and held.owner != click.user and not inbound.seen(session, click.key):
            raise Taken(HELD, owner=held.owner, since=held.since)


def release(desk: Desk, click: Click) -> Card:
    return act(desk, click, Action.RELEASE, lambda session, record, now: Done(values=owed_call(session, record, now)))


def renew(desk: Desk, card: Card, user: str) -> bool:
    """A sign of life from whoever holds it, such as a dialog that opens: the lease begins anew; whether it did.

    `card` is what was just looked at; the holder and the time are checked again before anything is written.
    """
    if not _worth_renewing(desk, card, user):
        return False
    with desk.db.write() as session:
        record, now = mentions.lock(session, card.mention.id), desk.clock()
        values = renewal(desk.policy, record, user, now) if record else {}
        if values:
            mentions.touch(session, card.mention.id, **values)
        return bool(values)


def _worth_renewing(desk: Desk, card: Card, user: str) -> bool:
    if card.claim is None or card.claim.owner != user:
        return False
    return card.claim.until + WORTH_RENEWING <= desk.clock() + desk.policy.lease_in(card.place.name)

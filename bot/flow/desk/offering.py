"""Handing a mention to a colleague: offered by whoever holds it, and theirs as soon as they accept."""

from datetime import datetime

from bot.domain.assignment import Offer
from bot.domain.card import AnswerState, Card
from bot.domain.event import EARSHOT
from bot.domain.lifecycle import Action, State
from bot.domain.posting import NoticeKind, PostingKind
from bot.errors import Refused, Taken
from bot.flow.desk.act import Click, Desk, Done, act, begin, card_now, claim_values
from bot.flow.desk.claiming import claim
from bot.flow.desk.looking import look
from bot.flow.view import card_of
from bot.store import events, mentions, offers, outbox
from bot.store.database import Session
from bot.store.records import Record

ON_ITS_WAY = frozenset({AnswerState.SENDING, AnswerState.WAITING})


def offer_to(desk: Desk, click: Click, colleague: str, note: str = "") -> Card:
    """Hold a mention out to a colleague, who is told in person. It stays with its holder until they accept."""
    with desk.db.write() as session:
        record, now = begin(session, desk, click)
        if record is None:
            return card_now(session, desk, click.mention_id)
        refuse_offer(card_of(record, desk.policy), click.user, colleague)
        until = now + min(desk.policy.offer, desk.policy.lease_in(record.department))
        offer = Offer(to=colleague, by=click.user, at=now, until=until)
        make_offer(session, record, offer, note)
        return card_now(session, desk, click.mention_id)


def refuse_offer(card: Card, user: str, colleague: str = "") -> None:
    """Refused where `user` cannot hand the mention over now; `colleague` is empty before they are chosen."""
    if card.claim is None:
        raise Refused("Nobody holds this one: claim it, and then hand it over.")
    if card.claim.owner != user:
        raise Taken("Only its holder can hand it over.", owner=card.claim.owner, since=card.claim.since)
    if colleague == user:
        raise Refused("You have it already: choose a colleague.")
    if card.answer is not None and card.answer.state in ON_ITS_WAY:
        raise Refused("An answer is on its way: hand it over when that has arrived.")
    if card.offer is not None:
        asked = "It is offered already: take that offer back first."
        raise Taken(asked, owner=card.offer.to, since=card.offer.at, did="was asked")


def make_offer(session: Session, record: Record, offer: Offer, note: str = "", **values: object) -> None:
    """Write the offer, its line in the log, and the notice to whoever it is made to; `values` are columns to set besides."""
    mentions.touch(session, record.mention.id, **offers.columns_of(offer), **values)
    detail = {"to": offer.to, "until": offer.until.isoformat(), "reason": note}
    events.append(session, record.mention.id, offer.by, "offered", offer.at, detail)
    body = {"by": offer.by, "to": offer.to, "reason": note, "until": offer.until.isoformat()}
    tell(session, record, offer.to, NoticeKind.OFFERED, offer.at, body=body)


def take_back(desk: Desk, click: Click) -> Card:
    """Whoever made an offer does not want it accepted any more."""
    with desk.db.write() as session:
        record, now = begin(session, desk, click)
        if record is None:
            return card_now(session, desk, click.mention_id)
        offer = record.offer
        if offer is None:
            raise Refused("Nothing is offered any more.")
        if offer.by != click.user:
            raise Refused("Only whoever made the offer can take it back.")
        mentions.touch(session, click.mention_id, **offers.NO_OFFER)
        events.append(session, click.mention_id, click.user, "offer_withdrawn", now, {"to": offer.to})
        return card_now(session, desk, click.mention_id)


def accept(desk: Desk, click: Click) -> Card:
    """Take what was offered. What nobody holds by now is claimed: everyone may do that."""
    card = look(desk, click.mention_id)
    if card.state in (State.OPEN, State.SNOOZED):
        return claim(desk, click)

    def effect(session: Session, record: Record, now: datetime) -> Done:
        held = record.claim
        assert held is not None  # what the transition table accepts from is claimed
        _refuse_acceptance(card_of(record, desk.policy), click.user, now)
        tell(session, record, held.owner, NoticeKind.OFFER_ACCEPTED, now, body={"by": click.user})
        values = claim_values(desk, record, click.user, now)
        detail = {"before": held.owner, "after": click.user, "until": values["claim_until"].isoformat()}
        return Done(values=values, detail=detail)

    return act(desk, click, Action.ACCEPT, effect)


def _refuse_acceptance(card: Card, user: str, now: datetime) -> None:
    claim, offer = card.claim, card.offer
    assert claim is not None
    if claim.owner == user:
        raise Refused("You have it already.")
    if offer is None or offer.to != user or offer.until <= now:
        raise Taken("This offer is over.", owner=claim.owner, since=claim.since)
    if card.answer is not None and card.answer.state in ON_ITS_WAY:
        raise Refused("An answer is on its way: there is nothing left to do here until it has arrived.")


def decline(desk: Desk, click: Click, reason: str = "") -> Card:
    """Not to take what was offered. Whoever offered it is told; where it was a turn the next person is asked."""
    with desk.db.write() as session:
        record, now = begin(session, desk, click)
        if record is None:
            return card_now(session, desk, click.mention_id)
        offer = refuse_to_decline(card_of(record, desk.policy), click.user)
        next_turn = {"assign_at": now} if offer.in_turn else {}
        mentions.touch(session, click.mention_id, **offers.NO_OFFER, **next_turn)
        events.append(session, click.mention_id, click.user, "offer_declined", now, {"reason": reason})
        if not offer.in_turn:
            tell(session, record, offer.by, NoticeKind.OFFER_DECLINED, now, body={"by": click.user, "reason": reason})
        return card_now(session, desk, click.mention_id)


def refuse_to_decline(card: Card, user: str) -> Offer:
    """The offer, or Refused where nothing is offered to `user` (any more)."""
    if card.offer is None or card.offer.to != user:
        raise Refused("This offer is over: there is nothing left to decline.")
    return card.offer


def tell(
    session: Session, record: Record, person: str, kind: NoticeKind, now: datetime, *, body: dict[str, str]
) -> None:
    """A direct message about an offer, once for each version of the mention. Earshot itself is told nothing."""
    if person != EARSHOT:
        slot = f"{kind}-{record.version}"
        said = {"notice": kind, **body}
        outbox.want(session, record.mention.id, person, PostingKind.NOTICE, now, slot=slot, urgent=True, body=said)

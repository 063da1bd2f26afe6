"""the clock → offers: whose turn it is to take a new card, and offers and undos whose time is over."""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.assignment import Assign, Candidate, Offer, choose_next, offer_end, opens_at, turn_at
from bot.domain.event import EARSHOT
from bot.domain.policy import Policy
from bot.domain.posting import NoticeKind
from bot.domain.routing import Department
from bot.errors import GiveUp, Retry
from bot.flow.desk.offering import make_offer, tell
from bot.store import events, mentions, offers, timers, undo
from bot.store.database import Database, Session
from bot.store.records import Record

log = logging.getLogger(__name__)

BATCH = 100


class Roster(Protocol):
    """Who works in a department. Asks Slack where it has to, so never inside a transaction; raises Retry or GiveUp."""

    def members_of(self, department: Department) -> Sequence[str]:
        """Ids of its people and of its user group's, in a steady order, without those who have left."""
        ...


def end_offers(db: Database, now: datetime) -> int:
    """Offers that nobody took in time: a colleague's stays with its holder, who is told; of turns it is the next one's."""
    with db.write() as session:
        ended = timers.offers_ended(session, now, BATCH)
        for record in ended:
            assert record.offer is not None
            _end(session, record, record.offer, now)
        return len(ended)


def _end(session: Session, record: Record, offer: Offer, now: datetime) -> None:
    next_turn = {"assign_at": now} if offer.in_turn else {}
    mentions.touch(session, record.mention.id, **offers.NO_OFFER, **next_turn)
    events.append(session, record.mention.id, EARSHOT, "offer_ended", now, {"to": offer.to})
    if not offer.in_turn:
        tell(session, record, offer.by, NoticeKind.OFFER_ENDED, now, body={"by": offer.to})


def end_undos(db: Database, now: datetime) -> int:
    """Cards that still say that a step can be undone, though its time is over: drawn anew; the number of them."""
    with db.write() as session:
        ended = timers.undos_ended(session, now, BATCH)
        for record in ended:
            mentions.touch(session, record.mention.id, **undo.NOTHING_KEPT)
        return len(ended)


def offer_turns(db: Database, policy: Policy, roster: Roster, now: datetime) -> int:
    """Offer what is new to whoever's turn it is in its department, in office time; the number offered.

    Everybody is asked once at the most, and everybody may claim it meanwhile.
    """
    if all(each.assign is Assign.NOBODY for each in policy.routing.departments.values()):
        return 0
    with db.read() as session:
        waiting = timers.departments_to_assign(session, now)
    members = {name: people for name in waiting if (people := _members(policy, roster, name)) is not None}
    with db.write() as session:
        due = timers.to_assign(session, now, BATCH, members)
        return sum(_offer_next(session, policy, each, members[each.department], now) for each in due)


def _members(policy: Policy, roster: Roster, name: str) -> Sequence[str] | None:
    """None where Slack does not tell just now: the mentions wait, and everybody may claim them."""
    department = policy.department(name)
    if department.assign is Assign.NOBODY:
        return ()
    try:
        return roster.members_of(department)
    except (Retry, GiveUp) as fault:
        log.warning("roster_unknown", extra={"department": name, "reason": fault.reason})
        return None


def _offer_next(session: Session, policy: Policy, record: Record, members: Sequence[str], now: datetime) -> int:
    department = policy.department(record.department)
    opens = opens_at(department.office_hours, now)
    if opens > now and members:
        undo.set_columns(session, record.mention.id, {"assign_at": opens})
        return 0
    turns = offers.turns(session, department.name)
    free = [each for each in members if each not in record.asked]
    loads = offers.loads(session, free)
    candidates = [Candidate(person=each, last_turn=turns.get(each), load=loads[each]) for each in free]
    person = choose_next(department.assign, candidates)
    if not person:
        _end_round(session, record, now)
        return 0
    offers.take_turn(session, department.name, person, turn_at(turns.values(), now))
    offer = Offer(to=person, by=EARSHOT, at=now, until=offer_end(department.office_hours, now, policy.offer))
    make_offer(session, record, offer, assign_at=None, asked=[*record.asked, person])
    return 1


def _end_round(session: Session, record: Record, now: datetime) -> None:
    """Everybody was asked: it is for whoever claims it."""
    undo.set_columns(session, record.mention.id, {"assign_at": None})
    if record.asked:
        events.append(session, record.mention.id, EARSHOT, "turns_over", now)

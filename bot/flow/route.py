"""verdicts → outbox: choose the department, promise, and ask for the card and its copies, in one transaction."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.domain.assignment import Assign
from bot.domain.event import EARSHOT
from bot.domain.lifecycle import Action, State
from bot.domain.listening import THEME
from bot.domain.policy import Policy
from bot.domain.posting import PostingKind
from bot.domain.promise import promises_for
from bot.domain.routing import Department, Outcome, Route
from bot.domain.terms import terms_for
from bot.flow.crash import crash_point
from bot.flow.history import route_of
from bot.flow.kudos import thank
from bot.flow.recommended import outcome_of
from bot.flow.repeats import first_of
from bot.flow.teach import traits_of
from bot.store import events, mentions, offers, outbox, promises, repeats, subscriptions
from bot.store.database import Database, Session
from bot.store.records import Record

BATCH = 50
LEASE = timedelta(minutes=1)


def route_judged(db: Database, policy: Policy, now: datetime) -> int:
    """Give every judged mention its place; the number routed or filtered."""
    with db.write() as session:
        repeats.decide_alone(session)
        taken = mentions.lease_waiting(session, State.JUDGED, now, limit=BATCH, lease=LEASE)
        for mention, _ in taken:
            record = mentions.lock(session, mention.id)
            assert record is not None
            _route(session, policy, record, now)
    return len(taken)


def _route(session: Session, policy: Policy, record: Record, now: datetime) -> None:
    mention, route = record.mention, route_of(policy, record)
    action = Action.FILTER if route.outcome is Outcome.FILTER else Action.ROUTE
    routed = replace(record, route_rule=route.rule)
    first = first_of(session, policy, routed, now) if action is Action.ROUTE else None
    if first is not None:
        repeats.fold(session, record, first, _columns(route, record), now)
        crash_point("route.folded")
        return
    if not mentions.change(session, record, action, now, _columns(route, record)):
        return
    events.append(session, mention.id, EARSHOT, action, now, {"department": route.department, "rule": route.rule})
    if action is Action.ROUTE:
        bring(session, policy, record, route, now)


def route_again(session: Session, policy: Policy, record: Record, now: datetime) -> None:
    """A mention that nobody touched has a new verdict: to another department if that says so, else only new reasons.

    What a rule would have kept out of every channel stays where it is: it has been posted.
    """
    mention, route = record.mention, route_of(policy, record)
    if record.state is State.FILTERED:
        _let_in(session, policy, record, route, now)
        return
    if route.outcome is Outcome.FILTER:
        why = f"{route.why}; it stays, for it had been posted"
        route = replace(route, outcome=Outcome.SEND, department=record.department, urgent=record.urgent, why=why)
    values = _columns(route, record)
    if (route.department, route.urgent) == (record.department, record.urgent):
        mentions.touch(session, mention.id, **values)
        _ask_for_copies(session, record, route, now)
        thank(session, policy, replace(record, route_rule=route.rule), now)
        return
    if route.department == record.department:
        mentions.touch(session, mention.id, **values)
    else:
        reset = {"level": 0, "level_at": None, "escalate_at": None}
        mentions.change(session, record, Action.REROUTE, now, {**values, **reset})
        detail = {"before": record.department, "after": route.department, "reason": f"judged again: {route.why}"}
        events.append(session, mention.id, EARSHOT, Action.REROUTE, now, detail)
    bring(session, policy, record, route, now)


def _let_in(session: Session, policy: Policy, record: Record, route: Route, now: datetime) -> None:
    """Its author changed what a rule had kept out: it comes in, unless one keeps it out again."""
    values = _columns(route, record)
    if route.outcome is Outcome.FILTER:
        mentions.touch(session, record.mention.id, **values)
        return
    mentions.change(session, record, Action.REOPEN, now, values)
    detail = {"department": route.department, "rule": route.rule, "reason": "the author edited it"}
    events.append(session, record.mention.id, EARSHOT, Action.REOPEN, now, detail)
    bring(session, policy, record, route, now)


def _columns(route: Route, record: Record) -> dict[str, Any]:
    return {
        "department": route.department,
        "urgent": route.urgent,
        "route_rule": route.rule,
        "route_why": route.why,
        "recommended": outcome_of(replace(record, route_rule=route.rule)),
        "attempts": 0,
    }


def bring(session: Session, policy: Policy, record: Record, route: Route, now: datetime) -> None:
    """Promise, ask for the department's card and for the copies that channels subscribed to, and pass on praise by name."""
    bring_to(session, policy, route.department, replace(record, urgent=route.urgent), now)
    _ask_for_copies(session, record, route, now)
    thank(session, policy, replace(record, route_rule=route.rule, department=route.department), now)


def _ask_for_copies(session: Session, record: Record, route: Route, now: datetime) -> None:
    if route.rule == THEME:  # whoever subscribed wants to read what is said about us
        return
    mention = record.mention
    for wish in subscriptions.active(session):
        if wish.wants(mention.source, record.verdict):
            outbox.want(session, mention.id, wish.channel, PostingKind.COPY, now)


def bring_to(session: Session, policy: Policy, to: str, record: Record, now: datetime) -> None:
    """Promise anew and ask for the card in the department's channel (once: an earlier one there comes back to life)."""
    department = policy.department(to)
    promise(session, policy, department, record, now)
    outbox.want(session, record.mention.id, department.channel, PostingKind.CARD, now, urgent=record.urgent)
    if department.assign is not Assign.NOBODY:
        offers.begin_turns(session, record.mention.id, now)


def promise(session: Session, policy: Policy, department: Department, record: Record, now: datetime) -> None:
    """Promise anew, where the department owes anything; what was promised before and is still open is withdrawn."""
    if not department.promises:
        promises.make(session, record.mention.id, department.name, (), now)
        return
    terms = terms_for(policy.promise_rules, department, traits_of(record))
    promised = promises_for(terms, now, urgent=record.urgent)
    promises.make(session, record.mention.id, department.name, promised, now)

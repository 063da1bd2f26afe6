"""What a rule kept out of every channel, brought into one by a person."""

from datetime import datetime

from bot.domain.card import Card
from bot.domain.lifecycle import Action, State
from bot.domain.routing import Outcome, Route
from bot.errors import Refused
from bot.flow.desk.act import Click, Desk, Done, act
from bot.flow.route import bring
from bot.store.database import Session
from bot.store.records import Record

RULE = "brought back"


def bring_back(desk: Desk, click: Click, department: str, reason: str = "") -> Card:
    """Open a mention that was kept out, with the department's promises from now on; its card and copies follow."""
    if department not in desk.policy.routing.departments:
        raise Refused("That department is not configured (any more): choose another one.")

    def effect(session: Session, record: Record, now: datetime) -> Done:
        if record.state is not State.FILTERED:
            raise Refused("It is in a channel already: open its card from the list.")
        why = reason.strip() or "brought back by a person"
        route = Route(outcome=Outcome.SEND, department=department, urgent=record.urgent, rule=RULE, why=why)
        bring(session, desk.policy, record, route, now)
        values = {"department": department, "route_rule": RULE, "route_why": why}
        return Done(values=values, detail={"before": record.route_rule, "after": department, "reason": reason})

    return act(desk, click, Action.REOPEN, effect)

"""Where a mention goes: what was brought in for its history goes to no channel, everything else where the rules say."""

from bot.domain.policy import Policy
from bot.domain.routing import Outcome, Route, choose_route
from bot.store.records import Record

RULE = "history"


def route_of(policy: Policy, record: Record) -> Route:
    """The route by the rules; for what somebody wrote before we listened, none."""
    mention, verdict = record.mention, record.verdict
    route = choose_route(policy.routing, mention.source, mention, verdict)
    if not record.for_history:
        return route
    why = (
        f"brought in for its history; otherwise it would go to {policy.department(route.department).title}: {route.why}"
    )
    return Route(outcome=Outcome.FILTER, department=route.department, urgent=False, rule=RULE, why=why)

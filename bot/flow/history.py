"""Where a mention goes: what was brought in for its history goes to no channel, everything else where the rules say."""

from bot.domain.listening import HISTORY, THEME
from bot.domain.policy import Policy
from bot.domain.routing import Outcome, Route, choose_route
from bot.store.records import Record


def route_of(policy: Policy, record: Record) -> Route:
    """The route by the rules; for what somebody wrote before we listened, none.

    A post of our own, noise and a theme stay what they are: they are no history of customers.
    """
    mention, verdict = record.mention, record.verdict
    route = choose_route(policy.routing, mention.source, mention, verdict)
    if not record.for_history or route.outcome is Outcome.FILTER:
        return route
    why = (
        f"brought in for its history; otherwise it would go to {policy.department(route.department).title}: {route.why}"
    )
    rule = THEME if route.rule == THEME else HISTORY
    return Route(outcome=Outcome.FILTER, department=route.department, urgent=False, rule=rule, why=why)

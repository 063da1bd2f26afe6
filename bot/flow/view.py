"""What is remembered of a mention, completed by what the company decided: the card that people see."""

from bot.domain.card import Card, Place
from bot.domain.policy import Policy
from bot.domain.routing import Department
from bot.domain.triage import recommend
from bot.store.records import Record


def card_of(record: Record, policy: Policy) -> Card:
    department = policy.department(record.department)
    return Card(
        mention=record.mention,
        source_title=policy.source_titles.get(record.mention.source, ""),
        state=record.state,
        version=record.version,
        urgent=record.urgent,
        place=place_of(department),
        route_rule=record.route_rule,
        route_why=record.route_why,
        verdict=record.verdict,
        triage=recommend(record.verdict) if record.verdict else None,
        can_reply=record.mention.source in policy.answerable,
        claim=record.claim,
        promises=record.promises,
        escalation=record.escalation,
        escalation_levels=len(department.escalation),
        answer=record.answer,
        decision=record.decision,
        snoozed_until=record.snoozed_until,
    )


def place_of(department: Department) -> Place:
    return Place(name=department.name, title=department.title, channel=department.channel)

"""What is remembered of a mention, completed by what the company decided: the card that people see."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.card import Answer, Card, Escalation, Guess, Place
from bot.domain.kudos import Thanks, named_in
from bot.domain.label import LabelKind
from bot.domain.mention import subject_text
from bot.domain.policy import Policy
from bot.domain.promise import PromiseKind, office_time_left
from bot.domain.recommendation import may_be_ironic
from bot.domain.routing import Department, trusted_in
from bot.domain.terms import counted_hours
from bot.flow.recommended import triage_of
from bot.store.records import Record

DOUBTS = frozenset({"unsure", "language", "unnamed", "unowned", "unjudged"})
"""Routes to triage that a person may settle with one of the model's guesses, as soon as it has made any."""

LEAST_SHARE = 0.01
"""A topic less likely than that is no guess worth a button."""


def card_of(record: Record, policy: Policy) -> Card:
    department, routing, verdict = policy.department(record.department), policy.routing, record.verdict
    card = Card(
        mention=record.mention,
        success_channel=policy.success_channel,
        source_title=policy.source_titles.get(record.mention.source, ""),
        state=record.state,
        version=record.version,
        urgent=record.urgent,
        place=place_of(department),
        route_rule=record.route_rule,
        route_why=record.route_why,
        verdict=verdict,
        triage=triage_of(record),
        topic_trusted=verdict is None or trusted_in(routing.topic_languages, verdict),
        score_trusted=verdict is None or trusted_in(routing.score_languages, verdict),
        can_reply=record.mention.source in policy.answerable,
        answer_max=policy.answer_limits.get(record.mention.source),
        followed_at=record.followed_at,
        follow_ups=record.follow_ups,
        repeats=record.repeats,
        revision=record.revision,
        claim=record.claim,
        offer=record.offer,
        lapse=record.lapse,
        undo=record.undo,
        promises=record.promises,
        escalation=_escalation_of(record, department),
        waiting_call=record.waiting_call,
        escalation_levels=len(department.escalation),
        answer=_answer_of(record, policy),
        decision=record.decision,
        wishes=record.wishes,
        snoozed_until=record.snoozed_until,
        waiting_for=record.waiting_for,
        time_left=_time_left(record, department),
        guesses=guesses(record, policy),
        corrections=record.corrections,
    )
    return replace(card, praised=_praised(card, policy)) if policy.staff and card.praises else card


def _praised(card: Card, policy: Policy) -> tuple[Thanks, ...]:
    """Our people whom it names; nobody where the praise itself is in doubt and no person has said that it is praise."""
    doubted = not card.score_trusted or (card.verdict is not None and may_be_ironic(card.verdict))
    if doubted and LabelKind.SCORE not in card.corrections:
        return ()
    said = subject_text(card.mention.title, card.mention.text)
    return tuple(Thanks(person=each.slack, name=each.name) for each in named_in(said, policy.staff, card.place.name))


def _answer_of(record: Record, policy: Policy) -> Answer | None:
    """The newest answer, with whoever may let it go."""
    answer = record.answer
    if answer is None or answer.approval is None:
        return answer
    approvers = policy.approvers(answer.approval.rule)
    return replace(answer, approval=replace(answer.approval, approvers=approvers))


def _escalation_of(record: Record, department: Department) -> Escalation | None:
    """How far it was raised, and whether the next call waits for the end of quiet hours."""
    raised = record.escalation
    if raised is None or raised.next_at is None or not 0 < raised.level <= len(department.escalation):
        return raised
    return replace(raised, put_off=raised.next_at > raised.at + department.escalation[raised.level - 1].within)


def guesses(record: Record, policy: Policy) -> tuple[Guess, ...]:
    """The two likeliest topics with an owner, of different departments where there are such."""
    verdict, routing = record.verdict, policy.routing
    if verdict is None or record.route_rule not in DOUBTS or record.department != routing.triage:
        return ()
    owned = [(routing.topics[name], share) for name, share in verdict.ranked if name in routing.topics]
    likely = [
        Guess(place=place_of(policy.department(topic.department)), topic=topic.name, share=share)
        for topic, share in owned
        if share >= LEAST_SHARE and policy.department(topic.department) is not policy.triage
    ]
    if not likely:
        return ()
    others = [each for each in likely[1:] if each.place != likely[0].place]
    return (likely[0], *(others or likely[1:])[:1])


def _time_left(record: Record, department: Department) -> dict[PromiseKind, timedelta]:
    hours = counted_hours(department, urgent=record.urgent)
    still = [each for each in record.promises if each.paused_at is not None and each.settled_at is None]
    return {each.kind: office_time_left(each, each.due_at, hours) for each in still}


def place_of(department: Department) -> Place:
    return Place(name=department.name, title=department.title, channel=department.channel)

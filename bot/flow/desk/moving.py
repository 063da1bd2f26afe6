"""Whose mention it is: reroute, and settling the model's doubt. Both teach the topic."""

from dataclasses import replace
from datetime import datetime

from bot.domain.card import Card
from bot.domain.label import topic_meant
from bot.domain.lifecycle import Action
from bot.errors import Refused, Taken
from bot.flow.desk.act import Click, Desk, Done, Effect, act, begin, card_now, refuse_unless_possible
from bot.flow.desk.looking import look
from bot.flow.recommended import outcome_of
from bot.flow.route import bring_to
from bot.flow.teach import teach_topic, topic_of
from bot.flow.view import card_of
from bot.store import events, mentions
from bot.store.database import Session
from bot.store.records import Record


def reroute(desk: Desk, click: Click, department: str, *, topic: str = "", reason: str = "") -> Card:
    """Move a mention to another department, or correct its topic where it stays.

    `topic` is what the person says it is about: a label to learn from. Without one the department's only topic is meant.
    """
    routing = desk.policy.routing
    if department not in routing.departments:
        raise Refused("That team is not configured any more: choose another one.")
    if topic and topic not in routing.topics:
        raise Refused("That topic is not configured any more: choose another one.")
    if look(desk, click.mention_id).place.name == department:
        return _correct_topic(desk, click, topic, reason)
    return act(desk, click, Action.REROUTE, _move(desk, click, department, topic=topic, reason=reason))


def settle_doubt(desk: Desk, click: Click, department: str, topic: str) -> Card:
    """Take one of the model's guesses for what waits in triage; Taken for whoever comes after somebody moved it."""
    move = _move(desk, click, department, topic=topic, reason="")

    def effect(session: Session, record: Record, now: datetime) -> Done:
        if record.department != desk.policy.routing.triage:
            raise _moved_already(session, desk, record)
        return move(session, record, now)

    if department not in desk.policy.routing.departments or topic not in desk.policy.routing.topics:
        raise Refused("That team or topic is not configured any more: choose with “Reroute” in the menu.")
    return act(desk, click, Action.REROUTE, effect)


def _move(desk: Desk, click: Click, department: str, *, topic: str, reason: str) -> Effect:
    meant = topic_meant(desk.policy.routing.topics, department, topic)

    def effect(session: Session, record: Record, now: datetime) -> Done:
        target = desk.policy.department(department)
        if record.department == department:
            raise Refused(f"It is with {target.title} already: choose another team.")
        bring_to(session, desk.policy, department, record, now)
        teach_topic(session, record, meant, by=click.user, now=now)
        values = {
            "department": department,
            "route_rule": "reroute",
            "recommended": outcome_of(replace(record, route_rule="reroute")),
            "route_why": reason.strip() or "moved by a person",
            "level": 0,
            "level_at": None,
            "escalate_at": None,
        }
        detail = {"before": record.department, "after": department, "topic": meant, "reason": reason}
        return Done(values=values, detail=detail)

    return effect


def _correct_topic(desk: Desk, click: Click, topic: str, reason: str) -> Card:
    """It stays where it is, and is said to be about something else."""
    with desk.db.write() as session:
        record, now = begin(session, desk, click)
        if record is None:
            return card_now(session, desk, click.mention_id)
        card = card_of(record, desk.policy)
        refuse_unless_possible(card, Action.REROUTE, click.user)
        before = topic_of(record)
        if topic in ("", before):
            raise Refused(f"It is with {card.place.title} already. To correct only its topic, choose another topic.")
        teach_topic(session, record, topic, by=click.user, now=now)
        mentions.touch(session, record.mention.id)
        detail = {"before": before, "after": topic, "reason": reason}
        events.append(session, record.mention.id, click.user, "topic_corrected", now, detail)
        return card_now(session, desk, record.mention.id)


def _moved_already(session: Session, desk: Desk, record: Record) -> Refused:
    place = desk.policy.department(record.department).title
    moves = [event for event in events.of_mention(session, record.mention.id) if event.what == Action.REROUTE]
    if not moves:
        return Refused(f"It is with {place} now: its card there shows what can be done.")
    return Taken(f"It is with {place} already.", owner=moves[-1].actor, since=moves[-1].at, did="moved it")

"""A person's action → mention, events, outbox: everything that a click may do, each in one transaction.

Each function returns the card as it stands afterwards and raises `Refused` with a sentence for the person.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.domain.card import AnswerState, Card, History
from bot.domain.label import LabelKind, Score, teaches_not_about_us, topic_meant
from bot.domain.lifecycle import OWNERS_ONLY, Action, State, after
from bot.domain.policy import Policy
from bot.domain.posting import NoticeKind, PostingKind
from bot.domain.promise import PromiseKind
from bot.errors import Refused, Taken
from bot.flow.clock import Clock
from bot.flow.raise_level import raise_level
from bot.flow.route import bring_to
from bot.flow.teach import teach_not_about_us, teach_score, teach_topic, topic_of, unteach_not_about_us
from bot.flow.view import card_of
from bot.store import answers, events, inbound, mentions, outbox, promises
from bot.store.database import Database, Session
from bot.store.records import Record

BOTH = (PromiseKind.DECISION, PromiseKind.ANSWER)
CLOSING = frozenset({Action.ANSWER, Action.ANSWER_ELSEWHERE, Action.LET_STAND, Action.MONITOR, Action.DISMISS})


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What every action needs."""

    db: Database
    policy: Policy
    clock: Clock


@dataclass(frozen=True, kw_only=True)
class Click:
    """Who acted on which mention. `key` is the same for every delivery of one and the same act."""

    mention_id: int
    user: str
    key: str


@dataclass(frozen=True, kw_only=True)
class Done:
    """What an action did besides moving the state: columns to set, and the detail for the log."""

    values: Mapping[str, Any] = field(default_factory=dict)
    detail: Mapping[str, str] = field(default_factory=dict)


Effect = Callable[[Session, Record, datetime], Done]
"""What an action does inside its transaction."""


def look(desk: Desk, mention_id: int) -> Card:
    """The card as it stands now."""
    with desk.db.read() as session:
        return _card(session, desk, mention_id)


def allow(desk: Desk, mention_id: int, user: str, action: Action) -> Card:
    """The card, if `user` may do `action` now; else Refused, before a dialog opens in vain."""
    with desk.db.read() as session:
        card = _card(session, desk, mention_id)
    _refuse_unless_possible(card, action, user)
    return card


def history(desk: Desk, mention_id: int) -> History:
    with desk.db.read() as session:
        return History(card=_card(session, desk, mention_id), events=events.of_mention(session, mention_id))


def first_delivery(desk: Desk, key: str) -> bool:
    """Whether Slack delivers this act for the first time; for acts that change no mention and so take no key themselves."""
    with desk.db.write() as session:
        return inbound.first_time(session, key, desk.clock())


def redraw(desk: Desk, mention_id: int) -> None:
    """Draw the card again although nothing changed: its menu goes back to its first entry."""
    with desk.db.write() as session:
        mentions.touch(session, mention_id)


def claim(desk: Desk, click: Click) -> Card:
    """Hold a mention exclusively until the lease runs out; Taken for everyone who comes second."""

    def effect(session: Session, record: Record, now: datetime) -> Done:
        promises.settle(session, record.mention.id, [PromiseKind.DECISION], now)
        detail = {"until": (now + desk.policy.lease).isoformat()}
        return Done(values=_claim_values(desk, record, click.user, now), detail=detail)

    return _act(desk, click, Action.CLAIM, effect)


def release(desk: Desk, click: Click) -> Card:
    return _act(desk, click, Action.RELEASE, _nothing)


def write_answer(desk: Desk, click: Click, text: str) -> Card:
    """Record an answer and start it on its way; the writer holds the mention until it has arrived.

    Where the source cannot be written to, the writer carries it there and says so with `answer_elsewhere`.
    """
    if not text.strip():
        raise Refused("The answer is empty: write what the customer should read.")
    with desk.db.write() as session:
        record, now = _begin(session, desk, click)
        if record is None:
            return _card(session, desk, click.mention_id)
        card = card_of(record, desk.policy)
        _refuse_unless_possible(card, Action.ANSWER, click.user)
        if record.state is not State.CLAIMED:
            mentions.change(session, record, Action.CLAIM, now, _claim_values(desk, record, click.user, now))
            events.append(session, card.mention.id, click.user, Action.CLAIM, now, {"by": "answering"})
            promises.settle(session, card.mention.id, [PromiseKind.DECISION], now)
        mentions.touch(session, card.mention.id)
        state = AnswerState.SENDING if card.can_reply else AnswerState.COPIED
        answers.add(session, card.mention.id, click.user, text, state, now)
        events.append(session, card.mention.id, click.user, "answer_written", now, {"text": text, "state": state})
        return _card(session, desk, card.mention.id)


def answer_elsewhere(desk: Desk, click: Click, *, text: str = "", link: str = "") -> Card:
    """The customer has our answer already: carried there by hand. Without a text the written one was used."""

    def effect(session: Session, record: Record, now: datetime) -> Done:
        written = record.answer
        carried = written is not None and written.state is AnswerState.COPIED
        if written is not None and carried and text.strip() in ("", written.text.strip()):
            answers.settle(session, written.id, AnswerState.ELSEWHERE, permalink=link)
        else:
            answers.add(session, record.mention.id, click.user, text, AnswerState.ELSEWHERE, now, permalink=link)
        promises.settle(session, record.mention.id, BOTH, now)
        return Done(values=_decided(Action.ANSWER_ELSEWHERE, click.user, now), detail={"link": link})

    return _act(desk, click, Action.ANSWER_ELSEWHERE, effect)


def send_again(desk: Desk, click: Click) -> Card:
    """Queue an answer that failed once more, under the same key."""
    with desk.db.write() as session:
        record, now = _begin(session, desk, click)
        if record is not None:
            _refuse_unless_possible(card_of(record, desk.policy), Action.ANSWER, click.user)
            if not answers.send_again(session, record.mention.id, now):
                raise Refused("There is no failed answer to send again.")
            mentions.touch(session, record.mention.id)
            events.append(session, record.mention.id, click.user, "retry_reply", now)
        return _card(session, desk, click.mention_id)


def decide(desk: Desk, click: Click, action: Action, reason: str) -> Card:
    """Let stand, monitor, or "not about us": a decision not to answer, with its reason. The last teaches the model."""
    if action not in (Action.LET_STAND, Action.MONITOR, Action.DISMISS):
        raise ValueError(f"{action} is not a decision")
    if not reason.strip():
        raise Refused("Please give a reason: whoever reads the history will want to know why.")

    def effect(session: Session, record: Record, now: datetime) -> Done:
        promises.settle(session, record.mention.id, BOTH, now)
        if action is Action.DISMISS and teaches_not_about_us(reason):
            teach_not_about_us(session, record, by=click.user, now=now)
        place = desk.policy.ops_channel
        if action is Action.MONITOR and place:  # the flow chart: monitor only, notify headquarters
            body = {"notice": NoticeKind.MONITOR, "by": click.user, "reason": reason}
            slot = f"monitor-{record.version}"
            outbox.want(session, record.mention.id, place, PostingKind.NOTICE, now, slot=slot, body=body)
        return Done(values=_decided(action, click.user, now, reason), detail={"reason": reason})

    return _act(desk, click, action, effect)


def escalate(desk: Desk, click: Click, reason: str) -> Card:
    """Raise a mention to the next level of its department's chain."""
    if not reason.strip():
        raise Refused("Please say why: the people you call need to know.")

    def effect(session: Session, record: Record, now: datetime) -> Done:
        values, detail = raise_level(session, desk.policy, record, now, by=click.user, reason=reason)
        return Done(values=values, detail=detail)

    return _act(desk, click, Action.ESCALATE, effect)


def reroute(desk: Desk, click: Click, department: str, *, topic: str = "", reason: str = "") -> Card:
    """Move a mention to another department, or correct its topic where it stays.

    `topic` is what the person says it is about: a label to learn from. Without one the department's only topic is meant.
    """
    routing = desk.policy.routing
    if department not in routing.departments:
        raise Refused("That department is not configured (any more).")
    if topic and topic not in routing.topics:
        raise Refused("That topic is not configured (any more).")
    if look(desk, click.mention_id).place.name == department:
        return _correct_topic(desk, click, topic, reason)
    return _act(desk, click, Action.REROUTE, _move(desk, click, department, topic=topic, reason=reason))


def settle_doubt(desk: Desk, click: Click, department: str, topic: str) -> Card:
    """Take one of the model's guesses for what waits in triage; Taken for whoever comes after somebody moved it."""
    move = _move(desk, click, department, topic=topic, reason="")

    def effect(session: Session, record: Record, now: datetime) -> Done:
        if record.department != desk.policy.routing.triage:
            raise _moved_already(session, desk, record)
        return move(session, record, now)

    if department not in desk.policy.routing.departments or topic not in desk.policy.routing.topics:
        raise Refused("That team or topic is not configured any more: choose with “Reroute” in the menu.")
    return _act(desk, click, Action.REROUTE, effect)


def correct_score(desk: Desk, click: Click, score: Score | None) -> Card:
    """Say how its author speaks of us, where the model read it wrongly; None takes that back. Anybody may, at any time."""
    with desk.db.write() as session:
        record, now = _begin(session, desk, click)
        if record is None:
            return _card(session, desk, click.mention_id)
        said = record.corrections.get(LabelKind.SCORE)
        before = said.score if said else None
        if said is not None and before is score:
            raise Taken(f"It says {score} already.", owner=said.by, since=said.at, did="said so")
        if before is score:
            raise Refused("There is no correction to take back.")
        teach_score(session, record, score, by=click.user, now=now)
        mentions.touch(session, record.mention.id)
        detail = {"before": before or "as estimated", "after": score or "as estimated"}
        events.append(session, record.mention.id, click.user, "score_corrected", now, detail)
        return _card(session, desk, record.mention.id)


def _move(desk: Desk, click: Click, department: str, *, topic: str, reason: str) -> Effect:
    meant = topic_meant(desk.policy.routing.topics, department, topic)

    def effect(session: Session, record: Record, now: datetime) -> Done:
        target = desk.policy.department(department)
        if record.department == department:
            raise Refused(f"It is with {target.title} already.")
        bring_to(session, target, record, now)
        teach_topic(session, record, meant, by=click.user, now=now)
        values = {
            "department": department,
            "route_rule": "reroute",
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
        record, now = _begin(session, desk, click)
        if record is None:
            return _card(session, desk, click.mention_id)
        card = card_of(record, desk.policy)
        _refuse_unless_possible(card, Action.REROUTE, click.user)
        before = topic_of(record)
        if topic in ("", before):
            raise Refused(f"It is with {card.place.title} already. To correct only its topic, choose another topic.")
        teach_topic(session, record, topic, by=click.user, now=now)
        mentions.touch(session, record.mention.id)
        detail = {"before": before, "after": topic, "reason": reason}
        events.append(session, record.mention.id, click.user, "topic_corrected", now, detail)
        return _card(session, desk, record.mention.id)


def _moved_already(session: Session, desk: Desk, record: Record) -> Refused:
    place = desk.policy.department(record.department).title
    moves = [event for event in events.of_mention(session, record.mention.id) if event.what == Action.REROUTE]
    if not moves:
        return Refused(f"It is with {place} now.")
    return Taken(f"It is with {place} already.", owner=moves[-1].actor, since=moves[-1].at, did="moved it")


def snooze(desk: Desk, click: Click, until: datetime) -> Card:
    if until <= desk.clock():
        raise Refused("That time has passed: choose a later one.")
    done = Done(values={"snoozed_until": until}, detail={"until": until.isoformat()})
    return _act(desk, click, Action.SNOOZE, lambda _session, _record, _now: done)


def wake(desk: Desk, click: Click) -> Card:
    return _act(desk, click, Action.WAKE, _nothing)


def reopen(desk: Desk, click: Click) -> Card:
    """Take a decision back: the mention is open again, with a new promise."""

    def effect(session: Session, record: Record, now: datetime) -> Done:
        bring_to(session, desk.policy.department(record.department), record, now)
        unteach_not_about_us(session, record, by=click.user, now=now)
        return Done(detail={"before": record.decision.what if record.decision else record.state})

    return _act(desk, click, Action.REOPEN, effect)


def _nothing(_session: Session, _record: Record, _now: datetime) -> Done:
    return Done()


def _act(desk: Desk, click: Click, action: Action, effect: Effect) -> Card:
    """One action in one transaction: dedupe, check, effect, state, log. A second delivery changes nothing."""
    with desk.db.write() as session:
        record, now = _begin(session, desk, click)
        if record is None:
            return _card(session, desk, click.mention_id)
        _refuse_unless_possible(card_of(record, desk.policy), action, click.user)
        done = effect(session, record, now)
        mentions.change(session, record, action, now, done.values)
        card = _card(session, desk, click.mention_id)
        states = {"state_before": record.state, "state_after": card.state}
        events.append(session, click.mention_id, click.user, action, now, {**states, **done.detail})
        return card


def _begin(session: Session, desk: Desk, click: Click) -> tuple[Record | None, datetime]:
    """The locked mention and the time, or no mention for an act that was carried out before."""
    now = desk.clock()
    if not inbound.first_time(session, click.key, now):
        return None, now
    record = mentions.lock(session, click.mention_id)
    if record is None:
        raise Refused("This mention was erased.")
    return record, now


def _refuse_unless_possible(card: Card, action: Action, user: str) -> None:
    held = card.claim is not None and card.claim.owner != user
    if card.claim is not None and held and action in {*OWNERS_ONLY, Action.CLAIM}:
        raise Taken("Somebody else has it.", owner=card.claim.owner, since=card.claim.since)
    if after(card.state, action) is not None:
        _refuse_over_answer(card, action)
        return
    if card.claim is not None and action is Action.CLAIM:
        raise Refused("You have it already.")
    if card.decision is not None:
        raise Taken("It was decided meanwhile.", owner=card.decision.by, since=card.decision.at, did="decided it")
    raise Refused(f"That is not possible now: it is {card.state.replace('_', ' ')}.")


def _refuse_over_answer(card: Card, action: Action) -> None:
    """While an answer is on its way nothing else may close the mention: the customer is about to read that one."""
    if action in CLOSING and card.answer is not None and card.answer.state is AnswerState.SENDING:
        raise Taken("An answer is on its way.", owner=card.answer.author, since=card.answer.at, did="wrote it")


def _claim_values(desk: Desk, record: Record, user: str, now: datetime) -> dict[str, Any]:
    return {
        "claimed_by": user,
        "claimed_at": now,
        "claim_until": now + desk.policy.lease,
        "first_claimed_at": record.first_claimed_at or now,
    }


def _decided(action: Action, user: str, now: datetime, reason: str = "") -> dict[str, Any]:
    return {"decided_what": action, "decided_by": user, "decided_at": now, "decided_reason": reason}


def _card(session: Session, desk: Desk, mention_id: int) -> Card:
    session.flush()
    record = mentions.load(session, mention_id)
    if record is None:
        raise Refused("This mention was erased.")
    return card_of(record, desk.policy)

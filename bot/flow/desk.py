"""A person's action → mention, events, outbox: everything that a click may do, each in one transaction.

Each function returns the card as it stands afterwards and raises `Refused` with a sentence for the person.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.card import AnswerState, Card, History
from bot.domain.lifecycle import OWNERS_ONLY, Action, State, after
from bot.domain.policy import Policy, terms_of
from bot.domain.posting import NoticeKind, PostingKind
from bot.domain.promise import PromiseKind, promises_for
from bot.errors import Refused, Taken
from bot.flow.clock import Clock
from bot.flow.raise_level import raise_level
from bot.flow.view import card_of
from bot.store import answers, events, inbound, mentions, outbox, promises
from bot.store.database import Database, Session
from bot.store.schema import MentionRow

BOTH = (PromiseKind.DECISION, PromiseKind.ANSWER)


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


Effect = Callable[[Session, MentionRow, datetime], Mapping[str, str]]
"""What an action does inside its transaction; gives the detail for the log."""


def look(desk: Desk, mention_id: int) -> Card:
    """The card as it stands now."""
    with desk.db.read() as session:
        return _card(session, desk, mention_id)


def allow(desk: Desk, mention_id: int, user: str, action: Action) -> Card:
    """The card, if `user` may do `action` now; else Refused, before a dialog opens in vain."""
    with desk.db.read() as session:
        card = _card(session, desk, mention_id)
    _refuse_unless_possible(card, action, user)
    if action is Action.ANSWER:
        _refuse_second_answer(card, user)
    return card


def history(desk: Desk, mention_id: int) -> History:
    with desk.db.read() as session:
        return History(card=_card(session, desk, mention_id), events=events.of_mention(session, mention_id))


def redraw(desk: Desk, mention_id: int) -> None:
    """Draw the card again although nothing changed: its menu goes back to its first entry."""
    with desk.db.write() as session:
        mentions.touch(session, mention_id)


def claim(desk: Desk, click: Click) -> Card:
    """Hold a mention exclusively until the lease runs out; Taken for everyone who comes second."""

    def effect(session: Session, row: MentionRow, now: datetime) -> Mapping[str, str]:
        promises.settle(session, row.id, [PromiseKind.DECISION], now)
        return {"until": (now + desk.policy.lease).isoformat()}

    return _act(desk, click, Action.CLAIM, effect, _claim_values(desk, click))


def release(desk: Desk, click: Click) -> Card:
    return _act(desk, click, Action.RELEASE, _nothing)


def write_answer(desk: Desk, click: Click, text: str) -> Card:
    """Record an answer and start it on its way; the writer holds the mention until it has arrived.

    Where the source cannot be written to, the writer carries it there and says so with `answer_elsewhere`.
    """
    if not text.strip():
        raise Refused("The answer is empty: write what the customer should read.")
    with desk.db.write() as session:
        row, now = _begin(session, desk, click)
        if row is None:
            return _card(session, desk, click.mention_id)
        _refuse_unless_possible(_card(session, desk, row.id), Action.ANSWER, click.user)
        _refuse_second_answer(_card(session, desk, row.id), click.user)
        if row.state != State.CLAIMED:
            mentions.change(session, row, Action.CLAIM, now, _claim_values(desk, click)(row, now))
            events.append(session, row.id, click.user, Action.CLAIM, now, {"by": "answering"})
            promises.settle(session, row.id, [PromiseKind.DECISION], now)
        row.version += 1
        state = AnswerState.SENDING if row.source in desk.policy.answerable else AnswerState.COPIED
        answers.add(session, row.id, click.user, text, state, now)
        events.append(session, row.id, click.user, "answer_written", now, {"text": text, "state": state})
        return _card(session, desk, row.id)


def answer_elsewhere(desk: Desk, click: Click, *, text: str = "", link: str = "") -> Card:
    """The customer has our answer already: carried there by hand. Without a text the written one was used."""

    def effect(session: Session, row: MentionRow, now: datetime) -> Mapping[str, str]:
        written = _card(session, desk, row.id).answer
        if written is not None and written.state is AnswerState.COPIED and not text.strip():
            answers.settle(session, written.id, AnswerState.ELSEWHERE, permalink=link)
        else:
            answers.add(session, row.id, click.user, text, AnswerState.ELSEWHERE, now, permalink=link)
        promises.settle(session, row.id, BOTH, now)
        return {"link": link}

    return _act(desk, click, Action.ANSWER_ELSEWHERE, effect, _decided(Action.ANSWER_ELSEWHERE, click))


def send_again(desk: Desk, click: Click) -> Card:
    """Queue an answer that failed once more, under the same key."""
    with desk.db.write() as session:
        row, now = _begin(session, desk, click)
        if row is not None:
            _refuse_unless_possible(_card(session, desk, row.id), Action.ANSWER, click.user)
            if not answers.send_again(session, row.id, now):
                raise Refused("There is no failed answer to send again.")
            row.version += 1
            events.append(session, row.id, click.user, "retry_reply", now)
        return _card(session, desk, click.mention_id)


def decide(desk: Desk, click: Click, action: Action, reason: str) -> Card:
    """Let stand, monitor, or "not about us": a decision not to answer, with its reason."""
    if action not in (Action.LET_STAND, Action.MONITOR, Action.DISMISS):
        raise ValueError(f"{action} is not a decision")
    if not reason.strip():
        raise Refused("Please give a reason: whoever reads the history will want to know why.")

    def effect(session: Session, row: MentionRow, now: datetime) -> Mapping[str, str]:
        promises.settle(session, row.id, BOTH, now)
        if action is Action.MONITOR and desk.policy.ops_channel:
            body = {"notice": NoticeKind.MONITOR, "by": click.user, "reason": reason}
            outbox.want(
                session,
                row.id,
                desk.policy.ops_channel,
                PostingKind.NOTICE,
                now,
                slot=f"monitor-{row.version}",
                body=body,
            )
        return {"reason": reason}

    return _act(desk, click, action, effect, _decided(action, click, reason))


def escalate(desk: Desk, click: Click, reason: str) -> Card:
    """Raise a mention to the next level of its department's chain."""
    if not reason.strip():
        raise Refused("Please say why: the people you call need to know.")

    def effect(session: Session, row: MentionRow, now: datetime) -> Mapping[str, str]:
        return raise_level(session, desk.policy, row, now, by=click.user, reason=reason)

    return _act(desk, click, Action.ESCALATE, effect)


def reroute(desk: Desk, click: Click, department: str, *, topic: str = "", reason: str = "") -> Card:
    """Move a mention to another department. `topic` is what the person says it is about: a label to learn from."""
    if department not in desk.policy.routing.departments:
        raise Refused("That department is not configured (any more).")
    target = desk.policy.department(department)

    def effect(session: Session, row: MentionRow, now: datetime) -> Mapping[str, str]:
        if row.department == department:
            raise Refused(f"It is with {target.title} already.")
        before, row.department = row.department, department
        row.route_rule, row.route_why = "reroute", reason.strip() or "moved by a person"
        row.level, row.level_at, row.escalate_at = 0, None, None
        promised = promises_for(terms_of(target), now, urgent=row.urgent)
        promises.make(session, row.id, department, promised, now)
        outbox.want(session, row.id, target.channel, PostingKind.CARD, now, urgent=row.urgent)
        return {"before": before, "after": department, "topic": topic, "reason": reason}

    return _act(desk, click, Action.REROUTE, effect)


def snooze(desk: Desk, click: Click, until: datetime) -> Card:
    if until <= desk.clock():
        raise Refused("That time has passed: choose a later one.")

    def effect(_session: Session, _row: MentionRow, _now: datetime) -> Mapping[str, str]:
        return {"until": until.isoformat()}

    return _act(desk, click, Action.SNOOZE, effect, lambda _row, _now: {"snoozed_until": until})


def wake(desk: Desk, click: Click) -> Card:
    return _act(desk, click, Action.WAKE, _nothing)


def reopen(desk: Desk, click: Click) -> Card:
    """Take a decision back: the mention is open again, with a new promise."""

    def effect(session: Session, row: MentionRow, now: datetime) -> Mapping[str, str]:
        department = desk.policy.department(row.department)
        promises.make(session, row.id, department.name, promises_for(terms_of(department), now, urgent=row.urgent), now)
        outbox.want(session, row.id, department.channel, PostingKind.CARD, now, urgent=row.urgent)
        return {"before": str(row.decided_what)}

    return _act(desk, click, Action.REOPEN, effect)


Values = Callable[[MentionRow, datetime], Mapping[str, Any]]


def _nothing(_session: Session, _row: MentionRow, _now: datetime) -> Mapping[str, str]:
    return {}


def _act(desk: Desk, click: Click, action: Action, effect: Effect, values: Values = lambda _row, _now: {}) -> Card:
    """One action in one transaction: dedupe, check, effect, state, log. A second delivery changes nothing."""
    with desk.db.write() as session:
        row, now = _begin(session, desk, click)
        if row is None:
            return _card(session, desk, click.mention_id)
        _refuse_unless_possible(_card(session, desk, row.id), action, click.user)
        before = row.state
        detail = effect(session, row, now)
        mentions.change(session, row, action, now, values(row, now))
        events.append(
            session, row.id, click.user, action, now, {"state_before": before, "state_after": row.state, **detail}
        )
        return _card(session, desk, row.id)


def _begin(session: Session, desk: Desk, click: Click) -> tuple[MentionRow | None, datetime]:
    """The locked row and the time, or no row for an act that was carried out before."""
    now = desk.clock()
    if not inbound.first_time(session, click.key, now):
        return None, now
    row = mentions.lock(session, click.mention_id)
    if row is None:
        raise Refused("This mention was erased.")
    return row, now


def _refuse_unless_possible(card: Card, action: Action, user: str) -> None:
    held = card.claim is not None and card.claim.owner != user
    if card.claim is not None and held and action in {*OWNERS_ONLY, Action.CLAIM}:
        raise Taken("Somebody else has it.", owner=card.claim.owner, since=card.claim.since)
    if after(card.state, action) is not None:
        return
    if card.claim is not None and action is Action.CLAIM:
        raise Refused("You have it already.")
    if card.decision is not None:
        raise Taken("It was decided meanwhile.", owner=card.decision.by, since=card.decision.at)
    raise Refused(f"That is not possible now: it is {card.state.replace('_', ' ')}.")


def _refuse_second_answer(card: Card, user: str) -> None:
    if card.answer is None:
        return
    if card.answer.state is AnswerState.SENDING:
        raise Taken("An answer is on its way.", owner=card.answer.author, since=card.answer.at)
    if card.answer.state is AnswerState.COPIED and card.answer.author != user and card.claim is not None:
        raise Taken("An answer was written already.", owner=card.answer.author, since=card.answer.at)


def _claim_values(desk: Desk, click: Click) -> Values:
    return lambda row, now: {
        "claimed_by": click.user,
        "claimed_at": now,
        "claim_until": now + desk.policy.lease,
        "first_claimed_at": row.first_claimed_at or now,
    }


def _decided(action: Action, click: Click, reason: str = "") -> Values:
    return lambda _row, now: {
        "decided_what": action,
        "decided_by": click.user,
        "decided_at": now,
        "decided_reason": reason,
    }


def _card(session: Session, desk: Desk, mention_id: int) -> Card:
    session.flush()
    record = mentions.load(session, mention_id)
    if record is None:
        raise Refused("This mention was erased.")
    return card_of(record, desk.policy)

"""Where a mention stands, in sentences: the same on the card, its copies and in fallback texts."""

from datetime import datetime

from bot.domain.card import Answer, AnswerState, Card, Decision, Escalation
from bot.domain.escalation import Waiting
from bot.domain.event import EARSHOT
from bot.domain.lifecycle import LIVE, State
from bot.domain.listening import OURS
from bot.domain.promise import Promise, PromiseKind
from bot.slack.blocks.elements import joined, source_link, span, when, who
from bot.slack.blocks.message import Json
from bot.slack.blocks.text import date, duration, inline
from bot.slack.blocks.wishes import wish_lines

UNCLAIMED, CLAIMED, SNOOZED, ANSWERED, DECIDED = "⚪", "🔵", "💤", "✅", "☑️"
RAISED, DUE, LATE, TROUBLE, CARRY = "⬆️", "⏳", "⏰", "⚠️", "✍️"
ON_IT, QUIET = "👀", "🌙"
WAITS, RETURNED = "👀", "↩️"
PAUSED = "⏸️"

_DECISIONS = {
    State.LET_STAND: "Let stand",
    State.MONITORED: "Monitored, not answered",
    State.DISMISSED: "Not about us",
}
_PROMISED = {PromiseKind.DECISION: "decision", PromiseKind.ANSWER: "answer"}


def standing(card: Card) -> list[list[Json]]:
    """One list of spans a line, the state first."""
    lines = [_state_line(card)]
    if card.state in LIVE and card.answer is not None:
        arrived = card.answer.state in (AnswerState.SENT, AnswerState.ELSEWHERE)
        lines.append(_answer_line(card.answer, earlier=arrived))
    lines += wish_lines(card.wishes)
    if card.state in LIVE and card.escalation is not None:
        lines.append(_escalation_line(card.escalation, card.escalation_levels))
        lines += _what_follows(card, card.escalation)
    if card.state in LIVE and card.waiting_call is not None:
        lines.append(_waiting_line(card.waiting_call))
    return lines


def person(reference: str) -> Json:
    """Who did it: a person by id, or Earshot itself."""
    return span("Earshot") if reference == EARSHOT else who(reference)


def open_promises(card: Card, now: datetime) -> str:
    """What is due, in mrkdwn, late ones first and said to be late; empty when nothing is open."""
    still_open = [each for each in card.promises if each.settled_at is None and each.paused_at is None]
    late = [f"{LATE} *Late:* the {_due(each, 'was due')}" for each in still_open if each.due_at <= now]
    ahead = " · ".join(_due(each, "due") for each in still_open if each.due_at > now)
    said = [*late, *([f"{DUE} {ahead[:1].upper()}{ahead[1:]}"] if ahead else [])]
    waiting = [f"{_PROMISED[kind]} with {duration(left)} left" for kind, left in card.time_left.items()]
    return " · ".join([*said, *([f"{PAUSED} Standing still: {' · '.join(waiting)}"] if waiting else [])])


def broken_promises(card: Card, now: datetime) -> str:
    """What was not kept, for a mention that is closed; empty when all was."""
    late = [each for each in card.promises if each.kept(now) is False]
    return " · ".join(f"{LATE} The {_PROMISED[each.kind]} came late: it was due {date(each.due_at)}" for each in late)


def _due(promise: Promise, verb: str) -> str:
    return f"{_PROMISED[promise.kind]} {verb} {date(promise.due_at)}"


def _state_line(card: Card) -> list[Json]:
    if card.state is State.ANSWERED:
        return _answer_line(card.answer) if card.answer else _decided(ANSWERED, "Answered", card.decision)
    if card.state in _DECISIONS:
        return _decided(DECIDED, _DECISIONS[card.state], card.decision)
    if card.state is State.CLAIMED:
        return _claim_line(card)
    if card.state is State.SNOOZED:
        return _snooze_line(card)
    if card.state is State.FILTERED:
        by = inline(card.route_why, 80) if card.route_rule == OURS else f"by rule “{inline(card.route_rule, 80)}”"
        return [span(f"Kept out of every channel{':' if card.route_rule == OURS else ''} {by}")]
    if card.state is State.FOLDED:
        return [span("On the card of a first post: their own in this conversation, or one that says the same")]
    if card.state is State.OPEN:
        return [span(f"{UNCLAIMED} "), span("Unclaimed", bold=True)]
    return [span("On its way to a department")]


def _snooze_line(card: Card) -> list[Json]:
    if card.waiting_for:
        until = [span(", "), when(card.snoozed_until), span(" at the latest")] if card.snoozed_until else []
        return [span(f"{SNOOZED} "), span("Waiting for the customer", bold=True), *until]
    until = [span(" until "), when(card.snoozed_until)] if card.snoozed_until else []
    return [span(f"{SNOOZED} "), span("Snoozed", bold=True), *until]


def _claim_line(card: Card) -> list[Json]:
    said = [span(f"{CLAIMED} "), span("Claimed", bold=True)]
    if card.claim is None:
        return said
    return [*said, span(" by "), person(card.claim.owner), span(" until "), when(card.claim.until)]


def _decided(mark: str, what: str, decision: Decision | None) -> list[Json]:
    said = [span(f"{mark} "), span(what, bold=True)]
    if decision is None:
        return said
    reason = [span(f"“{inline(decision.reason, 600)}”")] if decision.reason.strip() else []
    return joined([[*said, span(" by "), person(decision.by)], [when(decision.at)], reason])


def _answer_line(answer: Answer, *, earlier: bool = False) -> list[Json]:
    mark, words, by = _ANSWER_WORDS[answer.state]
    said = [span(f"{mark} "), span(f"Earlier: {words.lower()}" if earlier else words, bold=True), span(by)]
    trouble = [span(inline(answer.problem, 500))] if answer.problem.strip() else []
    unclear = [span("it may have arrived all the same: look there first")] if answer.unclear else []
    where = source_link(answer.permalink, "See it on")
    return joined([[*said, person(answer.author)], [when(answer.at)], _approval_of(answer), trouble, unclear, where])


def _approval_of(answer: Answer) -> list[Json]:
    """For whom it waits and why, why it came back, or who let it go."""
    approval = answer.approval
    if approval is None:
        return []
    if answer.state is AnswerState.WAITING:
        names = joined([[who(each)] for each in approval.approvers], ", ") or [span("anybody else")]
        return [span("by "), *names, span(f" (rule “{inline(approval.rule, 80)}”: {inline(approval.why, 200)})")]
    if answer.state is AnswerState.RETURNED:
        return [span(f"“{inline(approval.returned, 300)}”")]
    return [span("approved by "), person(approval.by)] if approval.by else []


def _escalation_line(escalation: Escalation, levels: int) -> list[Json]:
    of = f" of {levels}" if levels >= escalation.level else ""
    of += f", round {escalation.round + 1}" if escalation.round else ""
    raised = [span(f"{RAISED} "), span(f"Escalated to level {escalation.level}{of}", bold=True)]
    reason = [span(f"“{inline(escalation.reason, 600)}”")] if escalation.reason.strip() else []
    told = joined([[who(one)] for one in escalation.notified], ", ")
    return joined(
        [
            [*raised, span(" by "), person(escalation.by)],
            [when(escalation.at)],
            reason,
            [span("told "), *told] if told else [span("nobody could be told")],
        ]
    )


def _what_follows(card: Card, raised: Escalation) -> list[list[Json]]:
    """Who is on it, or when the clock goes on where nobody is."""
    if raised.acknowledged_by and raised.acknowledged_at:
        claimed = card.claim is not None and card.claim.owner == raised.acknowledged_by
        said = [
            span(f"{ON_IT} "),
            person(raised.acknowledged_by),
            span(" is on it since "),
            when(raised.acknowledged_at),
        ]
        return [] if claimed else [said]
    if raised.next_at is None or card.waiting_call is not None or card.state is State.SNOOZED:
        return []
    quiet = [span(", after quiet hours")] if raised.put_off else []
    mark = QUIET if raised.put_off else DUE
    return [[span(f"{mark} If nobody is on it, the escalation goes on "), when(raised.next_at), *quiet]]


def _waiting_line(waiting: Waiting) -> list[Json]:
    asked = [span(f"{QUIET} "), span("Escalation waits for the end of quiet hours", bold=True)]
    reason = [span(f"“{inline(waiting.reason, 600)}”")] if waiting.reason.strip() else []
    return joined([[*asked, span(", asked for by "), person(waiting.by)], [when(waiting.until)], reason])


_ANSWER_WORDS = {
    AnswerState.WAITING: (WAITS, "Answer waits for approval", ", written by "),
    AnswerState.RETURNED: (RETURNED, "Answer returned", ", written by "),
    AnswerState.REPLACED: (RETURNED, "Answer taken back", ", written by "),
    AnswerState.SENDING: ("✉️", "Answer on its way", " by "),
    AnswerState.SENT: (ANSWERED, "Answered", " by "),
    AnswerState.FAILED: (TROUBLE, "Answer not sent", ", written by "),
    AnswerState.COPIED: (CARRY, "Answer not posted yet", ", written by "),
    AnswerState.ELSEWHERE: (ANSWERED, "Answered elsewhere", " by "),
}
"""What people see of an answer in each state: the mark, the words, and how its author follows."""

"""What people see of an escalation: the dialog that asks for it, the call to each level, and what went wrong on the way."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.domain.card import Card
from bot.domain.escalation import Plan, Target
from bot.domain.lifecycle import CLOSED, Action, State
from bot.domain.posting import NoticeKind
from bot.slack import ids
from bot.slack.blocks.elements import (
    actions,
    button,
    field,
    joined,
    line,
    modal,
    option,
    quote,
    rich,
    span,
    spoken,
    text_input,
    when,
    who,
)
from bot.slack.blocks.message import Json, Message
from bot.slack.blocks.metadata import NOWHERE, Origin, metadata_of
from bot.slack.blocks.notices import next_promise, owed
from bot.slack.blocks.post import BRIEF_SIZE, author_of, card_link, in_short, post_block
from bot.slack.blocks.standing import CLAIMED, DECIDED, DUE, ON_IT, RAISED, TROUBLE, person
from bot.slack.blocks.text import duration, inline

GONE_WRONG = frozenset({NoticeKind.UNREACHED, NoticeKind.NOBODY_TOLD, NoticeKind.CHAIN_ENDED})
"""Notices about an escalation that did not go as it should."""

CALL_NOW = "now"
"""The value of the box that calls also in quiet hours."""

_EXCERPT = 300


def escalate_modal(
    card: Card, plan: Plan, *, within: timedelta, quiet_until: datetime | None = None, origin: Origin = NOWHERE
) -> Json:
    """Asks why; says whom it will reach, how long they have, and that quiet hours put it off where they do."""
    reason = text_input(ids.ESCALATE_REASON, placeholder="What do you need from them, and by when?")
    blocks = [
        post_block(card, BRIEF_SIZE),
        rich(*(line(*spans) for spans in _reaches(card, plan, within))),
        field("Why is this escalated?", reason),
        *_quiet(quiet_until),
    ]
    return modal(ids.ESCALATE, "Escalate", blocks, submit="Escalate", metadata=metadata_of(card, origin))


def call_message(card: Card, permalink: str, body: Mapping[str, str], people: list[str]) -> Message:
    """A call of one level: who calls whom, why, how far it is, what is promised; and a way to say that one is on it.

    `people` are Slack ids. Drawn anew when the mention changes: what was settled asks nothing more.
    """
    spans = _call(card, body, people)
    post = in_short(card, _EXCERPT)
    stands = _stands(card)
    lines = [line(*each) for each in ([*_promise(card)], _goes_on(card, body), stands, card_link(permalink)) if each]
    shown = rich(line(*spans), quote(*post), *lines)
    return Message(spoken([*spans, span(" "), *post]), [shown, *_buttons(card)])


def escalation_notice(
    card: Card, permalink: str, kind: NoticeKind, body: Mapping[str, str], people: list[str]
) -> Message:
    """What went wrong with an escalation: a gap in the chain, nobody at all, or everybody and in vain."""
    called = [*joined([[who(one)] for one in people], " "), span(": ")] if people else []
    spans = [*called, *_trouble(card, kind, body)]
    post = in_short(card, _EXCERPT)
    shown = rich(line(*spans), quote(*post), *(line(*each) for each in [card_link(permalink)] if each))
    return Message(spoken([*spans, span(" "), *post]), [shown])


def _reaches(card: Card, plan: Plan, within: timedelta) -> list[list[Json]]:
    unreached = [[span(f"{TROUBLE} {_named(each)}.")] for each in plan.unreached]
    if not plan.told:
        nobody = f"Nobody in this chain can be told now: {inline(card.place.title, 60)} will be called in its channel."
        return [*unreached, [span(nobody)]]
    told = joined([_target(each) for each in plan.told], ", ")
    level = f"Level {plan.position.level} of {max(card.escalation_levels, plan.position.level)}"
    return [
        *unreached,
        [span(level, bold=True), span(" will be told: "), *told, span(f". They have {duration(within)}.")],
    ]


def _named(target: Target) -> str:
    return f"{inline(target.reference, 60)}: {inline(target.problem, 100)}"


def _target(target: Target) -> list[Json]:
    return [who(target.called), *([span(f" (on call for {inline(target.on_call, 40)})")] if target.on_call else [])]


def _quiet(until: datetime | None) -> list[Json]:
    if until is None:
        return []
    box = {"type": "checkboxes", "action_id": ids.ESCALATE_NOW, "options": [option("Call now all the same", CALL_NOW)]}
    said = [span("🌙 These are quiet hours: they are called "), when(until), span(", unless it cannot wait.")]
    return [rich(line(*said)), field("Urgent", box, optional=True)]


def _call(card: Card, body: Mapping[str, str], people: list[str]) -> list[Json]:
    called = [*joined([[who(one)] for one in people], " "), span(": ")] if people else []
    rota = body.get("on_call", "")
    duty = [span(f" You are on call for {inline(rota, 60)}.")] if rota else []
    reason = [span(f" “{inline(body.get('reason', ''), 500)}”")] if body.get("reason", "").strip() else []
    turn = f", round {int(body['round']) + 1} of {body['rounds']}" if int(body.get("round", "0")) else ""
    level = f"level {body.get('level', '1')} of {body.get('levels', '1')}{turn}"
    team = inline(card.place.title, 60)
    asks = [span(f"{RAISED} "), person(body.get("by", "")), span(f" escalated this one in {team} ({level}):")]
    return [*called, *asks, *reason, *duty]


def _promise(card: Card) -> list[Json]:
    promise = next_promise(card)
    if promise is None or card.state in CLOSED:
        return []
    return [span(f"{DUE} {owed(promise).capitalize()} is due "), when(promise.due_at), span(".")]


def _goes_on(card: Card, body: Mapping[str, str]) -> list[Json]:
    """What happens if nobody acts; nothing once somebody did, or a later level was called."""
    raised = card.escalation
    current = raised is not None and (str(raised.level), str(raised.round)) == (body.get("level"), body.get("round"))
    if raised is None or not current or raised.acknowledged_by or raised.next_at is None or card.state in CLOSED:
        return []
    last = body.get("level") == body.get("levels") and int(body.get("round", "0")) + 1 >= int(body.get("rounds", "1"))
    then = "it is said that nobody came" if last else "the next ones are called"
    return [span("If nobody is on it, "), span(then), span(" "), when(raised.next_at), span(".")]


def _stands(card: Card) -> list[Json]:
    if card.state in CLOSED:
        return [span(f"{DECIDED} It is settled.", bold=True)]
    if card.state is State.CLAIMED and card.claim is not None:
        return [span(f"{CLAIMED} "), person(card.claim.owner), span(" has claimed it.")]
    raised = card.escalation
    if raised is None or not raised.acknowledged_by or raised.acknowledged_at is None:
        return []
    return [span(f"{ON_IT} "), person(raised.acknowledged_by), span(" is on it since "), when(raised.acknowledged_at)]


def _buttons(card: Card) -> list[Json]:
    value, author = str(card.mention.id), author_of(card.mention)
    raised = card.escalation
    row = []
    if raised is not None and not raised.acknowledged_by and card.state in (State.OPEN, State.CLAIMED):
        said = f"I am on it: {author}"
        row.append(button("I'm on it", ids.ACKNOWLEDGE, value, style="primary", label=said))
    if card.state in (State.OPEN, State.SNOOZED):
        row.append(button("Claim", ids.action_id(Action.CLAIM), value, label=f"Claim {author}"))
    return [actions(row, f"call.{card.mention.id}.{card.version}")] if row else []


def _trouble(card: Card, kind: NoticeKind, body: Mapping[str, str]) -> list[Json]:
    team, reason = inline(card.place.title, 60), inline(body.get("reason", ""), 800)
    if kind is NoticeKind.UNREACHED:
        target = inline(body.get("target", ""), 60)
        mend = "The next one in the chain was called. Mend it with [[departments.escalation]] in the configuration."
        return [span(f"{TROUBLE} The escalation of {team} names {target}, which {reason}. {mend}")]
    if kind is NoticeKind.NOBODY_TOLD:
        nobody = f"{TROUBLE} {team} escalated this one, and nobody is left in the chain who could be told"
        return [span(nobody, bold=True), span(f": {reason}. Please take it.")]
    ended = f"{TROUBLE} Everybody in the escalation chain of {team} was called, and nobody is on it."
    return [span(ended, bold=True), span(" Nobody further is called. Please take it.")]

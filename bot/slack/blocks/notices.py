"""Messages that call people to a card: they name whom, say why, and lead there. Nothing is done in them but a new claim."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.card import Card
from bot.domain.lifecycle import Action, available
from bot.domain.posting import NoticeKind
from bot.domain.promise import Promise, PromiseKind
from bot.slack import ids
from bot.slack.blocks.elements import actions, button, joined, line, quote, rich, span, spoken, when, who
from bot.slack.blocks.message import Json, Message
from bot.slack.blocks.post import author_of, card_link, in_short
from bot.slack.blocks.standing import CLAIMED, DUE, LATE, RAISED, UNCLAIMED, person
from bot.slack.blocks.text import counted, inline, plain

_EXCERPT = 300
_PROMISED = {PromiseKind.DECISION: "a decision", PromiseKind.ANSWER: "an answer"}


def notice_message(
    card: Card,
    permalink: str,
    *,
    kind: NoticeKind,
    people: Sequence[str] = (),
    why: str = "",
    by: str = "",
    beside: str = "",
    count: int = 1,
) -> Message:
    """A call to `people` (Slack references) about one card. `why` is a person's or the route's reason, shown as a quote.

    `by` is who decided what is told, `beside` (`16 others`) on how many more in the same step.

    `count` says for how many like this one it stands; the card is the most pressing of them.

    Due times are read from the card's open promises, the level from its escalation.
    """
    called = [*joined([[who(one)] for one in people], " "), span(": ")] if people else []
    said = [*called, *(_call(card, kind, by, beside) if count == 1 else _call_of_many(card, kind, count))]
    reason = [span(f" Reason: “{inline(why, 500)}”.")] if why.strip() else []
    owner = [span(" It is claimed by "), person(card.claim.owner), span(".")] if card.claim else []
    return about(card, permalink, [*said, *reason, *owner])


def lease_notice(card: Card, permalink: str = "", *, since: datetime | None = None) -> Message:
    """To whoever lost a claim by time: the mention is back in the pool, and they can take it again if they are quick."""
    ended = [span(" ended at "), when(since)] if since else [span(" has run out")]
    spans = [
        span(f"{UNCLAIMED} Your claim on the mention by {author_of(card.mention)}"),
        *ended,
        span(", so it is back for everyone to take."),
    ]
    message = about(card, permalink, spans)
    if Action.CLAIM not in available(card.state):
        return message
    again = button("Claim again", ids.CLAIM, str(card.mention.id), label=f"Claim {author_of(card.mention)} again")
    return Message(message.text, [*message.blocks, actions([again], f"lease.{card.mention.id}.{card.version}")])


def claim_taken(card: Card) -> Message:
    """To the one who clicked second: who has it, since when, and when it comes back."""
    if card.claim is None:
        return _only([span("This one was just taken back. Look at the card and try again.")])
    return _only(
        [
            span(f"{CLAIMED} "),
            person(card.claim.owner),
            span(" has this one since "),
            when(card.claim.since),
            span(". It comes back for everyone at "),
            when(card.claim.until),
            span(" unless they go on with it."),
        ]
    )


def sentence_message(text: str) -> Message:
    """One sentence for one person: a refusal or a confirmation. Nothing in `text` is read as formatting."""
    return _only([span(plain(text, 600) or "That was not possible.")])


def _only(spans: list[Json]) -> Message:
    return Message(spoken(spans), [rich(line(*spans))])


def about(card: Card, permalink: str, spans: list[Json]) -> Message:
    """What is said, the post that it is about, and the way to its card."""
    post = in_short(card, _EXCERPT)
    shown = rich(line(*spans), quote(*post), *([line(*way)] if (way := card_link(permalink)) else []))
    return Message(spoken([*spans, span(" "), *post]), [shown])


def _call(card: Card, kind: NoticeKind, by: str, beside: str) -> list[Json]:
    team = inline(card.place.title, 60)
    if kind is NoticeKind.DUE_SOON:
        promise = next_promise(card)
        due = [span(": it is due "), when(promise.due_at)] if promise else [span(" soon")]
        return [span(f"{DUE} {team} owes {owed(promise)}"), *due, span(".")]
    if kind is NoticeKind.MISSED:
        promise = next_promise(card)
        due = [span(": it was due "), when(promise.due_at)] if promise else []
        return [span(f"{LATE} {team} is late with {owed(promise)}"), *due, span(".")]
    if kind is NoticeKind.ESCALATED:
        return _raised(card, team)
    if kind is NoticeKind.DRIFT:
        return [span("📉 The model is right less often than it was. One that it got wrong is below.")]
    if kind is NoticeKind.MONITOR:
        decided = [person(by), span(f" of {team}")] if by else [span(team)]
        together = f", together with {inline(beside, 40)}," if beside else ""
        return [span("👀 "), *decided, span(f" decided to watch this one{together} and not to answer.")]
    return [span(f"{UNCLAIMED} A claim ran out: this one is back for everyone in {team} to take.")]


def _call_of_many(card: Card, kind: NoticeKind, count: int) -> list[Json]:
    """One call for many promises; Home lists them all."""
    team, many = inline(card.place.title, 60), counted(count, "mention")
    owes = f"is late with {many}" if kind is NoticeKind.MISSED else f"soon owes a decision or an answer on {many}"
    mark = LATE if kind is NoticeKind.MISSED else DUE
    rest = " The most pressing is below; all are in Earshot's Home, under Due soon."
    return [span(f"{mark} {team} {owes}."), span(rest)]


def _raised(card: Card, team: str) -> list[Json]:
    raised = card.escalation
    if raised is None:
        return [span(f"{RAISED} {team} asks for your help with this one.")]
    level = f"level {raised.level} of {max(card.escalation_levels, raised.level)}"
    return [span(f"{RAISED} "), person(raised.by), span(f" escalated this one in {team} ({level}).")]


def next_promise(card: Card) -> Promise | None:
    """What is due first, of what is open and does not stand still."""
    return min(
        (each for each in card.promises if each.settled_at is None and each.paused_at is None),
        key=lambda each: each.due_at,
        default=None,
    )


def owed(promise: Promise | None) -> str:
    """`a decision`, `an answer`."""
    return _PROMISED[promise.kind] if promise else "an answer"

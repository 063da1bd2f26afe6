"""Asking for a second pair of eyes on an answer, and what became of that: messages to approvers and writers."""

from bot.domain.card import Answer, AnswerState, Card
from bot.domain.lifecycle import LIVE
from bot.slack import ids
from bot.slack.blocks.answer_memory import Memory
from bot.slack.blocks.elements import (
    actions,
    button,
    field,
    joined,
    line,
    modal,
    plain_text,
    quote,
    rich,
    section,
    span,
    spoken,
    text_input,
    when,
)
from bot.slack.blocks.message import Json, Message
from bot.slack.blocks.post import Size, author_of, card_link, in_short, post_block
from bot.slack.blocks.standing import ANSWERED, RETURNED, TROUBLE, WAITS, person
from bot.slack.blocks.text import inline, plain

_SIZE = Size(chars=600, lines=10, rest="The card shows more.")
_SHOWN = 2_900
_DONE = {
    AnswerState.SENDING: "it is on its way",
    AnswerState.SENT: "it was sent",
    AnswerState.COPIED: "its writer carries it there",
    AnswerState.ELSEWHERE: "it was carried there",
    AnswerState.FAILED: "it could not be sent: the card says why",
}


def request_message(card: Card, answer_id: int, permalink: str) -> Message:
    """To an approver: the post, the answer to the letter, and what they can do; drawn anew when that was done."""
    written = card.answer
    if written is None or written.id != answer_id or (written.state is AnswerState.WAITING and card.state not in LIVE):
        return _closed(card, [span("This answer was replaced or taken back: there is nothing to approve.")], permalink)
    if written.state is AnswerState.WAITING:
        return _open(card, written, permalink)
    return _closed(card, _outcome(written), permalink)


def verdict_message(card: Card, permalink: str, *, by: str, reason: str, returned: bool) -> Message:
    """To the writer: it was approved, or it came back and why. The draft waits in the dialog."""
    mark = RETURNED if returned else ANSWERED
    what = " returned your answer to " if returned else " approved your answer to "
    spans = [span(f"{mark} "), person(by), span(f"{what}{author_of(card.mention)}.")]
    why = [quote(span(plain(reason, 1_500)))] if reason.strip() else []
    carry = "" if returned or card.can_reply else " Earshot cannot write there: copy it from the card and post it."
    shown = rich(line(*spans, *([span(carry)] if carry else [])), *why, line(*in_short(card, 200)), *_card(permalink))
    buttons = (
        [actions([button("Change answer", ids.ANSWER, str(card.mention.id), style="primary")])] if returned else []
    )
    said = [*spans, *([span(f" “{inline(reason, 300)}”")] if reason.strip() else [])]
    return Message(spoken(said), [shown, *buttons])


def return_modal(card: Card, memory: Memory) -> Json:
    """Asks what should be different."""
    written = card.answer
    shown = [rich(quote(span(plain(written.text, _SHOWN))))] if written else []
    to = (
        [span("It goes back to "), person(written.author), span(", who finds the draft in the dialog.")]
        if written
        else []
    )
    reason = text_input(ids.RETURN_REASON, placeholder="What should be different?")
    blocks = [post_block(card, _SIZE), *shown, rich(line(*to)), field("What should be different?", reason)]
    return modal(ids.RETURN, "Return an answer", blocks, submit="Return", metadata=memory.to_json())


def _open(card: Card, written: Answer, permalink: str) -> Message:
    approval = written.approval
    why = f" Rule “{inline(approval.rule, 80)}”: {inline(approval.why, 200)}." if approval else ""
    asked = [span(f"{WAITS} "), person(written.author), span(" asks for your approval of an answer."), span(why)]
    value = f"{card.mention.id}:{written.id}"
    rests = (
        [section(plain_text("The answer is cut here: “Edit…” shows the whole."))] if len(written.text) > _SHOWN else []
    )
    buttons = [
        button("Approve and send" if card.can_reply else "Approve", ids.APPROVE, value, style="primary"),
        button("Edit…", ids.REVIEW, value),
        button("Return…", ids.RETURN, value),
    ]
    blocks = [
        rich(line(*asked)),
        post_block(card, _SIZE),
        rich(line(span("The answer", bold=True)), quote(span(plain(written.text, _SHOWN))), *_card(permalink)),
        *rests,
        actions(buttons, f"approval.{written.id}"),
    ]
    return Message(spoken([*asked, span(f" “{inline(written.text, 300)}”")]), blocks)


def _outcome(written: Answer) -> list[Json]:
    approval = written.approval
    if written.state is AnswerState.RETURNED:
        reason = f": “{inline(approval.returned, 300)}”" if approval else ""
        return [span(f"{RETURNED} Returned to "), person(written.author), span(reason)]
    by = [span(" by "), person(approval.by)] if approval and approval.by else []
    at = [when(approval.at)] if approval and approval.at else []
    mark = TROUBLE if written.state is AnswerState.FAILED else ANSWERED
    said = joined([[span(f"{mark} Approved"), *by], at])
    return [*said, span(f": {_DONE.get(written.state, 'it is settled')}.")]


def _closed(card: Card, spans: list[Json], permalink: str) -> Message:
    return Message(spoken(spans), [rich(line(*spans), line(*in_short(card, 200)), *_card(permalink))])


def _card(permalink: str) -> list[Json]:
    return [line(*way)] if (way := card_link(permalink)) else []

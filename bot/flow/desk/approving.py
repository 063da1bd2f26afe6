"""A second pair of eyes on an answer: asked for by rule, given by somebody else than its writer, or the answer given back."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.approval import BURST_WITHIN, Need, Occasion, approval_needed
from bot.domain.card import Answer, AnswerState, Card
from bot.domain.lifecycle import LIVE
from bot.domain.posting import NoticeKind, PostingKind
from bot.domain.seen import Seen, seen_of
from bot.errors import Refused, Taken
from bot.flow.desk.act import Click, Desk, begin, card_now
from bot.flow.desk.turn import Turn, hold_for, way_out
from bot.flow.desk.words import as_sent, refuse_too_long, refuse_unseen
from bot.flow.teach import topic_of
from bot.flow.view import card_of
from bot.store import answers, bursts, mentions, outbox

MOST_CALLED = 5
"""So many approvers are called one by one; more, or nobody by name, in the department's channel."""


def approval_for(desk: Desk, mention_id: int, authored: frozenset[str]) -> Need | None:
    """What an answer to this mention would have to wait for, were it written now."""
    with desk.db.read() as session:
        record = mentions.load(session, mention_id)
        return need_of(Turn(session=session, desk=desk, record=record, now=desk.clock()), authored) if record else None


def need_of(turn: Turn, authored: frozenset[str]) -> Need | None:
    """The approval that the rules ask for; `authored` names those that name the writer."""
    topic, mention = topic_of(turn.record), turn.record.mention
    occasion = Occasion(
        authored=authored,
        topic=topic,
        source=mention.source,
        department=turn.record.department,
        urgent=turn.record.urgent,
        reach=mention.reach or 0,
        recent=lambda: bursts.recent(turn.session, topic, turn.now - BURST_WITHIN),
    )
    return approval_needed(turn.desk.policy.approvals, occasion)


def ask_for_approval(turn: Turn, answer_id: int, called: Sequence[str]) -> None:
    """Call the approvers (ids), one by one while they are few; else in the department's channel."""
    channel = turn.desk.policy.department(turn.record.department).channel
    slot, body = f"approval-{answer_id}", {"answer": str(answer_id)}
    for place in called if 0 < len(called) <= MOST_CALLED else (channel,):
        kind = PostingKind.APPROVAL
        outbox.want(turn.session, turn.mention_id, place, kind, turn.now, slot=slot, urgent=True, body=body)


def to_approve(desk: Desk, mention_id: int, answer_id: int, user: str) -> Card:
    """The card with the waiting answer, if `user` may look after it now; else Refused. Whether they are an approver is
    Slack's to say.
    """
    with desk.db.read() as session:
        card = card_now(session, desk, mention_id)
    _waiting(card, answer_id, user)
    return card


def approve(desk: Desk, click: Click, answer_id: int, text: str = "", *, seen: Seen | None = None) -> Card:
    """Let a waiting answer go, the very text that was shown; another `text` is sent in its place and both are kept.

    `seen` is what a dialog showed; without one the approver knows no more than the writer did. Raises Overtaken where the
    author wrote something that they have not seen.
    """
    with desk.db.write() as session:
        record, now = begin(session, desk, click)
        if record is None:
            return card_now(session, desk, click.mention_id)
        card = card_of(record, desk.policy)
        written = _waiting(card, answer_id, click.user)
        refuse_unseen(session, card, seen or _known_to_writer(card, written))
        turn = Turn(session=session, desk=desk, record=record, now=now)
        sent = as_sent(text) or written.text
        refuse_too_long(card, sent)
        hold_for(turn, written.author, "approval")
        answers.approve(session, answer_id, sent, way_out(turn), by=click.user, now=now)
        edited = sent != written.text
        turn.note(
            click.user,
            "answer_approved",
            writer=written.author,
            before=written.text if edited else "",
            after=sent if edited else "",
        )
        _tell_writer(turn, written, NoticeKind.APPROVED, by=click.user)
        turn.redraw()
        return card_now(session, desk, click.mention_id)


def give_back(desk: Desk, click: Click, answer_id: int, reason: str) -> Card:
    """Return a waiting answer to its writer, who finds the draft and the reason in the dialog."""
    if not reason.strip():
        raise Refused("Please say what should be different: the writer has only your word to go by.")
    with desk.db.write() as session:
        record, now = begin(session, desk, click)
        if record is None:
            return card_now(session, desk, click.mention_id)
        written = _waiting(card_of(record, desk.policy), answer_id, click.user)
        turn = Turn(session=session, desk=desk, record=record, now=now)
        answers.give_back(session, answer_id, reason)
        turn.note(click.user, "answer_returned", writer=written.author, reason=reason, text=written.text)
        _tell_writer(turn, written, NoticeKind.RETURNED, by=click.user, reason=reason)
        turn.redraw()
        return card_now(session, desk, click.mention_id)


def _known_to_writer(card: Card, written: Answer) -> Seen:
    """Everything that had happened when the answer was written, and nothing later."""
    now = seen_of(card)

    def before(moment: datetime | None) -> datetime | None:
        return moment if moment is not None and moment <= written.at else None

    return Seen(
        answer=written.id,
        edited_at=before(now.edited_at),
        withdrawn_at=before(now.withdrawn_at),
        followed_at=before(now.followed_at),
    )


def _tell_writer(turn: Turn, written: Answer, notice: NoticeKind, *, by: str, reason: str = "") -> None:
    body = {"notice": notice, "by": by, "reason": reason, "answer": str(written.id)}
    slot = f"{notice}-{written.id}"
    outbox.want(
        turn.session, turn.mention_id, written.author, PostingKind.NOTICE, turn.now, slot=slot, urgent=True, body=body
    )


def _waiting(card: Card, answer_id: int, user: str) -> Answer:
    """The answer, if it waits still and is not this person's own; else Refused with what became of it."""
    written = card.answer
    if written is None or written.id != answer_id:
        raise Refused("This answer was replaced or taken back: look at the card for the one that holds.")
    if written.state is not AnswerState.WAITING or card.state not in LIVE:
        raise _settled(card, written)
    if written.author == user:
        raise Refused("You wrote it yourself: somebody else has to approve it.")
    if card.claim is not None and card.claim.owner != written.author:
        raise Taken("Somebody else has the mention now.", owner=card.claim.owner, since=card.claim.since)
    return written


def _settled(card: Card, written: Answer) -> Refused:
    """What became of an answer that does not wait any more."""
    approval = written.approval
    if approval is not None and approval.by and approval.at is not None:
        return Taken("It was approved meanwhile.", owner=approval.by, since=approval.at, did="approved it")
    if written.state is AnswerState.RETURNED:
        return Refused("It was returned to its writer meanwhile.")
    if card.decision is not None:
        return Taken("It was decided meanwhile.", owner=card.decision.by, since=card.decision.at, did="decided it")
    return Refused("This answer does not wait for approval any more.")

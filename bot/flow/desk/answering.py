"""What the customer is told: an answer written here, carried by hand, or sent once more."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from bot.domain.card import Answer, AnswerState, Approval, Card
from bot.domain.lifecycle import Action
from bot.domain.seen import Seen
from bot.errors import Refused
from bot.flow.desk.act import BOTH, Click, Desk, Done, act, begin, card_now, decided, refuse_unless_possible
from bot.flow.desk.approving import ask_for_approval, need_of
from bot.flow.desk.turn import Turn, hold_for, way_out
from bot.flow.desk.words import NotSendable, as_sent, refuse_too_long, refuse_unseen
from bot.flow.view import card_of
from bot.store import answers, events, inbound, mentions, promises, saved_replies
from bot.store.answers import New
from bot.store.database import Session
from bot.store.records import Record


@dataclass(frozen=True, kw_only=True)
class Writing:
    """What goes with the words of an answer. `seen` is what its writer had before them; None stops for nothing.

    `authored` names the approval rules that name the writer; `approvers` are the people (ids) who may let it go.
    `checks` is what the preflight found and they sent all the same, for the log; `saved_reply` is what they began with.
    `looked` says that the writer looked for an earlier answer whose fate is unclear, and did not find it.
    """

    seen: Seen | None = None
    authored: frozenset[str] = frozenset()
    approvers: tuple[str, ...] = ()
    looked: bool = False
    checks: Mapping[str, str] = field(default_factory=dict)
    saved_reply: int | None = None


PLAIN = Writing()


def write_answer(desk: Desk, click: Click, text: str, writing: Writing = PLAIN) -> Card:
    """Record an answer and start it on its way; the writer holds the mention until it has arrived.

    Where a rule asks for approval it waits for that. Where the source cannot be written to, the writer carries it there and
    says so with `answer_elsewhere`. Raises Overtaken where the writer has not seen what happened meanwhile.
    """
    if not as_sent(text):
        raise NotSendable("The answer is empty: write what the customer should read.")
    with desk.db.write() as session:
        record, now = begin(session, desk, click)
        if record is None:
            return card_now(session, desk, click.mention_id)
        card = card_of(record, desk.policy)
        _refuse_out_of_date(session, card, click.user, writing)
        refuse_too_long(card, as_sent(text))
        turn = Turn(session=session, desk=desk, record=record, now=now)
        hold_for(turn, click.user, "answering")
        _keep(turn, click.user, as_sent(text), writing)
        turn.redraw()
        return card_now(session, desk, card.mention.id)


def allow_answer(desk: Desk, click: Click, writing: Writing) -> None:
    """Refused, or Overtaken, where this person could not answer now, whatever they wrote; nothing for a second delivery."""
    with desk.db.read() as session:
        if not inbound.known(session, click.key):
            _refuse_out_of_date(session, card_now(session, desk, click.mention_id), click.user, writing)


def _refuse_out_of_date(session: Session, card: Card, user: str, writing: Writing) -> None:
    refuse_unless_possible(card, Action.ANSWER, user)
    if writing.seen is not None:
        refuse_unseen(session, card, writing.seen)
    _refuse_doubling(card.answer, looked=writing.looked)


def answer_elsewhere(desk: Desk, click: Click, *, text: str = "", link: str = "") -> Card:
    """The customer has our answer already: carried there by hand. Without a text the written one was used."""
    if link and not _is_web_address(link):
        raise Refused(
            "That is no web address: copy the answer's own link, which begins with https://, or leave it out."
        )

    def effect(session: Session, record: Record, now: datetime) -> Done:
        written = record.answer
        if written is not None and _is_there(written) and text.strip() in ("", written.text.strip()):
            answers.carried(session, written.id, link)
        else:
            new = New(author=click.user, text=text, state=AnswerState.ELSEWHERE, permalink=link)
            answers.replace_unsent(session, record.mention.id)
            answers.add(session, record.mention.id, new, now)
        promises.settle(session, record.mention.id, BOTH, now)
        return Done(values=decided(Action.ANSWER_ELSEWHERE, click.user, now), detail={"link": link})

    return act(desk, click, Action.ANSWER_ELSEWHERE, effect)


def send_again(desk: Desk, click: Click) -> Card:
    """Queue an answer that failed once more, under the same key: the source takes it once."""
    with desk.db.write() as session:
        record, now = begin(session, desk, click)
        if record is not None:
            refuse_unless_possible(card_of(record, desk.policy), Action.ANSWER, click.user)
            if not answers.send_again(session, record.mention.id, now):
                raise Refused("There is no failed answer to send again: the card shows where the answer stands.")
            mentions.touch(session, record.mention.id)
            events.append(session, record.mention.id, click.user, "retry_reply", now)
        return card_now(session, desk, click.mention_id)


def _refuse_doubling(written: Answer | None, *, looked: bool) -> None:
    """Another answer goes under another key: the source could not know that the first one stands there."""
    if written is not None and written.state is AnswerState.FAILED and written.unclear and not looked:
        raise NotSendable(
            "The first answer may have arrived. Look there, then say that it is not there; or send it again."
        )


def _is_there(written: Answer) -> bool:
    """Whether it may be the very answer that somebody found at the source."""
    return written.state is AnswerState.COPIED or (written.state is AnswerState.FAILED and written.unclear)


def _keep(turn: Turn, user: str, text: str, writing: Writing) -> None:
    need = need_of(turn, writing.authored)
    new = New(
        author=user,
        text=text,
        state=AnswerState.WAITING if need else way_out(turn),
        approval=Approval(rule=need.rule, why=need.why) if need else None,
    )
    answers.replace_unsent(turn.session, turn.mention_id)
    answer_id = answers.add(turn.session, turn.mention_id, new, turn.now)
    if writing.saved_reply:
        saved_replies.was_used(turn.session, writing.saved_reply, turn.now)
    waits_for = f"{need.rule} ({need.why})" if need else ""
    looked = "it is not there" if writing.looked else ""
    turn.note(user, "answer_written", text=text, state=new.state, waits_for=waits_for, looked=looked, **writing.checks)
    if need is not None:
        ask_for_approval(turn, answer_id, [person for person in writing.approvers if person != user])


def _is_web_address(link: str) -> bool:
    try:
        parts = urlsplit(link)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and not any(ch.isspace() for ch in link)
    except ValueError:
        return False

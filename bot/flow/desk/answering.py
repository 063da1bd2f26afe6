"""What the customer is told: an answer written here, carried by hand, or sent once more."""

from datetime import datetime

from bot.domain.card import AnswerState, Card
from bot.domain.lifecycle import Action, State
from bot.domain.promise import PromiseKind
from bot.errors import Refused
from bot.flow.desk.act import (
    BOTH,
    Click,
    Desk,
    Done,
    act,
    begin,
    card_now,
    claim_values,
    decided,
    refuse_unless_possible,
)
from bot.flow.view import card_of
from bot.store import answers, events, mentions, promises
from bot.store.database import Session
from bot.store.records import Record


def write_answer(desk: Desk, click: Click, text: str) -> Card:
    """Record an answer and start it on its way; the writer holds the mention until it has arrived.

    Where the source cannot be written to, the writer carries it there and says so with `answer_elsewhere`.
    """
    if not text.strip():
        raise Refused("The answer is empty: write what the customer should read.")
    with desk.db.write() as session:
        record, now = begin(session, desk, click)
        if record is None:
            return card_now(session, desk, click.mention_id)
        card = card_of(record, desk.policy)
        refuse_unless_possible(card, Action.ANSWER, click.user)
        if record.state is not State.CLAIMED:
            mentions.change(session, record, Action.CLAIM, now, claim_values(desk, record, click.user, now))
            events.append(session, card.mention.id, click.user, Action.CLAIM, now, {"by": "answering"})
            promises.settle(session, card.mention.id, [PromiseKind.DECISION], now)
        mentions.touch(session, card.mention.id)
        state = AnswerState.SENDING if card.can_reply else AnswerState.COPIED
        answers.add(session, card.mention.id, click.user, text, state, now)
        events.append(session, card.mention.id, click.user, "answer_written", now, {"text": text, "state": state})
        return card_now(session, desk, card.mention.id)


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
        return Done(values=decided(Action.ANSWER_ELSEWHERE, click.user, now), detail={"link": link})

    return act(desk, click, Action.ANSWER_ELSEWHERE, effect)


def send_again(desk: Desk, click: Click) -> Card:
    """Queue an answer that failed once more, under the same key."""
    with desk.db.write() as session:
        record, now = begin(session, desk, click)
        if record is not None:
            refuse_unless_possible(card_of(record, desk.policy), Action.ANSWER, click.user)
            if not answers.send_again(session, record.mention.id, now):
                raise Refused("There is no failed answer to send again.")
            mentions.touch(session, record.mention.id)
            events.append(session, record.mention.id, click.user, "retry_reply", now)
        return card_now(session, desk, click.mention_id)

"""Taking one's last step back, for a moment after it."""

from datetime import datetime

from bot.domain.card import Card
from bot.domain.lifecycle import Action
from bot.domain.posting import PostingKind
from bot.domain.undo import UNDONE, Undo
from bot.errors import Refused, Taken
from bot.flow.desk.act import Click, Desk, card_now, enter
from bot.store import events, mentions, outbox, undo
from bot.store.database import Session
from bot.store.records import Record


def undo_last(desk: Desk, click: Click) -> Card:
    """The mention as it stood before the last step: state, claim, promises, department, and what the step had taught.

    Refused for another person's step, after its time, and where something else has happened since.
    """
    with desk.db.write() as session:
        record, now = enter(session, desk, click)
        if record is None:
            return card_now(session, desk, click.mention_id)
        last = _refuse_unless_undoable(record, click.user, now)
        held = undo.owner_before(session, click.mention_id) == click.user
        renewed = {"claim_until": now + desk.policy.lease_in(record.department)} if held else {}
        state = undo.restore(session, record, now, by=click.user, values=renewed)
        if last.what is Action.REROUTE:
            _want_card_again(session, desk, record, now)
        detail = {"state_before": record.state, "state_after": state, "undone": last.what}
        events.append(session, click.mention_id, click.user, UNDONE, now, detail)
        return card_now(session, desk, click.mention_id)


def _refuse_unless_undoable(record: Record, user: str, now: datetime) -> Undo:
    last = record.undo
    if last is None:
        raise Refused("There is nothing to undo any more: its time is over, or something else has happened since.")
    if last.by != user:
        raise Taken("Only whoever took the last step can undo it.", owner=last.by, since=last.at, did="took it")
    if now > last.until:
        raise Refused("It is too late to undo that: change it with the buttons on the card.")
    return last


def _want_card_again(session: Session, desk: Desk, record: Record, now: datetime) -> None:
    """Its first card is live again; one that could not be posted there is asked for once more."""
    back = mentions.load(session, record.mention.id)
    if back is not None:
        channel = desk.policy.department(back.department).channel
        outbox.want(session, back.mention.id, channel, PostingKind.CARD, now, urgent=back.urgent)

"""Praise shared with the whole company: a copy in the channel for successes."""

from bot.domain.card import Card
from bot.domain.posting import PostingKind
from bot.errors import Refused
from bot.flow.desk.act import Click, Desk, card_now, enter
from bot.flow.view import card_of
from bot.store import events, outbox


def share_success(desk: Desk, click: Click) -> Card:
    """Copy a promoter's mention to the channel for successes, once. Anybody may, whoever holds it."""
    channel = desk.policy.success_channel
    if not channel:
        raise Refused("There is no channel for successes: whoever runs Earshot can name one (slack.success_channel).")
    with desk.db.write() as session:
        record, now = enter(session, desk, click)
        if record is None:
            return card_now(session, desk, click.mention_id)
        if not card_of(record, desk.policy).praises:
            raise Refused(
                "This one is no praise. If it is, correct its score first: “The score is wrong…” under More…."
            )
        if any(event.what == "shared" for event in events.of_mention(session, record.mention.id)):
            raise Refused(f"It was shared in {channel} already.")
        outbox.want(session, record.mention.id, channel, PostingKind.COPY, now)
        events.append(session, record.mention.id, click.user, "shared", now, {"channel": channel})
        return card_now(session, desk, record.mention.id)

"""What people say of the use of what is posted in their channel."""

from collections.abc import Sequence
from datetime import timedelta

from bot.domain.card import Card, Subscription
from bot.domain.rating import Opinion, Rating, Unhelpful, narrower, usefulness
from bot.errors import Refused
from bot.flow.desk.act import Click, Desk, card_now, enter
from bot.store import events, ratings

REMEMBERED = timedelta(days=90)
"""Ratings older than that no longer tell what a channel needs."""


def rate(desk: Desk, click: Click, channel: str, *, useful: bool, reason: str = "") -> Card:
    """Say whether a mention is of use in a channel (an id), with a reason where it is not; the last word of a person holds.

    It changes nothing about the mention, so no card is drawn anew, and the step before it can still be taken back.
    """
    if not useful and not reason.strip():
        raise Refused("Please say why it is not useful here: that is what makes the channel quieter.")
    with desk.db.write() as session:
        record, now = enter(session, desk, click)
        if record is None:
            return card_now(session, desk, click.mention_id)
        word = "" if useful else reason.strip()
        before = ratings.said(session, click.mention_id, channel, click.user)
        if before is not None and (before.useful, before.reason) == (useful, word):
            raise Refused(f"You said so already: {_in_words(before)}.")
        rating = Rating(mention_id=click.mention_id, channel=channel, by=click.user, at=now, useful=useful, reason=word)
        ratings.keep(session, rating)
        detail = {"channel": channel, "before": _in_words(before) if before else "", "after": _in_words(rating)}
        events.append(session, click.mention_id, click.user, "rated", now, detail)
        return card_now(session, desk, click.mention_id)


def opinions(desk: Desk, channel: str, wishes: Sequence[Subscription]) -> dict[int, Opinion]:
    """What people say of what each of a channel's subscriptions brings, by its id."""
    with desk.db.read() as session:
        rated = ratings.in_channel(session, channel, since=desk.clock() - REMEMBERED)
    topics = list(desk.policy.routing.topics)
    return {
        wish.id: Opinion(usefulness=usefulness(wish, rated), narrower=narrower(wish, rated, topics)) for wish in wishes
    }


def _in_words(rating: Rating) -> str:
    return "useful" if rating.useful else f"not useful ({rating.reason or Unhelpful.OTHER})"

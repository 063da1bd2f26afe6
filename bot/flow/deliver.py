"""outbox → Slack: one message at a time in each channel's lane, posted once whatever happens on the way."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from bot.domain.card import Card
from bot.domain.event import EARSHOT, Event
from bot.domain.lifecycle import Action
from bot.domain.policy import Policy
from bot.domain.posting import NoticeKind, Posting, PostingKind
from bot.domain.signal import Signal
from bot.errors import GiveUp, Retry
from bot.flow.clock import Clock
from bot.flow.crash import crash_point
from bot.flow.kudos import wants_kudos
from bot.flow.raise_level import fall_on
from bot.flow.signal_view import told_of
from bot.flow.view import card_of
from bot.flow.voices import heard_of
from bot.store import drawing, events, mentions, outbox
from bot.store.database import Database, Session
from bot.store.records import Record

log = logging.getLogger(__name__)

LANE_GAP = timedelta(seconds=1.1)
"""Slack takes about one message a second and channel; 1.1 because the time is read before the lock is taken (measured)."""

LEASE = timedelta(seconds=60)
SETTLE = timedelta(seconds=3)
"""How long a message that Slack may have taken needs to show up in the channel's history."""

LOOK_BACK = timedelta(seconds=60)
DRAW_LEASE = timedelta(seconds=20)
DRAW_BATCH = 20
DRAW_TIME = timedelta(seconds=5)
"""No drawing starts later than this after the lease: one that outlives it could put an old card over a newer one."""

LONGEST_PAUSE = timedelta(minutes=5)
TRIES_IN_ORDER = 6
"""So often, over a minute and a quarter, a channel waits for a message whose outcome is unknown: those after it do not
overtake it. Then it waits alone: one that Slack never takes must not hold up the others."""

TRIES = 10
"""After so many tries a message that ends in a fault nobody foresaw is listed as failed, not tried for ever."""


@dataclass(frozen=True, kw_only=True)
class Content:
    """What one message shows. `permalink` leads to the owner's card in channel `place`, both empty on that card itself.

    `notice` and `body` are set for notices only, `signal` for that of one: `links` lead to the cards of its mentions.
    `moved_by` and `moved_at` are those of what a card left behind.
    """

    kind: PostingKind
    card: Card
    place: str = ""
    moved: bool = False
    moved_by: str = ""
    moved_at: datetime | None = None
    permalink: str = ""
    notice: NoticeKind | None = None
    body: Mapping[str, str] = field(default_factory=dict)
    signal: Signal | None = None
    links: Mapping[int, str] = field(default_factory=dict)

    @property
    def version(self) -> int:
        return self.card.version


@dataclass(frozen=True, kw_only=True)
class Bulletin:
    """What a message shows that is about no mention."""

    body: Mapping[str, str]
    version: int


Shown = Content | Bulletin


class _Needless(Exception):
    """A copy for the channel that has the owner's card itself, a card that was moved on before it was posted, or thanks to
    somebody who wants none.
    """


class Messenger(Protocol):
    """The way to Slack. Every method raises Retry (with `ambiguous` where the message may have arrived) or GiveUp."""

    def channel_id(self, reference: str) -> str:
        """The id behind a configured reference: a channel, or a person for a direct message."""
        ...

    def post(self, channel_id: str, content: Shown, *, delivery_id: str) -> str:
        """Post once and give the message's ts; never tries again by itself."""
        ...

    def update(self, channel_id: str, ts: str, content: Shown) -> None: ...

    def find(self, channel_id: str, delivery_id: str, *, since: datetime) -> str:
        """The ts of an earlier post with this delivery id, empty where the channel's history has none."""
        ...

    def permalink(self, channel_id: str, ts: str) -> str: ...


def due_channels(db: Database, now: datetime) -> list[str]:
    """References of channels with something to post, those with urgent messages first."""
    with db.read() as session:
        return outbox.due_channels(session, now)


def deliver_next(db: Database, messenger: Messenger, policy: Policy, channel: str, clock: Clock) -> int:
    """Post the channel's next message if its lane is free; the number posted, 0 or 1."""
    try:
        channel_id = messenger.channel_id(channel)
    except Retry as fault:
        with db.write() as session:
            outbox.put_off_channel(session, channel, clock() + fault.after)
        log.warning("channel_unresolved", extra={"channel": channel, "reason": fault.reason})
        return 0
    except GiveUp as fault:
        return _bury_next(db, policy, channel, fault.reason, clock)
    leased = _lease_next(db, channel, channel_id, clock)
    if leased is None:
        return 0
    posting, uncertain = leased
    crash_point("deliver.leased")
    shown = _try_to_post(db, messenger, policy, posting, channel_id, uncertain=uncertain, clock=clock)
    # A fault in recording comes after the post. The row stays "sending", so that the next try looks first.
    return 0 if shown is None else _record(db, posting, channel_id, shown, clock)


def _lease_next(db: Database, channel: str, channel_id: str, clock: Clock) -> tuple[Posting, bool] | None:
    with db.write() as session:
        now = clock()
        if not outbox.enter_lane(session, channel_id, now, LANE_GAP):
            return None
        return outbox.lease_next(session, channel, now, LEASE)


def _try_to_post(
    db: Database,
    messenger: Messenger,
    policy: Policy,
    posting: Posting,
    channel_id: str,
    *,
    uncertain: bool,
    clock: Clock,
) -> tuple[str, int] | None:
    """What `_post` gives; None where it failed, after the row was told what is to become of it."""
    try:
        return _post(db, messenger, policy, posting, channel_id, uncertain=uncertain, clock=clock)
    except _Needless:
        _drop(db, policy, posting, clock())
    except Retry as fault:
        _again(db, posting, channel_id, fault, clock, uncertain=uncertain)
    except GiveUp as fault:
        _bury(db, policy, posting, fault.reason, clock())
    except Exception as error:  # whatever it was, it may have reached Slack: look before posting again
        log.exception("delivery_failed", extra={"mention": posting.mention_id, "channel": channel_id})
        reason = f"an unexpected fault: {type(error).__name__}"
        if posting.attempts + 1 >= TRIES:
            _bury(db, policy, posting, reason, clock())
        else:
            unknown = Retry(reason, after=timedelta(seconds=30), ambiguous=True)
            _again(db, posting, channel_id, unknown, clock, uncertain=True)
    return None


def _post(
    db: Database,
    messenger: Messenger,
    policy: Policy,
    posting: Posting,
    channel_id: str,
    *,
    uncertain: bool,
    clock: Clock,
) -> tuple[str, int]:
    """The message's ts and the version that it shows: 0 for one that an earlier try posted, nobody knows when."""
    if _is_kudos(posting) and not wants_kudos(db, channel_id):
        raise _Needless
    content = _content(db, messenger, policy, posting)
    if isinstance(content, Content) and posting.kind is PostingKind.COPY and content.place == channel_id:
        raise _Needless
    if uncertain:
        tried_at = posting.tried_at or clock()
        if clock() - tried_at < SETTLE:
            raise Retry("waiting for the channel's history to settle", after=SETTLE, ambiguous=True)
        ts = messenger.find(channel_id, posting.delivery_id, since=tried_at - LOOK_BACK)
        if ts:
            return ts, 0
    if isinstance(content, Content) and content.moved:  # nothing stands there that could be pointed away from
        raise _Needless
    ts = messenger.post(channel_id, content, delivery_id=posting.delivery_id)
    crash_point("deliver.posted")
    return ts, content.version


def _drop(db: Database, policy: Policy, posting: Posting, now: datetime) -> None:
    """Forget a message that nobody needs; a card that was moved back since is needed again."""
    with db.write() as session:
        record = mentions.lock(session, posting.mention_id)
        back = record is not None and policy.department(record.department).channel == posting.channel
        if posting.kind is PostingKind.CARD and back:
            outbox.not_sent(session, posting.id, "", now, uncertain=False)
        else:
            outbox.drop(session, posting.id)


def _record(db: Database, posting: Posting, channel_id: str, shown: tuple[str, int], clock: Clock) -> int:
    ts, version = shown
    with db.write() as session:
        now = clock()
        detail = {"channel": channel_id, "ts": ts, "kind": posting.kind, "slot": posting.slot}
        drawing.may_be_stale(session, posting.id, version)
        if posting.mention_id:
            events.append(session, posting.mention_id, EARSHOT, "posted", now, detail)
        outbox.sent(session, posting.id, channel_id=channel_id, ts=ts, version=version, now=now)
        if posting.kind is PostingKind.CARD:
            outbox.redraw_others(session, posting.mention_id, posting.id)
    crash_point("deliver.recorded")
    log.info("posted", extra={"mention": posting.mention_id, "channel": channel_id, "kind": posting.kind})
    return 1


def _content(db: Database, messenger: Messenger, policy: Policy, posting: Posting) -> Shown:
    if posting.kind is PostingKind.BULLETIN:
        return Bulletin(body=posting.body, version=posting.version)
    with db.read() as session:
        record = mentions.load(session, posting.mention_id)
        if record is None:
            raise GiveUp("the mention was erased")
        card = card_of(record, policy)
        if posting.kind is PostingKind.CARD:
            card = replace(card, heard=heard_of(session, policy, card.mention))
        moved = posting.kind is PostingKind.CARD and posting.channel != card.place.channel
        left = _last_move_from(session, policy, posting) if moved else None
        live = None
        if posting.kind is not PostingKind.CARD or moved:
            live = outbox.live_card(session, posting.mention_id, card.place.channel)
        is_signal = posting.kind is PostingKind.SIGNAL
        signal, cards = told_of(session, policy, int(posting.slot)) if is_signal else (None, {})
    if (posting.kind is PostingKind.COPY or _is_kudos(posting)) and live is None:
        raise Retry("the owner's card comes first", after=LANE_GAP)
    return Content(
        kind=posting.kind,
        card=card,
        place=live.channel_id if live else "",
        moved=moved,
        moved_by=left.actor if left else "",
        moved_at=left.at if left else None,
        permalink=messenger.permalink(live.channel_id, live.ts) if live else "",
        notice=NoticeKind(posting.body["notice"]) if "notice" in posting.body else None,
        body=posting.body,
        signal=signal,
        links={each: messenger.permalink(posted.channel_id, posted.ts) for each, posted in cards.items()},
    )


def _is_kudos(posting: Posting) -> bool:
    return posting.body.get("notice") == NoticeKind.KUDOS


def _last_move_from(session: Session, policy: Policy, posting: Posting) -> Event | None:
    """Who took the card out of the posting's channel last, and when; None for one that no reroute took away."""
    moves = events.of_kind(session, posting.mention_id, Action.REROUTE)
    taken = (
        move
        for move in reversed(moves)
        if policy.department(str(move.detail.get("before", ""))).channel == posting.channel
    )
    return next(taken, None)


def _again(db: Database, posting: Posting, channel_id: str, fault: Retry, clock: Clock, *, uncertain: bool) -> None:
    """A try failed. Once uncertain, a message stays so until the history has been read."""
    now = clock()
    least = max(fault.after, SETTLE) if fault.ambiguous else fault.after
    until = now + max(least, min(LANE_GAP * 2 ** min(posting.attempts, 10), LONGEST_PAUSE))
    with db.write() as session:
        outbox.not_sent(session, posting.id, fault.reason, until, uncertain=uncertain or fault.ambiguous)
        if fault.after > LANE_GAP and not (fault.ambiguous and posting.attempts >= TRIES_IN_ORDER):
            outbox.close_lane(session, channel_id, until)
    log.warning("not_posted", extra={"mention": posting.mention_id, "channel": channel_id, "reason": fault.reason})


def _bury_next(db: Database, policy: Policy, channel: str, reason: str, clock: Clock) -> int:
    with db.write() as session:
        leased = outbox.lease_next(session, channel, clock(), LEASE)
    if leased is not None:
        _bury(db, policy, leased[0], reason, clock())
    return 0


def _bury(db: Database, policy: Policy, posting: Posting, reason: str, now: datetime) -> None:
    """A message that cannot be posted is listed as failed; a card is brought to #triage instead, so nobody misses it."""
    with db.write() as session:
        record = mentions.lock(session, posting.mention_id)
        if record is None:
            if posting.kind is PostingKind.BULLETIN:
                outbox.dead(session, posting.id, reason)
                log.error("post_failed", extra={"channel": posting.channel, "reason": reason})
            return  # else erased meanwhile, and its messages with it
        outbox.dead(session, posting.id, reason)
        detail = {"channel": posting.channel, "reason": reason}
        events.append(session, posting.mention_id, EARSHOT, "post_failed", now, detail)
        if posting.kind is PostingKind.CALL:
            fall_on(session, record, posting, now)
        if posting.kind is PostingKind.APPROVAL and not outbox.others_alive(session, posting):
            _ask_department(session, policy, record, posting, now)
        fallback, owner = policy.triage, policy.department(record.department)
        if posting.kind is PostingKind.CARD and posting.channel == owner.channel != fallback.channel:
            mentions.touch(
                session,
                posting.mention_id,
                department=fallback.name,
                route_rule="fallback",
                route_why=f"its channel {posting.channel} could not be used: {reason}",
            )
            outbox.want(session, posting.mention_id, fallback.channel, PostingKind.CARD, now, urgent=posting.urgent)
    log.error("post_failed", extra={"mention": posting.mention_id, "channel": posting.channel, "reason": reason})


def _ask_department(session: Session, policy: Policy, record: Record, posting: Posting, now: datetime) -> None:
    """None of the approvers can be written to: whoever reads the department's channel knows whom to ask."""
    channel = policy.department(record.department).channel
    if channel != posting.channel:
        outbox.want(
            session, record.mention.id, channel, posting.kind, now, slot=posting.slot, urgent=True, body=posting.body
        )


def failed_postings(db: Database) -> list[Posting]:
    """Messages that no try can help, oldest first."""
    with db.read() as session:
        return outbox.dead_letters(session)


def retry_failed(db: Database, now: datetime) -> int:
    """Put every failed message back in its lane: a person mended the cause; the number put back."""
    with db.write() as session:
        return outbox.revive(session, now)


def draw_stale(db: Database, messenger: Messenger, policy: Policy, clock: Clock) -> int:
    """Bring posted cards and copies up to date after a change; the number drawn."""
    with db.write() as session:
        begun = clock()
        stale = drawing.lease_stale(session, begun, limit=DRAW_BATCH, lease=DRAW_LEASE)
        if len(stale) < DRAW_BATCH:  # what waits for nothing makes no next look longer
            drawing.strike_off(session)
    return sum(_draw(db, messenger, policy, each, clock) for each in stale if clock() <= begun + DRAW_TIME)


def _draw(db: Database, messenger: Messenger, policy: Policy, posting: Posting, clock: Clock) -> int:
    try:
        content = _content(db, messenger, policy, posting)
        messenger.update(posting.channel_id, posting.ts, content)
    except Retry as fault:
        with db.write() as session:
            drawing.not_shown(session, posting.id, fault.reason, clock() + fault.after)
        return 0
    except GiveUp as fault:
        with db.write() as session:
            outbox.dead(session, posting.id, fault.reason)
        log.error("card_not_drawn", extra={"mention": posting.mention_id, "reason": fault.reason})
        return 0
    except Exception as error:  # one card that cannot be drawn must not hold up the others
        log.exception("drawing_failed", extra={"mention": posting.mention_id, "channel": posting.channel})
        with db.write() as session:
            reason = f"an unexpected fault: {type(error).__name__}"
            drawing.not_shown(session, posting.id, reason, clock() + LONGEST_PAUSE)
        return 0
    with db.write() as session:
        drawing.shown(session, posting.id, content.version)
    return 1

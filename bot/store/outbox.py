"""The outbox: Slack messages wanted, leased, posted or dead, and one lane per channel that spaces them."""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Integer, and_, bindparam, case, cast, delete, func, or_, select, text, update
from sqlalchemy.orm import Session

from bot.domain.posting import Posting, PostingKind, PostingState
from bot.store.database import insert_into
from bot.store.schema import LaneRow, MentionRow, PostingRow

LONGEST_CLOSED = timedelta(minutes=15)
"""Slack's Retry-After is seconds or a few minutes."""

WAITING = (PostingState.PENDING, PostingState.SENDING)


def want(
    session: Session,
    mention_id: int,
    channel: str,
    kind: PostingKind,
    now: datetime,
    *,
    slot: str = "",
    urgent: bool = False,
    body: Mapping[str, str] | None = None,
) -> None:
    """Ask for a message. Asking twice for the same (mention, channel, kind, slot) asks once; a dead one is tried again."""
    same = (
        PostingRow.mention_id == mention_id,
        PostingRow.channel == channel,
        PostingRow.kind == kind,
        PostingRow.slot == slot,
    )
    _revive(session, now, *same)
    session.execute(
        insert_into(session, PostingRow)
        .values(
            delivery_id=uuid.uuid4().hex,
            mention_id=mention_id,
            channel=channel,
            kind=kind,
            slot=slot,
            urgent=urgent,
            body=dict(body or {}),
            state=PostingState.PENDING,
            created_at=now,
            next_at=now,
            attempts=0,
            problem="",
            channel_id="",
            ts="",
            shown_version=0,
        )
        .on_conflict_do_nothing(index_elements=["mention_id", "channel", "kind", "slot"])
    )


def announce(session: Session, channel: str, slot: str, body: Mapping[str, str], now: datetime) -> None:
    """Ask for a bulletin, or let the one of this slot say something else: it is drawn anew where it stands."""
    wanted = insert_into(session, PostingRow).values(
        delivery_id=uuid.uuid4().hex,
        mention_id=None,
        channel=channel,
        kind=PostingKind.BULLETIN,
        slot=slot,
        urgent=False,
        body=dict(body),
        state=PostingState.PENDING,
        created_at=now,
        next_at=now,
        attempts=0,
        problem="",
        channel_id="",
        ts="",
        shown_version=0,
        version=1,
    )
    session.execute(
        wanted.on_conflict_do_update(
            index_elements=["channel", "slot"],
            index_where=text("mention_id IS NULL"),
            set_={"body": wanted.excluded.body, "version": PostingRow.version + 1},
        )
    )


def bulletin(session: Session, channel: str, slot: str) -> Mapping[str, str]:
    """What the bulletin of this slot says; nothing where there is none."""
    of_slot = (PostingRow.mention_id.is_(None), PostingRow.channel == channel, PostingRow.slot == slot)
    return session.scalar(select(PostingRow.body).where(*of_slot)) or {}


def bulletins(session: Session) -> list[Mapping[str, str]]:
    """What every bulletin says, oldest first."""
    return list(session.scalars(select(PostingRow.body).where(PostingRow.mention_id.is_(None)).order_by(PostingRow.id)))


def forget_bulletins(session: Session, before: datetime) -> None:
    """Those of what was over by then. One that is not said yet stays."""
    old = (PostingRow.mention_id.is_(None), PostingRow.created_at < before, PostingRow.state.not_in(WAITING))
    rows = session.execute(select(PostingRow.id, PostingRow.body).where(*old)).all()
    over = [row.id for row in rows if row.body.get("over", "9") < before.isoformat()]
    session.execute(delete(PostingRow).where(PostingRow.id.in_(over)))


def _due(now: datetime) -> ColumnElement[bool]:
    free = or_(PostingRow.leased_until.is_(None), PostingRow.leased_until <= now)
    return and_(_waiting(), PostingRow.next_at <= now, free)


def _waiting() -> ColumnElement[bool]:
    """Written into the statement: of a parameter SQLite does not know that it fits the index of what is due."""
    return PostingRow.state.in_(bindparam("waiting", WAITING, expanding=True, literal_execute=True))


def due_channels(session: Session, now: datetime) -> list[str]:
    """Channel references with something to post now, those with urgent messages first."""
    rows = session.execute(
        select(PostingRow.channel, func.max(cast(PostingRow.urgent, Integer)), func.min(PostingRow.id))
        .where(_due(now))
        .group_by(PostingRow.channel)
    ).all()
    return [channel for channel, urgent, first in sorted(rows, key=lambda row: (-row[1], row[2]))]


def backlog(session: Session, now: datetime) -> int:
    """How many messages could go out now; those of a channel that cannot be posted to are put off and not among them."""
    return session.scalar(select(func.count()).select_from(PostingRow).where(_due(now))) or 0


def enter_lane(session: Session, channel_id: str, now: datetime, gap: timedelta) -> bool:
    """Take the channel's next slot if it is free; the one after it is free `gap` later.

    A slot further off than Slack ever asks for was noted by a clock that has been set back since: it is free.
    """
    session.execute(
        insert_into(session, LaneRow)
        .values(channel=channel_id, next_at=now)
        .on_conflict_do_nothing(index_elements=["channel"])
    )
    taken = session.execute(
        update(LaneRow)
        .where(LaneRow.channel == channel_id, or_(LaneRow.next_at <= now, LaneRow.next_at > now + LONGEST_CLOSED))
        .values(next_at=now + gap)
        .returning(LaneRow.channel)
    ).scalar_one_or_none()
    return taken is not None


def close_lane(session: Session, channel_id: str, until: datetime) -> None:
    """Nothing more to this channel before `until`: Slack said so."""
    session.execute(update(LaneRow).where(LaneRow.channel == channel_id, LaneRow.next_at < until).values(next_at=until))


def lease_next(session: Session, channel: str, now: datetime, lease: timedelta) -> tuple[Posting, bool] | None:
    """The channel's next message, urgent first, then in order; True when an earlier try may have reached Slack."""
    row = session.scalars(
        select(PostingRow)
        .where(PostingRow.channel == channel, _due(now))
        .order_by(PostingRow.urgent.desc(), PostingRow.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).one_or_none()
    if row is None:
        return None
    uncertain = row.state == PostingState.SENDING
    posting = posting_of(row)
    row.state = PostingState.SENDING
    row.leased_until = now + lease
    row.attempts += 1
    row.tried_at = row.tried_at if uncertain else now
    return posting, uncertain


def sent(session: Session, posting_id: int, *, channel_id: str, ts: str, version: int, now: datetime) -> None:
    session.execute(
        update(PostingRow)
        .where(PostingRow.id == posting_id)
        .values(
            state=PostingState.SENT,
            channel_id=channel_id,
            ts=ts,
            shown_version=version,
            posted_at=now,
            leased_until=None,
            problem="",
        )
    )


def not_sent(session: Session, posting_id: int, problem: str, again_at: datetime, *, uncertain: bool) -> None:
    """Try again at `again_at`; an uncertain one looks in the channel's history first."""
    state = PostingState.SENDING if uncertain else PostingState.PENDING
    session.execute(
        update(PostingRow)
        .where(PostingRow.id == posting_id)
        .values(state=state, next_at=again_at, leased_until=None, problem=problem)
    )


def dead(session: Session, posting_id: int, problem: str) -> None:
    """No try can help; it is listed until a person mends the cause and sends it again."""
    session.execute(
        update(PostingRow)
        .where(PostingRow.id == posting_id)
        .values(state=PostingState.DEAD, leased_until=None, problem=problem)
    )


def revive(session: Session, now: datetime) -> int:
    """Put every dead message back in its lane: an operator mended the cause."""
    return _revive(session, now)


def _revive(session: Session, now: datetime, *conditions: ColumnElement[bool]) -> int:
    """One that was ever tried may stand in the channel (posted, then not drawable): it is looked for before it is posted."""
    looked_for = case((PostingRow.tried_at.is_(None), PostingState.PENDING), else_=PostingState.SENDING)
    rows = session.execute(
        update(PostingRow)
        .where(PostingRow.state == PostingState.DEAD, *conditions)
        .values(state=looked_for, next_at=now, attempts=0)
        .returning(PostingRow.id)
    ).all()
    return len(rows)


def put_off_channel(session: Session, channel: str, until: datetime) -> None:
    """Nothing to this channel before `until`: it cannot be looked up now."""
    session.execute(
        update(PostingRow)
        .where(PostingRow.channel == channel, _waiting(), PostingRow.next_at < until)
        .values(next_at=until)
    )


def others_alive(session: Session, posting: Posting) -> bool:
    """Whether a message of the same kind and slot about the same mention stands, or may still be posted, elsewhere."""
    same = (
        PostingRow.mention_id == posting.mention_id,
        PostingRow.kind == posting.kind,
        PostingRow.slot == posting.slot,
        PostingRow.id != posting.id,
        PostingRow.state != PostingState.DEAD,
    )
    return session.scalar(select(PostingRow.id).where(*same).limit(1)) is not None


def drop(session: Session, posting_id: int) -> None:
    """Forget a message that is not needed and was never posted."""
    session.execute(delete(PostingRow).where(PostingRow.id == posting_id, PostingRow.ts == ""))


def redraw_others(session: Session, mention_id: int, posting_id: int) -> None:
    """Make what else is posted about a mention stale: pointers and copies can lead to this card now.

    By the mention's version, not theirs: one that is being drawn at this moment, without the link, is then stale again.
    """
    others = select(PostingRow.id).where(
        PostingRow.mention_id == mention_id, PostingRow.id != posting_id, PostingRow.state == PostingState.SENT
    )
    session.execute(
        update(MentionRow)
        .where(MentionRow.id == mention_id, others.exists())
        .values(version=MentionRow.version + 1)
        .execution_options(synchronize_session=False)
    )


def has_slot(session: Session, channel: str, slot: str) -> bool:
    """Whether a message of this slot was asked for in a channel, under whichever mention."""
    asked = select(PostingRow.id).where(PostingRow.channel == channel, PostingRow.slot == slot)
    return session.scalar(asked.limit(1)) is not None


def live_card(session: Session, mention_id: int, channel: str) -> Posting | None:
    """The posted card of a mention in the channel that owns it now."""
    row = session.scalars(
        select(PostingRow).where(
            PostingRow.mention_id == mention_id,
            PostingRow.channel == channel,
            PostingRow.kind == PostingKind.CARD,
            PostingRow.ts != "",
        )
    ).one_or_none()
    return posting_of(row) if row else None


def dead_letters(session: Session) -> list[Posting]:
    rows = session.scalars(select(PostingRow).where(PostingRow.state == PostingState.DEAD).order_by(PostingRow.id))
    return [posting_of(row) for row in rows]


def posting_of(row: PostingRow) -> Posting:
    return Posting(
        id=row.id,
        delivery_id=row.delivery_id,
        mention_id=row.mention_id or 0,
        channel=row.channel,
        kind=PostingKind(row.kind),
        slot=row.slot,
        urgent=row.urgent,
        body=row.body,
        state=PostingState(row.state),
        attempts=row.attempts,
        tried_at=row.tried_at,
        channel_id=row.channel_id,
        ts=row.ts,
        shown_version=row.shown_version,
        version=row.version,
        problem=row.problem,
    )

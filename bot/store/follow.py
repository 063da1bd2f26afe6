"""The author comes back: a later post of a conversation is folded into its first mention, and people get that one back.

A fold is part of the transaction that stores the post, so it happens once however often the post is given.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select, update
from sqlalchemy.orm import Session

from bot.domain.event import EARSHOT
from bot.domain.lifecycle import CLOSED, LIVE, Action, State, after
from bot.domain.mention import Incoming
from bot.domain.posting import NoticeKind, PostingKind
from bot.store import events, mentions, outbox, repeats
from bot.store.keys import key_of
from bot.store.records import Record
from bot.store.schema import AnswerRow, MentionRow

WROTE_AGAIN, EDITED = "they wrote again", "the author edited it"


@dataclass(frozen=True, kw_only=True)
class _Conversation:
    """`key` is the id that its posts share; `answered` the mention to which our own answer there belongs, if it is one."""

    key: str
    answered: int | None = None


def fold(session: Session, source: str, fresh: Mapping[int, Incoming], now: datetime) -> int:
    """Fold what continues a conversation that we have into its first mention; how many of `fresh` that were.

    It does where its author wrote the earlier post too, or where it replies to an answer of ours. What a rule keeps out
    of every channel takes nothing in: nobody would see it.
    """
    return sum(_fold(session, source, each, fresh[each], now) for each in sorted(fresh) if fresh[each].thread)


def _fold(session: Session, source: str, mention_id: int, item: Incoming, now: datetime) -> int:
    conversation = _conversation_of(session, source, key_of(item.thread))
    if conversation.key != key_of(item.thread):
        session.execute(update(MentionRow).where(MentionRow.id == mention_id).values(thread=conversation.key))
    first = conversation.answered or _first_of(session, source, conversation.key, item.author, before=mention_id)
    root = _lock(session, first) if first is not None and first != mention_id else None
    post = mentions.lock_row(session, mention_id) if root is not None else None
    if root is None or post is None or root.state is State.FILTERED:
        return 0
    values = {"follow_of": root.mention.id, "judge_at": now}
    mentions.change(session, post, Action.FOLD, now, values)
    events.append(session, mention_id, EARSHOT, Action.FOLD, now, {"mention": str(root.mention.id)})
    events.append(session, root.mention.id, EARSHOT, "followed", now, {"mention": str(mention_id), "link": item.url})
    bring_back(session, root, now, WROTE_AGAIN, slot=f"followed-{mention_id}")
    return 1


def _lock(session: Session, mention_id: int) -> Record | None:
    repeats.hold_first(session, mention_id)
    return mentions.lock_row(session, mention_id)


def _conversation_of(session: Session, source: str, named: str) -> _Conversation:
    """What a post names may be the conversation itself, any post of it, or an answer of ours in it."""
    of_source = select(MentionRow.id, MentionRow.follow_of, MentionRow.thread, MentionRow.external_id)
    parent = session.execute(
        of_source.where(MentionRow.source == source, MentionRow.external_id == named)
    ).one_or_none()
    if parent is not None:
        return _Conversation(key=parent.thread or parent.external_id)
    answered = session.execute(
        of_source.join(AnswerRow, AnswerRow.mention_id == MentionRow.id)
        .where(MentionRow.source == source, AnswerRow.permalink == named)
        .order_by(AnswerRow.id.desc())
        .limit(1)
    ).one_or_none()
    if answered is not None:
        return _Conversation(key=answered.thread or answered.external_id, answered=answered.follow_of or answered.id)
    return _Conversation(key=named)


def _first_of(session: Session, source: str, key: str, author: str, *, before: int) -> int | None:
    """The earliest mention of the conversation by this author that people can see; None without a name to go by."""
    if not author:
        return None
    earlier = select(MentionRow.id, MentionRow.follow_of).where(
        MentionRow.source == source,
        MentionRow.author == author,
        MentionRow.id < before,
        MentionRow.state != State.FILTERED,
        ~and_(MentionRow.for_history, MentionRow.state.in_((State.NEW, State.JUDGED))),  # to be kept out as well
    )
    asked = (MentionRow.external_id == key, MentionRow.thread == key)  # two questions: each has an index of its own
    found = (session.execute(earlier.where(each).order_by(MentionRow.id).limit(1)).one_or_none() for each in asked)
    first = min((row for row in found if row is not None), key=lambda row: row.id, default=None)
    return None if first is None else first.follow_of or first.id


def bring_back(session: Session, record: Record, now: datetime, reason: str, *, slot: str) -> None:
    """Open what was closed, wake what was put aside, tell whoever holds it. What is folded brings back what it is part of;
    where it only said again what another says, and its author now says more, it stands for itself.
    """
    if record.state is State.FOLDED:
        root = mentions.lock_row(session, record.follow_of) if record.follow_of else None
        if root is not None:
            bring_back(session, root, now, reason, slot=slot)
        elif reason == WROTE_AGAIN and repeats.take_out(session, record, by=EARSHOT, now=now, why=reason):
            mentions.touch(session, record.mention.id, followed_at=now)
        return
    back = Action.REOPEN if record.state in CLOSED else Action.WAKE
    followed = {"followed_at": now} if reason == WROTE_AGAIN else {}
    target = after(record.state, back) if record.state is not State.FILTERED else None
    if target is None:
        mentions.touch(session, record.mention.id, **followed)
    else:
        mentions.change(session, record, back, now, followed)
        states = {"state_before": record.state, "state_after": target}
        events.append(session, record.mention.id, EARSHOT, back, now, {**states, "reason": reason})
    if record.claim is not None:
        body = {"notice": NoticeKind.CAME_BACK, "reason": reason}
        owner, urgent = record.claim.owner, record.urgent
        outbox.want(session, record.mention.id, owner, PostingKind.NOTICE, now, slot=slot, urgent=urgent, body=body)


def withdraw(session: Session, source: str, external_id: str, now: datetime) -> bool:
    """The author took the post down: the card says so, and whoever is about to answer is warned; False where we have it not.

    Nobody has to do anything about it, so nothing is opened again; who says the same is still there. Told twice, it is
    remembered once.
    """
    this = (MentionRow.source == source, MentionRow.external_id == key_of(external_id))
    known = session.execute(select(MentionRow.id, MentionRow.withdrawn_at).where(*this)).one_or_none()
    if known is None or known.withdrawn_at is not None:
        return False
    repeats.hold_first(session, known.id)
    row = session.scalars(select(MentionRow).where(*this).with_for_update()).one_or_none()
    if row is None or row.withdrawn_at is not None:
        return False
    row.withdrawn_at = now
    row.version += 1
    session.flush()
    events.append(session, row.id, EARSHOT, "withdrawn", now)
    if State(row.state) in LIVE:
        repeats.hand_over(session, row.id, now, "the first was taken down")
    redraw_root(session, row.id)
    return True


def redraw_root(session: Session, mention_id: int) -> None:
    """A folded post is not what it was: the card that shows it is drawn again. Nothing for any other mention."""
    root = (
        select(func.coalesce(MentionRow.follow_of, MentionRow.repeat_of))
        .where(MentionRow.id == mention_id)
        .scalar_subquery()
    )
    session.execute(
        update(MentionRow)
        .where(MentionRow.id == root)
        .values(version=MentionRow.version + 1)
        .execution_options(synchronize_session=False)
    )

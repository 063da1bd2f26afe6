"""Mentions that people bring in by hand, each once."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from bot.domain.mention import Incoming
from bot.store import events, hashtags
from bot.store.arrivals import new_row
from bot.store.database import insert_into
from bot.store.keys import key_of
from bot.store.schema import MentionRow, PostingRow


def find(session: Session, source: str, external_id: str, urls: Sequence[str]) -> int | None:
    """The mention of this id, or the first that stands at one of the addresses, whatever source brought it."""
    same = and_(MentionRow.source == source, MentionRow.external_id == key_of(external_id))
    spellings = sorted({spelt for url in urls for spelt in (url, url.removesuffix("/"), f"{url}/") if spelt})
    known = or_(same, MentionRow.url.in_(spellings)) if spellings else same
    return session.scalar(select(MentionRow.id).where(known).order_by(MentionRow.id).limit(1))


def shown_in(session: Session, channel_id: str, ts: str) -> int | None:
    """The mention that one of our own messages in Slack is about."""
    posted = select(PostingRow.mention_id).where(PostingRow.channel_id == channel_id, PostingRow.ts == ts)
    return session.scalar(posted.limit(1))


def add(session: Session, source: str, item: Incoming, by: str, now: datetime) -> int:
    """Store it; the id of the one that is there where two people bring the same at the same moment."""
    key = key_of(item.external_id)
    made = session.execute(
        insert_into(session, MentionRow)
        .values({**new_row(source, key, item, now), "added_by": by})
        .on_conflict_do_nothing(index_elements=["source", "external_id"])
        .returning(MentionRow.id)
    ).scalar_one_or_none()
    if made is not None:
        events.append(session, made, by, "ingested", now, {"source": source})
        hashtags.keep(session, {made: item}, now)
        return made
    present = select(MentionRow.id).where(MentionRow.source == source, MentionRow.external_id == key)
    return session.scalars(present).one()

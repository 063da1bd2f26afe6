"""The hashtags table: which tags stand in which mentions, and what is known of a tag."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Select, delete, func, insert, select
from sqlalchemy.orm import Session

from bot.domain.label import LabelKind
from bot.domain.mention import Incoming
from bot.domain.preflight.hashtag import tags_of
from bot.domain.preflight.usage import Usage, Use, usage_of
from bot.store import labels
from bot.store.schema import AnswerRow, MentionRow, VerdictRow
from bot.store.schema_desk import HashtagRow

NEWEST = 200
"""Posts with a tag that are read to say what it is about; how often and since when is counted over all."""

OTHERS = 300
"""Posts of any kind that tell which words are everywhere."""

READ = 1_000
"""Characters of each that are read."""

TOLD = ("sent", "elsewhere")
"""States of answers that the customer has."""


@dataclass(frozen=True, kw_only=True)
class Examples:
    """One page of a tag's uses, newest first; `older` and `newer` count those on other pages."""

    tag: str
    uses: tuple[Use, ...]
    older: int
    newer: int


def keep(session: Session, items: Mapping[int, Incoming], now: datetime) -> None:
    """Remember the tags of posts that came in or were changed, by the id of their mention; those they had are forgotten."""
    if not items:
        return
    session.execute(delete(HashtagRow).where(HashtagRow.mention_id.in_(list(items))))
    rows = [
        {"tag": tag, "mention_id": mention_id, "at": item.posted_at or now}
        for mention_id, item in items.items()
        for tag in sorted(tags_of(item.title, item.text))
    ]
    if rows:
        session.execute(insert(HashtagRow), rows)


def usages(session: Session, tags: Sequence[str]) -> dict[str, Usage]:
    """What is known of each tag (folded); one that nobody used has no uses, and that is all that is known of it."""
    if not tags:
        return {}
    others = _others(session)
    return {tag: _usage(session, tag, others) for tag in tags}


def examples(session: Session, tag: str, *, page: int, size: int) -> Examples:
    """A page of the posts with a tag, page 0 the newest."""
    total = _count(session, tag)
    shown = tuple(_uses(session, _newest(tag).limit(size).offset(page * size)))
    newer = min(page * size, total)
    return Examples(tag=tag, uses=shown, older=max(total - newer - len(shown), 0), newer=newer)


def _usage(session: Session, tag: str, others: Sequence[str]) -> Usage:
    newest = _uses(session, _newest(tag).limit(NEWEST))
    first, last = session.execute(
        select(func.min(HashtagRow.at), func.max(HashtagRow.at)).where(HashtagRow.tag == tag)
    ).one()
    found = usage_of(tag, newest, others)
    return replace(found, uses=_count(session, tag), first_at=first, last_at=last, by_us=_by_us(session, tag))


def _count(session: Session, tag: str) -> int:
    return session.scalar(select(func.count()).select_from(HashtagRow).where(HashtagRow.tag == tag)) or 0


def _newest(tag: str) -> Select[HashtagRow]:
    return select(HashtagRow).where(HashtagRow.tag == tag).order_by(HashtagRow.at.desc(), HashtagRow.mention_id.desc())


def _uses(session: Session, wanted: Select[HashtagRow]) -> list[Use]:
    tagged = session.scalars(wanted).all()
    ids = [row.mention_id for row in tagged]
    scores = _detractors(session, ids)
    said = session.execute(
        select(
            MentionRow.id,
            MentionRow.source,
            MentionRow.author,
            MentionRow.url,
            MentionRow.title,
            func.substr(MentionRow.text, 1, READ).label("text"),
        ).where(MentionRow.id.in_(ids))
    )
    rows = {row.id: row for row in said}
    return [
        Use(
            mention_id=each.mention_id,
            source=row.source,
            author=row.author,
            text="\n".join(part for part in (row.title[:READ], row.text) if part),
            at=each.at,
            detractor=scores.get(each.mention_id),
            url=row.url,
        )
        for each in tagged
        for row in (rows[each.mention_id],)
    ]


def _detractors(session: Session, ids: Sequence[int]) -> dict[int, float]:
    """The newest verdict's score, or what a person said in its place."""
    newest = select(func.max(VerdictRow.id)).where(VerdictRow.mention_id.in_(ids)).group_by(VerdictRow.mention_id)
    rows = session.execute(select(VerdictRow.mention_id, VerdictRow.detractor).where(VerdictRow.id.in_(newest)))
    scores = {row.mention_id: row.detractor for row in rows}
    for mention_id, said in labels.of_mentions(session, ids).items():
        label = said.get(LabelKind.SCORE)
        if label is not None and label.score is not None:
            scores[mention_id] = label.score.detractor
    return scores


def _others(session: Session) -> list[str]:
    text = func.substr(MentionRow.text, 1, READ)
    return list(session.scalars(select(text).order_by(MentionRow.id.desc()).limit(OTHERS)))


def _by_us(session: Session, tag: str) -> int:
    """Answers of ours that carry it; found by a search, and looked at once more for words that only begin alike."""
    likely = select(AnswerRow.text).where(
        AnswerRow.state.in_(TOLD), AnswerRow.text.icontains(f"#{tag}", autoescape=True)
    )
    return sum(tag in tags_of(text) for text in session.scalars(likely.limit(NEWEST)))

"""What somebody said of us, post by post, over all their accounts; and whom people recorded as dedicated to bashing."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from bot.domain.label import LabelKind
from bot.domain.lifecycle import LIVE, State
from bot.domain.listening import HISTORY, OURS, THEME
from bot.domain.override import Override
from bot.domain.person import Account
from bot.domain.stance import Heard
from bot.domain.triage import Answer, Node
from bot.store import accounts, labels, overrides
from bot.store.schema import MentionRow, VerdictRow
from bot.store.schema_desk import OverrideRow

NEWEST = 60
"""Posts of one account that are weighed: more of them tell no more."""

NOT_COUNTED = (State.FILTERED, State.DISMISSED)
"""What is not about us, or was kept out, says nothing of how somebody speaks of us; what was kept out for its age alone does."""

_COUNTED = and_(
    or_(MentionRow.state.not_in(NOT_COUNTED), MentionRow.route_rule == HISTORY),
    MentionRow.route_rule.not_in((OURS, THEME)),
)

CHUNK = 500


def heard(session: Session, people: Collection[Account]) -> dict[Account, tuple[Heard, ...]]:
    """The judged posts of each, with those of the accounts linked to it, oldest first.

    What says again what they had said themselves does not count: one rant in many places is one rant.
    """
    linked = accounts.linked(session, people)
    every = sorted({account for group in linked.values() for account in group})
    rows = _rows(session, every)
    told = _told(session, [row for some in rows.values() for row in some])
    found: dict[Account, tuple[Heard, ...]] = {}
    for each in people:
        own = [row for account in linked[each] for row in rows.get(account, ())]
        ids = {row.id for row in own}
        fresh = [row for row in own if row.repeat_of not in ids and row.id in told]
        found[each] = tuple(sorted((told[row.id] for row in fresh), key=lambda post: post.at))
    return found


def frequent(session: Session, since: datetime, least: int) -> list[Account]:
    """Whoever wrote at least so often since then, counted over all accounts of a person."""
    rows = session.execute(
        select(MentionRow.source, MentionRow.author, func.count())
        .where(MentionRow.received_at >= since, MentionRow.author != "", _COUNTED)
        .group_by(MentionRow.source, MentionRow.author)
    )
    counts = {Account(source=source, author=author): count for source, author, count in rows}
    linked = {
        account: group
        for start in range(0, len(counts), CHUNK)
        for account, group in accounts.linked(session, list(counts)[start : start + CHUNK]).items()
    }
    return [each for each in counts if sum(counts.get(other, 0) for other in linked[each]) >= least]


def bashers(session: Session, rows: Sequence[MentionRow]) -> set[int]:
    """Those of the rows whose author people recorded as a troll, at any post of any of their accounts; the last word holds."""
    written = {Account(source=row.source, author=row.author) for row in rows if row.author}
    if (
        not written
        or session.scalar(select(OverrideRow.id).where(OverrideRow.node == Node.TROLL.value).limit(1)) is None
    ):
        return set()
    linked = accounts.linked(session, written)
    names = sorted({account.author for group in linked.values() for account in group})
    ruled = session.execute(
        select(MentionRow.id, MentionRow.source, MentionRow.author)
        .join(OverrideRow, OverrideRow.mention_id == MentionRow.id)
        .where(OverrideRow.node == Node.TROLL.value, MentionRow.author.in_(names))
    ).all()
    holding = overrides.of_mentions(session, {row.id for row in ruled})
    last: dict[Account, Override] = {}
    for row in ruled:
        account = Account(source=row.source, author=row.author)
        for each in holding.get(row.id, ()):
            if each.node is Node.TROLL and (account not in last or last[account].at <= each.at):
                last[account] = each
    found = {account for account, group in linked.items() if _is_basher([last[each] for each in group if each in last])}
    return {row.id for row in rows if Account(source=row.source, author=row.author) in found}


def open_of(session: Session, account: Account, *, limit: int) -> list[int]:
    """What is open of somebody, over all their accounts, the newest first."""
    theirs = accounts.linked(session, [account])[account]
    rows = session.execute(
        select(MentionRow.id, MentionRow.source, MentionRow.author)
        .where(MentionRow.author.in_(sorted({each.author for each in theirs})), MentionRow.state.in_(sorted(LIVE)))
        .order_by(MentionRow.id.desc())
    )
    found = [row.id for row in rows if Account(source=row.source, author=row.author) in theirs]
    return sorted(found[:limit])


def _is_basher(said: Sequence[Override]) -> bool:
    return bool(said) and max(said, key=lambda each: each.at).answer is Answer.YES


def _rows(session: Session, people: Sequence[Account]) -> dict[Account, list[MentionRow]]:
    place = func.row_number().over(partition_by=(MentionRow.source, MentionRow.author), order_by=MentionRow.id.desc())
    ranked = (
        select(MentionRow.id, place.label("place"))
        .where(MentionRow.author.in_(sorted({each.author for each in people})))
        .where(_COUNTED, MentionRow.withdrawn_at.is_(None))
        .subquery()
    )
    rows = session.scalars(
        select(MentionRow).join(ranked, ranked.c.id == MentionRow.id).where(ranked.c.place <= NEWEST)
    ).all()
    found: dict[Account, list[MentionRow]] = {}
    wanted = set(people)
    for row in rows:
        account = Account(source=row.source, author=row.author)
        if account in wanted:
            found.setdefault(account, []).append(row)
    return found


def _told(session: Session, rows: Sequence[MentionRow]) -> dict[int, Heard]:
    """What each says, as a person said it, else the model; what neither judged is absent."""
    ids = [row.id for row in rows]
    said, ruled, read = labels.of_mentions(session, ids), overrides.of_mentions(session, ids), _verdicts(session, ids)
    found: dict[int, Heard] = {}
    for row in rows:
        score, verdict = said.get(row.id, {}).get(LabelKind.SCORE), read.get(row.id)
        judged = score.score if score is not None and score.score is not None else verdict
        if judged is None:
            continue
        found[row.id] = Heard(
            at=row.posted_at or row.received_at,
            detractor=judged.detractor,
            promoter=judged.promoter,
            reach=row.reach or 0,
            language=verdict.language if verdict is not None and judged is verdict else "",
            hostile=score is None and any(_is_hostile(each) for each in ruled.get(row.id, ())),
        )
    return found


def _is_hostile(said: Override) -> bool:
    return said.node in (Node.TROLL, Node.RAGER) and said.answer is Answer.YES


def _verdicts(session: Session, ids: Iterable[int]) -> dict[int, VerdictRow]:
    listed, found = list(ids), dict[int, VerdictRow]()
    for start in range(0, len(listed), CHUNK):
        rows = session.scalars(
            select(VerdictRow).where(VerdictRow.mention_id.in_(listed[start : start + CHUNK])).order_by(VerdictRow.id)
        )
        found |= {row.mention_id: row for row in rows}
    return found

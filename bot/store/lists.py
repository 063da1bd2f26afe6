"""Lists of mentions for one person's Home: a page each, and how many the whole list has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, Select, Subquery, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from bot.domain.card import AnswerState
from bot.domain.home import Choice
from bot.domain.label import LabelKind
from bot.domain.lifecycle import LIVE, State
from bot.domain.posting import PostingKind
from bot.store.schema import AnswerRow, LabelRow, MentionRow, PostingRow, PromiseRow, VerdictRow


@dataclass(frozen=True, kw_only=True)
class Item:
    """One mention in a list; `due_at` is the earliest promise still open, `answer` the one that waits for an approver."""

    mention_id: int
    card_of: int
    """The mention whose card shows it: itself, or the first into which it is folded."""
    state: State
    first_state: State | None
    """How the first stands under which this one is folded; None where it stands for itself."""
    source: str
    author: str
    text: str
    department: str
    owner: str
    urgent: bool
    due_at: datetime | None
    posted_at: datetime | None
    topic: str
    offered_by: str
    offer_until: datetime | None
    answer_id: int = 0
    answer: str = ""
    answer_by: str = ""
    waits_for: str = ""


@dataclass(frozen=True, kw_only=True)
class Page:
    """Some items of a list: `first` counts from 0."""

    items: tuple[Item, ...]
    first: int
    total: int
    size: int


@dataclass(frozen=True, kw_only=True)
class Window:
    """Which page is wanted, from 0, of how many items each."""

    page: int = 0
    size: int = 8


Condition = ColumnElement[bool]


def mine(session: Session, user: str, chosen: Choice, window: Window) -> Page:
    """What a person holds, the most urgent promise first."""
    return _page(session, [MentionRow.claimed_by == user, MentionRow.state == State.CLAIMED, *fits(chosen)], window)


def due_before(session: Session, departments: Sequence[str], before: datetime, chosen: Choice, window: Window) -> Page:
    """Open mentions of some departments with a promise due before a time."""
    wanted = [MentionRow.department.in_(departments), MentionRow.state.in_(sorted(LIVE)), *fits(chosen)]
    return _page(session, wanted, window, due_before=before)


def unclaimed(session: Session, departments: Sequence[str], chosen: Choice, window: Window) -> Page:
    wanted = [MentionRow.department.in_(departments), MentionRow.state == State.OPEN, *fits(chosen)]
    return _page(session, wanted, window)


def offered(session: Session, user: str, now: datetime, window: Window) -> Page:
    """What a person was offered and may still take."""
    return _page(session, [MentionRow.offered_to == user, MentionRow.offer_until > now], window)


def to_approve(session: Session, user: str, rules: Sequence[str], window: Window) -> Page:
    """Live mentions with an answer that one of the rules holds back, written by somebody else: nobody approves their own."""
    waiting = _waiting().where(AnswerRow.approval_rule.in_(rules), AnswerRow.author != user)
    wanted = MentionRow.id.in_(waiting.with_only_columns(AnswerRow.mention_id))
    return _page(session, [wanted, MentionRow.state.in_(sorted(LIVE))], window)


def cards(session: Session, ids: Sequence[int]) -> dict[tuple[int, str], tuple[str, str]]:
    """The posted cards of some mentions: (mention id, channel reference) → (channel id, ts)."""
    rows = session.execute(
        select(PostingRow.mention_id, PostingRow.channel, PostingRow.channel_id, PostingRow.ts).where(
            PostingRow.mention_id.in_(ids), PostingRow.kind == PostingKind.CARD, PostingRow.ts != ""
        )
    )
    return {
        (mention_id, channel): (channel_id, ts)
        for mention_id, channel, channel_id, ts in rows
        if mention_id is not None  # no card is about no mention
    }


def sources(session: Session) -> list[str]:
    """Every source that ever brought a mention: jumps from name to name in the index and reads no row twice."""
    names = select(func.min(MentionRow.source).label("name")).cte("names", recursive=True)
    following = select(func.min(MentionRow.source)).where(MentionRow.source > names.c.name).scalar_subquery()
    names = names.union_all(select(following).where(names.c.name.is_not(None)))
    return list(session.scalars(select(names.c.name).where(names.c.name.is_not(None))))


def fits(chosen: Choice) -> list[Condition]:
    """What a person's choice lets through."""
    wanted: list[Condition] = []
    if chosen.department:
        wanted.append(MentionRow.department == chosen.department)
    if chosen.source:
        wanted.append(MentionRow.source == chosen.source)
    if chosen.urgent:
        wanted.append(MentionRow.urgent.is_(True))
    if chosen.topic:
        wanted.append(topic_now() == chosen.topic)
    return wanted


def topic_now() -> ColumnElement[str]:
    """What a mention is about: what a person said last, where that holds, else what the model said last."""
    holds = and_(
        LabelRow.withdrawn.is_(False), or_(MentionRow.edited_at.is_(None), MentionRow.edited_at <= LabelRow.at)
    )
    said: ScalarSelect[str | None] = (
        select(case((holds, LabelRow.topic), else_=None))
        .where(LabelRow.mention_id == MentionRow.id, LabelRow.kind == LabelKind.TOPIC)
        .order_by(LabelRow.id.desc())
        .limit(1)
        .correlate(MentionRow)
        .scalar_subquery()
    )
    judged = (
        select(VerdictRow.topic)
        .where(VerdictRow.mention_id == MentionRow.id)
        .order_by(VerdictRow.id.desc())
        .limit(1)
        .correlate(MentionRow)
        .scalar_subquery()
    )
    return func.coalesce(said, judged)


def _open_due() -> Subquery:
    """The earliest open promise of each mention. A paused one is not due at any time."""
    return (
        select(PromiseRow.mention_id, func.min(PromiseRow.due_at).label("due_at"))
        .where(PromiseRow.settled_at.is_(None), PromiseRow.cancelled_at.is_(None), PromiseRow.paused_at.is_(None))
        .group_by(PromiseRow.mention_id)
        .subquery()
    )


def _waiting() -> Select[AnswerRow]:
    return select(AnswerRow).where(AnswerRow.state == AnswerState.WAITING)


def _page(
    session: Session, conditions: Sequence[Condition], window: Window, *, due_before: datetime | None = None
) -> Page:
    """In the order of urgency and promises. The ids first: whole rows would be sorted with all their text."""
    due = _open_due()
    query = select(MentionRow.id, due.c.due_at).outerjoin(due, due.c.mention_id == MentionRow.id).where(*conditions)
    counted = select(MentionRow.id).where(*conditions)  # without the promises, where they decide nothing
    if due_before is not None:
        query = query.where(due.c.due_at <= due_before)
        counted = query.with_only_columns(MentionRow.id)
    total = session.scalar(select(func.count()).select_from(counted.subquery())) or 0
    first = min(window.page, max(total - 1, 0) // window.size) * window.size
    in_order = query.order_by(MentionRow.urgent.desc(), due.c.due_at.is_(None), due.c.due_at, MentionRow.id)
    rows = session.execute(in_order.limit(window.size).offset(first))
    due_at: dict[int, datetime | None] = {row.id: row.due_at for row in rows}
    return Page(items=tuple(items_of(session, due_at)), first=first, total=total, size=window.size)


def items_of(session: Session, due_at: Mapping[int, datetime | None]) -> list[Item]:
    """The mentions in the order of the mapping's keys; its values are when each is due."""
    first = aliased(MentionRow)
    rows = session.execute(
        select(MentionRow, topic_now(), first.state)
        .outerjoin(first, first.id == func.coalesce(MentionRow.follow_of, MentionRow.repeat_of))
        .where(MentionRow.id.in_(due_at))
    )
    topics = {row.id: (row, topic or "", State(of_first) if of_first else None) for row, topic, of_first in rows}
    answers = {row.mention_id: row for row in session.scalars(_waiting().where(AnswerRow.mention_id.in_(due_at)))}
    return [_item(*topics[id_], due_at[id_], answers.get(id_)) for id_ in due_at]


def _item(
    row: MentionRow, topic: str, of_first: State | None, due_at: datetime | None, answer: AnswerRow | None
) -> Item:
    return Item(
        mention_id=row.id,
        card_of=row.follow_of or row.repeat_of or row.id,
        state=State(row.state),
        first_state=of_first,
        source=row.source,
        author=row.author_name or row.author,
        text=row.title or row.text,
        department=row.department,
        owner=row.claimed_by or "",
        urgent=row.urgent,
        due_at=due_at,
        posted_at=row.posted_at or row.received_at,
        topic=topic,
        offered_by=row.offered_by or "",
        offer_until=row.offer_until,
        answer_id=answer.id if answer else 0,
        answer=answer.text if answer else "",
        answer_by=answer.author if answer else "",
        waits_for=answer.approval_why if answer else "",
    )

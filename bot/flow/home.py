"""rows → one person's Home: what is offered to them, theirs, due soon and free in their departments; and their week."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.home import Choice, Choices, HomeList, HomePage, weeks
from bot.domain.listing import Line, Listing
from bot.domain.policy import Policy
from bot.domain.routing import in_words
from bot.flow.view import place_of
from bot.store import home_choices, kudos, lists
from bot.store.database import Database, Session
from bot.store.lists import Item, Page, Window
from bot.store.weeks import week_of

SIZES = {HomeList.OFFERED: 4, HomeList.APPROVALS: 4}
SIZE = 8
"""Lines of a page: with all lists and their actions Home stays under Slack's 100 blocks."""

SOON = timedelta(hours=2)
EXCERPT = 1_000
"""Characters of the text that a line may draw on; Home cuts it visibly."""

Permalink = Callable[[str, str], str]
"""Gives the address of a message from its channel id and ts."""


@dataclass(frozen=True, kw_only=True)
class Visit:
    """Whose Home it is, as Slack knows them: `approves` names the approval rules that ask them, `is_staff` says that
    customers may praise them by name. `pages` from 0, by list.
    """

    user: str
    departments: Sequence[str] = ()
    approves: Sequence[str] = ()
    is_staff: bool = False
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    pages: Mapping[HomeList, int] = field(default_factory=dict)


def home_of(db: Database, policy: Policy, visit: Visit, *, now: datetime, permalink: Permalink) -> HomePage:
    """`permalink` may ask Slack, so it is called when the transaction is over."""
    this_week, last_week = weeks(now, visit.zone)
    with db.read() as session:
        choice = home_choices.choice_of(session, visit.user)
        pages = _pages(session, visit, _still_there(choice, visit, policy), now)
        ids = [item.card_of for page in pages.values() for item in page.items]
        cards = lists.cards(session, ids)
        sources = lists.sources(session)
        kudos_wanted = visit.user not in kudos.silent(session) if visit.is_staff else None
        week, before = week_of(session, visit.user, this_week), week_of(session, visit.user, last_week)

    def listing(page: Page) -> Listing:
        lines = tuple(line_of(policy, item, cards, permalink) for item in page.items)
        return Listing(lines=lines, first=page.first, total=page.total, size=page.size)

    return HomePage(
        user=visit.user,
        departments=tuple(place_of(policy.department(name)) for name in visit.departments),
        lists={which: listing(page) for which, page in pages.items()},
        choice=_still_there(choice, visit, policy),
        choices=_choices(policy, visit, sources),
        week=week,
        last_week=before,
        kudos_wanted=kudos_wanted,
        made_at=now,
    )


def choose(db: Database, person: str, change: Callable[[Choice], Choice], now: datetime) -> None:
    """Change what a person sees at Home, from now on."""
    with db.write() as session:
        before = home_choices.choice_of(session, person)
        home_choices.keep(session, person, change(before), now)


def line_of(policy: Policy, item: Item, cards: Mapping[tuple[int, str], tuple[str, str]], permalink: Permalink) -> Line:
    """A line with the way to the card in the channel that owns the mention now."""
    department = policy.department(item.department)
    folded = item.card_of != item.mention_id  # it may stand in another team's channel than it would alone
    others = (place for (mention_id, _), place in cards.items() if mention_id == item.card_of)
    card = next(others, None) if folded else cards.get((item.mention_id, department.channel))
    return Line(
        mention_id=item.mention_id,
        state=item.state,
        source=policy.source_titles.get(item.source, item.source),
        author=item.author,
        excerpt=item.text[:EXCERPT],
        department=department.title,
        due_at=item.due_at,
        owner=item.owner,
        urgent=item.urgent,
        permalink=permalink(*card) if card else "",
        first_state=item.first_state,
        posted_at=item.posted_at,
        topic=item.topic,
        offered_by=item.offered_by,
        offer_until=item.offer_until,
        answer_id=item.answer_id,
        answer=item.answer[:EXCERPT],
        answer_by=item.answer_by,
        waits_for=item.waits_for,
    )


def _pages(session: Session, visit: Visit, choice: Choice, now: datetime) -> dict[HomeList, Page]:
    def window(which: HomeList) -> Window:
        return Window(page=visit.pages.get(which, 0), size=SIZES.get(which, SIZE))

    return {
        HomeList.OFFERED: lists.offered(session, visit.user, now, window(HomeList.OFFERED)),
        HomeList.APPROVALS: lists.to_approve(session, visit.user, visit.approves, window(HomeList.APPROVALS)),
        HomeList.MINE: lists.mine(session, visit.user, choice, window(HomeList.MINE)),
        HomeList.DUE_SOON: lists.due_before(session, visit.departments, now + SOON, choice, window(HomeList.DUE_SOON)),
        HomeList.UNCLAIMED: lists.unclaimed(session, visit.departments, choice, window(HomeList.UNCLAIMED)),
    }


def _still_there(choice: Choice, visit: Visit, policy: Policy) -> Choice:
    """What was chosen once may be gone by now: a department left, a topic that is not configured any more."""
    return Choice(
        department=choice.department if choice.department in visit.departments else "",
        topic=choice.topic if choice.topic in policy.routing.topics else "",
        source=choice.source,
        urgent=choice.urgent,
    )


def _choices(policy: Policy, visit: Visit, sources: Sequence[str]) -> Choices:
    titles = {name: policy.source_titles.get(name) or name for name in (*policy.source_titles, *sources)}
    return Choices(
        departments=tuple((name, policy.department(name).title) for name in visit.departments),
        topics=tuple((name, in_words(name)) for name in policy.routing.topics),
        sources=tuple(sorted(titles.items(), key=lambda pair: pair[1].casefold())),
    )

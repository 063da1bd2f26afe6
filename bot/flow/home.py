"""rows → one person's Home: mine, due soon, unclaimed in my departments."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from bot.domain.card import HomePage, Line
from bot.domain.policy import Policy
from bot.domain.posting import Posting
from bot.flow.view import place_of
from bot.store import lists, outbox
from bot.store.database import Database, Session
from bot.store.lists import Page

PAGE = 8
"""Lines a list: three lists with their actions stay under Slack's 100 blocks."""

SOON = timedelta(hours=2)
EXCERPT = 1_000
"""Characters of the text that a line may draw on; Home cuts it visibly."""

Permalink = Callable[[str, str], str]
"""Gives the address of a message from its channel id and ts."""


def home_of(
    db: Database, policy: Policy, user: str, departments: Sequence[str], *, now: datetime, permalink: Permalink
) -> HomePage:
    """`permalink` may ask Slack, so it is called when the transaction is over."""
    with db.read() as session:
        mine = lists.mine(session, user, PAGE)
        soon = lists.due_before(session, departments, now + SOON, PAGE)
        free = lists.unclaimed(session, departments, PAGE)
        items = {item.mention_id: item for page in (mine, soon, free) for item in page.items}
        cards = {key: _live_card(session, policy, item) for key, item in items.items()}

    def lines(page: Page) -> tuple[Line, ...]:
        return tuple(_line(policy, item, cards[item.mention_id], permalink) for item in page.items)

    return HomePage(
        user=user,
        departments=tuple(place_of(policy.department(name)) for name in departments),
        mine=lines(mine),
        mine_more=mine.more,
        due_soon=lines(soon),
        due_soon_more=soon.more,
        unclaimed=lines(free),
        unclaimed_more=free.more,
        made_at=now,
    )


def _live_card(session: Session, policy: Policy, item: lists.Item) -> Posting | None:
    return outbox.live_card(session, item.mention_id, policy.department(item.department).channel)


def _line(policy: Policy, item: lists.Item, card: Posting | None, permalink: Permalink) -> Line:
    department = policy.department(item.department)
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
        permalink=permalink(card.channel_id, card.ts) if card else "",
    )

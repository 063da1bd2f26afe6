"""rows → one person's Home: mine, due soon, unclaimed in my departments."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from bot.domain.card import HomePage, Line
from bot.domain.policy import Policy
from bot.flow.view import place_of
from bot.store import lists, outbox
from bot.store.database import Database, Session
from bot.store.lists import Page

PAGE = 8
"""Lines a list: three lists with their actions stay under Slack's 100 blocks."""

SOON = timedelta(hours=2)
EXCERPT = 160

Permalink = Callable[[str, str], str]
"""Gives the address of a message from its channel id and ts."""


def home_of(
    db: Database, policy: Policy, user: str, departments: Sequence[str], *, now: datetime, permalink: Permalink
) -> HomePage:
    with db.read() as session:
        mine = lists.mine(session, user, PAGE)
        soon = lists.due_before(session, departments, now + SOON, PAGE)
        free = lists.unclaimed(session, departments, PAGE)

        def lines(page: Page) -> tuple[Line, ...]:
            return tuple(_line(session, policy, item, permalink) for item in page.items)

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


def _line(session: Session, policy: Policy, item: lists.Item, permalink: Permalink) -> Line:
    department = policy.department(item.department)
    card = outbox.live_card(session, item.mention_id, department.channel)
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

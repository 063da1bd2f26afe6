"""words → mentions: what somebody looks for, and what is known of an author."""

from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from bot.domain.author import AuthorAt, AuthorHistory, Said, score_in_words
from bot.domain.lifecycle import State
from bot.domain.listing import Line, Listing
from bot.domain.policy import Policy
from bot.domain.query import Known, Query, parse_query
from bot.domain.routing import in_words
from bot.errors import Refused
from bot.flow.desk.act import Desk
from bot.flow.home import EXCERPT, Permalink, line_of
from bot.flow.people import account_of, one_person_each, stances_of, with_linked
from bot.store import lists, search
from bot.store.database import Session
from bot.store.lists import Item, Window
from bot.store.search import Author, Post

SIZE = 10
SOURCES = 6
"""Sources of one author in a dialog: each takes up to 14 of Slack's 100 blocks."""

LAST_POSTS = 200
LINES, ANSWERS = 3, 2


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What somebody typed to find; days in it are those of their `zone`."""

    text: str
    zone: ZoneInfo
    page: int = 0


def find(desk: Desk, asked: Asked, *, permalink: Permalink) -> Listing:
    """What fits, the newest first. Refused, with what can be asked, for a search that cannot be read."""
    with desk.db.read() as session:
        query = _read(desk, session, asked)
        page = search.find(session, query, Window(page=asked.page, size=SIZE))
        cards = lists.cards(session, [item.card_of for item in page.items])
    lines = tuple(line_of(desk.policy, item, cards, permalink) for item in page.items)
    return Listing(lines=lines, first=page.first, total=page.total, size=page.size)


def author_history(desk: Desk, name: str, *, permalink: Permalink) -> AuthorHistory:
    """Everybody called `name`, at each source apart, and whatever is linked to them. Nobody of that name has no entries."""
    with desk.db.read() as session:
        found, groups = with_linked(session, search.authors(session, name))
        read = [_last(session, who) for who in found[:SOURCES]]
        people, stances = one_person_each(session, desk, groups), stances_of(session, desk, found[:SOURCES], groups)
        cards = lists.cards(session, [item.card_of for _, _, some in read for item in some])

    def lines(some: tuple[Item, ...]) -> tuple[Line, ...]:
        return tuple(line_of(desk.policy, item, cards, permalink) for item in some)

    at = tuple(
        replace(_author_at(desk.policy, who, posts, lines(some)), stance=stances.get(account_of(who)))
        for who, posts, some in read
    )
    beyond = max(len(found) - SOURCES, 0)
    return AuthorHistory(name=name, at=at, beyond=beyond, people=people, now=desk.clock())


def _read(desk: Desk, session: Session, asked: Asked) -> Query:
    routing, titles = desk.policy.routing, desk.policy.source_titles
    known = Known(
        departments={name: each.title for name, each in routing.departments.items()},
        topics={name: in_words(name) for name in routing.topics},
        sources={name: titles.get(name) or name for name in (*titles, *lists.sources(session))},
    )
    try:
        return parse_query(asked.text, desk.clock(), asked.zone, known)
    except ValueError as error:
        raise Refused(str(error)) from error


def _last(session: Session, who: Author) -> tuple[Author, list[Post], tuple[Item, ...]]:
    posts = search.last_posts(session, who, LAST_POSTS)
    newest = [post.mention_id for post in reversed(posts[-LINES:])]
    return who, posts, tuple(lists.items_of(session, dict.fromkeys(newest)))


def _author_at(policy: Policy, who: Author, posts: list[Post], lines: tuple[Line, ...]) -> AuthorAt:
    answered = [post for post in reversed(posts) if post.answered_by]
    return AuthorAt(
        source=who.source,
        source_title=policy.source_titles.get(who.source) or who.source,
        handle=who.author or who.name,
        name=next((post.name for post in reversed(posts) if post.name), ""),
        profile=next((post.profile for post in reversed(posts) if post.profile), ""),
        total=who.total,
        newest=posts[-1].mention_id if who.author else 0,
        ends=tuple((state, who.ends[state]) for state in State if state in who.ends),
        first_at=who.first_at,
        last_at=posts[-1].at,
        score=score_in_words([post.detractor for post in posts if post.detractor is not None]),
        lines=lines,
        answers=tuple(
            Said(to=post.mention_id, at=post.answered_at or post.at, by=post.answered_by, text=post.answer[:EXCERPT])
            for post in answered[:ANSWERS]
        ),
    )

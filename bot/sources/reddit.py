"""Reddit: comments that name our account or answer it, and submissions that a search finds for our names.

Listings are read from the newest back by time, never from a remembered post on: a deleted one leads nowhere there.
Reddit has no keys for what is sent twice: before an answer is sent again, our own comments since are read.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from bot import __version__
from bot.domain.mention import Incoming
from bot.domain.words import is_named
from bot.errors import GiveUp, Retry
from bot.sources.base import Batch, Found, Listening, Looked, Replied, Source
from bot.sources.formats.fields import digest, line, web_address
from bot.sources.formats.json_values import inner, list_at, objects_of, text_of
from bot.sources.formats.newest_first import Mark, Page, Reach, walk
from bot.sources.formats.reddit_posts import (
    SITE,
    Shelf,
    Thing,
    is_same_text,
    parent_text,
    read_listing,
    read_thing,
    with_line_breaks,
)
from bot.sources.formats.searching import quoted, searched_words
from bot.sources.net.fetch import SOON, Limits
from bot.sources.table import Secret, SourceTable, needs_extra
from bot.values import HttpUrl, Several

if TYPE_CHECKING:
    import praw

PAGE = 100
OVERLAP = timedelta(minutes=30)
"""Its search knows a post some minutes later (from memory)."""
OWN_PAGES = 9
"""Of our own comments: Reddit lists a thousand, and says nothing of what is behind them (the FAQ of r/redditdev)."""
LIMITS = Limits(deadline=timedelta(seconds=10))
"""A poll or an answer takes several requests, and all of them have to fit into the time for which it is leased."""
LONGEST_QUERY = 500
INBOX = ("message/mentions", "message/comments/", "message/selfreply/")
"""Who names our account, and what is written under comments and submissions of ours."""
ROBOT = "automoderator"
"""Reddit's own, which writes the rules of a community under everything."""
MAX_ANSWER = 10_000
REASONS = {
    "THREAD_LOCKED": "The thread is locked: nobody can answer there any more.",
    "DELETED_COMMENT": "The comment was deleted, so that it cannot be answered.",
    "DELETED_LINK": "The submission was deleted, so that it cannot be answered.",
    "TOO_OLD": "The thread is archived: it is too old to be answered.",
    "TOO_LONG": "The answer is too long for Reddit.",
    "SUBREDDIT_NOTALLOWED": "This community does not let our account write.",
    "USER_BLOCKED": "Its author has blocked our account.",
}
"""For errors that come without a sentence."""

_BREAK = re.compile(r"(\d{1,4}) (millisecond|second|minute|hour)s?")
_UNITS = {"millisecond": 0.001, "second": 1.0, "minute": 60.0, "hour": 3600.0}


@dataclass(frozen=True, kw_only=True)
class Login:
    """Of a script app: with a password, or with a refresh token."""

    client_id: str
    client_secret: str = field(repr=False)
    username: str
    password: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True)
class Reddit:
    """`shelves` are paths of listings, searches with their query behind a `?`. Of those that `holds_others` only what has one of
    the `words` is taken.
    """

    name: str
    login: Login
    shelves: tuple[str, ...] = INBOX
    words: tuple[str, ...] = ()
    every: timedelta = timedelta(minutes=5)
    first_lookback: timedelta = timedelta(hours=24)
    look_again_for: timedelta = timedelta(days=3)
    api_url: str = "https://oauth.reddit.com"
    login_url: str = "https://www.reddit.com"
    allow_private: bool = False
    kind: ClassVar[str] = "reddit"
    looks_at_once: ClassVar[int] = PAGE
    max_answer: ClassVar[int] = MAX_ANSWER

    def poll(self, cursor: str, now: datetime) -> Batch:
        """Raises Retry and GiveUp as the contract of a source says."""
        mark = Mark.parse(cursor, place=digest(self.login.username)[:12], start=now - self.first_lookback)
        walking = _Walk(visit=self._visit(), source=self, now=now)
        walked = walk(mark, self.shelves, walking.read, now=now, reach=Reach(overlap=OVERLAP))
        batch, wait = walked.batch(), walked.retry_after
        try:
            items = walking.whole([item.external_id for item in walked.items])
        except Retry as fault:
            # Context must not cost the posts: a limit that ends before it would be met in the same place at each poll.
            said = f"read without what they answer: {fault.reason}"
            items, wait = walked.items, wait or (fault.after if fault.asked else None)
            batch = replace(batch, problems=(*batch.problems, said))
        return replace(batch, items=items, retry_after=wait or walking.visit.wait)

    def look_again(self, external_ids: Sequence[str], now: datetime) -> Looked:
        """Raises Retry and GiveUp as `poll` does."""
        visit = self._visit()
        things = visit.named(external_ids)
        there = {name: thing for name, thing in things.items() if not thing.is_gone}
        parents = visit.named(thing.parent for thing in there.values())
        read = [thing.incoming(parent_text(parents.get(thing.parent)), now) for thing in there.values()]
        gone = tuple(name for name in external_ids if name in things and name not in there)
        return Looked(items=tuple(item for item in read if item.text), gone=gone)

    def reply(self, external_id: str, text: str, *, key: str) -> Replied:  # noqa: ARG002 - Reddit has no keys
        """Raises Retry and GiveUp as the contract of an answerable source says."""
        told = {"thing_id": external_id, "text": with_line_breaks(text)}
        answered = self._visit().ask("POST", "api/comment/", form=told)
        errors = list_at(answered, "json", "errors")
        if errors:
            raise _refused(errors[0])
        sent = next((read_thing(each) for each in objects_of(inner(answered, "json", "data", "things"))), None)
        if sent is None:
            raise Retry("Reddit does not say what became of the answer", after=SOON, ambiguous=True)
        return _replied(sent, external_id)

    def find_replies(self, external_id: str, text: str, *, since: datetime) -> Found:
        """Ours right under the post. Raises as `reply` does."""
        ours = (thing for thing in self._own(since) if thing.parent == external_id and is_same_text(thing.text, text))
        return Found(permalinks=[_replied(thing, external_id).permalink for thing in ours])

    def _own(self, since: datetime) -> Iterator[Thing]:
        """Our own comments, back to that time. Raises GiveUp where Reddit lists none so old, although there are."""
        visit, after = self._visit(), ""
        for _ in range(OWN_PAGES):
            page = visit.shelf(f"user/{self.login.username}/comments", after)
            for thing in page.things:
                if thing.at and thing.at < since:
                    return
                yield thing
            after = page.after
            if not after:
                return
        raise GiveUp("our account has written so much since that it cannot be told whether our answer is there: look")

    def _visit(self) -> "_Visit":
        with needs_extra("reddit"):
            import praw

            from bot.sources.net.door_reddit import RedditDoor
            from bot.sources.net.door_requests import door_session
        wanted = {name: value for name, value in vars(self.login).items() if value}
        reddit = praw.Reddit(
            **wanted,
            user_agent=f"server:earshot:{__version__} (by /u/{self.login.username})",
            oauth_url=self.api_url,
            reddit_url=self.login_url,
            check_for_updates=False,
            check_for_async=False,
            requestor_class=RedditDoor,
            requestor_kwargs={"session": door_session(limits=LIMITS, allow_private=self.allow_private)},
        )
        return _Visit(reddit=reddit)


@dataclass(kw_only=True)
class _Visit:
    """What is asked of Reddit with one token."""

    reddit: "praw.Reddit" = field(repr=False)

    def ask(
        self, method: str, path: str, *, query: dict[str, Any] | None = None, form: dict[str, Any] | None = None
    ) -> Any:
        return self.reddit.request(method=method, path=path, params=query, data=form)

    @property
    def wait(self) -> timedelta | None:
        """How long Reddit asked us to be quiet."""
        core = self.reddit._core  # praw has no other way to its requestor
        return getattr(core.requestor, "wait", None) if core else None

    def shelf(self, path: str, after: str) -> Shelf:
        listing, _, query = path.partition("?")
        search = {"q": query, "sort": "new", "t": "week", "restrict_sr": int(listing != "search")} if query else {}
        return read_listing(
            self.ask("GET", listing, query={**search, "limit": PAGE} | ({"after": after} if after else {}))
        )

    def named(self, names: Iterable[str]) -> dict[str, Thing]:
        """Those that there are."""
        wanted = [name for name in dict.fromkeys(names) if re.fullmatch(r"t[13]_[a-z0-9]{1,20}", name)]
        found: dict[str, Thing] = {}
        for start in range(0, len(wanted), PAGE):
            asked = ",".join(wanted[start : start + PAGE])
            found |= {
                thing.name: thing for thing in read_listing(self.ask("GET", "api/info", query={"id": asked})).things
            }
        return found


@dataclass(kw_only=True)
class _Walk:
    """One poll: the things that its pages brought."""

    visit: _Visit
    source: Reddit
    now: datetime
    things: dict[str, Thing] = field(default_factory=dict)

    def read(self, shelf: str, page: str) -> Page:
        found = self.visit.shelf(shelf, page)
        wanted = [each for each in found.things if self._is_wanted(shelf, each)]
        self.things |= {thing.name: thing for thing in wanted}
        dates = [thing.at for thing in found.things if thing.at]
        read = [(thing.at, thing.incoming("", self.now)) for thing in wanted]
        return Page(
            found=[each for each in read if each[1].text],
            next=found.after,
            reaches=min(dates, default=None),
            problems=tuple(f"post {item.external_id} has no text" for _, item in read if not item.text),
        )

    def _is_wanted(self, shelf: str, thing: Thing) -> bool:
        if thing.is_gone or thing.author.casefold() in (self.source.login.username.casefold(), ROBOT):
            return False
        return not holds_others(shelf) or is_named(thing.text, self.source.words, ())

    def whole(self, names: Sequence[str]) -> tuple[Incoming, ...]:
        """The posts as they stand now, with what they answer: the inbox shows less of them, and an index is late."""
        things = {**self.things, **self.visit.named(names)}
        there = [things[name] for name in names if not things[name].is_gone]
        parents = self.visit.named(thing.parent for thing in there)
        read = (thing.incoming(parent_text(parents.get(thing.parent)), self.now) for thing in there)
        return tuple(item for item in read if item.text)


def _refused(error: object) -> Retry | GiveUp:
    """An error of the interface: [code, sentence, field]."""
    parts = [line(text_of(part)) for part in error] if isinstance(error, list) else []
    code, sentence = [*parts, "", ""][:2]
    if code == "RATELIMIT":
        found = _BREAK.search(sentence)
        wait = timedelta(seconds=float(found[1]) * _UNITS[found[2]]) if found else timedelta(minutes=10)
        return Retry(f"Reddit wants a pause: {sentence}", after=wait + timedelta(seconds=1), asked=True)
    return GiveUp(sentence or REASONS.get(code, f"Reddit refuses the answer ({code or 'without saying why'})"))


def _replied(sent: Thing, external_id: str) -> Replied:
    """Older answers of Reddit lack the permalink; the submission and the comment make one."""
    path = text_of(sent.told.get("permalink"))
    if not path:
        submission = text_of(sent.told.get("link_id")) or external_id
        path = f"/comments/{submission.partition('_')[2]}/_/{sent.name.partition('_')[2]}/"
    return Replied(permalink=web_address(path, SITE))


def holds_others(shelf: str) -> bool:
    """Whether it shows whatever is said in a community: Reddit's search finds submissions only."""
    return shelf.startswith("r/") and shelf.endswith("/comments")


def shelves_of(words: Iterable[str], subreddits: Sequence[str]) -> tuple[str, ...]:
    """Shelves with what has any of the words: in these communities with all their comments, or the submissions everywhere."""
    communities = f"r/{'+'.join(subreddits)}"
    place = f"{communities}/search" if subreddits else "search"
    queries: list[str] = []
    for word in map(quoted, words):
        joined = f"{queries[-1]} OR {word}" if queries else word
        if queries and len(joined) <= LONGEST_QUERY:
            queries[-1] = joined
        else:
            queries.append(word)
    found = tuple(f"{place}?{query}" for query in queries)
    return (f"{communities}/comments", *found) if subreddits else found


Subreddit = Annotated[str, Field(pattern=r"^[A-Za-z0-9_]{2,50}$")]


class RedditTable(SourceTable):
    """`subreddits` are searched for what is listened for; with `search` and none of them, all of Reddit is."""

    kind: Literal["reddit"]
    client_id: Annotated[str, Field(min_length=1)]
    client_secret: Secret
    username: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")]
    password: Secret = ""
    refresh_token: Secret = ""
    subreddits: Several[Subreddit] = ()
    api_url: HttpUrl = "https://oauth.reddit.com"
    login_url: HttpUrl = "https://www.reddit.com"
    extra: ClassVar[str] = "reddit"

    @model_validator(mode="after")
    def _can_log_in(self) -> Self:
        if bool(self.password) == bool(self.refresh_token):
            raise ValueError("set either password or refresh_token")
        return self

    def build(self, listening: Listening) -> Source:
        with needs_extra("reddit"):
            import praw  # noqa: F401 - so that it is missed at the start and not in the first poll
        words = searched_words((), listening) if self.subreddits or self.search else ()
        return Reddit(
            name=self.name,
            login=Login(**{name: getattr(self, name) for name in Login.__dataclass_fields__}),
            shelves=(*INBOX, *(shelves_of(words, self.subreddits) if words else ())),
            words=words,
            every=self.every,
            first_lookback=self.first_lookback,
            look_again_for=self.look_again,
            api_url=self.api_url,
            login_url=self.login_url,
            allow_private=self.allow_private,
        )

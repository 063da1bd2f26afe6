"""X: posts that name our account, and those that a search finds for our names. Every post that is read or written costs.

Prices are configuration, because X changes them; what a poll cost goes back with it, and the flow stops at the cap. X has no
keys for what is sent twice: before an answer is sent again, our own posts since are read.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from bot.errors import AlreadySaid, GiveUp, Retry
from bot.sources.base import Batch, Found, Listening, Looked, Replied, Source
from bot.sources.formats.dates import believed
from bot.sources.formats.fields import digest
from bot.sources.formats.json_values import object_of, text_of
from bot.sources.formats.newest_first import Mark, Page, Reach, walk
from bot.sources.formats.searching import quoted, searched_words
from bot.sources.formats.x_posts import (
    ASKED,
    SITE,
    Shown,
    answers,
    first_id,
    has_address,
    id_of,
    last_id_at,
    latest_id,
    moment_of,
    weighted_length,
)
from bot.sources.net.fetch import SOON
from bot.sources.table import Secret, SourceTable, needs_extra
from bot.values import Duration, HttpUrl

PAGE = 100
MOST_PAGES = 5
"""A poll: what is left is for the next one, so that the cap is asked in between."""
OVERLAP = timedelta(minutes=2)
SEARCHED_DAYS = timedelta(days=7)
LONGEST_QUERY = 512
MENTIONS = "mentions"
OWN_PAGES = 10
MICRO = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Keys:
    """A user's four keys of OAuth 1.0a, or a bearer token alone, which can only read."""

    bearer_token: str = field(default="", repr=False)
    consumer_key: str = field(default="", repr=False)
    consumer_secret: str = field(default="", repr=False)
    access_token: str = field(default="", repr=False)
    access_token_secret: str = field(default="", repr=False)

    @property
    def are_a_users(self) -> bool:
        return bool(self.access_token)


@dataclass(frozen=True, kw_only=True)
class Prices:
    """Millionths of a US dollar for each."""

    mention: int = 1_000
    read: int = 5_000
    user: int = 10_000
    post: int = 15_000
    link_post: int = 200_000

    def of(self, shown: Shown, *, each: int) -> int:
        """What an answer costs, if all that is in it does: posts, those that they speak of, pictures, and authors."""
        beside = len(shown.others) + len(shown.media)
        return len(shown.posts) * each + beside * self.read + len(shown.users) * self.user


@dataclass(kw_only=True)
class Bill:
    """What several requests cost together, in millionths of a US dollar."""

    cost: int = 0

    @contextmanager
    def kept(self) -> Iterator[None]:
        """What was paid before a fault goes with it."""
        try:
            yield
        except (Retry, GiveUp) as fault:
            fault.cost += self.cost
            raise


@dataclass(frozen=True, kw_only=True)
class X:
    """`queries` are what is searched for beside the mentions of the account `user_id`."""

    name: str
    user_id: str
    keys: Keys = field(repr=False)
    monthly_cap: int
    queries: tuple[str, ...] = ()
    every: timedelta = timedelta(minutes=5)
    first_lookback: timedelta = timedelta(hours=24)
    look_again_for: timedelta = timedelta(0)
    prices: Prices = field(default_factory=Prices)
    api_url: str = "https://api.x.com"
    allow_private: bool = False
    kind: ClassVar[str] = "x"
    looks_at_once: ClassVar[int] = PAGE

    def poll(self, cursor: str, now: datetime) -> Batch:
        """Raises Retry and GiveUp as the contract of a source says."""
        mark = Mark.parse(cursor, place=digest(self.user_id)[:12], start=now - self.first_lookback)
        # Only what was so young that others may have turned up beside it since is read twice, because that is paid twice.
        overlap = max(OVERLAP - ((mark.begun or now) - mark.seen), timedelta(0))
        since = mark.rests[0].until if mark.rests else max(mark.start, mark.seen - overlap)
        walking = _Walk(source=self, now=now, since=since)
        reach = Reach(overlap=overlap, most_pages=MOST_PAGES)
        with walking.bill.kept():
            walked = walk(mark, (MENTIONS, *self.queries), walking.read, now=now, reach=reach)
        return replace(walked.batch(), cost=walking.bill.cost)

    def look_again(self, external_ids: Sequence[str], now: datetime) -> Looked:
        """Raises Retry and GiveUp as `poll` does."""
        bill = Bill()
        shown = Shown.read(self.ask("get_tweets", ids=list(external_ids), **ASKED))
        bill.cost = self.prices.of(shown, each=self.prices.read)
        current = {first_id(post): shown.incoming(post, now) for post in shown.posts}
        edited = [latest_id(post) for post in shown.posts if latest_id(post) != id_of(post)]
        if edited:
            # The id of a first version shows that one for ever.
            with bill.kept():
                latest = Shown.read(self.ask("get_tweets", ids=edited, **ASKED))
            bill.cost += self.prices.of(latest, each=self.prices.read)
            current |= {first_id(post): latest.incoming(post, now) for post in latest.posts}
        return Looked(items=tuple(item for item in current.values() if item.text), gone=shown.missing, cost=bill.cost)

    def ask(self, method: str, *args: str, **kwargs: Any) -> bytes:
        """The body of what a method of tweepy's client brings. Raises Retry and GiveUp."""
        with needs_extra("x"):
            import requests
            import tweepy

            from bot.sources.net.door_x import XDoor
        client = tweepy.Client(**vars(self.keys), return_type=requests.Response)
        client.session = XDoor(self.api_url, allow_private=self.allow_private)
        user_auth = {} if method == "create_tweet" and self.keys.are_a_users else {"user_auth": self.keys.are_a_users}
        answer = getattr(client, method)(*args, **kwargs, **user_auth)
        return bytes(answer.content)


@dataclass(kw_only=True)
class _Walk:
    """One poll, and what it has cost so far."""

    source: X
    now: datetime
    since: datetime
    bill: Bill = field(default_factory=Bill)

    def read(self, shelf: str, page: str) -> Page:
        """`page` is the id after which posts are wanted, and X's own word for the page."""
        since, _, token = (page or f"{last_id_at(self._from(shelf))}:").partition(":")
        shown = self._shown(shelf, since, token)
        return self._page(shown, f"{since}:{shown.next}" if shown.next else "")

    def _from(self, shelf: str) -> datetime:
        oldest = self.now - SEARCHED_DAYS + timedelta(minutes=1)
        return self.since if shelf == MENTIONS else max(self.since, oldest)

    def _shown(self, shelf: str, since: str, token: str) -> Shown:
        asked = {**ASKED, "max_results": PAGE, "since_id": since}
        prices = self.source.prices
        if shelf == MENTIONS:
            paging = {"pagination_token": token} if token else {}
            shown = Shown.read(self.source.ask("get_users_mentions", self.source.user_id, **asked, **paging))
        else:
            paging = {"next_token": token} if token else {}
            shown = Shown.read(self.source.ask("search_recent_tweets", shelf, **asked, **paging))
        self.bill.cost += prices.of(shown, each=prices.mention if shelf == MENTIONS else prices.read)
        return shown

    def _page(self, shown: Shown, next_page: str) -> Page:
        ours = self.source.user_id
        others = (post for post in shown.posts if text_of(post.get("author_id")) != ours and id_of(post))
        read = [(post, shown.incoming(post, self.now)) for post in others]
        return Page(
            # By the id: an edited post has an id of its own, and may have the date of its first version.
            found=[(believed(moment_of(id_of(post)), self.now), item) for post, item in read if item.text],
            next=next_page,
            problems=tuple(f"post {item.external_id} has no text" for _, item in read if not item.text),
        )


@dataclass(frozen=True, kw_only=True)
class AnsweringX(X):
    """With a user's keys, so that answers can be given in that user's name."""

    max_answer: int = 280

    def reply(self, external_id: str, text: str, *, key: str) -> Replied:  # noqa: ARG002 - X has no keys
        """Raises Retry and GiveUp as the contract of an answerable source says."""
        self._refuse_too_long(text)
        price = self.prices.link_post if has_address(text) else self.prices.post
        try:
            sent = _sent_id(self.ask("create_tweet", text=text, in_reply_to_tweet_id=external_id))
        except AlreadySaid as fault:
            raise AlreadySaid(f"{fault.reason} Write it in other words: X takes no text twice.") from fault
        except Retry as fault:
            # Where it may stand there it may have been charged: a cap is better reached too early than too late.
            fault.cost += price if fault.ambiguous else 0
            raise
        return Replied(permalink=_permalink(sent), cost=price)

    def find_replies(self, external_id: str, text: str, *, since: datetime) -> Found:
        """Ours right under the post. Each of our own posts since then is paid for, whatever it says."""
        after, bill = max(int(id_of({"id": external_id}) or 0), last_id_at(since)), Bill()
        with bill.kept():
            ours = [id_of(post) for post in self._own(after, bill) if answers(post, external_id, text)]
        return Found(permalinks=[_permalink(id) for id in ours], cost=bill.cost)

    def _own(self, after: int, bill: Bill) -> Iterator[Mapping[str, Any]]:
        """Our own posts behind that id. Raises GiveUp where they are too many to be paid for."""
        asked = {"tweet_fields": ["entities", "note_tweet", "referenced_tweets"], "max_results": PAGE}
        paging = dict[str, str]()
        for _ in range(OWN_PAGES):
            shown = Shown.read(self.ask("get_users_tweets", self.user_id, since_id=after, **asked, **paging))
            bill.cost += self.prices.of(shown, each=self.prices.mention)
            yield from shown.posts
            if not shown.next:
                return
            paging = {"pagination_token": shown.next}
        raise GiveUp("our account has posted so much since that it cannot be told whether our answer is there: look")

    def _refuse_too_long(self, text: str) -> None:
        weight = weighted_length(text)
        if weight > self.max_answer:
            raise GiveUp(
                f"X counts {weight} signs in it and takes {self.max_answer}: shorten it "
                "(an address counts 23; an emoji, and a sign of Chinese, Japanese or Korean, counts two)"
            )


def _sent_id(body: bytes) -> str:
    try:
        id = text_of(object_of(object_of(json.loads(body)).get("data")).get("id"))
    except (ValueError, RecursionError):
        id = ""
    if not id.isascii() or not id.isdigit():
        raise Retry("X does not say what became of the answer", after=SOON, ambiguous=True)
    return id


def _permalink(id: str) -> str:
    return f"{SITE}/i/web/status/{id}"


def queries_of(words: Iterable[str], user_id: str) -> tuple[str, ...]:
    """Search queries that find any of the words: as few as their greatest length permits, and none of our own posts."""
    tail = f") -is:retweet -from:{user_id}"
    groups: list[str] = []
    for word in map(quoted, words):
        joined = f"{groups[-1]} OR {word}" if groups else ""
        if joined and len(joined) + len(tail) + 1 <= LONGEST_QUERY:
            groups[-1] = joined
        else:
            groups.append(word)
    return tuple(f"({group}{tail}" for group in groups)


Dollars = Annotated[float, Field(strict=False, ge=0, le=1_000_000)]


class XTable(SourceTable):
    """Prices are in US dollars. `user_id` is the account's number; an access token of OAuth 1.0a begins with it."""

    kind: Literal["x"]
    look_again: Duration = timedelta(0)
    spend_cap: Annotated[float, Field(strict=False, gt=0, le=1_000_000)]
    user_id: Annotated[str, Field(pattern=r"^\d{0,20}$")] = ""
    bearer_token: Secret = ""
    consumer_key: Secret = ""
    consumer_secret: Secret = ""
    access_token: Secret = ""
    access_token_secret: Secret = ""
    mention_price: Dollars = 0.001
    read_price: Dollars = 0.005
    user_price: Dollars = 0.01
    post_price: Dollars = 0.015
    link_post_price: Dollars = 0.2
    reply_max: Annotated[int, Field(ge=280, le=3_000)] = 280
    api_url: HttpUrl = "https://api.x.com"
    extra: ClassVar[str] = "x"

    @model_validator(mode="after")
    def _has_keys(self) -> Self:
        four = (self.consumer_key, self.consumer_secret, self.access_token, self.access_token_secret)
        if any(four) and not all(four):
            raise ValueError("set all four: consumer_key, consumer_secret, access_token and access_token_secret")
        if not any(four) and not self.bearer_token:
            raise ValueError(
                "set consumer_key, consumer_secret, access_token and access_token_secret, or bearer_token to read"
            )
        if not self.account():
            raise ValueError("set user_id, the number of the account whose mentions are read")
        return self

    def account(self) -> str:
        begins = self.access_token.partition("-")[0]
        return self.user_id or (begins if begins.isascii() and begins.isdigit() else "")

    def build(self, listening: Listening) -> Source:
        keys = {name: getattr(self, name) for name in Keys.__dataclass_fields__}
        with needs_extra("x"):
            import tweepy  # noqa: F401 - so that it is missed at the start and not in the first poll
        made: Callable[..., X] = AnsweringX if self.access_token else X
        answering = {"max_answer": self.reply_max} if self.access_token else {}
        return made(
            name=self.name,
            user_id=self.account(),
            keys=Keys(**keys),
            monthly_cap=_micro(self.spend_cap),
            queries=queries_of(searched_words((), listening), self.account()) if self.search else (),
            every=self.every,
            first_lookback=self.first_lookback,
            look_again_for=self.look_again,
            prices=self._prices(),
            api_url=self.api_url,
            allow_private=self.allow_private,
            **answering,
        )

    def _prices(self) -> Prices:
        return Prices(
            mention=_micro(self.mention_price),
            read=_micro(self.read_price),
            user=_micro(self.user_price),
            post=_micro(self.post_price),
            link_post=_micro(self.link_post_price),
        )


def _micro(dollars: float) -> int:
    return round(dollars * MICRO)

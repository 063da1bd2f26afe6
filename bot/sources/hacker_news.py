"""Hacker News: stories and comments that its search finds, and single posts from its own interface. Reading only.

Search: https://hn.algolia.com/api. Posts: https://github.com/HackerNews/API, which knows edits, deletes and parents sooner.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from html import unescape
from typing import Any, ClassVar, Literal
from urllib.parse import quote

from bot.domain.mention import Incoming
from bot.errors import GiveUp, Retry
from bot.sources.base import Batch, Listening, Looked, Source
from bot.sources.formats.dates import believed, read_date
from bot.sources.formats.fields import count, line, prose, shortened, web_address
from bot.sources.formats.json_values import object_of, objects_of, text_of, whole_number
from bot.sources.formats.markup import plain_text
from bot.sources.formats.searching import quoted, searched_words
from bot.sources.formats.since import next_since, oldest_first, read_since, write_since
from bot.sources.net.api import Api
from bot.sources.net.fetch import PAUSE, Limits
from bot.sources.table import SourceTable
from bot.values import ApiUrl, Several

PAGE = 50
"""Posts a poll and word: with each comment comes a question for what it answers."""
OVERLAP = timedelta(minutes=10)
LIMITS = Limits(deadline=timedelta(seconds=10))
PARENTS_WITHIN = timedelta(seconds=40)
"""For all of one poll, which is leased for two minutes: context must not cost the posts."""
SECOND = timedelta(seconds=1)
SITE = "https://news.ycombinator.com"


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A post as either interface tells it. `story` is the post that its conversation is about, empty for a story itself."""

    id: str
    by: str
    at: datetime | None
    title: str
    markup: str
    link: str
    points: str
    parent: str = ""
    story: str = ""

    @property
    def external_id(self) -> str:
        return f"{self.story}/{self.id}" if self.story else self.id

    def incoming(self, parent: str) -> Incoming:
        title = line(unescape(self.title))
        written = prose(plain_text(self.markup).text) or web_address(self.link, "")
        author = line(self.by)
        return Incoming(
            external_id=self.external_id,
            text=written or title,
            title=title if written else "",
            url=f"{SITE}/item?id={self.id}",
            author=author,
            author_name=author,
            author_url=web_address(f"{SITE}/user?id={quote(author)}", "") if author else "",
            reach=count(self.points),
            posted_at=self.at,
            parent=parent,
            thread=self.story or self.id,
        )


@dataclass(frozen=True, kw_only=True)
class HackerNews:
    """Whatever the search finds for the words, once each, from the oldest on."""

    name: str
    words: tuple[str, ...]
    every: timedelta = timedelta(minutes=5)
    first_lookback: timedelta = timedelta(hours=24)
    look_again_for: timedelta = timedelta(days=3)
    search: Api = field(default_factory=lambda: Api(base="https://hn.algolia.com/", limits=LIMITS))
    posts: Api = field(default_factory=lambda: Api(base="https://hacker-news.firebaseio.com/", limits=LIMITS))
    kind: ClassVar[str] = "hacker_news"
    looks_at_once: ClassVar[int] = 10

    def poll(self, cursor: str, now: datetime) -> Batch:
        """Raises Retry and GiveUp as the contract of a source says."""
        since = read_since(cursor, now, otherwise=self.first_lookback)
        hits, until, problems = self._window(since, now)
        parents, unread = self._parents(hits)
        read = [replace(hit, at=believed(hit.at, now)).incoming(parents.get(hit.parent, "")) for hit in hits]
        items = oldest_first(item for item in read if item.text)
        empty = tuple(f"post {item.external_id} has no text" for item in read if not item.text)
        more = until < now
        following = until if more else next_since(since, items, overlap=OVERLAP)
        return Batch(items=items, cursor=write_since(following), more=more, problems=(*problems, *empty, *unread))

    def look_again(self, external_ids: Sequence[str], now: datetime) -> Looked:
        """Raises Retry and GiveUp as `poll` does."""
        asked = {known: self._post(known.rpartition("/")[2]) for known in external_ids}
        gone = [known for known, post in asked.items() if post.get("deleted") is True or post.get("dead") is True]
        hits = [_told(post, known) for known, post in asked.items() if post and known not in gone]
        parents, _ = self._parents(hits)
        read = (replace(hit, at=believed(hit.at, now)).incoming(parents.get(hit.parent, "")) for hit in hits)
        return Looked(items=tuple(item for item in read if item.text), gone=tuple(gone))

    def _window(self, since: datetime, until: datetime) -> tuple[list[Hit], datetime, tuple[str, ...]]:
        """What was written between `since` and a moment up to which the search shows all of it, at most `until`; and what
        had to be left out.
        """
        found, total = self._found(since, until)
        while total > PAGE and until - since > SECOND:
            until = since + max((until - since) * (0.8 * PAGE / total), SECOND)
            found, total = self._found(since, until)
        left_out = (f"{total - PAGE} posts of one second were left out",) if total > PAGE else ()
        return found, until, left_out

    def _found(self, since: datetime, until: datetime) -> tuple[list[Hit], int]:
        """The posts of all words, and how many the fullest word has; without the posts where that is more than a page."""
        found: list[Hit] = []
        fullest = 0
        for word in self.words:
            hits, total = self._search(word, since, until)
            found += hits
            fullest = max(fullest, total)
            if total > PAGE and until - since > SECOND:
                break
        return found, fullest

    def _search(self, word: str, since: datetime, until: datetime) -> tuple[list[Hit], int]:
        query: dict[str, str | int] = {
            "query": quoted(word),
            # Else the search takes no notice of the quotes, and of the order of the words (Algolia's reference).
            "advancedSyntax": "true",
            "tags": "(story,comment)",
            "numericFilters": f"created_at_i>={int(since.timestamp())},created_at_i<={int(until.timestamp())}",
            "restrictSearchableAttributes": "title,story_text,comment_text,url",
            "typoTolerance": "false",
            "hitsPerPage": PAGE,
        }
        answered = object_of(self.search.get("api/v1/search_by_date", query).value)
        total = whole_number(answered.get("nbHits"))
        if not isinstance(answered.get("hits"), list) or total is None:
            raise Retry(f"{self.search.host} answers without a list of posts", after=PAUSE)
        return [hit for each in objects_of(answered["hits"]) if (hit := _found(each)).id], total

    def _parents(self, hits: Iterable[Hit]) -> tuple[Mapping[str, str], tuple[str, ...]]:
        """What the posts answer, by id. They are read without it where it cannot be had: that is said, and nothing waits."""
        wanted = dict.fromkeys(hit.parent for hit in hits if hit.parent)
        texts: dict[str, str] = {}
        begun = time.monotonic()
        for parent in wanted:
            try:
                if time.monotonic() - begun > PARENTS_WITHIN.total_seconds():
                    raise Retry(f"{self.posts.host} is slow", after=PAUSE)
                texts[parent] = _parent_text(self._post(parent))
            except (Retry, GiveUp) as error:
                return texts, (f"{len(wanted) - len(texts)} answered posts could not be read: {error.reason}",)
        return texts, ()

    def _post(self, id: str) -> dict[str, Any]:
        """Empty where there is no such post."""
        answered = self.posts.get(f"v0/item/{quote(id, safe='')}.json").value
        if answered is not None and not isinstance(answered, dict):
            raise Retry(f"{self.posts.host} answers with something other than a post", after=PAUSE)
        return object_of(answered)


def _found(hit: Mapping[str, Any]) -> Hit:
    """A post as the search has it."""
    is_comment = "comment_text" in hit and hit["comment_text"] is not None
    return Hit(
        id=_id(hit.get("objectID")),
        by=text_of(hit.get("author")),
        at=read_date(text_of(hit.get("created_at_i"))),
        title="" if is_comment else text_of(hit.get("title")),
        markup=text_of(hit.get("comment_text" if is_comment else "story_text")),
        link="" if is_comment else text_of(hit.get("url")),
        points="" if is_comment else text_of(hit.get("points")),
        parent=_id(hit.get("parent_id")) if is_comment else "",
        story=_id(hit.get("story_id")) if is_comment else "",
    )


def _told(post: Mapping[str, Any], external_id: str) -> Hit:
    """A post as the site's own interface has it, which does not say what story a comment belongs to."""
    story, _, id = external_id.rpartition("/")
    return Hit(
        id=id,
        by=text_of(post.get("by")),
        at=read_date(text_of(post.get("time"))),
        title=text_of(post.get("title")),
        markup=text_of(post.get("text")),
        link=text_of(post.get("url")),
        points=text_of(post.get("score")),
        parent=_id(post.get("parent")) if story else "",
        story=story,
    )


def _parent_text(post: Mapping[str, Any]) -> str:
    parts = (line(unescape(text_of(post.get("title")))), prose(plain_text(text_of(post.get("text"))).text))
    text = "\n".join(part for part in parts if part)
    return shortened(text)


def _id(value: object) -> str:
    number = whole_number(value)
    return "" if number is None else str(number)


class HackerNewsTable(SourceTable):
    """`words` are searched for beside what is listened for."""

    kind: Literal["hacker_news"]
    search: bool = True
    words: Several[str] = ()
    search_url: ApiUrl = "https://hn.algolia.com/"
    posts_url: ApiUrl = "https://hacker-news.firebaseio.com/"

    def build(self, listening: Listening) -> Source:
        return HackerNews(
            name=self.name,
            words=searched_words(self.words, listening),
            every=self.every,
            first_lookback=self.first_lookback,
            look_again_for=self.look_again,
            search=Api(base=self.search_url, allow_private=self.allow_private, limits=LIMITS),
            posts=Api(base=self.posts_url, allow_private=self.allow_private, limits=LIMITS),
        )

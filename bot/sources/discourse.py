"""Discourse forums: every public post of the company's own forum, or those of another one that name the company."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from bot.domain.mention import Incoming
from bot.domain.words import is_named
from bot.errors import GiveUp, Retry
from bot.sources.base import Batch, Found, Listening, Looked, Replied, Source
from bot.sources.formats.discourse_posts import ForumPost, Where, forum_post, incoming, page_of
from bot.sources.formats.fields import digest, sentence
from bot.sources.formats.json_values import object_of, objects_of, text_of
from bot.sources.formats.markdown_text import as_markdown
from bot.sources.net.api import Answered, Api
from bot.sources.net.fetch import PAUSE, SOON
from bot.sources.table import Secret, SourceTable
from bot.values import SiteUrl

WINDOW = 49
"""Ids that one page surely covers. `before` is asked as the id behind them: forums of today give the fifty newest posts below
it, those until mid-2026 up to it, and those until 2022 what of (before - 50, before] we may read.
"""
MOST_WINDOWS = 5
MOST_PARENTS = 20
"""In one poll: a forum answers some 60 questions a minute, and each reply costs one for what it replies to."""
OVERLAP = 10
MOST_STEPS = 40
MOST_REPLIES = 200
REFUSED = frozenset({400, 403, 404, 410, 422})


@dataclass(frozen=True, kw_only=True)
class Place:
    """The cursor. Posts are read by their ids, which rise: all up to `after` were given; None before the first poll found any.

    `of` says whose it is: another forum starts over. `behind` says that there is more right behind `after`.
    """

    of: str
    start: datetime
    after: int | None = None
    behind: bool = False

    def text(self) -> str:
        told = {"of": self.of, "start": self.start.isoformat(), "after": self.after, "behind": self.behind}
        return json.dumps(told, separators=(",", ":"))

    @classmethod
    def parse(cls, text: str, *, of: str, start: datetime) -> "Place":
        fresh = cls(of=of, start=start)
        try:
            raw = json.loads(text)
            known = cls(
                of=raw["of"], start=datetime.fromisoformat(raw["start"]), after=raw["after"], behind=raw["behind"]
            )
        except (ValueError, TypeError, KeyError, RecursionError):
            return fresh
        is_number = known.after is None or (type(known.after) is int and 0 <= known.after < 10**15)
        return known if known.of == of and known.start.tzinfo and is_number and type(known.behind) is bool else fresh


@dataclass(frozen=True, kw_only=True)
class DiscourseSource:
    """The posts that everybody, or our user, may read. Where there are `names`, only those in which one of them stands."""

    name: str
    api: Api
    username: str = ""
    every: timedelta = timedelta(minutes=5)
    first_lookback: timedelta = timedelta(hours=24)
    look_again_for: timedelta = timedelta(days=3)
    names: tuple[str, ...] = ()
    kind: ClassVar[str] = "discourse"
    looks_at_once: ClassVar[int] = 10

    def poll(self, cursor: str, now: datetime) -> Batch:
        """Raises Retry and GiveUp as the contract of a source says."""
        known = Place.parse(cursor, of=digest(self.api.base)[:12], start=now - self.first_lookback)
        latest = self._window()
        if known.after is None:
            known = replace(known, after=self._first(latest, known.start), behind=True)
        if known.after is None:
            return Batch(items=(), cursor=known.text())
        found, known = self._read_on(known, known.after, latest)
        wanted = [post for post in found if self._is_wanted(post, known.start)]
        items, stopped = self._items(wanted, now)
        if stopped is not None:
            known = replace(known, after=stopped, behind=True)
        return Batch(
            items=tuple(item for item in items if item.text),
            cursor=known.text(),
            more=known.behind,
            problems=tuple(f"post {item.external_id} has no text" for item in items if not item.text),
        )

    def look_again(self, external_ids: Sequence[str], now: datetime) -> Looked:
        """Raises Retry and GiveUp as `poll` does. What is not on its page any more is gone, or ours to read no more."""
        asked = {known: where.id for known in external_ids if (where := Where.parse(known))}
        found: dict[int, ForumPost] = {}
        covered: range = range(0)
        for id in sorted(asked.values(), reverse=True):
            if id not in covered:
                found |= {post.where.id: post for post in self._window(until=id)}
                covered = range(id - WINDOW + 1, id + 1)
        standing = [found[id] for id in asked.values() if id in found and not found[id].is_gone]
        items, _ = self._items(standing, now)
        left = {post.where.external_id for post in standing}
        gone = tuple(known for known in asked if known not in left)
        return Looked(items=tuple(item for item in items if item.text), gone=gone)

    def _first(self, latest: Sequence[ForumPost], start: datetime) -> int | None:
        """The id behind which everything since `start` stands: back in growing steps. None where no post can be seen."""
        page, until, step = latest, (latest[-1].where.id if latest else 0), WINDOW
        for _ in range(MOST_STEPS):
            if any(post.at and post.at < start for post in page):
                fresh = [post.where.id for post in page if not post.at or post.at >= start]
                return min(fresh) - 1 if fresh else page[-1].where.id
            until -= step
            if until <= 0:
                return 0 if latest else None
            page, step = self._window(until=until), step * 2
        return 0

    def _read_on(self, known: Place, after: int, latest: Sequence[ForumPost]) -> tuple[list[ForumPost], Place]:
        """What stands behind `after`, oldest first: on the latest page, or window by window from there."""
        begin = after if known.behind else max(0, after - OVERLAP)
        if latest and latest[0].where.id <= after + 1:
            found = [post for post in latest if post.where.id > begin]
            return found, replace(known, after=max(after, latest[-1].where.id), behind=False)
        top = latest[-1].where.id if latest else 0
        found, at = [], begin
        for _ in range(MOST_WINDOWS):
            found += [post for post in self._window(until=at + WINDOW) if at < post.where.id <= at + WINDOW]
            at += WINDOW
            if at >= top > 0:
                return found, replace(known, after=max([after, top, *(post.where.id for post in found)]), behind=False)
        if top:
            return found, replace(known, after=at, behind=True)
        # Of the newest ids none is ours to read, so nobody knows how far they go.
        return found, replace(known, after=max([after, *(post.where.id for post in found)]), behind=False)

    def _is_wanted(self, post: ForumPost, start: datetime) -> bool:
        by_account = self.username and post.username.casefold() == self.username.casefold()
        is_ours = post.said.get("yours") is True or by_account
        is_late = post.at is not None and post.at < start
        if is_ours or is_late or post.is_gone or not post.is_by_people:
            return False
        title = text_of(post.said.get("topic_title"))
        return not self.names or is_named(f"{title}\n{post.text}", self.names, ())

    def _items(self, posts: Sequence[ForumPost], now: datetime) -> tuple[list[Incoming], int | None]:
        """With what they reply to; and after which id it stopped, where that was too much to ask for at once."""
        texts = {(post.where.topic, post.where.number): post.text for post in posts}
        items: list[Incoming] = []
        asked = 0
        for post in posts:
            parent = (post.where.topic, post.answers or 0)
            if post.answers and parent not in texts:
                if asked == MOST_PARENTS:
                    return items, post.where.id - 1
                asked += 1
                texts[parent] = self._text_of(*parent)
            items.append(
                incoming(post, self.api.base, parent=texts.get(parent, ""), thread=self._thread(post), now=now)
            )
        return items, None

    def _thread(self, post: ForumPost) -> str:
        """A conversation is a topic; or our own answer where a post replies to that."""
        is_ours = self.username and post.answered_username.casefold() == self.username.casefold()
        return (
            page_of(self.api.base, post.where.topic, post.answers)
            if post.answers and is_ours
            else str(post.where.topic)
        )

    def _text_of(self, topic: int, number: int) -> str:
        answered = self._get(f"/posts/by_number/{topic}/{number}.json", accept=frozenset({403, 404, 410}))
        post = forum_post(object_of(answered.value)) if answered.status == 200 else None
        return post.text if post else ""

    def _window(self, until: int | None = None) -> list[ForumPost]:
        """The page of posts up to an id, this one too, or the latest, by id."""
        answered = self._get("/posts.json", {} if until is None else {"before": until + 1})
        listed = object_of(answered.value).get("latest_posts")
        if not isinstance(listed, list):
            raise Retry(f"{self.api.host} does not answer as Discourse does", after=PAUSE)
        found = (forum_post(each) for each in objects_of(listed))
        return sorted((post for post in found if post), key=lambda post: post.where.id)

    def _get(
        self, path: str, query: dict[str, str | int] | None = None, *, accept: frozenset[int] = frozenset()
    ) -> Answered:
        answered = self.api.get(path, query, accept=accept | {403})
        if answered.status == 403 and 403 not in accept:
            raise GiveUp(f"{self.api.host} does not let us read: {_reason(answered) or 'are key and user right?'}")
        return answered


@dataclass(frozen=True, kw_only=True)
class AnsweringDiscourse(DiscourseSource):
    """With a key we also answer, as the user whose it is."""

    max_answer: int | None = None

    def reply(self, external_id: str, text: str, *, key: str) -> Replied:  # noqa: ARG002 - Discourse knows no keys
        """Raises Retry and GiveUp as the contract of an answerable source says."""
        where = _where(external_id)
        # The forum would take an answer to a post that is gone as one to its topic.
        if self._written(where) is None:
            raise self._gone()
        body = {"topic_id": where.topic, "reply_to_post_number": where.number, "raw": as_markdown(text)}
        answered = self.api.send("POST", "/posts.json", body, accept=REFUSED)
        if answered.status in REFUSED:
            reason = _reason(answered) or f"refuses our answer ({answered.status})"
            raise GiveUp(f"{self.api.host}: {reason}")
        told = object_of(answered.value)
        post = forum_post(told)
        if post is not None:
            return Replied(permalink=post.where.page(self.api.base))
        if told.get("action") == "enqueued":
            # A moderator of the forum has to let it through; it has no address until then.
            return Replied(permalink="")
        raise Retry(f"{self.api.host} does not say what became of our answer", after=SOON, ambiguous=True)

    def find_replies(self, external_id: str, text: str, *, since: datetime) -> Found:
        """Ours right under the post. Raises Retry and GiveUp as `reply` does."""
        where = _where(external_id)
        late = (post for post in self._ours_below(where) if post.at is None or post.at >= since)
        wanted = " ".join(as_markdown(text).split())
        same = [post.where for post in late if " ".join((self._written(post.where) or "").split()) == wanted]
        return Found(permalinks=[each.page(self.api.base) for each in same])

    def _written(self, where: Where) -> str | None:
        """A post as it was sent; None where it is gone."""
        answered = self._get(f"/posts/{where.id}.json", accept=frozenset({404, 410}))
        return text_of(object_of(answered.value).get("raw")) if answered.status == 200 else None

    def _gone(self) -> GiveUp:
        return GiveUp(f"{self.api.host} has this post no more")

    def _ours_below(self, where: Where) -> list[ForumPost]:
        """Our own replies to a post. The forum gives them by twenties, each page after the number of the last.

        Raises GiveUp where there are more than can be gone through.
        """
        found: dict[int, ForumPost] = {}
        after = where.number
        while len(found) < MOST_REPLIES:
            path, query = f"/posts/{where.id}/replies.json", {"after": after}
            answered = self._get(path, dict(query), accept=frozenset({404, 410}))
            if answered.status != 200:
                raise self._gone()
            if not isinstance(answered.value, list):
                raise Retry(f"{self.api.host} does not answer as Discourse does", after=PAUSE)
            page = [post for each in objects_of(answered.value) if (post := forum_post(each))]
            fresh = {post.where.number: post for post in page if post.where.number not in found}
            if not fresh:
                return [post for post in found.values() if post.username.casefold() == self.username.casefold()]
            found |= fresh
            after = max(fresh)
        raise GiveUp("the post has so many replies that it cannot be told whether our answer is among them: look there")


class DiscourseTable(SourceTable):
    """Without `api_key` only what everybody may read is read, and nothing answered. `reply_max` is the forum's own limit."""

    kind: Literal["discourse"]
    url: SiteUrl
    username: str = ""
    api_key: Secret = ""
    reply_max: Annotated[int, Field(ge=0, le=3_000)] = 0

    @model_validator(mode="after")
    def _names_its_user(self) -> Self:
        if bool(self.api_key) != bool(self.username):
            raise ValueError("username and api_key belong together: add the other one, or take both out")
        return self

    def page_address(self) -> str:
        return self.url

    def build(self, listening: Listening) -> Source:
        headers = (("Api-Key", self.api_key), ("Api-Username", self.username)) if self.api_key else ()
        source = DiscourseSource(
            name=self.name,
            api=Api(base=self.url.rstrip("/"), headers=headers, allow_private=self.allow_private),
            username=self.username,
            every=self.every,
            first_lookback=self.first_lookback,
            look_again_for=self.look_again,
            names=(*listening.names, *listening.themes) if self.search else (),
        )
        return AnsweringDiscourse(**vars(source), max_answer=self.reply_max or None) if self.api_key else source


def _where(external_id: str) -> Where:
    where = Where.parse(external_id)
    if where is None:
        raise GiveUp("this is no post of a Discourse forum")
    return where


def _reason(answered: Answered) -> str:
    """The forum's own sentences."""
    errors: Any = object_of(answered.value).get("errors")
    return sentence(" ".join(text_of(each) for each in errors)) if isinstance(errors, list) else ""

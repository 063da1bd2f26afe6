"""Comments and visitors' posts on one's own Facebook Page, by the Graph API."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator

from bot.domain.mention import Incoming
from bot.errors import GiveUp
from bot.sources.base import Batch, Found, Listening, Looked, Replied, Source
from bot.sources.formats import facebook_comments as wire
from bot.sources.formats.fields import digest, prose
from bot.sources.formats.json_values import text_at
from bot.sources.formats.meta_keys import MetaTable, check_id
from bot.sources.formats.newest_first import Mark, Opened, Page, walk
from bot.sources.net.api import Query
from bot.sources.net.graph import A_PAGE, Access, Graph, next_after, rows

FEED, TAGGED = "feed", "tagged"
POSTS_AT_ONCE = 50
Read = Callable[[Any, datetime], Incoming | None]


@dataclass(frozen=True, kw_only=True)
class FacebookSource:
    """One Page. Posts of the last `posts_for` are looked through for comments, those with a change only."""

    name: str
    page: str
    graph: Graph = field(repr=False)
    every: timedelta = timedelta(minutes=5)
    first_lookback: timedelta = timedelta(hours=24)
    look_again_for: timedelta = timedelta(days=3)
    posts_for: timedelta = timedelta(days=30)
    tagged: bool = False
    kind: ClassVar[str] = "facebook"
    max_answer: ClassVar[int] = 8_000
    looks_at_once: ClassVar[int] = 10

    def poll(self, cursor: str, now: datetime) -> Batch:
        """Raises Retry and GiveUp as the contract of a source says."""
        mark = Mark.parse(cursor, place=digest(self.page)[:12], start=now - self.first_lookback)
        shelves = [FEED, *([TAGGED] if self.tagged else [])]
        walked = walk(mark, shelves, lambda shelf, page: self._page(shelf, page, now), now=now)
        access = Access.known(self.graph, mark.aside, now)
        return walked.batch(aside=access.text(), access_ends_at=access.ends)

    def look_again(self, external_ids: Sequence[str], now: datetime) -> Looked:
        """Raises Retry and GiveUp as `poll` does. Nothing is said of posts: only comments are told apart."""
        fields = {"fields": wire.COMMENT_FIELDS}
        comments = [id_ for id_ in external_ids if not id_.startswith(wire.POST)]
        asked = {id_: self.graph.find(wire.own_id(id_), fields) for id_ in comments}
        standing = [found for found in asked.values() if found is not None]
        items = [wire.read_comment(each, now, under=self._words_above(each)) for each in standing]
        gone = tuple(id_ for id_, found in asked.items() if found is None)
        if gone:
            self.graph.require(f"{self.page}/{FEED}")
        return Looked(items=tuple(item for item in items if item), gone=gone)

    def reply(self, external_id: str, text: str, *, key: str) -> Replied:  # noqa: ARG002 - Facebook knows no keys
        """Raises as the contract of an answerable source says."""
        made = self.graph.send(f"{wire.thread_id(external_id)}/comments", {"message": text})
        return Replied(permalink=wire.address(made))

    def find_replies(self, external_id: str, text: str, *, since: datetime) -> Found:
        """The Page's under the comment, where every answer in its thread stands. Raises Retry and GiveUp as `reply` does."""
        edge = f"{wire.thread_id(external_id)}/comments"
        answers = self.graph.all_of(edge, f"id,message,created_time,{wire.WHO}")
        ours = (each for each in answers if wire.is_by(each, self.page) and (wire.moment_of(each) or since) >= since)
        said = (text_at(each, "id") for each in ours if prose(text_at(each, "message")) == prose(text))
        return Found(permalinks=[wire.address(id_) for id_ in said])

    def _words_above(self, comment: Any) -> str:
        """The text of the post under which a comment stands; empty where that is not shown."""
        post = wire.post_of(comment, self.page)
        try:
            found = self.graph.find(post, {"fields": "message"}) if post else None
        except GiveUp:  # context must not cost the comments
            found = None
        return prose(text_at(found, "message"))

    def _page(self, shelf: str, after: str, now: datetime) -> Page:
        if shelf.startswith(wire.POST):
            return self._comments(shelf.removeprefix(wire.POST), after, now)
        if shelf == FEED:
            return self._feed(after, now)
        answer = self._edge(shelf, wire.POST_FIELDS, after)
        return replace(self._found(rows(answer), now, wire.read_post), next=next_after(answer))

    def _feed(self, after: str, now: datetime) -> Page:
        """The Page's posts, to be looked through for comments, and those that visitors put there."""
        answer = self._edge(FEED, wire.POST_FIELDS, after)
        posts = rows(answer)
        found = self._found(posts, now, wire.read_post)
        first = wire.oldest(posts)
        opens = [
            Opened(shelf=f"{wire.POST}{id_}", newest=wire.changed(each))
            for each in posts
            if (id_ := text_at(each, "id"))
        ]
        is_enough = first is not None and first < now - self.posts_for
        # By its date a post says nothing about its comments: all pages are read, as far as posts are of interest.
        return replace(found, reaches=None, next="" if is_enough else next_after(answer), opens=tuple(opens))

    def _comments(self, post: str, after: str, now: datetime) -> Page:
        answer = self.graph.page(lambda size: self.graph.find(post, {"fields": _with_comments(after, size)}), A_PAGE)
        if answer is None:  # taken down since its Page told of it
            return Page(found=())
        edge, words = wire.comments_of(answer), prose(text_at(answer, "message"))
        page = self._found(rows(edge), now, lambda each, now: wire.read_comment(each, now, under=words))
        return replace(page, next=next_after(edge))

    def _edge(self, edge: str, fields: str, after: str) -> dict[str, Any]:
        query: Query = {"fields": fields, **({"after": after} if after else {})}
        path = f"{self.page}/{edge}"
        return self.graph.page(lambda size: self.graph.get(path, {**query, "limit": size}), POSTS_AT_ONCE) or {}

    def _found(self, things: list[Any], now: datetime, read: Read) -> Page:
        theirs = [each for each in things if wire.has_words(each) and not wire.is_by(each, self.page)]
        items = [(wire.moment_of(each), item) for each in theirs if (item := read(each, now))]
        return Page(
            found=items,
            reaches=wire.oldest(things),
            problems=() if len(items) == len(theirs) else ("a post or comment had no id",),
        )


def _with_comments(after: str, size: int) -> str:
    """The fields of a post with a page of what stands under it, replies too, the newest first."""
    more = f".after({after})" if after else ""
    return f"message,comments.filter(stream).order(reverse_chronological).limit({size}){more}{{{wire.COMMENT_FIELDS}}}"


class FacebookTable(MetaTable):
    """A Page, with a token of its own."""

    kind: Literal["facebook"]
    page: Annotated[str, AfterValidator(check_id)]
    tagged: bool = False

    def build(self, listening: Listening) -> Source:  # noqa: ARG002 - a Page is read whole
        return FacebookSource(
            name=self.name,
            page=self.page,
            graph=self.graph(),
            every=self.every,
            first_lookback=self.first_lookback,
            look_again_for=self.look_again,
            posts_for=self.posts_for,
            tagged=self.tagged,
        )

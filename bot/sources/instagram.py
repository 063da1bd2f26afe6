"""Comments under the posts of one's own Instagram account, and posts that tag it, by the Graph API."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator

from bot.domain.mention import Incoming
from bot.errors import GiveUp
from bot.sources.base import Batch, Found, Listening, Looked, Replied, Source
from bot.sources.formats import instagram_comments as wire
from bot.sources.formats.fields import digest, prose
from bot.sources.formats.json_values import inner, text_at
from bot.sources.formats.meta_keys import MetaTable, check_id
from bot.sources.formats.newest_first import Mark, Opened, Page, walk
from bot.sources.net.api import Query
from bot.sources.net.graph import Access, Graph, next_after, rows

MEDIA, TAGS = "media", "tags"
POST = "post:"
"""Before a post's id: the shelf of those of its comments that did not fit beside it."""
POSTS_AT_ONCE = 25
COMMENTS_SHOWN = 50
NO_ID = ("a comment had no id",)


@dataclass(frozen=True, kw_only=True)
class InstagramSource:
    """One professional account. Posts of the last `posts_for` are looked through for comments."""

    name: str
    account: str
    graph: Graph = field(repr=False)
    every: timedelta = timedelta(minutes=5)
    first_lookback: timedelta = timedelta(hours=24)
    look_again_for: timedelta = timedelta(days=3)
    posts_for: timedelta = timedelta(days=30)
    tags: bool = False
    kind: ClassVar[str] = "instagram"
    max_answer: ClassVar[int] = 2_200
    looks_at_once: ClassVar[int] = 10

    def poll(self, cursor: str, now: datetime) -> Batch:
        """Raises Retry and GiveUp as the contract of a source says."""
        mark = Mark.parse(cursor, place=digest(self.account)[:12], start=now - self.first_lookback)
        shelves = [MEDIA, *([TAGS] if self.tags else [])]
        walked = walk(mark, shelves, lambda shelf, page: self._page(shelf, page, now), now=now)
        access = Access.known(self.graph, mark.aside, now)
        return walked.batch(aside=access.text(), access_ends_at=access.ends)

    def look_again(self, external_ids: Sequence[str], now: datetime) -> Looked:
        """Raises Retry and GiveUp as `poll` does. Nothing is said of posts that tag us: Instagram shows single ones to nobody."""
        comments = [id_ for id_ in external_ids if not id_.startswith(wire.TAG)]
        asked = {id_: self.graph.find(wire.own_id(id_), {"fields": wire.LOOK_FIELDS}) for id_ in comments}
        items = [self._again(id_, found, now) for id_, found in asked.items() if found is not None]
        gone = tuple(id_ for id_, found in asked.items() if found is None)
        if gone:
            self.graph.require(f"{self.account}/{MEDIA}")
        return Looked(items=tuple(item for item in items if item), gone=gone)

    def reply(self, external_id: str, text: str, *, key: str) -> Replied:  # noqa: ARG002 - Instagram knows no keys
        """Raises as the contract of an answerable source says."""
        _refuse_tags(external_id)
        # Before it is sent: what fails afterwards would say that it was not.
        post = self._post_of(external_id)
        made = self.graph.send(f"{wire.thread_id(external_id)}/replies", {"message": text})
        return Replied(permalink=wire.address(post, made))

    def find_replies(self, external_id: str, text: str, *, since: datetime) -> Found:
        """Ours under the comment, where every answer in its thread stands. Raises Retry and GiveUp as `reply` does."""
        _refuse_tags(external_id)
        fields = "id,text,timestamp,username,from{id,username},user{id}"
        answers = self.graph.all_of(f"{wire.thread_id(external_id)}/replies", fields)
        ours = (each for each in self._by_us(answers) if (wire.moment_of(each) or since) >= since)
        said = [text_at(each, "id") for each in ours if prose(text_at(each, "text")) == prose(text)]
        post = self._post_of(external_id) if said else ""
        if said and not wire.address(post, ""):
            raise GiveUp("Instagram does not say under which post our answers stand: look there")
        return Found(permalinks=[wire.address(post, id_) for id_ in said])

    def _by_us(self, answers: Iterator[Any]) -> Iterator[Any]:
        return (each for each in answers if wire.is_by(each, self.account))

    def _post_of(self, external_id: str) -> str:
        answer = self.graph.get(wire.thread_id(external_id), {"fields": "media{permalink}"})
        return text_at(answer, "media", "permalink")

    def _again(self, external_id: str, comment: Any, now: datetime) -> Incoming | None:
        item = wire.read_comment(comment, now, media=inner(comment, "media"))
        if item is None or "@" not in external_id:
            return item
        above = wire.thread_id(external_id)
        return wire.replace_parent(item, {"id": above, **(self.graph.find(above, {"fields": "id,text"}) or {})})

    def _page(self, shelf: str, after: str, now: datetime) -> Page:
        if shelf == TAGS:
            return self._tags(after, now)
        return self._media(after, now) if shelf == MEDIA else self._comments(shelf.removeprefix(POST), after, now)

    def _media(self, after: str, now: datetime) -> Page:
        """Our posts, each with its newest comments; where there are more, they are a shelf of their own."""
        answer = self._edge(MEDIA, after, lambda size: f"{wire.MEDIA_FIELDS},{_comments_after('', beside=size)}")
        posts = rows(answer)
        pages = [(text_at(each, "id"), self._under(each, now)) for each in posts]
        moments = [moment for each in posts if (moment := wire.moment_of(each))]
        is_enough = bool(moments) and min(moments) < now - self.posts_for
        # By its date a post says nothing about its comments: all pages are read, as far as posts are of interest.
        return Page(
            found=[found for _, page in pages for found in page.found],
            next="" if is_enough else next_after(answer),
            opens=tuple(
                Opened(shelf=f"{POST}{id_}", page=page.next, newest=page.reaches)
                for id_, page in pages
                if id_ and page.next
            ),
            problems=tuple(problem for _, page in pages for problem in page.problems),
        )

    def _comments(self, post: str, after: str, now: datetime) -> Page:
        fields = "caption,permalink,username"
        media = self.graph.page(
            lambda size: self.graph.find(post, {"fields": f"{fields},{_comments_after(after, size)}"}), COMMENTS_SHOWN
        )
        # None: taken down since the account told of it.
        return Page(found=()) if media is None else self._under(media, now)

    def _under(self, media: Any, now: datetime) -> Page:
        """The comments beside a post. One without any has no edge of them."""
        edge = inner(media, "comments")
        comments = rows(edge) if edge is not None else []
        read = list(wire.read_comments(comments, now, media=media))
        theirs = [(each, item) for each, item in read if self._is_theirs(each, media)]
        moments = [moment for each in comments if (moment := wire.moment_of(each))]
        return Page(
            found=[(wire.moment_of(each), item) for each, item in theirs if item],
            next=next_after(edge),
            reaches=min(moments, default=None),
            problems=() if all(item for _, item in theirs) else NO_ID,
        )

    def _tags(self, after: str, now: datetime) -> Page:
        answer = self._edge(TAGS, after, lambda _: wire.MEDIA_FIELDS)
        tagged = rows(answer)
        moments = [moment for each in tagged if (moment := wire.moment_of(each))]
        return Page(
            found=[(wire.moment_of(each), item) for each in tagged if (item := wire.read_tag(each, now))],
            next=next_after(answer),
            reaches=min(moments, default=None),
        )

    def _is_theirs(self, comment: Any, media: Any) -> bool:
        """What has words, and is not by us: posts here are all ours, so their name is our name."""
        is_ours = wire.is_by(comment, self.account) or (wire.handle_of(comment) == wire.handle_of(media) != "")
        return not is_ours and bool(prose(text_at(comment, "text")))

    def _edge(self, edge: str, after: str, fields: Callable[[int], str]) -> dict[str, Any]:
        """A page; `fields` are those for a page of so many posts."""
        more: Query = {"after": after} if after else {}
        path = f"{self.account}/{edge}"
        read = self.graph.page(
            lambda size: self.graph.get(path, {"fields": fields(size), "limit": size, **more}), POSTS_AT_ONCE
        )
        return read or {}


def _refuse_tags(external_id: str) -> None:
    if external_id.startswith(wire.TAG):
        raise GiveUp("Instagram takes no answers to posts that tag you from programs: answer it there")


def _comments_after(after: str, size: int = COMMENTS_SHOWN, *, beside: int = COMMENTS_SHOWN) -> str:
    """The field with comments: fewer where few posts are asked for at once, because many were too much."""
    more = f".after({after})" if after else ""
    return f"comments.limit({min(size, beside * 10)}){more}{{{wire.COMMENT_FIELDS}}}"


class InstagramTable(MetaTable):
    """A professional account that is joined with a Facebook Page, and the Page's token."""

    kind: Literal["instagram"]
    account: Annotated[str, AfterValidator(check_id)]
    tags: bool = False

    def build(self, listening: Listening) -> Source:  # noqa: ARG002 - an account is read whole
        return InstagramSource(
            name=self.name,
            account=self.account,
            graph=self.graph(),
            every=self.every,
            first_lookback=self.first_lookback,
            look_again_for=self.look_again,
            posts_for=self.posts_for,
            tags=self.tags,
        )

"""Bluesky: who mentions, quotes or answers the company's account; and where it searches, posts with its names."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Literal

from bot.domain.mention import Incoming
from bot.errors import GiveUp, Retry
from bot.sources.base import Batch, Listening, Looked, Replied, Source
from bot.sources.formats import bluesky_posts as posts
from bot.sources.formats.bluesky_server import BlueskyServer, RefusedError
from bot.sources.formats.dates import read_date
from bot.sources.formats.fields import digest
from bot.sources.formats.json_values import object_of, objects_of, text_of
from bot.sources.formats.read_back import MOST_PAGES, Dated, Since, Stretch, read_back
from bot.sources.formats.searching import quoted
from bot.sources.net.fetch import PAUSE, SOON
from bot.sources.table import Secret, SourceTable, needs_extra
from bot.values import Said, SiteUrl

MENTIONS = "mentions"
PAGE = 100
AT_ONCE = 25
"""Posts, and accounts, that one question may ask for."""


@dataclass(frozen=True, kw_only=True)
class BlueskySource:
    """One account's notifications, and what a search for `words` finds."""

    name: str
    server: BlueskyServer
    every: timedelta = timedelta(minutes=5)
    first_lookback: timedelta = timedelta(hours=24)
    look_again_for: timedelta = timedelta(days=3)
    words: tuple[str, ...] = ()
    kind: ClassVar[str] = "bluesky"
    looks_at_once: ClassVar[int] = AT_ONCE
    max_answer: ClassVar[int | None] = 300
    """The place counts graphemes; counting characters, we never count fewer."""

    def poll(self, cursor: str, now: datetime) -> Batch:
        """Raises Retry and GiveUp as the contract of a source says."""
        of = digest(f"{self.server.service} {self.server.handle}")[:12]
        known = Since.parse(cursor, of=of, start=now - self.first_lookback)
        shelves = {MENTIONS: self._read_on(MENTIONS, known)}
        fault = self._search(known, shelves)
        uris = dict.fromkeys(uri for stretch in shelves.values() for uri in stretch.posts)
        items = self._items(list(uris), now)
        return Batch(
            items=tuple(sorted((item for item in items if item.text), key=lambda item: item.posted_at or now)),
            cursor=known.after(
                {shelf: self._reached(shelf, known, shelves) for shelf in (MENTIONS, *self.words)}, now=now
            ),
            more=any(stretch.more for stretch in shelves.values()),
            retry_after=fault.after if isinstance(fault, Retry) and fault.asked else None,
            problems=(
                *_cut(shelves),
                *([f"not all was searched for: {fault.reason}"] if fault else []),
                *(f"post {item.external_id} has no text" for item in items if not item.text),
            ),
        )

    def _search(self, known: Since, shelves: dict[str, Stretch[str]]) -> Retry | GiveUp | None:
        """Add what is found for the words, as far as the place answers: its search is refused to programs at times, with 403
        too, and that must not cost the mentions.
        """
        for word in self.words:
            try:
                shelves[word] = self._read_on(word, known)
            except (Retry, GiveUp) as fault:
                return fault
        return None

    def _reached(self, shelf: str, known: Since, shelves: Mapping[str, Stretch[str]]) -> datetime:
        return shelves[shelf].since if shelf in shelves else known.reached(shelf).since

    def look_again(self, external_ids: Sequence[str], now: datetime) -> Looked:
        """Raises Retry and GiveUp as `poll` does."""
        items = self._items(external_ids, now)
        standing = {item.external_id for item in items}
        gone = tuple(known for known in external_ids if known not in standing)
        return Looked(items=tuple(item for item in items if item.text), gone=gone)

    def reply(self, external_id: str, text: str, *, key: str) -> Replied:
        """Raises Retry and GiveUp as the contract of an answerable source says."""
        post = self._views([external_id]).get(external_id)
        if post is None:
            raise GiveUp(f"{self.server.host} has this post no more")
        standing = self.find_reply(external_id, text, key=key)
        if standing is not None:
            return standing
        if object_of(post.get("viewer")).get("replyDisabled") is True:
            raise GiveUp("the author of this post lets us not reply to it")
        record = posts.answer_record(post, text, facets=facets_in(text), now=datetime.now(UTC))
        try:
            # Null says that there must be nothing yet: another hand may have been faster.
            answered = self.server.send(
                "com.atproto.repo.putRecord", self._place(external_id, key) | {"record": record, "swapRecord": None}
            )
        except RefusedError as error:
            found = self.find_reply(external_id, text, key=key)
            if found is None:
                raise GiveUp(f"{self.server.host} refuses our answer: {error.reason or error.name}") from error
            return found
        if not posts.uri_of(answered):
            raise Retry(f"{self.server.host} does not say what became of our answer", after=SOON, ambiguous=True)
        return Replied(permalink=posts.page_of(posts.uri_of(answered)))

    def find_reply(self, external_id: str, text: str, *, key: str) -> Replied | None:  # noqa: ARG002 - known by its key
        """Raises Retry and GiveUp as `reply` does."""
        try:
            found = self.server.ask("com.atproto.repo.getRecord", self._place(external_id, key))
        except RefusedError as error:
            if error.name == "RecordNotFound":
                return None
            raise GiveUp(f"{self.server.host} refuses to say: {error.reason or error.name}") from error
        if not posts.uri_of(found):
            raise Retry(f"{self.server.host} does not answer as Bluesky does", after=PAUSE)
        return Replied(permalink=posts.page_of(posts.uri_of(found)))

    def _place(self, external_id: str, key: str) -> dict[str, Any]:
        rkey = posts.record_key(external_id, key)
        return {"repo": self.server.did, "collection": posts.COLLECTION, "rkey": rkey}

    def _read_on(self, shelf: str, known: Since) -> Stretch[str]:
        reached = known.reached(shelf)
        if shelf == MENTIONS:
            query: dict[str, Any] = {"reasons": ["mention", "reply", "quote"]}
            pages = self._pages("app.bsky.notification.listNotifications", query, "notifications")
        else:
            query = {
                "q": shelf if shelf.startswith("#") else quoted(shelf),
                "sort": "latest",
                "since": reached.since.isoformat(),
            }
            pages = self._pages("app.bsky.feed.searchPosts", query, "posts")
        return read_back(pages, reached.since, start=reached.start)

    def _pages(self, method: str, query: Mapping[str, Any], inside: str) -> Iterator[list[Dated[str]]]:
        cursor: dict[str, str] = {}
        while True:
            answered = self._ask(method, {**query, "limit": PAGE, **cursor})
            if not isinstance(answered.get(inside), list):
                raise Retry(f"{self.server.host} does not answer as Bluesky does", after=PAUSE)
            listed = objects_of(answered[inside])
            dated = ((read_date(text_of(each.get("indexedAt"))), posts.uri_of(each)) for each in listed)
            yield [Dated(at=at, post=uri) for at, uri in dated if at and uri and not self._is_ours(uri)]
            following = text_of(answered.get("cursor"))
            if not listed or not following or following == cursor.get("cursor"):
                return
            cursor = {"cursor": following}

    def _items(self, uris: Sequence[str], now: datetime) -> list[Incoming]:
        """The posts that are still there, with what they answer and how many read their authors."""
        views = self._views(uris)
        above = {posts.parent_of(view) for view in views.values()} - {""}
        parents = self._views(sorted(above))
        followers = self._followers(sorted({posts.author_of(uri) for uri in views}))
        return [
            posts.incoming(
                view,
                parent=posts.text_in(parents.get(posts.parent_of(view), {})),
                thread=self._thread(view),
                followers=followers.get(posts.author_of(uri)),
                now=now,
            )
            for uri, view in views.items()
        ]

    def _thread(self, view: posts.View) -> str:
        """A conversation is named by its first post, or by our own answer where it replies to that."""
        parent = posts.parent_of(view)
        return posts.page_of(parent) if self._is_ours(parent) else posts.root_of(view) or parent

    def _is_ours(self, uri: str) -> bool:
        return bool(uri) and posts.author_of(uri) == self.server.did

    def _views(self, uris: Sequence[str]) -> dict[str, posts.View]:
        found: dict[str, posts.View] = {}
        for first in range(0, len(uris), AT_ONCE):
            answered = self._ask("app.bsky.feed.getPosts", {"uris": list(uris[first : first + AT_ONCE])})
            if not isinstance(answered.get("posts"), list):
                raise Retry(f"{self.server.host} does not answer as Bluesky does", after=PAUSE)
            found |= {uri: view for view in objects_of(answered["posts"]) if (uri := posts.uri_of(view)) in uris}
        return {uri: found[uri] for uri in uris if uri in found}

    def _followers(self, dids: Sequence[str]) -> dict[str, object]:
        found: dict[str, object] = {}
        for first in range(0, len(dids), AT_ONCE):
            answered = self._ask("app.bsky.actor.getProfiles", {"actors": list(dids[first : first + AT_ONCE])})
            for profile in objects_of(answered.get("profiles")):
                found[text_of(profile.get("did"))] = profile.get("followersCount")
        return found

    def _ask(self, method: str, query: Mapping[str, Any]) -> dict[str, Any]:
        try:
            return self.server.ask(method, query)
        except RefusedError as error:
            raise GiveUp(f"{self.server.host} refuses it: {error.reason or error.name}") from error


class BlueskyTable(SourceTable):
    """`app_password` is one of the account's app passwords, never the password itself."""

    kind: Literal["bluesky"]
    handle: Said
    app_password: Secret
    server: SiteUrl = "https://bsky.social"
    extra: ClassVar[str] = "bluesky"

    def build(self, listening: Listening) -> Source:
        with needs_extra(self.extra):
            import atproto_client  # type: ignore[import-untyped] # noqa: F401 - missed at the start, not at the first poll
        searched = (*listening.names, *listening.themes) if self.search else ()
        return BlueskySource(
            name=self.name,
            server=BlueskyServer(
                service=self.server.rstrip("/"),
                handle=self.handle.removeprefix("@"),
                password=self.app_password,
                allow_private=self.allow_private,
            ),
            every=self.every,
            first_lookback=self.first_lookback,
            look_again_for=self.look_again,
            words=tuple(dict.fromkeys(word for word in searched if not word.startswith("@"))),
        )


def facets_in(text: str) -> list[object]:
    """Where links and hashtags stand in our answer: the place shows them as such only where it is told."""
    from atproto_client.utils.facet_detection import detect_facets  # type: ignore[import-untyped]

    return [facet.model_dump(by_alias=True, exclude_none=True) for facet in detect_facets(text)]


def _cut(shelves: Mapping[str, Stretch[str]]) -> Iterator[str]:
    for shelf, stretch in shelves.items():
        if stretch.cut:
            yield f"{shelf}: of a long gap only the newest {MOST_PAGES * PAGE} posts were read"

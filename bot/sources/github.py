"""GitHub: issues, their comments and discussions in the company's own repositories, and answers there."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator

from bot.errors import GiveUp, Retry
from bot.sources.base import Batch, Listening, Looked, Replied, Source
from bot.sources.formats import github_posts as posts
from bot.sources.formats.fields import digest, web_address
from bot.sources.formats.github_api import MISSING, PAGE, PUBLIC, Github, TooHeavyError, open_github
from bot.sources.formats.github_posts import Place, Post
from bot.sources.formats.json_values import inner, object_of, objects_of, text_at
from bot.sources.formats.read_back import Dated, Reached, Since, read_back
from bot.sources.formats.since import oldest_first
from bot.sources.table import Secret, SourceTable
from bot.values import Filled, Several, SiteUrl

OVERLAP = timedelta(minutes=10)
PAGES_AT_ONCE = 3
LOOK_BACK_FOR_OURS = timedelta(days=14)
"""An answer is tried for hours at the most; older comments are not searched for it."""
MOST_PAGES = 10
DISCUSSIONS_AT_ONCE = (25, 5, 1)
"""The next fewer where GitHub finds the question too heavy: each comes with its comments and their answers."""
ISSUES, COMMENTS, DISCUSSIONS = "issues", "issues/comments", "discussions"


@dataclass(frozen=True, kw_only=True)
class _Shelf:
    """What one shelf gave: its posts, and from when on it is read next."""

    found: Sequence[Post]
    since: datetime
    more: bool
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class GithubSource:
    """`team` says that whoever belongs to a repository counts as well."""

    name: str
    url: str
    token: str = field(repr=False)
    repositories: tuple[str, ...]
    discussions: bool = False
    team: bool = False
    every: timedelta = timedelta(minutes=5)
    first_lookback: timedelta = timedelta(hours=24)
    look_again_for: timedelta = timedelta(days=3)
    allow_private: bool = False
    max_answer: int | None = 60_000
    kind: ClassVar[str] = "github"
    looks_at_once: ClassVar[int] = 20

    def poll(self, cursor: str, now: datetime) -> Batch:
        """Raises Retry and GiveUp as the contract of a source says."""
        github = self._visit()
        known = Since.parse(cursor, of=digest(self.url)[:12], start=now - self.first_lookback)
        read, stopped = self._read_all(github, known)
        found = [
            post
            for name, shelf in read.items()
            for post in shelf.found
            if self._is_wanted(post, known.reached(name).start)
        ]
        items = [post.item(now) for post in found]
        return Batch(
            items=oldest_first(item for item in items if item.text),
            cursor=known.after(
                {name: read[name].since if name in read else known.reached(name).since for name in self._shelves()},
                now=now,
            ),
            more=stopped is not None or any(shelf.more for shelf in read.values()),
            retry_after=stopped.after if stopped and stopped.asked else None,
            problems=(
                *(f"{item.external_id} has no text" for item in items if not item.text),
                *(problem for shelf in read.values() for problem in shelf.problems),
            ),
            access_ends_at=github.access_ends_at,
        )

    def _read_all(self, github: Github, known: Since) -> tuple[dict[str, _Shelf], Retry | None]:
        """What was read, and what ended it early: a limit that ends before the last repository must not cost the first ones.

        Raises Retry where nothing was read.
        """
        read: dict[str, _Shelf] = {}
        for shelf in self._shelves():
            try:
                read[shelf] = self._read(github, shelf, known)
            except Retry as fault:
                if not read:
                    raise
                return read, fault
        return read, None

    def _shelves(self) -> Iterator[str]:
        kinds = (ISSUES, COMMENTS, DISCUSSIONS) if self.discussions else (ISSUES, COMMENTS)
        return (f"{repository} {kind}" for repository in self.repositories for kind in kinds)

    def _is_wanted(self, post: Post, start: datetime) -> bool:
        """An old post comes up again whenever anything at it changes, a label for one; it was never given and is not now."""
        return post.created is not None and post.created >= start and not post.is_ours(team=self.team)

    def _read(self, github: Github, shelf: str, known: Since) -> _Shelf:
        repository, kind = shelf.split(" ")
        reached = known.reached(shelf)
        if kind == DISCUSSIONS:
            return _discussions(github, repository, reached)
        raw, since, more = _changed(github, repository, kind, reached.since)
        if kind == ISSUES:
            found = [posts.issue(repository, each) for each in raw]
        else:
            about = _Issues(github, repository)
            found = [
                posts.comment(repository, each, about.of(each)) for each in raw if self._may_matter(each, reached.start)
            ]
        return _Shelf(found=[post for post in found if post], since=since, more=more)

    def _may_matter(self, comment: Mapping[str, Any], start: datetime) -> bool:
        """Spares the question for the issue of a comment that is left out anyway."""
        return self._is_wanted(Post(external_id="", raw=comment), start)

    def look_again(self, external_ids: Sequence[str], now: datetime) -> Looked:
        """Raises Retry and GiveUp as `poll` does."""
        github = self._visit()
        standing: dict[str, Post | None] = {}
        places = {each: place for each in external_ids if (place := Place.parse(each))}
        for known, place in places.items():
            if place.shelf == ISSUES and place.repository in self.repositories:
                standing |= _stands(github, known, place)
        standing |= _standing_nodes(github, [each for each, place in places.items() if place.shelf == DISCUSSIONS])
        items = [post.item(now) for post in standing.values() if post is not None]
        gone = [known for known, post in standing.items() if post is None]
        for repository in {places[known].repository for known in gone}:
            # A token that may no longer see a repository finds nothing there; nobody has taken anything down then.
            github.require(repository)
        return Looked(items=tuple(item for item in items if item.text), gone=tuple(gone))

    def reply(self, external_id: str, text: str, *, key: str) -> Replied:
        """Raises Retry and GiveUp as the contract of an answerable source says."""
        github, place, mark = self._visit(), self._place(external_id), _mark(key)
        standing = _answer_of_ours(github, place, mark)
        if standing is not None:
            return standing
        body = f"{posts.as_comment(text)}\n\n{mark}"
        if place.shelf == ISSUES:
            return _replied(text_at(github.send(f"{place.issue_path}/comments", {"body": body}), "html_url"))
        above = place.rest[1] if len(place.rest) > 1 else None
        said = github.query(posts.ADD, {"discussion": place.rest[0], "above": above, "body": body}, sending=True)
        return _replied(text_at(said, "addDiscussionComment", "comment", "url"))

    def find_reply(self, external_id: str, text: str, *, key: str) -> Replied | None:  # noqa: ARG002 - known by its key
        """Raises Retry and GiveUp as `reply` does."""
        return _answer_of_ours(self._visit(), self._place(external_id), _mark(key))

    def _place(self, external_id: str) -> Place:
        place = Place.parse(external_id)
        if place is None or place.repository not in self.repositories:
            raise GiveUp("this post is in none of the repositories that are configured")
        return place

    def _visit(self) -> Github:
        return open_github(self.url, self.token, allow_private=self.allow_private)


class _Issues:
    """The issues that comments are about, each asked for once."""

    def __init__(self, github: Github, repository: str) -> None:
        self._github = github
        self._repository = repository
        self._known: dict[str, Mapping[str, Any]] = {}

    def of(self, comment: Mapping[str, Any]) -> Mapping[str, Any]:
        number = posts.issue_number(comment)
        if number and number not in self._known:
            answer = self._github.get(f"/repos/{self._repository}/issues/{number}")
            self._known[number] = object_of(answer.value) if answer.status == 200 else {}
        return self._known.get(number, {})


def _changed(
    github: Github, repository: str, kind: str, since: datetime
) -> tuple[list[dict[str, Any]], datetime, bool]:
    """What changed since then, the longest ago first; from when to go on; whether there is more now."""
    found: list[dict[str, Any]] = []
    query = {"sort": "updated", "direction": "asc", "state": "all"}
    newest, page = since, 1
    for asked in range(1, MOST_PAGES + 1):
        # On by time: by its number a page begins too late where something on the pages before it changed meanwhile.
        # A second earlier: the reference says "after the given time", and once said "at or after".
        begin = _stamp(newest - timedelta(seconds=1))
        read = github.posts(f"/repos/{repository}/{kind}", {**query, "since": begin, "page": page})
        found += read
        latest = max((moment for each in read if (moment := Post(external_id="", raw=each).updated)), default=newest)
        # A whole page of one second says nothing of what else that second holds.
        page = page + 1 if latest <= newest else 1
        newest = max(newest, latest)
        if len(read) < PAGE:
            return found, max(since, newest - OVERLAP), False
        if asked >= PAGES_AT_ONCE and page == 1:
            break
    return found, newest if page == 1 else newest + timedelta(seconds=1), True


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _discussions(github: Github, repository: str, reached: Reached) -> _Shelf:
    read = read_back(_discussion_pages(github, repository), reached.since, start=reached.start)
    found = [post for raw in read.posts for post in posts.discussion(repository, raw)]
    fresh = [post for post in found if post.updated is not None and post.updated >= reached.since]
    cut = tuple(
        f"{repository}/discussions/{text_at(raw, 'number')}: of its comments only the last {posts.SHOWN} were read"
        for raw in read.posts
        if posts.may_hide_more(raw, reached.since)
    )
    return _Shelf(found=fresh, since=read.since, more=read.more, problems=cut)


def _discussion_pages(github: Github, repository: str) -> Iterator[list[Dated[dict[str, Any]]]]:
    owner, _, name = repository.partition("/")
    after: str | None = None
    fewer = list(DISCUSSIONS_AT_ONCE)
    while True:
        asked = {"owner": owner, "name": name, "after": after, "first": fewer[0]}
        try:
            said = github.query(posts.DISCUSSIONS, asked)
        except TooHeavyError:
            if len(fewer) == 1:
                raise
            fewer.pop(0)
            continue
        shelf = inner(said, "repository", "discussions")
        if not isinstance(inner(shelf, "nodes"), list):
            raise GiveUp(f"{github.graphql.host} shows no discussions of {repository} to this token")
        nodes = objects_of(inner(shelf, "nodes"))
        yield [Dated(at=at, post=each) for each in nodes if (at := Post(external_id="", raw=each).updated)]
        after = text_at(shelf, "pageInfo", "endCursor")
        if not inner(shelf, "pageInfo", "hasNextPage") or not after:
            return


def _stands(github: Github, external_id: str, place: Place) -> dict[str, Post | None]:
    """The post as it reads today, None where it is gone; nothing where it only moved."""
    answer = github.get(place.path)
    if answer.status in MISSING:
        return {external_id: None}
    raw = object_of(answer.value)
    if place.rest:
        found = posts.comment(place.repository, raw, _Issues(github, place.repository).of(raw))
    else:
        found = posts.issue(place.repository, raw)
    return {external_id: found} if found is not None else {}


def _standing_nodes(github: Github, external_ids: Sequence[str]) -> dict[str, Post | None]:
    if not external_ids:
        return {}
    nodes = inner(github.query(posts.NODES, {"ids": [each.rsplit(" ", 1)[1] for each in external_ids]}), "nodes")
    if not isinstance(nodes, list) or len(nodes) != len(external_ids):
        return {}
    pairs = zip(external_ids, nodes, strict=True)
    return {
        known: posts.looked_up(known, node) if isinstance(node, dict) and not posts.is_deleted(node) else None
        for known, node in pairs
    }


def _mark(key: str) -> str:
    word = key if re.fullmatch(r"[A-Za-z0-9]{1,64}", key) else digest(key)[:32]
    return posts.MARK.format(key=word)


def _answer_of_ours(github: Github, place: Place, mark: str) -> Replied | None:
    """What stands there with our mark, which nobody sees."""
    written = _comments_of(github, place) if place.shelf == ISSUES else _discussed(github, place)
    found = next((each for each in written if mark in text_at(each, "body")), None)
    return _replied(text_at(found, "html_url") or text_at(found, "url")) if found is not None else None


def _comments_of(github: Github, place: Place) -> Iterator[dict[str, Any]]:
    since = _stamp(datetime.now(UTC) - LOOK_BACK_FOR_OURS)
    for page in range(1, MOST_PAGES + 1):
        read = github.posts(f"{place.issue_path}/comments", {"since": since, "page": page})
        yield from read
        if len(read) < PAGE:
            return
    raise GiveUp("so much was written there of late that it cannot be told whether our answer is among it: look there")


def _discussed(github: Github, place: Place) -> Iterator[dict[str, Any]]:
    """What stands where an answer goes: right below the discussion, or below one comment, however many are newer."""
    under, edge = (place.rest[1], "replies") if len(place.rest) > 1 else (place.rest[0], "comments")
    node = inner(github.query(posts.STANDING, {"id": under}), "node")
    yield from objects_of(inner(node, edge, "nodes"))


def _replied(address: str) -> Replied:
    return Replied(permalink=web_address(address, ""))


def _repository(text: str) -> str:
    if re.fullmatch(r"[A-Za-z0-9][\w.-]{0,99}/[\w.-]{1,100}", text, re.ASCII) is None:
        raise ValueError('write a repository as "owner/name"')
    return text


class GithubTable(SourceTable):
    """`url` is where people see it, https://github.com or an Enterprise server of one's own."""

    kind: Literal["github"]
    url: SiteUrl = PUBLIC
    token: Secret
    repositories: Annotated[Several[Annotated[str, AfterValidator(_repository)]], Filled]
    discussions: bool = False
    team: bool = False

    def build(self, listening: Listening) -> Source:  # noqa: ARG002 - what stands there is about us
        return GithubSource(
            name=self.name,
            url=self.url.rstrip("/"),
            token=self.token,
            repositories=self.repositories,
            discussions=self.discussions,
            team=self.team,
            every=self.every,
            first_lookback=self.first_lookback,
            look_again_for=self.look_again,
            allow_private=self.allow_private,
        )

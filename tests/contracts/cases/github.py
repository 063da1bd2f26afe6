"""A repository on a hand-written GitHub: its issues, and its discussions."""

import functools
import html
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from bot.sources.base import Answerable, Listening, Source
from bot.sources.formats.github_posts import readable
from bot.sources.github import GithubTable
from tests.contracts.case import Trait, number_of, with_traits
from tests.contracts.feeds import Post
from tests.sources.fake_github import REPOSITORY, TOKEN, FakeGithub, Written, fake_github
from tests.sources.wire import Wire, said

EDITED = datetime(2026, 6, 1, 12, tzinfo=UTC)


def github_source(served: Wire, **keys: object) -> Source:
    raw = {"kind": "github", "name": "Issues", "url": served.url, "token": TOKEN, "repositories": [REPOSITORY]}
    return GithubTable.model_validate(raw | {"allow_private": True, "discussions": True} | keys).build(Listening())


class GithubCase:
    def __init__(self, github: FakeGithub, served: Wire, *, shelf: str) -> None:
        self._shelf: list[Written] = github.discussions if shelf == "discussions" else github.issues
        self._name = shelf
        self.source = github_source(served)
        self.say = github.say
        self.refuse = github.refuse

    def publish(self, posts: Sequence[Post]) -> None:
        before = {each.number: each for each in self._shelf}
        self._shelf[:] = [_written(each, before.get(number_of(each))) for each in posts]

    def external_id(self, post: Post) -> str:
        number = number_of(post)
        return f"{REPOSITORY}/{self._name}/{number}" + (f" D_{number}" if self._name == "discussions" else "")


def _written(post: Post, before: Written | None) -> Written:
    at = post.at or EDITED
    edited = before is not None and before.body != _body(post)
    updated = EDITED if edited else before.updated if before else at
    return Written(
        number=number_of(post), body=_body(post), title=_carried(post.title), created=at, updated=updated,
        login=post.author and _carried(post.author), link=post.link,
    )  # fmt: skip


def _body(post: Post) -> str:
    return _carried(post.text)


def _carried(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


@contextmanager
def _reading(shelf: str) -> Iterator[GithubCase]:
    with fake_github() as (github, served):
        yield GithubCase(github, served, shelf=shelf)


class AnsweringCase:
    def __init__(self, github: FakeGithub, served: Wire, *, shelf: str) -> None:
        first = Written(number=7, title="Kettle", body="It broke.", created=EDITED, updated=EDITED)
        (github.discussions if shelf == "discussions" else github.issues).append(first)
        self.post = f"{REPOSITORY}/{shelf}/7" + (" D_7" if shelf == "discussions" else "")
        self.neighbour = f"{self.post} DC_31" if shelf == "discussions" else f"{self.post}#70"
        github.discussed.append(Written(number=31, body="Mine too.", created=EDITED, updated=EDITED, on=7))
        source = github_source(served)
        assert isinstance(source, Answerable)
        self.source: Answerable = source
        self._github = github
        self._answers = github.discussed if shelf == "discussions" else github.comments

    def standing(self) -> list[str]:
        return [html.unescape(readable(each.body)) for each in self._answers if each.login == "acme-care"]

    def lose_next_reply(self) -> None:
        self._github.loses_next = True

    def be_busy_once(self) -> None:
        said_so = {"message": "You have exceeded a secondary rate limit."}
        self._github.next_refusal = said(said_so, 403, Retry_After="60")

    def refuse_once(self, reason: str) -> None:
        self._github.next_refusal = said({"message": reason}, 403)


@contextmanager
def _answering(shelf: str) -> Iterator[AnsweringCase]:
    with fake_github() as (github, served):
        yield AnsweringCase(github, served, shelf=shelf)


def _named(made: object, shelf: str, *traits: Trait) -> object:
    each = functools.partial(made, shelf)  # type: ignore[arg-type,call-overload,operator]
    each.__name__ = f"github_{shelf}"
    return with_traits(*traits)(each)


TRAITS = (Trait.TITLES, Trait.LINKS, Trait.EMPTY, Trait.TELLS_EDITS, Trait.LOOKS_AGAIN, Trait.OVER_HTTP)
READERS = tuple(_named(_reading, shelf, *TRAITS) for shelf in ("issues", "discussions"))
ANSWERERS = tuple(_named(_answering, shelf, Trait.LINKS, Trait.SAYS_WHY) for shelf in ("issues", "discussions"))

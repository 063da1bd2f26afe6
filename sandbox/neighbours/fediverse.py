"""A server with Mastodon's API (mastodon_mock, not ours), on which customers write and the company has an account."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from mastodon_mock.config import DatabaseConfig, MastodonMockConfig, SeedAccount, SeedConfig
from mastodon_mock.testing.server import MockServer

from sandbox.neighbours.plain import plain


@dataclass(frozen=True, kw_only=True)
class Neighbour:
    """Somebody with an account there."""

    handle: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Post:
    """A post that names the company, and what the company wrote under it, oldest first."""

    id: str
    handle: str
    name: str
    text: str
    company: str
    answers: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Fediverse:
    """`url` is the server's; `token` the company's. What customers do goes through the server's own API."""

    url: str
    token: str = field(repr=False)
    company: str
    _tokens: Mapping[str, str] = field(repr=False)

    def write(self, handle: str, text: str, *, reply_to: str = "") -> str:
        """Publish as a customer; gives the post's id."""
        form = {"status": text, **({"in_reply_to_id": reply_to} if reply_to else {})}
        return str(self._ask("POST", "/api/v1/statuses", handle, form)["id"])

    def edit(self, handle: str, post: str, text: str) -> None:
        self._ask("PUT", f"/api/v1/statuses/{post}", handle, {"status": text})

    def take_down(self, handle: str, post: str) -> None:
        self._ask("DELETE", f"/api/v1/statuses/{post}", handle)

    def answers(self, post: str) -> list[str]:
        """What the company wrote under a post, as anybody reads it, oldest first."""
        below = self._ask("GET", f"/api/v1/statuses/{post}/context", self.company)["descendants"]
        ours = [each for each in below if each["account"]["username"] == self.company]
        return [plain(each["content"]) for each in ours if each["in_reply_to_id"] == post]

    def about_company(self) -> list[Post]:
        """The latest posts that name the company, newest first, each with its answers."""
        heard = self._ask("GET", "/api/v1/notifications?types[]=mention&limit=40", self.company)
        return [self._post(each["status"]) for each in heard if each["status"]]  # None: its author took it down

    def _post(self, status: Any) -> Post:
        return Post(
            id=str(status["id"]),
            handle=status["account"]["username"],
            name=status["account"]["display_name"],
            text=plain(status["content"]),
            company=self.company,
            answers=tuple(self.answers(str(status["id"]))),
        )

    def _ask(self, method: str, path: str, handle: str, form: Mapping[str, str] | None = None) -> Any:
        headers = {"authorization": f"Bearer {self._tokens[handle]}"}
        answer = httpx.request(method, self.url + path, headers=headers, data=form, trust_env=False)
        return answer.raise_for_status().json()


@contextmanager
def running_fediverse(company: Neighbour, people: Sequence[Neighbour]) -> Iterator[Fediverse]:
    """Serve on a loopback port of its own for as long as the block lasts; it forgets everything at its end."""
    tokens = {each.handle: secrets.token_urlsafe(24) for each in (company, *people)}
    accounts = [
        SeedAccount(username=each.handle, display_name=each.name, access_token=tokens[each.handle])
        for each in (company, *people)
    ]
    config = MastodonMockConfig(
        database=DatabaseConfig(path=":memory:"), seed=SeedConfig(accounts=accounts), url_scheme="http"
    )
    with MockServer(config=config, log_level="error") as server:
        config.domain = server.base_url.removeprefix("http://")  # what links to posts lead to; known only now
        yield Fediverse(url=server.base_url, token=tokens[company.handle], company=company.handle, _tokens=tokens)

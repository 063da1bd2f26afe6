"""GitHub's two interfaces, REST and GraphQL, as far as they are alike on github.com and on an Enterprise server."""

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.errors import GiveUp, Retry
from bot.sources.formats.fields import sentence
from bot.sources.formats.json_values import inner, object_of, objects_of, text_at
from bot.sources.net.api import Answered, Api, Query
from bot.sources.net.fetch import LONGEST_PAUSE, PAUSE, only_asking, pause

PAGE = 100
SECONDARY = timedelta(minutes=1)
"""After a limit that names no time, GitHub asks for a minute at the least."""
READ_HERE = frozenset({301, 307, 400, 403, 404, 409, 410, 422, 429})
OUT_OF_TIME = frozenset({502, 504})
LIMITED = frozenset({"RATE_LIMIT", "RATE_LIMITED"})
"""GraphQL tells of a spent limit with status 200; the first name is the newer one (githubkit, 2026)."""
TOO_HEAVY = "RESOURCE_LIMITS_EXCEEDED"
MISSING = frozenset({404, 410})
PUBLIC = "https://github.com"


class TooHeavyError(Retry):
    """GraphQL did not get to the end of a question: asking for less may help at once."""


@dataclass(kw_only=True)
class Github:
    """One visit. `access_ends_at` is when the token runs out, once something was answered that says so."""

    rest: Api
    graphql: Api
    access_ends_at: datetime | None = field(default=None)

    def get(self, path: str, query: Query | None = None) -> Answered:
        """Raises Retry and GiveUp, except for what is not there (404, 410) or elsewhere (301)."""
        return self._checked(self.rest.get(path, query, accept=READ_HERE))

    def posts(self, path: str, query: Query) -> list[dict[str, Any]]:
        """One page of a list. Raises GiveUp where there is no such repository for us."""
        answer = self.get(path, {**query, "per_page": PAGE})
        if answer.status in MISSING:
            raise GiveUp(
                f"{self.rest.host} shows {_repository(path)} not to this token: is it spelt so, and may it be read?"
            )
        if answer.status != 200:
            raise GiveUp(f"{self.rest.host} has {_repository(path)} at another address: it was moved or renamed")
        found = objects_of(answer.value)
        if not isinstance(answer.value, list) or len(found) != len(answer.value):
            raise Retry(f"{self.rest.host} does not answer with a list", after=PAUSE)
        return found

    def require(self, repository: str) -> None:
        """Raises GiveUp where the token may not see it."""
        if self.get(f"/repos/{repository}").status != 200:
            raise GiveUp(f"{self.rest.host} shows {repository} not to this token (any more)")

    def send(self, path: str, body: Mapping[str, object]) -> dict[str, Any]:
        """Raises Retry and GiveUp, with GitHub's own reason."""
        answer = self._checked(self.rest.send("POST", path, body, accept=READ_HERE))
        if not 200 <= answer.status < 300:
            raise GiveUp(_reason(answer) or f"{self.rest.host} knows this post no more ({answer.status})")
        return object_of(answer.value)

    def query(self, text: str, variables: Mapping[str, object], *, sending: bool = False) -> dict[str, Any]:
        """What stands under `data`. A node that is gone is null there; every other fault is raised."""
        with nullcontext() if sending else only_asking():
            said = self.graphql.send(
                "POST", "", {"query": text, "variables": variables}, accept=READ_HERE | OUT_OF_TIME
            )
        if said.status in OUT_OF_TIME:
            late = f"{self.graphql.host} is not able to answer now ({said.status})"
            raise TooHeavyError(late, after=PAUSE, ambiguous=sending)
        answer = self._checked(said)
        faults = objects_of(inner(answer.value, "errors"))
        if faults and (sending or any(text_at(fault, "type") != "NOT_FOUND" for fault in faults)):
            raise self._fault(answer, faults, sending=sending)
        found = inner(answer.value, "data")
        if not isinstance(found, dict):
            raise Retry(f"{self.graphql.host} does not answer the question", after=PAUSE, ambiguous=sending)
        return found

    def _fault(self, answer: Answered, faults: list[dict[str, Any]], *, sending: bool) -> Retry | GiveUp:
        host, kinds = self.graphql.host, {text_at(fault, "type") for fault in faults}
        told = sentence(": ".join(filter(None, (text_at(fault, "message") for fault in faults))))
        if kinds & LIMITED or "rate limit" in told.lower():
            wait = _limit(answer) or (_reset(answer.headers) or PAUSE if kinds & LIMITED else SECONDARY)
            return Retry(f"{host} has heard too much of us", after=wait, asked=True)
        if TOO_HEAVY in kinds:
            return TooHeavyError(f"{host} finds the question too heavy: {told}", after=PAUSE, ambiguous=sending)
        if not any(text_at(fault, "type") or inner(fault, "extensions", "code") for fault in faults):
            # "Something went wrong while executing your query": theirs, and it passes. A refusal has a type.
            return Retry(f"{host} is not able to answer now: {told}", after=PAUSE, ambiguous=sending)
        return GiveUp(told or f"{host} refuses the question")

    def _checked(self, answer: Answered) -> Answered:
        """Limits are told by 403 and 429 alike (docs: "Rate limits for the REST API")."""
        ends = _moment(answer.headers.get("github-authentication-token-expiration", ""))
        self.access_ends_at = ends or self.access_ends_at
        if answer.status in (403, 429):
            wait = _limit(answer)
            if wait is not None:
                raise Retry(f"{self.rest.host} has heard too much of us ({answer.status})", after=wait, asked=True)
            raise GiveUp(_reason(answer) or f"{self.rest.host} refuses us (403): may the token do this?")
        if answer.status in (400, 409, 422):
            raise GiveUp(_reason(answer) or f"{self.rest.host} refuses what we ask ({answer.status})")
        return answer


def open_github(url: str, token: str, *, allow_private: bool) -> Github:
    """`url` is where people see it; the interfaces lie elsewhere on github.com than on a server of one's own."""
    is_public = url == PUBLIC
    rest, graphql = (f"{url}/api/v3", f"{url}/api/graphql")
    if is_public:
        rest, graphql = "https://api.github.com", "https://api.github.com/graphql"
    headers = (
        ("accept", "application/vnd.github+json"),
        ("authorization", f"Bearer {token}"),
        ("x-github-api-version", "2022-11-28"),
    )
    return Github(
        rest=Api(base=rest, headers=headers, allow_private=allow_private),
        graphql=Api(base=graphql, headers=headers[1:2], allow_private=allow_private),
    )


def _limit(answer: Answered) -> timedelta | None:
    """How long to wait where this is a limit; None where it is a refusal."""
    named = answer.headers.get("retry-after", "")
    if named:
        return pause(named, datetime.now(UTC), otherwise=SECONDARY)
    if answer.headers.get("x-ratelimit-remaining") == "0":
        return _reset(answer.headers) or PAUSE
    says_so = "rate limit" in text_at(answer.value, "message").lower()
    return SECONDARY if says_so or answer.status == 429 else None


def _reset(headers: Mapping[str, str]) -> timedelta | None:
    written = headers.get("x-ratelimit-reset", "")
    if not (written.isascii() and written.isdigit()):
        return None
    wait = int(written[:12]) - datetime.now(UTC).timestamp()
    return min(timedelta(seconds=max(wait, 0)), LONGEST_PAUSE)


def _moment(text: str) -> datetime | None:
    """`2026-12-31 23:59:59 UTC`, or with an offset."""
    for form in ("%Y-%m-%d %H:%M:%S %Z", "%Y-%m-%d %H:%M:%S %z"):
        try:
            moment = datetime.strptime(text, form)  # noqa: DTZ007 - without an offset it is UTC
        except ValueError:
            continue
        return moment.replace(tzinfo=moment.tzinfo or UTC)
    return None


def _reason(answer: Answered) -> str:
    """GitHub's own words, with what it says of single fields."""
    told = [
        text_at(answer.value, "message"),
        *(text_at(each, "message") for each in objects_of(inner(answer.value, "errors"))),
    ]
    return sentence(": ".join(filter(None, told)))


def _repository(path: str) -> str:
    return "/".join(path.split("/")[2:4])

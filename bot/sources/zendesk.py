"""Zendesk: tickets of customers and what they add to them, and public answers there."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal

from bot.domain.mention import Incoming
from bot.errors import GiveUp, Retry
from bot.sources.base import Batch, Listening, Replied, Source
from bot.sources.formats import zendesk_tickets as tickets
from bot.sources.formats.fields import digest
from bot.sources.formats.json_values import inner, object_of, objects_of, text_at
from bot.sources.formats.zendesk_tickets import Person
from bot.sources.net.api import Answered, Api, Query
from bot.sources.net.fetch import PAUSE
from bot.sources.net.oauth import Client, Manner, Tokens
from bot.sources.table import Secret, SourceTable
from bot.values import Label, SiteUrl

AT_ONCE = 50
"""Tickets of one poll; each that changed since it came is asked for its comments."""
PAGE, MOST_PAGES = 100, 10
"""Of a ticket's comments and changes."""
SETTLED = timedelta(minutes=2)
"""The export leaves the last minute out, and refuses to begin within it."""
OVERLAP = timedelta(minutes=10)
EXPORT = "/api/v2/incremental/tickets/cursor.json"
MOST_SIGNS = 10_000
"""A comment holds 64 kB, and what is beyond is cut off without an error; as HTML a sign takes five bytes at the most."""
BETWEEN_EXPORTS = timedelta(seconds=7)
"""Ten a minute are allowed."""
SCOPE = "read write"
"""A ticket's changes, in which our own answer is looked for, are shown to those who may read everything."""
ADVICE = "are client_id and client_secret those of a confidential OAuth client that may read and write?"


@dataclass(frozen=True, kw_only=True)
class Export:
    """The cursor: `after` is Zendesk's own, `start` what was wanted first, `asked` when it was asked last."""

    of: str
    start: datetime
    asked: datetime
    after: str = ""

    def text(self) -> str:
        return json.dumps([self.of, self.start.isoformat(), self.asked.isoformat(), self.after])

    @classmethod
    def parse(cls, text: str, *, of: str, start: datetime) -> "Export":
        """What `text()` wrote for the same place; a fresh one for anything else."""
        fresh = cls(of=of, start=start, asked=start)
        try:
            owner, *moments, after = json.loads(text)
            begun, asked = map(datetime.fromisoformat, moments)
        except (ValueError, TypeError, RecursionError):
            return fresh
        is_sound = owner == of and isinstance(after, str) and begun.tzinfo and asked.tzinfo
        return cls(of=of, start=begun, asked=asked, after=after) if is_sound else fresh


@dataclass(frozen=True, kw_only=True)
class ZendeskSource:
    """One account."""

    name: str
    site: str
    api: Api = field(repr=False)
    every: timedelta = timedelta(minutes=5)
    first_lookback: timedelta = timedelta(hours=24)
    max_answer: int | None = MOST_SIGNS
    kind: ClassVar[str] = "zendesk"

    def poll(self, cursor: str, now: datetime) -> Batch:
        """Raises Retry and GiveUp as the contract of a source says. The export tells of edits and deletes by itself."""
        api = self.api
        known = Export.parse(cursor, of=digest(self.site)[:12], start=now - self.first_lookback)
        answer = self._export(api, known, now)
        after, is_last = text_at(answer, "after_cursor"), answer.get("end_of_stream")
        changed = answer.get("tickets")
        if not isinstance(changed, list) or not isinstance(is_last, bool) or not (after or is_last):
            raise Retry(f"{api.host} does not answer with tickets", after=PAUSE)
        people = tickets.people(answer)
        found = [item for each in objects_of(changed) for item in self._items(api, each, people, known.start, now)]
        gone = [text_at(each, "id") for each in objects_of(changed) if text_at(each, "status") == tickets.DELETED]
        # Should Zendesk forget its cursor in the midst of a long export, it is begun again where that was begun.
        asked = now if is_last else known.asked
        following = replace(known, asked=asked, after=after or known.after)
        return Batch(
            items=tuple(sorted((item for item in found if item.text), key=lambda item: item.posted_at or now)),
            cursor=following.text(),
            gone=tuple(filter(None, gone)),
            more=not is_last,
            retry_after=None if is_last else BETWEEN_EXPORTS,
            problems=tuple(f"ticket {item.external_id} has no text" for item in found if not item.text),
        )

    def _export(self, api: Api, known: Export, now: datetime) -> dict[str, Any]:
        about: Query = {"include": "users", "per_page": AT_ONCE}
        if known.after:
            answer = _allowed(api, api.get(EXPORT, {"cursor": known.after, **about}, accept=frozenset({400, 403, 422})))
            if answer.status == 200:
                return object_of(answer.value)
        # Also where Zendesk does not know its own cursor any more: from a little before it was asked last.
        begin = min(known.asked - (OVERLAP if known.after else timedelta(0)), now - SETTLED)
        query: Query = {"start_time": int(begin.timestamp()), **about}
        return object_of(_allowed(api, api.get(EXPORT, query, accept=frozenset({403}))).value)

    def _items(
        self, api: Api, ticket: Mapping[str, Any], people: Mapping[str, Person], start: datetime, now: datetime
    ) -> Iterator[Incoming]:
        person = tickets.requester(ticket, people)
        number = tickets.ticket_of(text_at(ticket, "id"))
        if not number or not person.is_customer or text_at(ticket, "status") == tickets.DELETED:
            return
        if _is_wanted(tickets.created(ticket), start):
            yield tickets.ticket_item(ticket, person, self.site, now)
        if tickets.changed_after_it_came(ticket):
            # Newest first: of a long ticket it is the end that is new.
            query: Query = {"sort_order": "desc", "per_page": PAGE}
            answer = api.get(f"/api/v2/tickets/{number}/comments.json", query, accept=frozenset({404}))
            said = tickets.comment_items(ticket, answer.value, person, self.site, now)
            yield from (item for item in said if _is_wanted(item.posted_at, start))

    def reply(self, external_id: str, text: str, *, key: str) -> Replied:
        """Raises Retry and GiveUp as the contract of an answerable source says.

        An update knows no keys: ours goes along as metadata, which Zendesk keeps with the change, and is looked for first.
        """
        api, number = self.api, _number(external_id)
        standing = self._standing(api, number, key, text)
        if standing is not None:
            return standing
        update = {"comment": {"html_body": tickets.as_html(text), "public": True}, "metadata": {"earshot": key}}
        refusals = frozenset({400, 403, 404, 409, 413, 422})
        answer = api.send("PUT", f"/api/v2/tickets/{number}.json", {"ticket": update}, accept=refusals)
        if answer.status != 200:
            raise _refusal(api, answer)
        return Replied(permalink=tickets.page_of(number, self.site))

    def find_reply(self, external_id: str, text: str, *, key: str) -> Replied | None:
        """Raises Retry and GiveUp as `reply` does."""
        return self._standing(self.api, _number(external_id), key, text)

    def _standing(self, api: Api, number: str, key: str, text: str) -> Replied | None:
        for page in range(1, MOST_PAGES + 1):
            query: Query = {"sort_order": "desc", "per_page": PAGE, "page": page}
            answer = api.get(f"/api/v2/tickets/{number}/audits.json", query, accept=frozenset({404}))
            if answer.status == 404:
                raise GiveUp(f"{api.host} has no ticket {number} (any more)")
            if any(tickets.bears(each, key, text) for each in objects_of(inner(answer.value, "audits"))):
                return Replied(permalink=tickets.page_of(number, self.site))
            if not text_at(answer.value, "next_page"):
                return None
        raise GiveUp(f"ticket {number} is so long that it cannot be told whether our answer is in it: look there")


def _is_wanted(written: datetime | None, start: datetime) -> bool:
    """An old ticket comes up again whenever anything at it changes; it was never given and is not now."""
    return written is not None and written >= start


def _allowed(api: Api, answer: Answered) -> Answered:
    if answer.status != 403:
        return answer
    said = tickets.reason(answer.value)
    raise GiveUp(
        f"{api.host} shows its tickets to admins only (403){said and ': '}{said}; make the OAuth client as an admin"
    )


def _number(external_id: str) -> str:
    number = tickets.ticket_of(external_id)
    if not number:
        raise GiveUp("this post is no ticket of Zendesk")
    return number


def _refusal(api: Api, answer: Answered) -> Retry | GiveUp:
    if answer.status == 409:
        return Retry(f"{api.host}: somebody else is changing this ticket", after=timedelta(seconds=5))
    return GiveUp(tickets.reason(answer.value) or f"{api.host} refuses our answer ({answer.status})")


class ZendeskTable(SourceTable):
    """`client_id` and `client_secret` are those of an OAuth client in the account's Admin Center."""

    kind: Literal["zendesk"]
    url: SiteUrl
    client_id: Label
    client_secret: Secret

    def build(self, listening: Listening) -> Source:  # noqa: ARG002 - every ticket is about us
        site = self.url.rstrip("/")
        return ZendeskSource(
            name=self.name,
            site=site,
            api=Api(base=site, tokens=Tokens(self._client(site)), allow_private=self.allow_private),
            every=self.every,
            first_lookback=self.first_lookback,
        )

    def _client(self, site: str) -> Client:
        return Client(
            address=f"{site}/oauth/tokens",
            client_id=self.client_id,
            client_secret=self.client_secret,
            scope=SCOPE,
            manner=Manner.JSON,
            advice=ADVICE,
            allow_private=self.allow_private,
        )

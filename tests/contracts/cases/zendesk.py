"""Tickets on a hand-written Zendesk."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from bot.sources.base import Answerable, Listening, Source
from bot.sources.zendesk import ZendeskTable
from tests.contracts.case import Trait, number_of, with_traits
from tests.contracts.feeds import Post
from tests.sources.fake_zendesk import CLIENT, SECRET, FakeZendesk, Ticket, fake_zendesk
from tests.sources.wire import Wire, said

EDITED = datetime(2026, 6, 1, 12, tzinfo=UTC)


def zendesk_source(served: Wire, **keys: object) -> Source:
    raw = {"kind": "zendesk", "name": "Tickets", "url": served.url, "client_id": CLIENT, "client_secret": SECRET}
    return ZendeskTable.model_validate(raw | {"allow_private": True} | keys).build(Listening())


class ZendeskCase:
    def __init__(self, zendesk: FakeZendesk, served: Wire) -> None:
        self._zendesk = zendesk
        self.source = zendesk_source(served)
        self.say = zendesk.say
        self.refuse = zendesk.refuse

    def publish(self, posts: Sequence[Post]) -> None:
        wanted = {number_of(each): each for each in posts}
        before = {each.number: each for each in self._zendesk.tickets}
        later = max((each.updated for each in self._zendesk.tickets), default=EDITED) + timedelta(seconds=1)
        for number, ticket in before.items():
            if number not in wanted and ticket.status != "deleted":
                ticket.status, ticket.updated = "deleted", later
        for number, each in wanted.items():
            if number not in before:
                self._zendesk.tickets.append(_ticket(number, each))
            elif before[number].text != each.text:
                before[number].text, before[number].updated = each.text, EDITED

    def external_id(self, post: Post) -> str:
        return str(number_of(post))


def _ticket(number: int, post: Post) -> Ticket:
    at = post.at or EDITED
    text, title, name = (each.encode("utf-8", "replace").decode() for each in (post.text, post.title, post.author))
    return Ticket(number=number, text=text, subject=title, name=name, created=at, updated=at)


@with_traits(Trait.TITLES, Trait.EMPTY, Trait.TELLS_EDITS, Trait.TELLS_DELETES, Trait.OVER_HTTP)
@contextmanager
def zendesk() -> Iterator[ZendeskCase]:
    with fake_zendesk() as (fake, served):
        yield ZendeskCase(fake, served)


class AnsweringCase:
    post, neighbour = "7", "7#3"

    def __init__(self, zendesk: FakeZendesk, served: Wire) -> None:
        self._ticket = Ticket(number=7, text="It broke.", created=EDITED, updated=EDITED)
        zendesk.tickets.append(self._ticket)
        source = zendesk_source(served)
        assert isinstance(source, Answerable)
        self.source: Answerable = source
        self._zendesk = zendesk

    def standing(self) -> list[str]:
        return [each["body"] for each in self._ticket.comments if each["public"]]

    def lose_next_reply(self) -> None:
        self._zendesk.loses_next = True

    def be_busy_once(self) -> None:
        self._zendesk.next_refusal = said({"error": "TooManyRequests"}, 429, Retry_After="9")

    def refuse_once(self, reason: str) -> None:
        details = {"status": [{"description": reason}]}
        refusal = {"error": "RecordInvalid", "description": "Record validation errors", "details": details}
        self._zendesk.next_refusal = said(refusal, 422)


@with_traits(Trait.LINKS, Trait.SAYS_WHY)
@contextmanager
def zendesk_answers() -> Iterator[AnsweringCase]:
    with fake_zendesk() as (fake, served):
        yield AnsweringCase(fake, served)


READERS = (zendesk,)
ANSWERERS = (zendesk_answers,)

"""Tickets on a hand-written Zendesk: what the contract does not ask of every source."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.errors import GiveUp, Retry
from bot.sources.base import Batch
from bot.sources.zendesk import ZendeskSource
from tests.contracts.cases.zendesk import zendesk_source
from tests.sources.fake_zendesk import AGENT, FakeZendesk, Ticket, fake_zendesk, stamp
from tests.sources.wire import Wire, said

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def place() -> Iterator[tuple[FakeZendesk, Wire]]:
    with fake_zendesk() as made:
        yield made


def source(served: Wire, **keys: object) -> ZendeskSource:
    built = zendesk_source(served, **keys)
    assert isinstance(built, ZendeskSource)
    return built


def ticket(number: int, *, ago: timedelta = HOUR, **fields: Any) -> Ticket:
    at = NOW - ago
    return Ticket(**{"number": number, "text": f"text of {number}", "created": at, "updated": at} | fields)


def comment(number: int, text: str, *, author: int, public: bool = True, ago: timedelta = HOUR) -> dict[str, Any]:
    return {"id": number, "author_id": author, "body": text, "public": public, "created_at": stamp(NOW - ago)}


def texts(batch: Batch) -> list[str]:
    return [item.text for item in batch.items]


def test_a_ticket_comes_with_who_wrote_it_and_how_they_liked_the_help(place: tuple[FakeZendesk, Wire]) -> None:
    zendesk, served = place
    zendesk.tickets = [
        ticket(1, score="bad_with_comment", name="Jo"),
        ticket(2, score="good"),
        ticket(3, score="offered"),
    ]
    bad, good, unrated = source(served).poll("", NOW).items
    assert (bad.author, bad.author_name, bad.language) == ("1@customer.example", "Jo", "de")
    assert good.author == "user-2"
    assert (bad.rating, good.rating, unrated.rating) == (1.0, 5.0, None)
    assert bad.url == f"{served.url}/agent/tickets/1"


def test_what_the_customer_adds_belongs_to_the_ticket_and_what_others_add_is_no_mention(
    place: tuple[FakeZendesk, Wire],
) -> None:
    zendesk, served = place
    said_since = [
        comment(1, "Sorry!", author=AGENT),
        comment(2, "a note", author=7, public=False),
        comment(3, "Still broken", author=7),
        comment(4, "long ago", author=7, ago=timedelta(days=40)),
    ]
    zendesk.tickets = [ticket(7, subject="Kettle", ago=timedelta(days=50), updated=NOW, comments=said_since)]
    (item,) = source(served).poll("", NOW).items
    assert (item.external_id, item.thread, item.text) == ("7#3", "7", "Still broken")
    assert item.parent == "Kettle\n\ntext of 7"


def test_the_end_of_a_long_ticket_is_heard_and_its_first_message_comes_once(place: tuple[FakeZendesk, Wire]) -> None:
    zendesk, served = place
    long = [
        comment(10 + each, f"reply {each}", author=7, ago=HOUR - each * timedelta(seconds=1)) for each in range(150)
    ]
    zendesk.tickets = [ticket(7, ago=2 * HOUR, updated=NOW, comments=long)]
    found = texts(source(served).poll("", NOW))
    assert found == ["text of 7", *(f"reply {each}" for each in range(50, 150))]


def test_our_answer_is_found_among_many_changes_of_its_ticket(place: tuple[FakeZendesk, Wire]) -> None:
    zendesk, served = place
    zendesk.tickets = [ticket(7)]
    source(served).reply("7", "Sorry.", key="k1")
    zendesk.tickets[0].audits += [{"events": [], "metadata": {}} for _ in range(130)]
    assert source(served).find_reply("7", "Sorry.", key="k1") is not None
    assert source(served).find_reply("7", "Sorry.", key="k2") is None


def test_a_cursor_forgotten_in_the_midst_of_an_export_loses_nothing(place: tuple[FakeZendesk, Wire]) -> None:
    zendesk, served = place
    zendesk.tickets = [ticket(each, ago=timedelta(hours=20) - each * timedelta(minutes=1)) for each in range(1, 121)]
    first = source(served).poll("", NOW)
    zendesk.forgets_cursors = True
    second = source(served).poll(first.cursor, NOW)
    third = source(served).poll(second.cursor, NOW)
    last = source(served).poll(third.cursor, NOW)
    assert (first.more, second.more, third.more, last.more) == (True, True, True, False)
    assert first.retry_after is not None
    assert 10 * first.retry_after >= timedelta(minutes=1), "the export may be asked ten times a minute"
    assert last.retry_after is None
    assert {*texts(first), *texts(second), *texts(third), *texts(last)} == {f"text of {n}" for n in range(1, 121)}


def test_agents_are_no_customers(place: tuple[FakeZendesk, Wire]) -> None:
    zendesk, served = place
    zendesk.tickets = [ticket(1, role="agent"), ticket(5)]
    assert texts(source(served).poll("", NOW)) == ["text of 5"]


def test_an_unchanged_ticket_costs_no_further_request(place: tuple[FakeZendesk, Wire]) -> None:
    zendesk, served = place
    zendesk.tickets = [ticket(1)]
    source(served).poll("", NOW)
    assert served.paths() == ["/oauth/tokens", "/api/v2/incremental/tickets/cursor.json"]


def test_a_forgotten_cursor_costs_nothing_but_a_second_reading(place: tuple[FakeZendesk, Wire]) -> None:
    zendesk, served = place
    zendesk.tickets = [ticket(1, ago=3 * HOUR)]
    cursor = source(served).poll("", NOW - 2 * HOUR).cursor
    zendesk.tickets.append(ticket(2))
    zendesk.forgets_cursors = True
    assert texts(source(served).poll(cursor, NOW)) == ["text of 2"]


def test_what_a_person_has_to_mend_is_said(place: tuple[FakeZendesk, Wire]) -> None:
    zendesk, served = place
    with pytest.raises(GiveUp, match=r"invalid_client.*client_secret is wrong.*Client authentication failed"):
        source(served, client_secret="wrong").poll("", NOW)
    for gone in ("7", "x", "7#", ""):
        with pytest.raises(GiveUp, match="ticket"):
            source(served).reply(gone, "Sorry.", key="k1")
    zendesk.tickets = [ticket(7)]
    zendesk.next_refusal = said({"error": {"title": "Forbidden", "message": "You do not have access"}}, 403)
    with pytest.raises(GiveUp, match="You do not have access"):
        source(served).reply("7", "Sorry.", key="k1")
    zendesk.next_refusal = said({"error": "Conflict"}, 409)
    with pytest.raises(Retry, match="somebody else"):
        source(served).reply("7#3", "Sorry.", key="k1")


def test_a_token_is_asked_for_once_and_again_where_it_was_revoked(place: tuple[FakeZendesk, Wire]) -> None:
    zendesk, served = place
    zendesk.tickets = [ticket(1), ticket(3)]
    tickets = source(served)
    assert len(tickets.poll("", NOW).items) == len(tickets.poll("", NOW).items) == 2
    assert served.paths().count("/oauth/tokens") == 1
    zendesk.tokens.clear()
    tickets.reply("1", "Sorry.", key="k1")
    assert served.paths().count("/oauth/tokens") == 2
    assert [each["body"] for each in zendesk.tickets[0].comments] == ["Sorry."]


@pytest.mark.parametrize(
    "text", ["a *b* _c_\n\n# d", "Map<String> & 1 < 2", "{{ticket.id}} {%if%} {{{x", "Hej!\nÅ – 😀"]
)
def test_an_answer_reads_there_as_it_was_written(place: tuple[FakeZendesk, Wire], text: str) -> None:
    zendesk, served = place
    zendesk.tickets, zendesk.keeps_metadata = [ticket(7)], False
    source(served).reply("7", text, key="k1")
    (comment,) = zendesk.tickets[0].comments
    assert comment["body"].replace("\u2060", "") == text
    assert not {"{{", "{%"} & {comment["html_body"][at : at + 2] for at in range(len(comment["html_body"]))}
    assert source(served).find_reply("7", text, key="k1") is not None


def test_the_longest_answer_is_not_cut_off_in_silence(place: tuple[FakeZendesk, Wire]) -> None:
    zendesk, served = place
    zendesk.tickets, reader = [ticket(7)], source(served)
    for sign in ("😀", "&", "\n<"):
        text = (sign * (reader.max_answer or 0))[: reader.max_answer]
        reader.reply("7", text, key=f"k-{sign}")
        assert zendesk.tickets[0].comments[-1]["body"] == text


def test_whoever_is_no_admin_is_told_to_be_one(place: tuple[FakeZendesk, Wire]) -> None:
    zendesk, served = place
    cursor = source(served).poll("", NOW).cursor
    zendesk.is_admin = False
    for known in ("", cursor):
        with pytest.raises(GiveUp, match=r"admins only \(403\): You do not have access"):
            source(served).poll(known, NOW)


def test_where_metadata_is_not_kept_the_text_tells_our_answer(place: tuple[FakeZendesk, Wire]) -> None:
    zendesk, served = place
    zendesk.tickets, zendesk.keeps_metadata, zendesk.loses_next = [ticket(7)], False, True
    with pytest.raises(Retry):
        source(served).reply("7", "Sorry.\n\nJim", key="k1")
    assert source(served).find_reply("7", "Sorry.\n\nJim", key="k1") is not None
    assert source(served).find_reply("7", "Something else.", key="k1") is None

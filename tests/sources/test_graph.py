"""Meta's API whatever is read by it: errors, proofs, pages and the end of a token."""

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import GiveUp, Retry
from bot.sources.net.graph import Access, Graph, TooMuchError, next_after, rows
from tests.contracts.cases.meta import facebook_at, graph_at, instagram_at
from tests.sources.fake_graph import NOT_THERE, PROOF, TOKEN, FakeFacebook, FakeInstagram, refused
from tests.sources.loopback import Answer
from tests.sources.wire import Wire, said, wire

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def place() -> FakeFacebook:
    return FakeFacebook()


@pytest.fixture
def served(place: FakeFacebook) -> Iterator[Wire]:
    with wire(place.speak) as opened:
        yield opened


@pytest.fixture
def graph(served: Wire) -> Graph:
    return graph_at(served)


def test_the_token_goes_in_a_header_and_with_its_proof(graph: Graph, served: Wire) -> None:
    graph.get("1000/feed", {"fields": "id"})
    (asked,) = served.asked
    assert asked.headers["authorization"] == f"Bearer {TOKEN}"
    assert asked.query["appsecret_proof"] == PROOF
    assert TOKEN not in str(asked.query)


def test_without_the_apps_secret_nothing_is_proved(served: Wire) -> None:
    with pytest.raises(GiveUp):
        Graph(token=TOKEN, base=f"{served.url}/", allow_private=True).get("1000/feed")
    assert "appsecret_proof" not in served.asked[0].query


@pytest.mark.parametrize("code", [4, 17, 32, 613, 80_001])
def test_too_many_calls_are_a_retry(place: FakeFacebook, graph: Graph, code: int) -> None:
    place.moods.always = refused(code, 0, "User request limit reached")
    with pytest.raises(Retry) as caught:
        graph.get("1")
    assert caught.value.after == timedelta(minutes=5)


@pytest.mark.parametrize(
    ("usage", "minutes"),
    [
        ({"1": [{"type": "pages", "estimated_time_to_regain_access": 23}]}, 23),
        ({"1": [{"estimated_time_to_regain_access": 10**9}]}, 24 * 60),
        ([1], 5),
        ({"1": [{}]}, 5),
    ],
)
def test_the_time_that_meta_names_is_waited(place: FakeFacebook, graph: Graph, usage: object, minutes: int) -> None:
    error = {"error": {"message": "slow down", "code": 32}}
    place.moods.always = said(error, 400, X_Business_Use_Case_Usage=json.dumps(usage))
    with pytest.raises(Retry) as caught:
        graph.get("1")
    assert caught.value.after == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("code", "sentence"),
    [(190, "not valid any more.*Session"), (200, "lacks a permission.*Session"), (100, r"refuses \(100\).*Session")],
)
def test_what_only_a_person_can_mend_comes_with_metas_reason(
    place: FakeFacebook, graph: Graph, code: int, sentence: str
) -> None:
    place.moods.always = refused(code, 0, "Session expired.")
    with pytest.raises(GiveUp, match=sentence):
        graph.get("1")


def test_an_error_of_theirs_while_we_send_is_ambiguous(place: FakeFacebook, graph: Graph) -> None:
    place.moods.next_refusal = refused(1, 0, "An unknown error occurred")
    with pytest.raises(Retry) as caught:
        graph.send("1/comments", {"message": "Sorry."})
    assert caught.value.ambiguous


def test_an_error_in_words_is_read_from_a_broken_server_too(place: FakeFacebook, graph: Graph) -> None:
    place.moods.always = refused(
        1, 0, "Please reduce the amount of data you're asking for, then retry your request", 500
    )
    with pytest.raises(TooMuchError) as caught:
        graph.get("1")
    assert (caught.value.after, caught.value.asked) == (timedelta(minutes=5), False)
    place.moods.always = Answer(status=500, body=b"<html>", headers={"Retry-After": "60"})
    with pytest.raises(Retry) as broken:
        graph.get("1")
    assert (broken.value.after, broken.value.asked) == (timedelta(minutes=1), True)


def test_what_is_gone_is_told_from_what_is_refused(place: FakeFacebook, graph: Graph) -> None:
    assert graph.find("12345") is None
    with pytest.raises(GiveUp, match="knows nothing of this id"):
        graph.get("12345")


def test_a_link_to_the_next_page_is_read_for_its_name_only() -> None:
    link = "https://evil.example/?after=abc&access_token=x"
    assert next_after({"paging": {"next": link}}) == "abc"
    assert next_after({"paging": {"next": link, "cursors": {"after": "def"}}}) == "def"
    assert next_after({"paging": {"cursors": {"after": "def"}}}) == ""
    assert next_after({"paging": {"next": "https://[bad"}}) == ""


def test_an_edge_that_is_none_is_a_retry() -> None:
    assert rows({"data": [1]}) == [1]
    for nonsense in ({}, {"data": 3}, [], None):
        with pytest.raises(Retry):
            rows(nonsense)


def test_so_many_answers_that_ours_may_be_among_them_are_for_a_person(place: FakeFacebook, graph: Graph) -> None:
    place.answers["7"] = [place.made(str(number), "t") for number in range(260)]
    with pytest.raises(GiveUp, match="so many comments"):
        list(graph.all_of("7/comments", "id"))
    place.answers["7"] = place.answers["7"][:240]
    assert len(list(graph.all_of("7/comments", "id"))) == 240


def test_the_end_of_the_token_is_asked_for_once_a_day(place: FakeFacebook, graph: Graph, served: Wire) -> None:
    first = Access.known(graph, "", NOW)
    assert first.ends == place.expires
    again = Access.known(graph, first.text(), NOW + timedelta(hours=23))
    assert again == first
    assert [path.rpartition("/")[2] for path in served.paths()] == ["app", "debug_token"]
    place.expires = datetime(2027, 1, 1, tzinfo=UTC)
    assert Access.known(graph, first.text(), NOW + timedelta(hours=25)).ends == place.expires


@pytest.mark.parametrize("aside", ["x", "[]", '{"asked": "2026-06-01T11:00:00"}', '{"asked": 1, "ends": 2}'])
def test_a_note_of_it_that_cannot_be_read_is_asked_anew(graph: Graph, place: FakeFacebook, aside: str) -> None:
    assert Access.known(graph, aside, NOW).ends == place.expires


def test_a_token_that_may_not_ask_about_itself_still_reads(place: FakeFacebook, graph: Graph) -> None:
    place.moods.always = refused(100, 0, "You must provide an app access token")
    assert Access.known(graph, "", NOW).ends is None


def test_neither_token_nor_secret_shows(graph: Graph) -> None:
    assert "hunter2" not in repr(graph)


def test_a_token_that_meta_quotes_does_not_stand_in_the_error(place: FakeFacebook, graph: Graph) -> None:
    place.moods.always = refused(190, 0, f"Malformed access token {TOKEN}")
    with pytest.raises(GiveUp, match="Malformed") as caught:
        graph.get("1")
    assert TOKEN not in str(caught.value)


def test_a_token_that_meta_quotes_when_asked_about_it_does_not_stand_in_the_log(
    place: FakeFacebook, served: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    place.at_debug = refused(190, 0, f"Malformed access token {TOKEN}")
    Access.known(graph_at(served), "", NOW)
    (told,) = (vars(record)["reason"] for record in caplog.records if record.message == "token_end_unknown")
    assert told.endswith("Malformed access token …")


def test_nothing_counts_as_taken_down_where_the_token_sees_nothing_any_more() -> None:
    for place, at in ((FakeFacebook(), facebook_at), (FakeInstagram(), instagram_at)):
        with wire(place.speak) as served:
            source = at(served)
            assert source.look_again(["1_9"], NOW).gone == ("1_9",)
            place.moods.always = refused(*NOT_THERE)
            with pytest.raises(GiveUp):
                source.look_again(["1_9"], NOW)

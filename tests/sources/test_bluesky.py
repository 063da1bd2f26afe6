"""What is particular to Bluesky; the contract suite tests the rest."""

import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.errors import GiveUp, Retry
from bot.sources.base import Listening
from bot.sources.bluesky import BlueskySource, BlueskyTable
from bot.sources.formats.bluesky_posts import page_of, record_key
from bot.sources.formats.bluesky_server import BlueskyServer
from tests.sources.bluesky_place import HANDLE, PASSWORD, US, BlueskyPlace, bluesky_place, refusal, uri, view
from tests.sources.loopback import Answer
from tests.sources.wire import said

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
THEN = NOW - timedelta(hours=1)


@pytest.fixture
def place() -> Iterator[BlueskyPlace]:
    with bluesky_place() as opened:
        yield opened


def source(place: BlueskyPlace, *, password: str = PASSWORD, **more: Any) -> BlueskySource:
    server = BlueskyServer(service=place.served.url, handle=HANDLE, password=password, allow_private=True)
    return BlueskySource(name="sky", server=server, **more)


def stand(
    place: BlueskyPlace, rkey: str, text: str = "it broke", *, at: datetime = THEN, **record: Any
) -> dict[str, Any]:
    shown = view(rkey, text, at, **record)
    place.posts[shown["uri"]] = shown
    return shown


def mention(place: BlueskyPlace, rkey: str, text: str = "@support it broke", **more: Any) -> dict[str, Any]:
    shown = stand(place, rkey, text, **more)
    place.noticed.append(shown["uri"])
    return shown


def reference(rkey: str, did: str = "did:plc:jo") -> dict[str, str]:
    return {"uri": uri(rkey, did), "cid": f"cid-{rkey}"}


def test_everything_that_a_post_says_is_kept(place: BlueskyPlace) -> None:
    shown = mention(place, "a", langs=["pt-BR", "en"])
    shown["author"]["displayName"] = "Jo"
    shown["embed"] = {"images": [{"fullsize": "https://cdn.example/1.jpg"}, {"fullsize": "ftp://x"}]}
    place.followers["did:plc:jo"] = 4_200
    (item,) = source(place).poll("", NOW).items
    assert (item.author, item.author_name, item.reach, item.language) == ("jo.example", "Jo", 4_200, "pt")
    assert (item.external_id, item.posted_at) == (uri("a"), THEN)
    assert item.url == "https://bsky.app/profile/did:plc:jo/post/a"
    assert item.author_url == "https://bsky.app/profile/did:plc:jo"
    assert item.media == ("https://cdn.example/1.jpg",)


def test_a_reply_brings_what_it_answers_and_the_first_post_of_its_conversation(place: BlueskyPlace) -> None:
    stand(place, "second", "and the lid")
    mention(place, "c", reply={"root": reference("first"), "parent": reference("second")})
    (item,) = source(place).poll("", NOW).items
    assert (item.parent, item.thread) == ("and the lid", uri("first"))


def test_a_reply_to_our_answer_is_named_by_its_address_as_we_know_it(place: BlueskyPlace) -> None:
    mention(place, "a")
    replied = source(place).reply(uri("a"), "Sorry.", key="k")
    ours = next(iter(place.records))
    mention(place, "b", reply={"root": reference("a"), "parent": reference(ours, US)})
    threads = {item.external_id: item.thread for item in source(place).poll("", NOW).items}
    assert threads == {uri("a"): "", uri("b"): replied.permalink}


@pytest.mark.parametrize("with_pictures", [False, True])
def test_a_quote_brings_the_quoted_text(place: BlueskyPlace, with_pictures: bool) -> None:
    quoted = {"uri": uri("advert"), "value": {"text": "their advert"}}
    picture = {"images": [{"fullsize": "https://cdn.example/1.jpg"}]}
    embed = {"media": picture, "record": {"record": quoted}} if with_pictures else {"record": quoted}
    mention(place, "a")["embed"] = embed
    (item,) = source(place).poll("", NOW).items
    assert item.parent == "their advert"
    assert bool(item.media) == with_pictures


def test_an_answer_says_what_it_answers_and_where_its_links_are(place: BlueskyPlace) -> None:
    first = reference("first")
    mention(place, "b", reply={"root": first, "parent": reference("a")})
    source(place).reply(uri("b"), "Žofie, see https://help.example/a #fixed", key="k")
    (record,) = place.records.values()
    assert record["reply"] == {"root": first, "parent": {"uri": uri("b"), "cid": "cid-b"}}
    written = record["text"].encode()
    marked = [(written[f["index"]["byteStart"] : f["index"]["byteEnd"]], f["features"][0]) for f in record["facets"]]
    assert [(part.decode(), feature.get("uri") or feature.get("tag")) for part, feature in marked] == [
        ("https://help.example/a", "https://help.example/a"),
        ("#fixed", "fixed"),
    ]


def test_a_first_post_is_the_root_of_its_answer(place: BlueskyPlace) -> None:
    mention(place, "a")
    source(place).reply(uri("a"), "Sorry.", key="k")
    (record,) = place.records.values()
    assert record["reply"]["root"] == record["reply"]["parent"] == {"uri": uri("a"), "cid": "cid-a"}
    assert "facets" not in record


def test_the_place_of_an_answer_has_the_form_of_a_tid_and_is_its_own() -> None:
    keys = {record_key(uri(f"p{post}"), f"k{key}") for post in range(30) for key in range(30)}
    assert len(keys) == 900
    for key in keys:
        assert re.fullmatch("[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}", key)
    assert record_key(uri("a"), "k") == record_key(uri("a"), "k")


def test_a_hand_that_was_faster_with_the_same_key_is_believed(place: BlueskyPlace) -> None:
    mention(place, "a")
    patient = source(place)
    first = patient.reply(uri("a"), "Sorry.", key="k")
    theirs = dict(place.records)
    place.records.clear()
    place.arrive_first = theirs
    assert patient.reply(uri("a"), "Sorry again.", key="k") == first
    assert place.records == theirs


def test_an_author_who_lets_nobody_reply_is_a_reason(place: BlueskyPlace) -> None:
    mention(place, "a")["viewer"] = {"replyDisabled": True}
    with pytest.raises(GiveUp, match="lets us not reply"):
        source(place).reply(uri("a"), "Sorry.", key="k")


def test_a_post_that_is_gone_cannot_be_answered(place: BlueskyPlace) -> None:
    with pytest.raises(GiveUp, match="has this post no more"):
        source(place).reply(uri("a"), "Sorry.", key="k")


def test_what_a_search_finds_comes_beside_the_mentions_each_post_once(place: BlueskyPlace) -> None:
    mention(place, "a", "@support the Quiet Pip broke")
    stand(place, "b", "my quiet pip is loud", at=THEN + timedelta(minutes=1))
    ours = view("c", "Quiet Pip news", THEN, did=US)
    staff = view("d", "Quiet Pip jobs", THEN, did="did:plc:hr")
    place.posts |= {ours["uri"]: ours, staff["uri"]: staff}
    searching = source(place, words=("Quiet Pip",))
    batch = searching.poll("", NOW)
    found = {item.external_id: item.author for item in batch.items}
    assert found.keys() == {uri("a"), uri("b"), staff["uri"]}, "and not what the account that answers wrote"
    assert found[staff["uri"]] == "hr.example"
    stand(place, "e", "quiet pip again", at=THEN + timedelta(minutes=2))
    assert uri("e") in [item.external_id for item in searching.poll(batch.cursor, NOW).items]


@pytest.mark.parametrize("status", [403, 429, 502])
def test_a_search_that_is_refused_costs_no_mention_and_is_made_up_for(place: BlueskyPlace, status: int) -> None:
    mention(place, "a")
    place.posts[uri("b")] = view("b", "my Quiet Pip is loud", THEN)
    place.search_fails = Answer(status=status, body=b"<html>Forbidden</html>", headers={"Retry-After": "60"})
    watching = source(place, words=("Quiet Pip",))
    batch = watching.poll("", NOW)
    assert [item.external_id for item in batch.items] == [uri("a")]
    assert len(batch.problems) == 1
    assert "app password" not in batch.problems[0]
    assert batch.retry_after == (None if status == 403 else timedelta(minutes=1))
    place.search_fails = None
    later = watching.poll(batch.cursor, NOW + timedelta(days=2))
    assert uri("b") in [item.external_id for item in later.items]


def test_a_long_outage_comes_in_pieces_and_in_order(place: BlueskyPlace) -> None:
    mention(place, "p0")
    patient = source(place)
    cursor = patient.poll("", NOW).cursor
    for number in range(1, 651):
        mention(place, f"p{number}", at=THEN + timedelta(seconds=number))
    found: list[str] = []
    more, polls = True, 0
    while more:
        batch = patient.poll(cursor, NOW)
        cursor, more, polls = batch.cursor, batch.more, polls + 1
        assert len(batch.items) <= 200
        found += [item.external_id for item in batch.items]
    assert list(dict.fromkeys(found))[-650:] == [uri(f"p{number}") for number in range(1, 651)]
    assert polls < 8


def test_one_login_lasts_for_many_polls(place: BlueskyPlace) -> None:
    patient = source(place)
    for _ in range(5):
        patient.poll("", NOW)
    assert len(place.sessions) == 1


def test_a_session_that_runs_out_is_renewed_without_the_password(place: BlueskyPlace) -> None:
    place.lasts = 60
    patient = source(place)
    patient.poll("", NOW)
    assert place.served.paths().count("/xrpc/com.atproto.server.createSession") == 1
    assert "/xrpc/com.atproto.server.refreshSession" in place.served.paths()


@pytest.mark.parametrize("status", [400, 401])
def test_a_session_that_was_ended_elsewhere_is_opened_again(place: BlueskyPlace, status: int) -> None:
    place.ended = status
    patient = source(place)
    mention(place, "a")
    patient.poll("", NOW)
    place.sessions.append("another one is valid now")
    assert len(patient.poll("", NOW).items) == 1


def test_a_session_that_is_not_accepted_even_when_it_is_new_says_what_to_do(place: BlueskyPlace) -> None:
    patient = source(place)
    mention(place, "a")
    patient.poll("", NOW)
    place.refuses_all = True
    with pytest.raises(GiveUp, match=r"App passwords \(Token has been revoked\)"):
        patient.poll("", NOW)
    place.refuses_all = False
    assert len(patient.poll("", NOW).items) == 1


def test_a_wrong_password_says_what_to_do_and_does_not_show(place: BlueskyPlace) -> None:
    wrong = source(place, password="hunter2-wrong")
    with pytest.raises(GiveUp, match=r"App passwords \(Invalid identifier or password\)") as caught:
        wrong.poll("", NOW)
    assert "hunter2" not in str(caught.value)
    assert "hunter2" not in repr(wrong)


def test_the_places_own_word_on_its_limit_is_kept(place: BlueskyPlace) -> None:
    reset = int((datetime.now(UTC) + timedelta(minutes=4)).timestamp())
    place.instead = said({"error": "RateLimitExceeded"}, 429, ratelimit_reset=str(reset))
    with pytest.raises(Retry) as caught:
        source(place).poll("", NOW)
    assert timedelta(minutes=3) < caught.value.after <= timedelta(minutes=4)


def test_a_broken_answer_to_our_answer_is_ambiguous(place: BlueskyPlace) -> None:
    mention(place, "a")
    for body in (b"{", b"{}", b"[]", b"null", b""):
        place.turns.append(Answer(body=body, headers={"Content-Type": "application/json"}))
        with pytest.raises(Retry) as caught:
            source(place).reply(uri("a"), "Sorry.", key="k")
        assert caught.value.ambiguous, body


def test_a_refused_question_is_the_places_reason(place: BlueskyPlace) -> None:
    place.sessions.append("x")
    place.instead = refusal("InvalidRequest", "Error: reasons is wrong")
    with pytest.raises(GiveUp, match="reasons is wrong"):
        source(place).poll("", NOW)


def test_single_odd_values_do_not_stop_the_rest(place: BlueskyPlace) -> None:
    mention(place, "a")
    odd = mention(place, "b", langs=[5], reply=[], facets="x")
    odd |= {"author": {"did": 5, "handle": None}, "embed": [1], "viewer": "x"}
    odd["record"]["createdAt"] = "yesterday"
    place.followers["did:plc:jo"] = "many"
    batch = source(place).poll("", NOW)
    assert [item.external_id for item in batch.items] == [uri("a"), uri("b")]
    place.posts["nonsense"] = {
        "uri": "https://evil.example",
        "indexedAt": THEN.isoformat(),
        "cid": 1,
        "author": 2,
        "record": 3,
    }
    place.noticed.append("nonsense")
    assert len(source(place).poll("", NOW).items) == 2


def test_only_the_address_of_a_post_is_one() -> None:
    assert page_of(uri("a")) == "https://bsky.app/profile/did:plc:jo/post/a"
    for wrong in ("", "at://did:plc:jo/app.bsky.feed.like/a", f"{uri('a')}/x", "at://did:plc:jo?/app.bsky.feed.post/a"):
        assert page_of(wrong) == ""


def test_the_table_builds_a_source() -> None:
    table = BlueskyTable(name="sky", kind="bluesky", handle="@support.example", app_password=PASSWORD, search=True)
    built = table.build(Listening(names=("Quiet Pip", "@support", "#pip"), own=frozenset({"hr.example"})))
    assert isinstance(built, BlueskySource)
    assert (built.server.service, built.server.handle) == ("https://bsky.social", "support.example")
    assert built.words == ("Quiet Pip", "#pip")
    assert table.secrets() == (PASSWORD,)


def test_a_library_that_is_missing_is_said_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "atproto_client", None)
    table = BlueskyTable(name="sky", kind="bluesky", handle="support.example", app_password=PASSWORD)
    with pytest.raises(GiveUp, match=r"pip install 'earshot\[bluesky\]'"):
        table.build(Listening())

"""What is particular to servers of the Mastodon API; the contract suite tests the rest."""

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.listening import Account, Ears, same_handle, whose_account
from bot.errors import GiveUp, Retry
from bot.sources.base import Listening
from bot.sources.mastodon import MastodonSource, MastodonTable, searched
from tests.sources.loopback import Answer
from tests.sources.mastodon_place import TOKEN, US, MastodonPlace, account, mastodon_place, status
from tests.sources.wire import Asked, said, wire

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
THEN = NOW - timedelta(hours=1)


@pytest.fixture
def place() -> Iterator[MastodonPlace]:
    with mastodon_place() as opened:
        yield opened


def source(place: MastodonPlace, **more: Any) -> MastodonSource:
    return MastodonSource(name="social", server=place.served.url, token=TOKEN, allow_private=True, **more)


def mention(place: MastodonPlace, id: int, text: str = "@support it broke", **more: Any) -> None:
    place.statuses[id] = status(id, text, THEN + timedelta(minutes=id), **more)
    place.notified[id + 5_000] = id


def test_everything_that_a_post_says_is_kept(place: MastodonPlace) -> None:
    media = [{"type": "image", "url": "https://files.example/1.png"}, {"url": "javascript:alert(1)"}, "x"]
    remote = account("9", "ana@else.example", display_name="Ana", followers_count=4_200)
    mention(place, 1, spoiler_text="rant", language="pt-BR", account=remote, media_attachments=media)
    (item,) = source(place).poll("", NOW).items
    assert (item.title, item.language, item.reach) == ("rant", "pt", 4_200)
    assert (item.author, item.author_name) == ("ana@else.example", "Ana")
    assert item.author_url == "https://social.example/@ana@else.example"
    assert item.url == "https://social.example/@jo/1"
    assert item.media == ("https://files.example/1.png",)


def test_a_direct_message_of_a_stranger_is_heard_although_the_policy_filters_it(place: MastodonPlace) -> None:
    mention(place, 1, visibility="direct")
    place.filtered = set(place.notified)
    watching = source(place, tags=("quietpip",))
    assert [item.external_id for item in watching.poll("", NOW).items] == ["1"]
    asked = [each.path for each in place.served.asked if "include_filtered" in each.query]
    assert set(asked) == {"/api/v1/notifications"}


def test_an_account_of_the_server_itself_has_its_whole_handle(place: MastodonPlace) -> None:
    mention(place, 1)
    assert source(place).poll("", NOW).items[0].author == "jo@127.0.0.1"


def test_a_reply_brings_what_it_answers_and_the_first_post_of_its_conversation(place: MastodonPlace) -> None:
    place.statuses |= {1: status(1, "first", THEN), 2: status(2, "second", THEN, in_reply_to_id="1")}
    mention(place, 3, in_reply_to_id="2")
    (item,) = source(place).poll("", NOW).items
    assert (item.parent, item.thread) == ("second", "1")


def test_a_reply_to_our_answer_is_named_by_its_address_as_we_know_it(place: MastodonPlace) -> None:
    mention(place, 1)
    replied = source(place).reply("1", "Sorry.", key="k")
    ours = str(max(place.statuses))
    mention(place, 2_000_000, "@support thanks", in_reply_to_id=ours, created_at=NOW.isoformat())
    item = source(place).poll("", NOW).items[-1]
    assert (item.thread, item.parent) == (replied.permalink, "@jo Sorry.")


def test_a_parent_that_is_gone_is_no_fault(place: MastodonPlace) -> None:
    mention(place, 3, in_reply_to_id="2")
    (item,) = source(place).poll("", NOW).items
    assert (item.parent, item.thread) == ("", "2")


def test_a_quoted_post_is_what_the_post_speaks_of(place: MastodonPlace) -> None:
    mention(place, 1, quote={"state": "accepted", "quoted_status": status(9, "their advert", THEN)})
    assert source(place).poll("", NOW).items[0].parent == "their advert"


@pytest.mark.parametrize(
    "link",
    [
        '<p class="quote-inline">RE: <a href="#">x.example/1</a></p>',
        '<span class="quote-inline"><br/>RE: x.example/1</span>',
    ],
)
def test_the_address_that_stands_for_a_quote_is_no_text_where_the_quote_is_known(
    place: MastodonPlace, link: str
) -> None:
    content = f"{link}<p>Mine broke, too.</p>"
    mention(place, 1, content=content, quote={"state": "accepted", "quoted_status": status(9, "The lid.", THEN)})
    mention(place, 2, content=content)
    known, unknown = source(place).poll("", NOW).items
    assert (known.text, known.parent) == ("Mine broke, too.", "The lid.")
    assert "RE: x.example/1" in unknown.text


@pytest.mark.parametrize("visibility", ["public", "unlisted", "private", "direct"])
def test_an_answer_is_as_visible_as_the_post(place: MastodonPlace, visibility: str) -> None:
    mention(place, 1, visibility=visibility, account=account("9", "ana@else.example"))
    source(place).reply("1", "Sorry.", key="k")
    (answer,) = place.answers
    assert (answer["visibility"], answer["in_reply_to_id"]) == (visibility, "1")
    assert answer["text"] == "@ana@else.example Sorry."


def test_an_unknown_kind_of_visibility_is_answered_to_the_author_only(place: MastodonPlace) -> None:
    mention(place, 1, visibility="mutuals_only")
    source(place).reply("1", "Sorry.", key="k")
    assert place.answers[0]["visibility"] == "direct"


def test_an_answer_whose_key_the_server_forgot_is_found_by_its_text(place: MastodonPlace) -> None:
    mention(place, 1)
    text = "Sorry: https://help.example/a_b?x=1&y=2\n\nIt is *on us*."
    first = source(place).reply("1", text, key="k")
    place.keys.clear()
    assert list(source(place).find_replies("1", text, since=LONG_AGO).permalinks) == [first.permalink]
    assert list(source(place).find_replies("1", text, since=datetime.now(UTC) + timedelta(days=1)).permalinks) == []


def test_the_same_words_of_somebody_else_are_not_our_answer(place: MastodonPlace) -> None:
    mention(place, 1)
    place.statuses[2] = status(2, "@jo Sorry.", THEN, in_reply_to_id="1")
    assert list(source(place).find_replies("1", "Sorry.", since=LONG_AGO).permalinks) == []


def test_a_post_that_is_gone_cannot_be_answered(place: MastodonPlace) -> None:
    with pytest.raises(GiveUp, match="has this post no more"):
        source(place).reply("1", "Sorry.", key="k")


def test_hashtags_and_words_are_read_beside_the_mentions_each_post_once(place: MastodonPlace) -> None:
    mention(place, 1, "@support #QuietPip")
    place.statuses[2] = status(2, "my #quietpip is loud", THEN)
    place.statuses[3] = status(3, "the Quiet Pip is loud", THEN + timedelta(minutes=5))
    place.statuses[4] = status(4, "Quiet Pip news #quietpip", THEN, account=US)
    place.statuses[5] = status(5, "Quiet Pip jobs", THEN, account=account("3", "hr"))
    searching = source(place, tags=("quietpip",), words=("Quiet Pip",))
    batch = searching.poll("", NOW)
    assert [item.external_id for item in batch.items] == ["2", "5", "1", "3"], "4 is by the account that answers"
    place.statuses[6] = status(6, "Quiet Pip again", THEN + timedelta(minutes=9))
    assert "6" in [item.external_id for item in searching.poll(batch.cursor, NOW).items]


@pytest.mark.parametrize("own", ["hr", "hr@127.0.0.1", "HR@else.example"])
def test_own_accounts_are_known_with_their_server_and_here_without(place: MastodonPlace, own: str) -> None:
    mention(place, 1, account=account("3", "HR"))
    mention(place, 2, account=account("4", "hr@else.example"))
    table = MastodonTable(name="social", kind="mastodon", server=place.served.url, token=TOKEN)
    ears = Ears(own_accounts=(Account(handle=same_handle(table.full_handle(same_handle(own)))),))
    items = source(place).poll("", NOW).items
    ours = [item.external_id for item in items if whose_account(ears, "social", item.author)]
    assert ours == (["2"] if "else" in own else ["1"])


def test_names_become_hashtags_and_words() -> None:
    assert searched(["Quiet Pip", "#QuietPip", "@support", "Simmerwick"]) == (
        ("quietpip", "simmerwick"),
        ("Quiet Pip", "Simmerwick"),
    )


@pytest.mark.parametrize("pages_back", [False, True])
def test_a_long_outage_comes_in_pages_and_in_order(place: MastodonPlace, pages_back: bool) -> None:
    place.pages_back = pages_back
    mention(place, 1)
    cursor = source(place).poll("", NOW).cursor
    for id in range(2, 502):
        mention(place, id, created_at=(THEN + timedelta(seconds=id)).isoformat())
    found: list[int] = []
    sizes = []
    more = True
    while more:
        batch = source(place).poll(cursor, NOW)
        cursor, more = batch.cursor, batch.more
        sizes.append(len(batch.items))
        found += [int(item.external_id) for item in batch.items]
    assert [id for id in found if id > 1] == list(range(2, 502))
    assert max(sizes) <= 80


def all_of(reading: MastodonSource) -> tuple[list[int], list[int], tuple[str, ...]]:
    """Everything that there is from the first poll on: the posts, how many came at once, and what was said beside them."""
    found: list[int] = []
    sizes, said_beside, cursor, more = [], (), "", True
    while more:
        batch = reading.poll(cursor, NOW)
        cursor, more = batch.cursor, batch.more
        sizes.append(len(batch.items))
        found += [int(item.external_id) for item in batch.items]
        said_beside += batch.problems
    return found, sizes, said_beside


def test_a_first_lookback_over_many_posts_comes_in_pieces_and_in_order(place: MastodonPlace) -> None:
    mention(place, 1, created_at=(NOW - timedelta(days=2)).isoformat())
    for id in range(2, 203):
        mention(place, id, created_at=(THEN + timedelta(seconds=id)).isoformat())
    found, sizes, problems = all_of(source(place))
    assert found == list(range(2, 203))
    assert max(sizes) <= 80
    assert not problems


def test_a_first_lookback_that_is_too_long_is_said(place: MastodonPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.sources.formats.shelf.FIRST_PAGES", 3)
    for id in range(1, 161):
        mention(place, id, created_at=(THEN + timedelta(seconds=id)).isoformat())
    found, _, (problem,) = all_of(source(place))
    assert found == list(range(41, 161))
    assert "only the newest" in problem


def test_another_server_starts_over(place: MastodonPlace) -> None:
    mention(place, 1)
    cursor = json.loads(source(place).poll("", NOW).cursor) | {"of": "else"}
    assert len(source(place).poll(json.dumps(cursor), NOW).items) == 1


def test_a_bad_token_says_what_to_do_and_does_not_show(place: MastodonPlace) -> None:
    wrong = MastodonSource(name="social", server=place.served.url, token="hunter2-wrong", allow_private=True)
    with pytest.raises(GiveUp, match=r"does not accept the token \(401: The access token is invalid\)") as caught:
        wrong.poll("", NOW)
    assert "hunter2" not in str(caught.value)
    assert "hunter2" not in repr(wrong)


def test_the_servers_own_word_on_its_limit_is_kept(place: MastodonPlace) -> None:
    reset = (datetime.now(UTC) + timedelta(minutes=4)).isoformat()
    place.instead = said({"error": "Too many requests"}, 429, X_RateLimit_Reset=reset)
    with pytest.raises(Retry) as caught:
        source(place).poll("", NOW)
    assert timedelta(minutes=3) < caught.value.after <= timedelta(minutes=4)


def test_a_broken_answer_to_our_answer_is_ambiguous(place: MastodonPlace) -> None:
    mention(place, 1)
    for body in (b"{", b"{}", b"[]", b"null"):
        place.turns.append(Answer(body=body))
        with pytest.raises(Retry) as caught:
            source(place).reply("1", "Sorry.", key="k")
        assert caught.value.ambiguous, body


def test_single_odd_values_do_not_stop_the_rest(place: MastodonPlace) -> None:
    mention(place, 1, content="", account=None, created_at=[], url={"a": 1}, in_reply_to_id=None)
    mention(place, 2, account={"acct": 5, "id": []}, media_attachments="x", followers_count="many", quote=[])
    batch = source(place).poll("", NOW)
    assert [item.external_id for item in batch.items] == ["2"]
    assert batch.problems == ("post 1 has no text",)


def test_the_table_builds_a_source_that_leaves_room_for_the_handle() -> None:
    table = MastodonTable(
        name="social", kind="mastodon", server="https://social.example/", token=TOKEN, search=True, reply_max=1_000
    )
    built = table.build(Listening(names=("Quiet Pip", "@support"), own=frozenset({"hr@social.example"})))
    assert isinstance(built, MastodonSource)
    assert (built.server, built.max_answer) == ("https://social.example", 968)
    assert (built.tags, built.words) == (("quietpip",), ("Quiet Pip",))
    assert table.secrets() == (TOKEN,)


RECORDED = Path(__file__).parent / "recordings" / "mastodon_notifications.json"
"""One of the recordings in Mastodon.py's source distribution (a server of October 2026), with other names and words."""


def test_what_a_real_server_said_is_read(place: MastodonPlace) -> None:
    (recorded,) = json.loads(RECORDED.read_text())
    place.statuses = {1: recorded["status"]}
    place.notified = {20: 1}
    now = datetime(2026, 10, 15, tzinfo=UTC)
    (item,) = source(place).poll("", now).items
    assert (item.external_id, item.text) == ("117440821662233205", "@support the lid broke.")
    assert item.posted_at == datetime(2026, 10, 14, 19, 5, 25, 72_000, tzinfo=UTC)
    assert (item.author, item.author_name, item.reach, item.language) == ("jo@127.0.0.1", "Jo", 0, "en")
    assert item.url == "https://social.example/@jo/117440821662233205"


def test_our_own_answer_is_known_in_the_form_that_a_real_server_gives_it(place: MastodonPlace) -> None:
    (recorded,) = json.loads(RECORDED.read_text())
    mention(place, 1)
    place.statuses[2] = recorded["status"] | {"id": "2", "account": US, "in_reply_to_id": "1"}
    assert len(source(place).find_replies("1", "the lid broke.", since=LONG_AGO).permalinks) == 1
    assert len(source(place).find_replies("1", "the lid broke", since=LONG_AGO).permalinks) == 0


def test_a_library_that_is_missing_is_said_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mastodon", None)
    table = MastodonTable(name="social", kind="mastodon", server="https://social.example", token=TOKEN)
    with pytest.raises(GiveUp, match=r"pip install 'earshot\[mastodon\]'"):
        table.build(Listening())


def test_of_a_post_that_is_gone_nobody_can_say_that_no_answer_stands_there(place: MastodonPlace) -> None:
    with pytest.raises(GiveUp, match="no more"):
        source(place).find_replies("404", "Sorry.", since=LONG_AGO)


def test_a_limit_that_ends_before_the_last_hashtag_costs_only_what_was_not_read_yet(place: MastodonPlace) -> None:
    mention(place, 1)
    mention(place, 2, "about #simmer")

    def speak(asked: Asked) -> Answer | None:
        is_late = asked.path.endswith("/tag/late") and not over
        return Answer(status=429, headers={"Retry-After": "77"}) if is_late else place.speak(asked)

    over: list[bool] = []
    with wire(speak) as served:
        social = MastodonSource(
            name="social", server=served.url, token=TOKEN, allow_private=True, tags=("simmer", "late")
        )
        first = social.poll("", NOW)
        place.statuses[3] = status(3, "about #late", THEN)
        over.append(True)
        second = social.poll(first.cursor, NOW)
    assert [item.external_id for item in first.items] == ["1", "2"]
    assert (first.more, first.retry_after) == (True, timedelta(seconds=77))
    assert "3" in [item.external_id for item in second.items]
    assert not second.more

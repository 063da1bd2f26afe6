from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import GiveUp, Retry
from bot.sources.app_store import AppleKey, AppStoreConnectSource, AppStoreSource, AppStoreTable
from bot.sources.base import Answerable, Listening
from tests.contracts.cases.app_store import connect_at, rss_at
from tests.contracts.feeds import Post
from tests.sources.fake_app_store import APP, FakeAppStore, refused
from tests.sources.fake_app_store import PRIVATE as P8
from tests.sources.loopback import Answer
from tests.sources.wire import Wire, wire

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
KEYS = {"issuer_id": "i", "key_id": "k", "private_key": P8}
APP_TABLE = {"name": "App Store", "kind": "app_store", "app_id": APP}


def post(number: int, *, ago: timedelta = timedelta(hours=1), text: str = "It broke.") -> Post:
    return Post(id=f"r{number}", text=text, at=NOW - ago, title="Bad", author="jo")


@pytest.fixture
def store() -> FakeAppStore:
    return FakeAppStore()


@pytest.fixture
def served(store: FakeAppStore) -> Iterator[Wire]:
    with wire(store.speak) as opened:
        yield opened


def test_a_review_of_the_rss_comes_with_stars_version_votes_and_the_page(store: FakeAppStore, served: Wire) -> None:
    store.publish([post(1)])
    store.more = {"im:version": {"label": "3.2"}}
    (item,) = rss_at(served).poll("", NOW).items
    assert (item.title, item.rating, item.reach) == ("Bad · version 3.2", 1.0, 7)
    assert (item.author, item.author_url) == ("jo", "https://itunes.apple.com/us/reviews/id1")
    assert item.url == f"https://apps.apple.com/us/app/id{APP}?see-all=reviews"


def test_each_storefront_is_read(store: FakeAppStore, served: Wire) -> None:
    store.publish([post(1)])
    rss_at(served, "us", "de").poll("", NOW)
    assert [path.split("/")[1] for path in served.paths()] == ["us", "us", "de", "de"]


def test_the_rss_ends_at_its_tenth_page(store: FakeAppStore, served: Wire) -> None:
    store.publish([post(number) for number in range(520)])
    source = rss_at(served)
    batch = source.poll("", NOW)
    assert (len(batch.items), batch.more) == (500, False)
    assert len(served.asked) == 10


def test_the_app_itself_is_no_review(store: FakeAppStore, served: Wire) -> None:
    store.publish([post(1)])
    store.more = {"im:name": {"label": "Our App"}}
    batch = rss_at(served).poll("", NOW)
    assert (batch.items, batch.problems) == ((), ())


def test_a_review_that_apple_passes_days_later_is_not_lost(store: FakeAppStore, served: Wire) -> None:
    source = connect_at(served)
    cursor = source.poll("", NOW - timedelta(days=10)).cursor
    store.publish([post(2, ago=timedelta(days=4))])
    cursor = source.poll(cursor, NOW - timedelta(days=4)).cursor
    store.publish([post(2, ago=timedelta(days=4)), post(1, ago=timedelta(days=6))])
    assert "r1" in [item.external_id for item in source.poll(cursor, NOW).items]


def test_a_link_to_the_next_page_never_leads_the_token_elsewhere(store: FakeAppStore, served: Wire) -> None:
    store.publish([post(number) for number in range(70)])
    assert len(connect_at(served).poll("", NOW).items) == 70
    assert [each.query.get("cursor", "") for each in served.asked] == ["", "30", "60"]


def test_a_token_lives_for_less_than_twenty_minutes_and_is_signed_for_apple(served: Wire) -> None:
    connect_at(served).poll("", NOW)
    with pytest.raises(GiveUp, match="properly configured and signed"):
        connect_at(served, issuer="somebody").poll("", NOW)


def test_the_standing_answer_is_told_from_another(store: FakeAppStore, served: Wire) -> None:
    source = connect_at(served)
    store.publish([post(1)])
    store.answers["r1"] = "By hand."
    assert source.find_reply("r1", "Sorry.", key="k") is None
    assert source.find_reply("r1", "By hand.", key="k") is not None


def test_a_review_that_is_gone_cannot_be_answered_and_says_why(store: FakeAppStore, served: Wire) -> None:
    store.moods.next_refusal = refused(409, "The review was removed.")
    with pytest.raises(GiveUp, match=r"The review was removed\."):
        connect_at(served).reply("r1", "Sorry.", key="k")


def test_a_key_that_lost_sight_of_the_app_withdraws_no_review(store: FakeAppStore, served: Wire) -> None:
    store.publish([Post(id="r1", text="It broke.", at=NOW)])
    assert connect_at(served).look_again(["r1", "r2"], NOW).gone == ("r2",)
    other = AppStoreConnectSource(**{**vars(connect_at(served)), "app": "5"})
    with pytest.raises(GiveUp, match="404"):
        other.look_again(["r2"], NOW)


def test_a_key_without_the_right_to_answer_is_told_of_roles(store: FakeAppStore, served: Wire) -> None:
    store.publish([Post(id="r1", text="It broke.", at=NOW)])
    store.moods.next_refusal = refused(403, "The API key in use does not allow this request")
    with pytest.raises(GiveUp, match=r"\(403\): The API key in use does not allow this request; .* Admin"):
        connect_at(served).reply("r1", "Sorry.", key="k1")


def test_an_answer_that_is_not_confirmed_in_words_is_ambiguous(store: FakeAppStore, served: Wire) -> None:
    store.moods.next_refusal = Answer(body=b"{}")
    with pytest.raises(Retry) as caught:
        connect_at(served).reply("r1", "Sorry.", key="k")
    assert caught.value.ambiguous


def test_with_keys_it_takes_answers_and_without_it_does_not() -> None:
    reading = AppStoreTable(**APP_TABLE).build(Listening())
    assert isinstance(reading, AppStoreSource)
    assert not isinstance(reading, Answerable)
    answering = AppStoreTable(**APP_TABLE, **KEYS).build(Listening())
    assert isinstance(answering, Answerable)
    assert "PRIVATE" not in repr(answering)


def test_a_key_file_may_have_its_line_ends_written_out() -> None:
    table = AppStoreTable(**APP_TABLE, **{**KEYS, "private_key": P8.replace("\n", "\\n")})
    assert isinstance(table.build(Listening()), Answerable)


@pytest.mark.parametrize(
    ("keys", "advice"),
    [
        ({"issuer_id": "i"}, "all of issuer_id"),
        ({**KEYS, "private_key": "hunter2"}, r"whole \.p8 file"),
        ({"countries": ("USA",)}, "two letters"),
        ({"countries": ()}, "at least one"),
        ({"app_id": "id12"}, "digits"),
    ],
)
def test_a_table_that_cannot_work_says_what_to_write(keys: dict[str, object], advice: str) -> None:
    with pytest.raises(ValueError, match=advice) as caught:
        AppStoreTable(**{**APP_TABLE, **keys})
    assert "hunter2" not in caught.value.errors(include_input=False)[0]["msg"]


def test_a_private_key_that_is_none_is_a_give_up_without_a_sign_of_it() -> None:
    broken = "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----"
    with pytest.raises(GiveUp, match="cannot be read") as caught:
        AppleKey(issuer="i", id="k", private=broken).token(NOW)
    assert "hunter2" not in str(caught.value)

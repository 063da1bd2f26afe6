import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from bot.errors import GiveUp, Retry
from bot.sources.base import Listening
from bot.sources.formats.fields import digest
from bot.sources.google_play import GooglePlaySource, GooglePlayTable
from tests.contracts.cases.google_play import source_at
from tests.sources.fake_play import PACKAGE, FakePlay, review
from tests.sources.google_places import TOKEN, faults, refused, service_account
from tests.sources.loopback import Answer
from tests.sources.wire import Wire, said, wire

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
RECENT = NOW - timedelta(hours=1)


@pytest.fixture
def play() -> FakePlay:
    return FakePlay()


@pytest.fixture
def served(play: FakePlay) -> Iterator[Wire]:
    with wire(play.speak) as opened:
        yield opened


@pytest.fixture
def source(served: Wire) -> GooglePlaySource:
    return source_at(served)


def test_a_review_comes_with_stars_language_version_device_and_a_link(play: FakePlay, source: GooglePlaySource) -> None:
    device = {"productName": "Pixel 8"}
    said = {"appVersionName": "3.2", "deviceMetadata": device, "device": "shiba", "thumbsUpCount": 4}
    play.show([review("gp:1", "Bad update\tIt crashes.", RECENT, "Jo", reviewerLanguage="pt_BR", **said)])
    (item,) = source.poll("", NOW).items
    assert (item.title, item.text) == ("Bad update · version 3.2, Pixel 8", "It crashes.")
    assert (item.rating, item.language, item.reach) == (2.0, "pt", 4)
    assert (item.author, item.author_name) == (f"reviewer {digest('gp:1')[:8]}", "Jo")
    assert item.url == f"https://play.google.com/store/apps/details?id={PACKAGE}&reviewId=gp%3A1"


def test_an_edited_review_comes_again_by_its_latest_change(play: FakePlay, source: GooglePlaySource) -> None:
    play.show([review("gp:1", "Bad.", RECENT), review("gp:2", "Fine.", RECENT + timedelta(minutes=50))])
    cursor = source.poll("", NOW).cursor
    play.show([review("gp:2", "Fine.", RECENT), review("gp:1", "Good now.", NOW + timedelta(hours=30))])
    later = NOW + timedelta(hours=31)
    assert [item.text for item in source.poll(cursor, later).items if item.external_id == "gp:1"] == ["Good now."]


def test_reviews_are_all_read_whatever_their_order(play: FakePlay, source: GooglePlaySource) -> None:
    old = [review(f"gp:old{number}", "Old.", NOW - timedelta(days=5)) for number in range(60)]
    play.show([*old, review("gp:new", "New.", RECENT)])
    assert [item.external_id for item in source.poll("", NOW).items] == ["gp:new"]


def test_a_review_that_turns_up_a_day_late_is_not_lost(play: FakePlay, source: GooglePlaySource) -> None:
    play.show([review("gp:1", "In time.", NOW)])
    cursor = source.poll("", NOW).cursor
    play.show([review("gp:1", "In time.", NOW), review("gp:2", "Late.", NOW - timedelta(hours=20))])
    assert "Late." in [item.text for item in source.poll(cursor, NOW + timedelta(hours=1)).items]


def test_an_app_that_is_not_shown_to_us_any_more_withdraws_no_review(
    play: FakePlay, source: GooglePlaySource, served: Wire
) -> None:
    play.show([review("gp:1", "It crashes.", RECENT)])
    assert source.look_again(["gp:1", "gp:2"], NOW).gone == ("gp:2",)
    other = GooglePlaySource(**{**vars(source), "package": "com.example.other"})
    with pytest.raises(GiveUp, match="Package not found"):
        other.look_again(["gp:1"], NOW)


def test_an_answer_of_another_tool_does_not_hide_the_review(play: FakePlay, source: GooglePlaySource) -> None:
    play.show([review("gp:1", "Bad.", RECENT)])
    play.answers["gp:1"] = "By hand."
    assert [item.text for item in source.poll("", NOW).items] == ["Bad."]
    assert source.find_reply("gp:1", "Sorry.", key="k") is None
    assert source.find_reply("gp:1", "By hand.", key="k") is not None


def test_the_token_is_asked_for_once_and_goes_along(play: FakePlay, source: GooglePlaySource, served: Wire) -> None:
    source.poll("", NOW)
    source.poll("", NOW)
    assert served.paths().count("/token") == 1
    asked = next(each for each in served.asked if each.path != "/token")
    assert asked.headers["authorization"] == f"Bearer {TOKEN}"
    assert asked.query["maxResults"] == "100"


def test_a_service_account_that_google_does_not_know_is_for_a_person(served: Wire) -> None:
    account = service_account(served.url).replace("/token", "/nobody")
    told = {"name": "Play", "kind": "google_play", "package": PACKAGE, "service_account": account}
    source = GooglePlayTable(**told, allow_private=True).build(Listening())
    with pytest.raises(GiveUp, match="does not accept the login"):
        source.poll("", NOW)


def test_a_busy_login_is_a_retry_without_sleeping_over_it() -> None:
    with (
        wire(lambda _: Answer(status=503, headers={"Retry-After": "77"})) as served,
        pytest.raises(Retry) as caught,
    ):
        source_at(served).poll("", NOW)
    assert caught.value.after == timedelta(seconds=77)
    assert len(served.asked) == 1


def test_a_login_that_fails_for_a_while_is_not_for_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: None)  # the library waits between its own tries
    passing = said({"error": "internal_failure", "error_description": "Backend error"}, 400)
    with wire(lambda _: passing) as served, pytest.raises(Retry, match="internal_failure"):
        source_at(served).poll("", NOW)


@pytest.mark.parametrize("body", [b"no json", b"[1]", b'{"access_token": 3}', b"{}"])
def test_a_login_that_talks_nonsense_is_no_crash(body: bytes) -> None:
    with wire(lambda _: Answer(body=body)) as served, pytest.raises((Retry, GiveUp)):
        source_at(served).poll("", NOW)


def test_an_app_that_is_not_ours_says_so(play: FakePlay, source: GooglePlaySource) -> None:
    play.moods.always = refused(403, "permissionDenied", "The caller does not have permission")
    with pytest.raises(GiveUp, match="The caller does not have permission"):
        source.poll("", NOW)


@pytest.mark.parametrize("message", [True, 3, [], {"a": 1}])
def test_an_error_that_the_library_stumbles_over_is_a_retry(
    play: FakePlay, source: GooglePlaySource, message: object
) -> None:
    play.moods.always = said({"error": {"code": 403, "message": message, "errors": message}}, 403)
    with pytest.raises((Retry, GiveUp)):
        source.poll("", NOW)


def test_a_spent_quota_waits(play: FakePlay, source: GooglePlaySource) -> None:
    play.moods.always = refused(403, "rateLimitExceeded", "Too fast")
    with pytest.raises(Retry):
        source.poll("", NOW)


@pytest.mark.parametrize(
    "account", ["", "x", "{}", '{"client_email": "a", "private_key": "b"}', "[" * 5_000], ids=lambda text: text[:9]
)
def test_what_is_no_service_account_is_refused_with_what_to_do(account: str) -> None:
    told = {"name": "Play", "kind": "google_play", "package": PACKAGE, "service_account": account}
    with pytest.raises(ValueError, match="JSON key of a service account"):
        GooglePlayTable(**told)


def test_a_broken_private_key_is_a_give_up_without_a_sign_of_it() -> None:
    account = '{"client_email": "a", "private_key": "hunter2", "token_uri": "https://x.example"}'
    table = GooglePlayTable(name="Play", kind="google_play", package=PACKAGE, service_account=account)
    assert "hunter2" in table.secrets()
    with pytest.raises(GiveUp) as caught:
        table.build(Listening())
    assert "hunter2" not in str(caught.value)


def test_the_fake_speaks_as_the_api_is_described(play: FakePlay, served: Wire) -> None:
    play.show([review("gp:1", "a\tb", RECENT, "Jo", appVersionName="3", deviceMetadata={"productName": "P"})] * 2)
    play.answers["gp:1"] = "Sorry."
    headers = {"authorization": f"Bearer {TOKEN}"}
    base = f"{served.url}/androidpublisher/v3/applications/{PACKAGE}/reviews"
    listed = httpx.get(f"{base}?maxResults=1", headers=headers, trust_env=False).json()
    assert faults("androidpublisher.v3", "ReviewsListResponse", listed) == []
    one = httpx.get(f"{base}/gp:1", headers=headers, trust_env=False).json()
    assert faults("androidpublisher.v3", "Review", one) == []
    replied = httpx.post(f"{base}/gp:1:reply", json={"replyText": "x"}, headers=headers, trust_env=False).json()
    assert faults("androidpublisher.v3", "ReviewsReplyResponse", replied) == []
    assert faults("androidpublisher.v3", "Review", {"reviewId": 3, "x": 1}) == [".reviewId is no string", ".x"]


def test_an_answer_that_is_not_confirmed_in_words_is_ambiguous(source: GooglePlaySource, play: FakePlay) -> None:
    play.moods.next_refusal = said({})
    with pytest.raises(Retry) as caught:
        source.reply("gp:1", "Sorry.", key="k")
    assert caught.value.ambiguous

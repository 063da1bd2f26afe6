"""What is Trustpilot's own; the rest is the contract's. And the proof that a source can be one small file."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.errors import GiveUp
from bot.sources import trustpilot
from bot.sources.base import Answerable, Listening
from bot.sources.trustpilot import TrustpilotSource, TrustpilotTable, open_api
from tests.contracts.feeds import Post
from tests.sources.fake_trustpilot import KEY, LOGIN, SECRET, UNIT, USER, FakeTrustpilot
from tests.sources.wire import Wire, said, wire

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
REVIEW = Post(id="r1", text="It broke.", title="Never again", author="Jo", at=NOW - timedelta(hours=1))
MOST_LINES = 120


@pytest.fixture
def place() -> FakeTrustpilot:
    made = FakeTrustpilot()
    made.publish([REVIEW])
    return made


@pytest.fixture
def served(place: FakeTrustpilot) -> Iterator[Wire]:
    with wire(place.speak) as opened:
        yield opened


def source(served: Wire, *, secret: str = SECRET) -> TrustpilotSource:
    api = open_api(f"{served.url}/v1/", KEY, secret, allow_private=True)
    return TrustpilotSource(name="Trustpilot", unit=UNIT, user=USER, api=api)


def test_a_whole_source_with_replies_is_one_file_of_less_than_120_lines() -> None:
    path = Path(trustpilot.__file__)
    assert len(path.read_text().splitlines()) < MOST_LINES
    others = [each for each in path.parents[1].rglob("*.py") if each != path]
    assert [each.name for each in others if "trustpilot" in each.read_text().casefold()] == []


def test_a_review_has_stars_language_and_the_pages_of_it_and_its_author(served: Wire) -> None:
    (item,) = source(served).poll("", NOW).items
    assert (item.rating, item.language, item.title, item.author_name) == (2.0, "en", "Never again", "Jo")
    assert item.url == "https://www.trustpilot.com/reviews/r1"
    assert (item.author, item.author_url) == ("c0ffee", "https://www.trustpilot.com/users/c0ffee")


def test_a_wrong_login_says_what_to_look_at_and_shows_nothing(served: Wire) -> None:
    with pytest.raises(GiveUp, match="are key and secret those of your application") as caught:
        source(served, secret="wrong").poll("", NOW)
    assert "wrong" not in caught.value.reason


def test_a_token_is_used_until_trustpilot_refuses_it(served: Wire, place: FakeTrustpilot) -> None:
    reviews = source(served)
    for _ in range(2):
        assert len(reviews.poll("", NOW).items) == 1
    assert len(place.tokens) == 1
    place.tokens[:] = ["of somebody else"]
    reviews.reply("r1", "Sorry.", key="k1")
    assert place.replies == {"r1": "Sorry."}


def test_a_review_that_is_gone_is_said_by_the_place(served: Wire) -> None:
    with pytest.raises(GiveUp, match="Review not found"):
        source(served).reply("other", "Sorry.", key="k1")


def test_the_configuration_builds_it() -> None:
    table = TrustpilotTable(kind="trustpilot", name="Trustpilot", unit=UNIT, user=USER, key=KEY, secret=SECRET)
    built = table.build(Listening())
    assert isinstance(built, Answerable)
    assert SECRET not in repr(table) + repr(built)
    assert LOGIN not in repr(built)
    assert set(table.secrets()) == {KEY, SECRET}


def test_a_refused_answer_costs_two_requests_and_has_a_reason(served: Wire, place: FakeTrustpilot) -> None:
    place.moods.next_refusal = said({"message": "Reply is too long"}, 400)
    with pytest.raises(GiveUp, match="Reply is too long"):
        source(served).reply("r1", "Sorry.", key="k1")
    assert served.paths() == [
        "/v1/oauth/oauth-business-users-for-applications/accesstoken",
        "/v1/private/reviews/r1/reply",
    ]

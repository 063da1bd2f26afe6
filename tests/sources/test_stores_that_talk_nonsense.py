"""One value of an answer is not what it should be: the poll leaves something out, or says so, and never breaks."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.errors import GiveUp, Retry
from bot.sources.base import Source
from tests.contracts.cases.app_store import connect_at, rss_at
from tests.contracts.cases.google_play import source_at
from tests.contracts.cases.meta import facebook_at, instagram_at
from tests.contracts.cases.youtube import reader_at
from tests.contracts.feeds import Post
from tests.sources.fake_app_store import FakeAppStore
from tests.sources.fake_graph import FakeFacebook, FakeInstagram
from tests.sources.fake_play import FakePlay, review
from tests.sources.fake_youtube import FakeYouTube, comment
from tests.sources.loopback import Answer
from tests.sources.wire import Asked, Speak, Wire, wire

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
RECENT = NOW - timedelta(hours=1)
POST = Post(id="urn:post:1", text="It broke.", title="Bad", at=RECENT, author="jo")

JUNK = st.sampled_from(
    [
        None,
        True,
        -1,
        1.5,
        10**40,
        float("inf"),
        "",
        "\x00",
        "\ud800",
        "9" * 400,
        "http://[",
        "2026-13-01",
        [],
        {},
        [None],
        {"a": []},
    ]
)


def play() -> FakePlay:
    place = FakePlay()
    place.show([review("gp:1", "a\tb", RECENT, "Jo", appVersionName="3", deviceMetadata={"productName": "P"})])
    return place


def store() -> FakeAppStore:
    place = FakeAppStore()
    place.publish([POST, POST])
    return place


def tube() -> FakeYouTube:
    place = FakeYouTube()
    place.tops = [comment("Ug1", "It broke.", RECENT)]
    place.replies["Ug1"] = [comment(f"Ug1.r{n}", "Mine too.", RECENT, "sam") for n in range(7)]
    return place


def facebook() -> FakeFacebook:
    place = FakeFacebook()
    place.comments = [place.comment("1_2", "It broke.", RECENT, parent={"id": "1_1", "message": "m"})] * 2
    return place


def instagram() -> FakeInstagram:
    place = FakeInstagram()
    place.comments = [place.comment("11", "t", RECENT, replies={"data": [place.comment("12", "t", RECENT)]})] * 2
    place.tags = [place.media]
    return place


class Mangled:
    """A place whose answers have `junk` in the place of the value number `where`, counted through all of an answer."""

    def __init__(self, speak: Speak) -> None:
        self._speak = speak
        self.where = 0
        self.junk: Any = None

    def speak(self, asked: Asked) -> Answer | None:
        answer = self._speak(asked)
        if asked.path == "/token" or answer is None:
            return answer
        value = json.loads(answer.body)
        spots = list(_spots(value))
        if spots:
            holder, key = spots[self.where % len(spots)]
            holder[key] = self.junk
        return Answer(body=json.dumps(value).encode(), status=answer.status, headers=answer.headers)


def _spots(value: Any) -> Iterator[tuple[Any, Any]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield value, key
        yield from _spots(inner)


PLACES: dict[str, tuple[Callable[[], Any], Callable[[Wire], Source]]] = {
    "google_play": (play, source_at),
    "app_store_rss": (store, rss_at),
    "app_store_connect": (store, connect_at),
    "youtube": (tube, reader_at),
    "facebook": (facebook, lambda served: facebook_at(served, tagged=True)),
    "instagram": (instagram, lambda served: instagram_at(served, tags=True)),
}


@contextmanager
def mangled(kind: str) -> Iterator[tuple[Mangled, Source]]:
    made, build = PLACES[kind]
    place = Mangled(made().speak)
    with wire(place.speak) as served:
        yield place, build(served)


@pytest.mark.parametrize("kind", PLACES)
def test_no_value_that_is_of_another_sort_breaks_a_poll(kind: str) -> None:
    with mangled(kind) as (place, source):

        @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None)
        @given(where=st.integers(0, 200), junk=JUNK)
        def poll(where: int, junk: Any) -> None:
            place.where, place.junk = where, junk
            try:
                batch = source.poll("", NOW)
            except (Retry, GiveUp):
                return
            for item in batch.items:
                assert item.text
                assert 0 < len(item.external_id) <= 500
                f"{item}".encode()
            json.loads(batch.cursor)

        poll()

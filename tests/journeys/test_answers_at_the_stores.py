"""Reviews in the two app stores, comments on YouTube, Facebook and Instagram: cards in Slack, answered there, read back."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.config import Config
from bot.flow.ingest import standings
from bot.sources.app_store import AppStoreTable
from bot.sources.facebook import FacebookTable
from bot.sources.google_play import GooglePlayTable
from bot.sources.instagram import InstagramTable
from bot.sources.table import SourceTable
from bot.sources.youtube import YouTubeTable
from sandbox.person import Person
from tests.contracts.feeds import Post
from tests.databases import sqlite_factory
from tests.journeys.office import Office, fill, open_office, until
from tests.sources import fake_app_store, fake_graph, fake_play, fake_youtube, google_places
from tests.sources.loopback import Answer
from tests.sources.wire import wire

SORRY = "I am sorry. I work for Acme, and the second charge goes back to you today."
SOON = timedelta(seconds=2)


@dataclass(frozen=True, kw_only=True)
class Stores:
    """The office, and the places outside it."""

    office: Office
    play: fake_play.FakePlay
    apple: fake_app_store.FakeAppStore
    tube: fake_youtube.FakeYouTube
    facebook: fake_graph.FakeFacebook
    instagram: fake_graph.FakeInstagram

    @property
    def now(self) -> datetime:
        return (self.office.clock() - timedelta(seconds=20)).replace(microsecond=0)


def tables(urls: dict[str, str]) -> Iterator[SourceTable]:
    common: dict[str, Any] = {"allow_private": True, "every": SOON}
    account = google_places.service_account(urls["play"])
    play = {"name": "Play", "package": fake_play.PACKAGE, "service_account": account, "api_url": f"{urls['play']}/"}
    yield GooglePlayTable(kind="google_play", **play, **common)
    keys = {"issuer_id": fake_app_store.ISSUER, "key_id": fake_app_store.KEY_ID, "private_key": fake_app_store.PRIVATE}
    apple = {"name": "App Store", "app_id": fake_app_store.APP, "api_url": f"{urls['apple']}/v1/"}
    yield AppStoreTable(kind="app_store", **keys, **apple, **common)
    consent = {"client_id": "id", "client_secret": "hunter2", "refresh_token": "hunter2-refresh"}
    tube = {"name": "YouTube", "channel": fake_youtube.CHANNEL, "api_key": fake_youtube.KEY, **consent}
    addresses = {"api_url": f"{urls['tube']}/", "login_url": f"{urls['tube']}/token"}
    yield YouTubeTable(kind="youtube", **tube, **addresses, **common)
    meta = {"token": fake_graph.TOKEN, "app_secret": fake_graph.SECRET, **common}
    page = {"name": "Facebook", "page": fake_graph.PAGE, "api_url": f"{urls['facebook']}/"}
    yield FacebookTable(kind="facebook", **page, **meta)
    profile = {"name": "Instagram", "account": fake_graph.ACCOUNT, "api_url": f"{urls['instagram']}/"}
    yield InstagramTable(kind="instagram", **profile, **meta)


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Stores]:
    places: dict[str, Any] = {
        "play": fake_play.FakePlay(),
        "apple": fake_app_store.FakeAppStore(),
        "tube": fake_youtube.FakeYouTube(),
        "facebook": fake_graph.FakeFacebook(),
        "instagram": fake_graph.FakeInstagram(),
    }
    with ExitStack() as stack:
        urls = {name: stack.enter_context(wire(place.speak)).url for name, place in places.items()}

        def with_stores(config: Config) -> Config:
            return replace(config, sources=(*config.sources, *tables(urls)))

        make = stack.enter_context(sqlite_factory(tmp_path_factory.mktemp("stores"), sqlite_template))
        yield Stores(office=stack.enter_context(open_office(make(), change=with_stores)), **places)


@pytest.fixture(scope="module")
def ana(stores: Stores) -> Person:
    return stores.office.person("ana")


def test_a_review_on_google_play_is_answered_and_an_edit_opens_it_again(stores: Stores, ana: Person) -> None:
    told = {"appVersionName": "3.2", "deviceMetadata": {"productName": "Pixel 8"}}
    stores.play.show([fake_play.review("gp:1", "billing awful, says the finch", stores.now, "Jo Finch", **told)])
    card = stores.office.card("says the finch").shows("Jo Finch", "Play", "version 3.2, Pixel 8", "★★")
    dialog = card.dialog(ana, "answer")
    assert "350" in fill(ana, dialog, answer__text=SORRY * 6)["answer.text"]
    assert not fill(ana, dialog, answer__text=SORRY)
    card.shows("Answered", "See it on play.google.com")
    assert stores.play.answers == {"gp:1": SORRY}
    stores.play.show([fake_play.review("gp:1", "billing worse, says the finch", stores.now, "Jo Finch", **told)])
    card.shows("billing worse, says the finch").offers("Claim", "Answer", "Escalate")


def test_a_review_in_the_app_store_is_answered(stores: Stores, ana: Person) -> None:
    stores.apple.publish(
        [Post(id="r1", text="billing awful, says the wren", at=stores.now, title="Twice!", author="wren")]
    )
    card = stores.office.card("says the wren").shows("wren", "App Store", "Twice!", "★")
    assert not fill(ana, card.dialog(ana, "answer"), answer__text=SORRY)
    card.shows("Answered", "See it on apps.apple.com")
    assert stores.apple.answers == {"r1": SORRY}


def test_an_answer_on_youtube_whose_confirmation_is_lost_stands_there_once(stores: Stores, ana: Person) -> None:
    stores.tube.tops = [fake_youtube.comment("Ug1", "billing awful, says the robin", stores.now, "robin")]
    card = stores.office.card("says the robin").shows("robin", "YouTube")
    stores.tube.moods.loses_next = True
    assert not fill(ana, card.dialog(ana, "answer"), answer__text=SORRY)
    card.shows("Answered", "See it on youtube.com")
    assert stores.tube.ours() == [SORRY]


def test_two_people_in_one_thread_who_are_told_the_same_are_both_answered(stores: Stores, ana: Person) -> None:
    tube = stores.tube
    tube.tops = [fake_youtube.comment("Ug7", "billing awful, says the lark", stores.now, "lark")]
    tube.replies["Ug7"] = [fake_youtube.comment("Ug7.a", "billing owes me my money, says the owl", stores.now, "owl")]
    lark = stores.office.card("says the lark")
    assert not fill(ana, lark.dialog(ana, "answer"), answer__text=SORRY)
    lark.shows("Answered", "See it on youtube.com")
    owl = stores.office.card("says the owl")
    tube.moods.next_refusal = Answer(status=503)
    assert not fill(ana, owl.dialog(ana, "answer"), answer__text=SORRY)
    owl.shows("Answered", "See it on youtube.com")
    assert [each["snippet"]["textOriginal"] for each in tube.replies["Ug7"]][1:] == [SORRY, SORRY]


def test_a_comment_on_facebook_is_answered_under_the_post_that_it_is_on(stores: Stores, ana: Person) -> None:
    comment = stores.facebook.comment("1_2", "billing awful, says the heron", stores.now, "Hera Heron")
    stores.facebook.comments = [comment]
    card = stores.office.card("says the heron").shows("Hera Heron", "Facebook", "Our new kettle!")
    assert not fill(ana, card.dialog(ana, "answer"), answer__text=SORRY)
    card.shows("Answered", "See it on facebook.com")
    assert stores.facebook.ours() == [SORRY]


def test_metas_own_reason_is_on_the_card(stores: Stores, ana: Person) -> None:
    stores.facebook.comments = [stores.facebook.comment("1_5", "billing awful, says the gull", stores.now, "gull")]
    card = stores.office.card("says the gull")
    stores.facebook.moods.next_refusal = fake_graph.refused(200, 0, "(#200) Permissions error")
    assert not fill(ana, card.dialog(ana, "answer"), answer__text=f"{SORRY} Really.")
    card.shows("lacks a permission", "(#200) Permissions error")


def test_a_comment_on_instagram_is_answered(stores: Stores, ana: Person) -> None:
    stores.instagram.comments = [stores.instagram.comment("11", "billing awful, says the swan", stores.now, "swan")]
    card = stores.office.card("says the swan").shows("swan", "Instagram")
    assert not fill(ana, card.dialog(ana, "answer"), answer__text=SORRY)
    card.shows("Answered", "See it on instagram.com")
    assert stores.instagram.ours() == [SORRY]


def test_when_a_token_ends_stands_with_the_source(stores: Stores) -> None:
    def ends() -> datetime | None:
        return {each.name: each for each in standings(stores.office.bot.database)}["Facebook"].access_ends_at

    assert until(ends, "the end of the token") == stores.facebook.expires

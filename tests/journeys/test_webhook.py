"""A place that sends by itself: its mention comes to the card, is answered from Slack and stands there; and what it takes down."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from standardwebhooks import Webhook

from bot.config import Config
from bot.flow.ingest import standings
from bot.sources.webhook import WebhookTable
from tests.databases import sqlite_factory
from tests.hook_sender import OTHER_SECRET, SECRET, signed
from tests.journeys.office import Office, fill, open_office
from tests.sources.loopback import Answer, Place, place

REPLY_SECRET = OTHER_SECRET


@dataclass(frozen=True, kw_only=True)
class Shop:
    """A company's own shop, which signs what customers write there, and takes answers."""

    office: Office
    web: Place

    def sends(self, said: object, *, id: str = "", secret: str = SECRET) -> httpx.Response:
        sent = signed(said, self.office.clock(), id=id, secret=secret)
        url = f"http://127.0.0.1:{self.office.bot.port}/hooks/our-shop"
        return httpx.post(url, content=sent.body, headers=sent.headers, trust_env=False)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Shop]:
    with place() as web, sqlite_factory(tmp_path_factory.mktemp("shop"), sqlite_template) as make:
        table = WebhookTable(
            kind="webhook",
            name="Our shop",
            secret=SECRET,
            reply_url=web.url("/answers"),
            reply_secret=REPLY_SECRET,
            allow_private=True,
        )

        def with_shop(config: Config) -> Config:
            return replace(config, sources=(*config.sources, table))

        with open_office(make(), change=with_shop) as office:
            yield Shop(office=office, web=web)


def mention(id: str, text: str) -> dict[str, Any]:
    return {
        "id": id,
        "text": text,
        "author": {"handle": "jo", "name": "Jo"},
        "rating": 2,
        "url": "https://shop.example/1",
    }


def test_a_mention_is_answered_from_slack_and_the_answer_comes_back_signed(shop: Shop) -> None:
    ana = shop.office.person("ana")
    shop.web.answers["/answers"] = Answer(body=b'{"permalink": "https://shop.example/1#answer"}')
    assert shop.sends(mention("order-1", "billing awful, says magpie")).json()["new"] == 1
    card = shop.office.card("says magpie")
    card.shows("Our shop")
    card.click(ana, "claim")
    card.shows("Claimed")
    assert not fill(ana, card.dialog(ana, "answer"), answer__text="I am sorry. I work for Acme: it is paid back.")
    card.shows("Answered", "See it on shop.example")
    (body,) = shop.web.sent
    headers = {name.lower(): value for name, value in shop.web.asked[-1][1].items()}
    said = Webhook(REPLY_SECRET).verify(body, headers)
    assert (said["external_id"], said["text"]) == ("order-1", "I am sorry. I work for Acme: it is paid back.")


def test_a_post_that_is_taken_down_is_so_on_its_card(shop: Shop) -> None:
    shop.sends(mention("order-2", "billing awful, says heron"))
    card = shop.office.card("says heron")
    assert shop.sends({"type": "mention.deleted", "id": "order-2"}).json()["deleted"] == 1
    card.shows("The author took this post down")


def test_a_delivery_that_comes_again_and_a_strangers_make_no_card(shop: Shop) -> None:
    assert shop.sends(mention("order-3", "billing awful, says stork"), secret=OTHER_SECRET).status_code == 401
    first = shop.sends(mention("order-3", "billing awful, says crane"), id="msg_crane")
    again = shop.sends(mention("order-4", "billing awful, says stork"), id="msg_crane")
    assert (first.json()["again"], again.json()["again"]) == (False, True)
    shop.office.card("says crane")
    shop.office.settle()
    assert shop.office.cards("says stork", "#billing") == []


def test_the_source_stands_among_the_others_with_its_last_item(shop: Shop) -> None:
    shop.sends(mention("order-5", "billing awful, says rail"))
    found = {each.name: each for each in standings(shop.office.bot.database)}
    assert found["Our shop"].kind == "webhook"
    assert found["Our shop"].last_item_at

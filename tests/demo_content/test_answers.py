"""The company's answers at the places: taken signed, kept once, read by people, and never part of a feed."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from standardwebhooks import Webhook
from starlette.applications import Starlette
from starlette.testclient import TestClient

from sandbox.places import routes
from tests.answering_place import SECRET, our_answers
from tests.demo_content.conftest import DEMO, MovedClock

POST = "tag:hobnob.example,2026:hobnob-001"
PAGE = "/places/hobnob/hobnob-001"


@pytest.fixture
def site(clock: MovedClock) -> TestClient:
    served = routes(
        DEMO / "mentions.jsonl", speed=2.0, clock=clock, company="Simmerwick & <b>Co</b>", reply_secret=SECRET
    )
    return TestClient(Starlette(routes=served), base_url="http://127.0.0.1:3000", follow_redirects=False)


def reply(
    site: TestClient, place: str = "hobnob", *, headers: dict[str, str] | None = None, **body: Any
) -> httpx.Response:
    """Answer as the bot does; `headers` replace those of the signature."""
    said = {"type": "earshot.reply", "external_id": POST, "text": "Sorry.", "key": "k1", **body}
    raw = json.dumps(said)
    now = datetime.now(UTC)
    signed = {
        "webhook-id": str(said["key"]),
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(SECRET).sign(str(said["key"]), now, raw),
    }
    answer: httpx.Response = site.post(f"/places/{place}/answers", content=raw, headers=signed | (headers or {}))
    return answer


def test_an_answer_is_shown_under_its_post_with_a_link_that_leads_there(site: TestClient, clock: MovedClock) -> None:
    text = "I am sorry.\n<script>alert(1)</script> & more"
    answer = reply(site, text=text)
    assert answer.status_code == 201
    page, _, anchor = answer.json()["permalink"].partition("#")
    assert page == f"http://127.0.0.1:3000{PAGE}"
    clock.forward(3)
    for path in (PAGE, "/places/hobnob"):
        shown = site.get(path).text
        assert our_answers(shown) == [text]
        assert "Simmerwick &amp; &lt;b&gt;Co&lt;/b&gt; answered</b> · 3 min ago" in shown
        assert f'id="{anchor}"' in shown
        assert "<script" not in shown


def test_an_answer_never_comes_back_as_a_mention(site: TestClient) -> None:
    before = site.get("/places/hobnob/feed")
    reply(site, text="Nobody must hear this again.")
    after = site.get("/places/hobnob/feed")
    assert (after.content, after.headers["etag"]) == (before.content, before.headers["etag"])


def test_the_same_key_again_is_the_same_answer(site: TestClient) -> None:
    first = reply(site)
    again = reply(site, text="Something else.")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert our_answers(site.get(PAGE).text) == ["Sorry."]


def test_two_answers_stand_in_order_and_have_links_of_their_own(site: TestClient) -> None:
    links = {reply(site, key=key, text=key).json()["permalink"] for key in ("k1", "k2")}
    assert len(links) == 2
    assert our_answers(site.get(PAGE).text) == ["k1", "k2"]


def test_one_place_takes_280_characters_and_says_so(site: TestClient) -> None:
    post = "tag:chirrup.example,2026:chirrup-001"
    refused = reply(site, "chirrup", external_id=post, text="é" * 281)
    assert refused.status_code == 422
    assert refused.json() == {"error": "Chirrup takes answers of 280 characters at most, and this one has 281."}
    assert reply(site, "chirrup", external_id=post, text="é" * 280).status_code == 201


@pytest.mark.parametrize("place", ["clipjar", "askapan", "twoeggslate", "gazette", "simmerwicked"])
def test_the_other_places_take_no_answers(site: TestClient, place: str) -> None:
    refused = reply(site, place, external_id=f"tag:{place}.example,2026:{place}-001")
    assert refused.status_code == 403
    assert refused.json()["error"].endswith("takes no answers from companies.")


@pytest.mark.parametrize(
    "headers",
    [
        {"webhook-signature": Webhook(SECRET[:-4] + "AAAA").sign("k1", datetime(2026, 1, 1, tzinfo=UTC), "{}")},
        {"webhook-signature": "v1,not base64 at all"},
        {"webhook-signature": "nonsense"},
        {"webhook-signature": ""},
        {"webhook-id": "k2"},
        {"webhook-timestamp": str(int((datetime.now(UTC) - timedelta(hours=1)).timestamp()))},
        {"webhook-timestamp": "soon"},
        {"webhook-timestamp": "1e999"},
    ],
)
def test_what_is_not_signed_by_us_is_refused(site: TestClient, headers: dict[str, str]) -> None:
    refused = reply(site, headers=headers)
    assert refused.status_code == 401
    assert "signature" in refused.json()["error"]
    assert our_answers(site.get(PAGE).text) == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"external_id": "tag:hobnob.example,2026:none"}, 404),
        ({"text": " \n"}, 422),
        ({"text": 5}, 400),
        ({"external_id": None}, 400),
        ({"type": "earshot.other"}, 400),
    ],
)
def test_a_signed_request_that_makes_no_sense_is_refused(site: TestClient, body: dict[str, Any], status: int) -> None:
    refused = reply(site, **body)
    assert refused.status_code == status
    assert refused.json()["error"]


def test_a_body_without_end_is_refused(site: TestClient) -> None:
    assert site.post("/places/hobnob/answers", content=b"x" * 300_000).status_code == 413


def test_without_a_secret_nobody_can_answer(clock: MovedClock) -> None:
    served = routes(DEMO / "mentions.jsonl", speed=2.0, clock=clock)
    closed = TestClient(Starlette(routes=served), base_url="http://127.0.0.1:3000")
    assert reply(closed).status_code == 403
    assert "takes answers" not in closed.get("/places").text


def test_the_front_page_says_where_answers_are_taken(site: TestClient) -> None:
    assert site.get("/places").text.count("takes answers") == 4


def test_there_is_no_such_place(site: TestClient) -> None:
    assert reply(site, "cellar").status_code == 404

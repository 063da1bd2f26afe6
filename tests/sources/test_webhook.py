"""What is the webhook's own: its configuration, the forms that it reads, and the scheme's library on the other side."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from bot.config import load_config
from bot.domain.mention import Incoming, clean
from bot.errors import ConfigError, GiveUp
from bot.sources.base import Answerable, Listening
from bot.sources.formats.webhook_body import MOST_MEDIA, MOST_POSTS, Posts, Shape, read_body
from bot.sources.webhook import WebhookSource, WebhookTable
from tests.config.test_example import SMALLEST
from tests.hook_sender import OTHER_SECRET, SECRET, signed

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def read(said: object, shape: Shape | None = None) -> Posts:
    return read_body(json.dumps(said).encode(), shape or Shape(), NOW)


def one(**said: Any) -> Incoming:
    (item,) = read({"id": "1", "text": "It broke.", **said}).items
    return item


# -- what is read


def test_every_field_of_our_form() -> None:
    assert one(
        title="Not tight",
        url="https://shop.example/417",
        author={"handle": "jo", "name": "Jo Smith", "url": "https://shop.example/jo"},
        posted_at="2026-06-01T11:00:00Z",
        rating=2,
        reach=120,
        language="en-GB",
        parent="Does it close?",
        thread="order-417",
        media=["https://shop.example/417.jpg", "javascript:alert(1)"],
    ) == Incoming(
        external_id="1",
        text="It broke.",
        title="Not tight",
        url="https://shop.example/417",
        author="jo",
        author_name="Jo Smith",
        author_url="https://shop.example/jo",
        reach=120,
        rating=2.0,
        language="en",
        posted_at=NOW - timedelta(hours=1),
        parent="Does it close?",
        thread="order-417",
        media=("https://shop.example/417.jpg",),
    )


def test_an_author_may_be_a_name_only() -> None:
    assert (one(author="jo").author, one(author={"name": "Jo"}).author, one().author) == ("jo", "Jo", "")


def test_a_title_may_be_all_there_is() -> None:
    item = one(text="", title="Broke again")
    assert (item.text, item.title) == ("Broke again", "")


def test_numbers_may_be_ids_and_ids_may_be_long() -> None:
    assert one(id=417).external_id == "417"
    assert one(id="x" * 999).external_id.startswith("sha256:")
    assert one(thread="x" * 999).thread == one(id="x" * 999).external_id


def test_what_cannot_be_read_is_left_empty_and_named_by_its_place() -> None:
    posts = read([{"id": "1", "text": "a", "rating": 11, "posted_at": "soon", "url": "ftp://x", "reach": "many"}])
    assert posts.items[0].rating is None
    assert sorted(posts.problems) == [
        f"[0].{field} cannot be read and is left empty" for field in ("posted_at", "rating", "reach", "url")
    ]


def test_a_date_in_the_future_is_none() -> None:
    assert one(posted_at="2027-01-01").posted_at is None


def test_media_are_bounded() -> None:
    assert len(one(media=[f"https://x.example/{n}" for n in range(99)]).media) == MOST_MEDIA


def test_where_something_is_missing_is_said_in_the_senders_own_words() -> None:
    shape = Shape(paths={"id": "nr", "text": "body.message"}, items="data.reviews")
    with pytest.raises(GiveUp) as caught:
        read({"data": {"reviews": [{"nr": 1}, {"body": {"message": "a"}}]}}, shape)
    assert caught.value.reason == "data.reviews[0].body.message has no text; data.reviews[1].nr is missing or empty"
    with pytest.raises(GiveUp, match=r"^data\.reviews must be a mention or a list of them$"):
        read({"data": {}}, shape)
    with pytest.raises(GiveUp, match=r"^data\.reviews\[1\] must be an object$"):
        read({"data": {"reviews": [{"nr": 1}, 7]}}, shape)


def test_broken_json_is_said_with_its_line_and_column() -> None:
    with pytest.raises(GiveUp, match="line 2, column 3"):
        read_body(b'{\n  id: "1"}', Shape(), NOW)
    with pytest.raises(GiveUp, match="not UTF-8: byte 9"):
        read_body(b'{"text":"\xff"}', Shape(), NOW)


def test_many_problems_are_counted() -> None:
    posts = read([{"id": "1", "text": "good"}, *({"id": str(n)} for n in range(2, 50))])
    assert (len(posts.items), len(posts.problems), posts.problems[-1]) == (1, 21, "and 28 more like these")


def test_five_hundred_come_at_once_and_no_more() -> None:
    many = [{"id": str(number), "text": "a"} for number in range(MOST_POSTS)]
    assert len(read(many).items) == MOST_POSTS
    with pytest.raises(GiveUp, match="the body holds more than 500 mentions: send fewer at once"):
        read([*many, {"id": "x", "text": "a"}])


def test_an_empty_list_is_nothing_and_no_fault() -> None:
    assert read([]) == Posts(items=(), gone=(), problems=())


json_values = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "text", "author"]), inner),
    max_leaves=12,
)
NAMES = ["id", "text", "title", "author", "posted_at", "rating", "reach", "language", "thread", "media", "url", "type"]


@given(st.dictionaries(st.sampled_from(NAMES), json_values) | st.lists(json_values, max_size=4) | json_values)
def test_any_json_is_read_or_refused(said: object) -> None:
    try:
        posts = read(said)
    except GiveUp as refusal:
        assert refusal.reason.isprintable()  # noqa: PT017 - either outcome is right
        return
    for item in posts.items:
        assert item.external_id
        assert clean(item.text) == item.text != ""


# -- what is believed


def test_it_believes_what_the_schemes_own_library_signed_and_the_other_way_round() -> None:
    now = datetime.now(UTC)
    sent = signed({"id": "1", "text": "a"}, now)
    assert WebhookSource(name="hook", secrets=(SECRET,)).receive(sent.headers, sent.body, now).items
    assert Webhook(SECRET).verify(sent.body, sent.headers)


def test_of_several_signatures_and_secrets_one_pair_has_to_fit() -> None:
    sent = signed({"id": "1", "text": "a"}, NOW)
    other = signed({"id": "1", "text": "a"}, NOW, id=sent.headers["webhook-id"], secret=OTHER_SECRET)
    both = f"v1a,xyz {other.headers['webhook-signature']} {sent.headers['webhook-signature']}"
    source = WebhookSource(name="hook", secrets=("whsec_" + "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg=", SECRET))
    assert source.receive({**sent.headers, "webhook-signature": both}, sent.body, NOW).items


# -- how it is configured


def config(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "config.toml"
    table = "\n".join(['kind = "webhook"', 'name = "Shop"', 'secret = "SHOP_SECRET"', *lines])
    path.write_text(f"{SMALLEST}\n[[sources]]\n{table}\n")
    return path


ENV = {"SHOP_SECRET": SECRET, "OLD_SECRET": OTHER_SECRET, "EMPTY": "", "SHORT": "whsec_c2hvcnQ="}


def test_the_secrets_come_from_the_environment(tmp_path: Path) -> None:
    path = config(tmp_path, 'secret_before = "OLD_SECRET"', 'fields = { text = "body.0.message" }', 'items = "data"')
    (table,) = load_config(path, ENV).sources
    assert isinstance(table, WebhookTable)
    source = table.build(Listening())
    assert isinstance(source, WebhookSource)
    assert source.secrets == (SECRET, OTHER_SECRET)
    assert (source.shape.path("text"), source.shape.path("id"), source.shape.items) == ("body.0.message", "id", "data")
    assert not isinstance(source, Answerable)
    assert set(table.secrets()) == {SECRET, OTHER_SECRET}


def test_a_callback_makes_it_answerable(tmp_path: Path) -> None:
    path = config(tmp_path, 'reply_url = "https://shop.example/e"', 'reply_secret = "OLD_SECRET"', "reply_max = 500")
    source = load_config(path, ENV).sources[0].build(Listening())
    assert isinstance(source, Answerable)
    assert source.max_answer == 500


@pytest.mark.parametrize(
    ("line", "advice"),
    [
        ('fields = { txt = "body" }', "there is no txt; a mention has type, id, text"),
        ('secret_before = "SHORT"', "at least 24 random bytes"),
        ('secret_before = "EMPTY"', "EMPTY is not set"),
        ('reply_url = "https://shop.example/e"', "add reply_secret"),
        ("reply_max = 5", "add reply_url"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, line: str, advice: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(config(tmp_path, line), ENV)
    (fault,) = caught.value.faults
    assert advice in fault
    assert "config.toml:" in fault
    assert "c2hvcnQ" not in fault

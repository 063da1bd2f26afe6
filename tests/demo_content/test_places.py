"""The places over HTTP: feeds hold every text unchanged, time releases posts, and people can write."""

import json
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from urllib.parse import urlsplit

import feedparser
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from sandbox.places.board import Board, Draft, RefusedDraft
from sandbox.places.feeds import render_feed
from sandbox.places.stream import Format, Place, Post, Stream
from tests.demo_content.conftest import MovedClock

LONG_AFTER = 10_000.0
"""Minutes after which the whole story has been told."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What a reader of the feed gets, whichever the format."""

    url: str
    title: str
    text: str
    author_name: str
    published: str
    updated: str
    stars: int | None
    followers: int | None
    points: int | None
    reply_to: str


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words = ""

    def handle_data(self, data: str) -> None:
        self.words += data

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.words += "\n" if tag == "br" else f"<{tag}>"


def plain(detail: dict[str, str]) -> str:
    if detail["type"] == "text/plain":
        return detail["value"]
    words = _Words()
    words.feed(detail["value"])
    words.close()
    return words.words


def read_feed(place: Place, body: bytes) -> list[Entry]:
    return read_json(body) if place.format is Format.JSON else read_xml(place, body)


def read_json(body: bytes) -> list[Entry]:
    entries = []
    for item in json.loads(body)["items"]:
        extra = item["_place"]
        entries.append(
            Entry(
                url=item["url"],
                title=item.get("title", ""),
                text=item["content_text"],
                author_name=item["authors"][0]["name"],
                published=item["date_published"],
                updated=item.get("date_modified", item["date_published"]),
                stars=extra.get("stars"),
                followers=extra.get("followers"),
                points=extra.get("points"),
                reply_to=extra.get("in_reply_to", ""),
            )
        )
    return entries


def read_xml(place: Place, body: bytes) -> list[Entry]:
    feed = feedparser.parse(body)
    assert not feed.bozo, feed.get("bozo_exception")
    assert feed.version == {"rss": "rss20", "atom": "atom10"}[place.format]
    entries = []
    for entry in feed.entries:
        content = entry.content[0] if place.format is Format.ATOM else entry.summary_detail
        rating = entry.get("media_starrating", {}).get("average")
        entries.append(
            Entry(
                url=entry.link,
                title=plain(entry.title_detail) if "title_detail" in entry else "",
                text=plain(content),
                author_name=entry.author_detail.name,
                published=iso(entry.published_parsed),
                updated=iso(entry.updated_parsed),
                stars=int(rating) if rating else None,
                followers=int(entry["place_followers"]) if "place_followers" in entry else None,
                points=int(entry["place_points"]) if "place_points" in entry else None,
                reply_to=entry.get("thr_in-reply-to", {}).get("href", ""),
            )
        )
    return entries


def iso(parsed: tuple[int, ...]) -> str:
    year, month, day, hour, minute, second = parsed[:6]
    return f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"


def told(post: Post, base: str, started: datetime, speed: float) -> Entry:
    """What the story says that a feed should give at its end."""
    last = post.edits[-1] if post.edits else None

    def when(at: float) -> str:
        moment = started + timedelta(minutes=at / speed if at > 0 else at)
        return moment.replace(microsecond=0).astimezone(UTC).isoformat().replace("+00:00", "Z")

    return Entry(
        url=base + post.url,
        title=post.title,
        text=last.text if last else post.text,
        author_name=post.author_name,
        published=when(post.at),
        updated=when(last.at if last else post.at),
        stars=last.stars if last else post.stars,
        followers=post.followers,
        points=post.points,
        reply_to=f"{base}/places/{post.place}/{post.reply_to}" if post.reply_to else "",
    )


def entries_of(site: TestClient, place: Place) -> list[Entry]:
    answer = site.get(f"/places/{place.name}/feed")
    assert answer.status_code == 200
    return read_feed(place, answer.content)


def test_the_feeds_give_the_whole_story_back(site: TestClient, clock: MovedClock, story: Stream) -> None:
    started = clock.now
    clock.forward(LONG_AFTER)
    for place in story.places.values():
        wanted = [told(post, "http://127.0.0.1:3000", started, 2.0) for post in story.posts if post.place == place.name]
        given_back = {entry.url: entry for entry in entries_of(site, place)}
        assert given_back == {entry.url: entry for entry in wanted}


def test_each_format_is_spoken_in_two_places_at_least(story: Stream) -> None:
    formats = [place.format for place in story.places.values()]
    assert all(formats.count(one) >= 2 for one in Format)


def test_labels_and_notes_are_nowhere_to_be_seen(site: TestClient, clock: MovedClock, story: Stream) -> None:
    clock.forward(LONG_AFTER)
    for place in story.places.values():
        for path in (f"/places/{place.name}/feed", f"/places/{place.name}"):
            assert "expected_" not in site.get(path).text
    assert "repeated critic" not in site.get("/places/hobnob/feed").text


def test_posts_appear_as_time_goes_by_at_the_chosen_speed(site: TestClient, clock: MovedClock, story: Stream) -> None:
    place = story.places["chirrup"]
    to_come = sorted(post.at for post in story.posts if post.place == "chirrup" and post.at > 0)
    at_start = len(entries_of(site, place))
    assert at_start == sum(post.place == "chirrup" and post.at <= 0 for post in story.posts)
    clock.forward(to_come[0] / 2 - 0.01)
    assert len(entries_of(site, place)) == at_start
    clock.forward(0.02)
    newest = entries_of(site, place)[0]
    assert len(entries_of(site, place)) == at_start + 1
    assert datetime.fromisoformat(newest.published) <= clock.now


def test_an_edit_changes_text_stars_and_time_but_not_the_address(
    site: TestClient, clock: MovedClock, story: Stream
) -> None:
    post = next(post for post in story.posts if post.place == "spoonful" and post.edits)
    place = story.places["spoonful"]
    before = next(entry for entry in entries_of(site, place) if entry.url.endswith(post.url))
    clock.forward(LONG_AFTER)
    after = next(entry for entry in entries_of(site, place) if entry.url.endswith(post.url))
    assert (before.text, before.stars, before.updated) == (post.text, post.stars, before.published)
    assert (after.text, after.stars, after.published) == (post.edits[0].text, post.edits[0].stars, before.published)
    assert after.updated > before.updated


@pytest.mark.parametrize("place", ["chirrup", "hobnob", "appery"])
def test_an_unchanged_feed_is_not_sent_again(site: TestClient, clock: MovedClock, place: str) -> None:
    first = site.get(f"/places/{place}/feed")
    for header, name in (("if-none-match", "etag"), ("if-modified-since", "last-modified")):
        again = site.get(f"/places/{place}/feed", headers={header: first.headers[name]})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
    clock.forward(LONG_AFTER)
    for header, name in (("if-none-match", "etag"), ("if-modified-since", "last-modified")):
        assert site.get(f"/places/{place}/feed", headers={header: first.headers[name]}).status_code == 200


def test_the_tag_decides_where_both_conditions_are_sent(site: TestClient) -> None:
    first = site.get("/places/hobnob/feed")
    both = {"if-none-match": '"another"', "if-modified-since": first.headers["last-modified"]}
    assert site.get("/places/hobnob/feed", headers=both).status_code == 200
    assert (
        site.get("/places/hobnob/feed", headers={"if-none-match": f'"x", W/{first.headers["etag"]}'}).status_code == 304
    )
    assert site.get("/places/hobnob/feed", headers={"if-modified-since": "yesterday"}).status_code == 200


def test_every_link_in_a_feed_opens_a_page_with_the_text(site: TestClient, clock: MovedClock, story: Stream) -> None:
    clock.forward(LONG_AFTER)
    for place in story.places.values():
        for entry in entries_of(site, place):
            page = site.get(urlsplit(entry.url).path)
            assert page.status_code == 200
            assert entry.text in page_words(page.text)


def page_words(page: str) -> str:
    words = _Words()
    words.feed(page)
    words.close()
    return words.words


def test_hostile_text_makes_no_markup_on_a_page(site: TestClient) -> None:
    page = site.get("/places/hobnob").text
    assert "&lt;script&gt;alert" in page
    assert "<script" not in page
    assert "<img" not in page


def test_what_a_person_writes_is_in_the_next_feed(site: TestClient, story: Stream) -> None:
    before = site.get("/places/spoonful/feed")
    fields = {
        "author_name": "Zoë Q.",
        "title": "Tea & <b>toast</b>",
        "text": "1 < 2 & 3 > 2\r\nnext line  ",
        "stars": "2",
    }
    answer = site.post("/places/spoonful", data=fields)
    assert answer.status_code == 303
    after = site.get("/places/spoonful/feed", headers={"if-none-match": before.headers["etag"]})
    newest = read_feed(story.places["spoonful"], after.content)[0]
    assert urlsplit(newest.url).path == answer.headers["location"]
    assert (newest.title, newest.text, newest.stars) == ("Tea & <b>toast</b>", "1 < 2 & 3 > 2\nnext line", 2)
    assert newest.author_name == "Zoë Q."
    assert "1 &lt; 2 &amp; 3" in site.get(answer.headers["location"]).text


def test_a_person_can_answer_and_edit(site: TestClient, clock: MovedClock, story: Stream) -> None:
    url = site.post("/places/chirrup", data={"text": "Same here", "reply_to": "chirrup-001"}).headers["location"]
    assert "Same here" in site.get("/places/chirrup/chirrup-001").text
    clock.forward(1)
    assert site.post(url, data={"text": "Not any more"}).status_code == 303
    newest = next(entry for entry in entries_of(site, story.places["chirrup"]) if entry.url.endswith(url))
    assert (newest.text, newest.reply_to) == ("Not any more", "http://127.0.0.1:3000/places/chirrup/chirrup-001")
    assert newest.updated > newest.published


@pytest.mark.parametrize(
    ("path", "fields", "words"),
    [
        ("/places/chirrup", {"text": "  \r\n "}, "nothing in it"),
        ("/places/chirrup", {"text": "x" * 20_001}, "20,001 characters"),
        ("/places/chirrup", {"text": "x" * 300_000}, "256 KiB"),
        ("/places/spoonful", {"text": "hm", "stars": "6"}, "not between 1 and 5"),
        ("/places/spoonful", {"text": "hm", "stars": "many"}, "no whole number"),
        ("/places/chirrup/chirrup-001", {"text": "hijacked"}, "wrote yourself"),
    ],
)
def test_a_form_that_cannot_be_taken_says_why(site: TestClient, path: str, fields: dict[str, str], words: str) -> None:
    feed = site.get("/places/chirrup/feed").headers["etag"]
    answer = site.post(path, data=fields)
    assert answer.status_code == 400
    assert words in answer.text
    assert site.get("/places/chirrup/feed").headers["etag"] == feed


def test_another_site_cannot_write_in_a_persons_name(site: TestClient) -> None:
    answer = site.post("/places/chirrup", data={"text": "spam"}, headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "path", ["/places/cellar", "/places/cellar/feed", "/places/chirrup/x", "/places/chirrup/by/nobody"]
)
def test_what_is_not_there_is_404(site: TestClient, path: str) -> None:
    assert site.get(path).status_code == 404


def test_a_post_of_the_future_cannot_be_read_yet(site: TestClient, clock: MovedClock, story: Stream) -> None:
    last = story.posts[-1]
    assert site.get(last.url).status_code == 404
    clock.forward(LONG_AFTER)
    assert site.get(last.url).status_code == 200


def test_an_author_has_a_page_with_all_posts(site: TestClient, story: Stream) -> None:
    page = site.get("/places/chirrup/by/wilf_measures").text
    posts = [
        post for post in story.posts if post.place == "chirrup" and post.author == "wilf_measures" and post.at <= 0
    ]
    assert page.count("<article") == len(posts) > 3


def test_the_front_page_names_every_place(site: TestClient, story: Stream) -> None:
    page = site.get("/places").text
    assert all(place.title in page for place in story.places.values())


NOOKS = {
    one: Place(name="nook", title="Nook", tagline="A corner", kind="forum", format=one, color="#123456", titles=True)
    for one in Format
}


@given(text=st.text(max_size=200), title=st.text(max_size=40), format_=st.sampled_from(Format))
def test_any_text_survives_the_feed(text: str, title: str, format_: Format) -> None:
    assume(not any(is_mended_by_feedparser(printable(part)) for part in (text, title)))
    place = NOOKS[format_]
    board = Board(Stream(places={"nook": place}, posts=()), speed=1.0, clock=MovedClock())
    try:
        board.add(place, Draft(author_name="Ann", title=title, text=text))
    except RefusedDraft:
        assert not printable(text)
        return
    (entry,) = read_feed(place, render_feed(place, board.visible("nook"), "http://127.0.0.1"))
    assert entry.text == printable(text)
    assert entry.title.split() == printable(title).split()


def is_mended_by_feedparser(text: str) -> bool:
    """Feedparser takes what can be read as UTF-8 shown as Latin-1 for that: “Â¡” comes out as “¡”."""
    try:
        return text.encode("latin-1").decode("utf-8") != text
    except UnicodeError:
        return False


def printable(text: str) -> str:
    """Without controls and what Unicode keeps free of characters."""
    return "".join(
        ch
        for ch in text.replace("\r\n", "\n")
        if ch in "\t\n" or (unicodedata.category(ch) not in ("Cc", "Cs") and ch not in "\ufffe\uffff")
    ).strip()

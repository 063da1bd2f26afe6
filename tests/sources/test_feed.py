import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import Message
from pathlib import Path

import pytest

from bot.domain.mention import Incoming
from bot.errors import GiveUp, Retry
from bot.sources import feed
from bot.sources.feed import LONGEST_TTL, POISON_PAUSE, FeedSource
from bot.sources.formats import feed_child
from bot.sources.net.fetch import MIB
from tests.sources.loopback import Answer, Place, place

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
LONG_AGO = timedelta(days=3650)
ATOM = "<feed xmlns='http://www.w3.org/2005/Atom'"


@pytest.fixture
def web() -> Iterator[Place]:
    with place() as served:
        yield served


def source(web: Place, path: str = "/feed") -> FeedSource:
    return FeedSource(name="feed", url=web.url(path), allow_private=True, first_lookback=LONG_AGO)


def read(web: Place, body: bytes | str, content_type: str = "application/xml") -> dict[str, Incoming]:
    encoded = body.encode() if isinstance(body, str) else body
    web.answers["/feed"] = Answer(body=encoded, headers={"Content-Type": content_type})
    return {item.external_id: item for item in source(web).poll("", NOW).items}


def rss(*items: str, channel: str = "") -> str:
    names = "xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:media='http://search.yahoo.com/mrss/'"
    inner = "".join(f"<item>{item}</item>" for item in items)
    return f"<rss version='2.0' {names} xmlns:place='urn:x'><channel>{channel}{inner}</channel></rss>"


# Asking politely


def test_second_poll_asks_whether_something_changed(web: Place) -> None:
    def conditional(path: str, headers: Message) -> Answer:
        if headers["If-None-Match"] == '"1"' and headers["If-Modified-Since"] == "Mon, 01 Jun 2026 10:00:00 GMT":
            return Answer(status=304)
        marks = {"ETag": '"1"', "Last-Modified": "Mon, 01 Jun 2026 10:00:00 GMT"}
        return Answer(body=rss("<title>a</title>").encode(), headers=marks)

    web.answers["/feed"] = conditional
    first = source(web).poll("", NOW)
    second = source(web).poll(first.cursor, NOW)
    assert (len(first.items), len(second.items), second.cursor) == (1, 0, first.cursor)
    assert "application/atom+xml" in web.asked[0][1]["Accept"]


def test_etag_beyond_ascii_comes_back_as_it_was(web: Place) -> None:
    web.answers["/feed"] = Answer(body=rss("<title>a</title>").encode(), headers={"ETag": '"caf\u00e9"'})
    cursor = source(web).poll("", NOW).cursor
    source(web).poll(cursor, NOW)
    assert web.asked[1][1]["If-None-Match"].encode("latin-1", "surrogateescape").endswith(b'caf\xe9"')


def test_same_bytes_without_an_etag_are_not_read_again(web: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    web.answers["/feed"] = Answer(body=rss("<title>a</title>").encode())
    cursor = source(web).poll("", NOW).cursor
    monkeypatch.setattr(feed, "read_in_child", None)
    assert source(web).poll(cursor, NOW).items == ()


def test_304_to_a_first_question_is_not_taken_for_no_news(web: Place) -> None:
    web.answers["/feed"] = Answer(status=304)
    with pytest.raises(Retry, match="first question"):
        source(web).poll("", NOW)


def test_headers_and_login_of_the_source_are_sent_and_not_shown(web: Place) -> None:
    web.answers["/feed"] = Answer(body=rss("<title>a</title><link>/a</link>").encode())
    url = web.url("/feed?key=hunter2").replace("http://", "http://me:hunter2@")
    web.answers["/feed?key=hunter2"] = web.answers["/feed"]
    secret = FeedSource(name="s", url=url, allow_private=True, headers=(("X-Key", "hunter2"),))
    batch = secret.poll("", NOW)
    assert web.asked[0][1]["X-Key"] == "hunter2"
    assert "hunter2" not in repr(secret) + repr(batch)


@pytest.mark.parametrize(
    ("ttl", "wait"), [("15", timedelta(minutes=15)), ("1440", LONGEST_TTL), ("x", None), ("", None)]
)
def test_ttl_is_honoured_within_reason(web: Place, ttl: str, wait: timedelta | None) -> None:
    web.answers["/feed"] = Answer(body=rss("<title>a</title>", channel=f"<ttl>{ttl}</ttl>").encode())
    assert source(web).poll("", NOW).retry_after == wait


def test_more_left_out_than_can_be_remembered_falls_back_to_the_date(
    web: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "MAX_SKIPPED", 2)
    old = [f"<guid>{n}</guid><title>t</title><pubDate>Mon, 01 Jan 2024 00:00:00 GMT</pubDate>" for n in range(3)]
    young = replace(source(web), first_lookback=timedelta(days=1))
    web.answers["/feed"] = Answer(body=rss(*old).encode())
    first = young.poll("", NOW)
    web.answers["/feed"] = Answer(body=rss("<guid>9</guid><title>new</title>", *old).encode())
    assert [item.external_id for item in young.poll(first.cursor, NOW).items] == ["9"]


# What entries say


def test_rss_entry_with_all_its_parts(web: Place) -> None:
    items = read(
        web,
        rss(
            """<guid isPermaLink="false">g1</guid><title>Kettle &amp;amp; lid</title><link>https://x.example/1</link>
            <pubDate>Mon, 01 Jun 2026 10:00:00 +0200</pubDate><dc:creator>Jo Doe</dc:creator>
            <description><![CDATA[<p>It <b>leaks</b>.</p><p>Twice &mdash; sad <img src="https://x.example/i.png"></p>]]>
            </description><enclosure url="/a.mp3" type="audio/mpeg" length="1"/>
            <media:thumbnail url="https://x.example/t.png"/><media:content url="javascript:alert(1)"/>
            <media:community><media:starRating average="7" min="1" max="10"/></media:community>
            <place:author>jo_d</place:author><place:followers>48200</place:followers>""",
            channel="<language>en-GB</language>",
        ),
    )
    assert items["g1"] == Incoming(
        external_id="g1",
        text="It leaks.\n\nTwice — sad",
        title="Kettle & lid",
        url="https://x.example/1",
        author="jo_d",
        author_name="Jo Doe",
        reach=48200,
        rating=3.5,
        language="en",
        posted_at=datetime(2026, 6, 1, 8, tzinfo=UTC),
        media=(web.url("/a.mp3"), "https://x.example/t.png", "https://x.example/i.png"),
    )


def test_app_store_review_with_stars_and_both_texts(web: Place) -> None:
    items = read(
        web,
        f"""{ATOM} xmlns:im='http://itunes.apple.com/rss'><entry><id>1</id><title>Bad</title>
        <content type="text">Plain one</content><content type="html">&lt;b&gt;Bad&lt;/b&gt; rich one</content>
        <im:rating>2</im:rating><author><name>nick</name><uri>https://itunes.example/r1</uri></author>
        <updated>2026-05-01T00:00:00-07:00</updated></entry></feed>""",
    )
    (item,) = items.values()
    assert (item.text, item.rating, item.author, item.author_url) == (
        "Plain one",
        2.0,
        "nick",
        "https://itunes.example/r1",
    )
    assert item.posted_at == datetime(2026, 5, 1, 7, tzinfo=UTC)


def test_json_feed_item_with_extensions(web: Place) -> None:
    item = {
        "id": 17,
        "url": "https://x.example/17",
        "content_html": "<p>one</p><p>two</p>",
        "date_published": "2026-06-01T10:00:00Z",
        "language": "pt-BR",
        "authors": [{"name": "Jo", "url": "https://x.example/jo", "_followers": 12}],
        "attachments": [{"url": "https://x.example/v.mp4"}, 5],
        "_rating": 4,
    }
    items = read(web, json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [item, "no object"]}))
    assert items == {
        "17": Incoming(
            external_id="17",
            text="one\n\ntwo",
            url="https://x.example/17",
            author="Jo",
            author_name="Jo",
            author_url="https://x.example/jo",
            reach=12,
            rating=4.0,
            language="pt",
            posted_at=datetime(2026, 6, 1, 10, tzinfo=UTC),
            media=("https://x.example/v.mp4",),
        )
    }


def test_answer_carries_the_text_it_answers_where_the_feed_has_it(web: Place) -> None:
    thread = "xmlns:thr='http://purl.org/syndication/thread/1.0'"
    items = read(
        web,
        f"""{ATOM} {thread}><entry><id>urn:2</id><content>Same here</content><thr:in-reply-to ref='urn:1'/></entry>
        <entry><id>urn:3</id><content>Lost</content><thr:in-reply-to ref='urn:0'/></entry>
        <entry><id>urn:1</id><content>Mine leaks</content></entry></feed>""",
    )
    assert {key: item.parent for key, item in items.items()} == {"urn:2": "Mine leaks", "urn:3": "", "urn:1": ""}
    posts = [
        {"id": "b", "content_text": "Same", "_place": {"in_reply_to": "https://x.example/a"}},
        {"id": "a", "content_text": "Mine leaks", "url": "https://x.example/a"},
    ]
    items = read(web, json.dumps({"version": "https://jsonfeed.org/version/1", "items": posts}))
    assert items["b"].parent == "Mine leaks"


def test_id_is_the_guid_else_the_link_else_a_digest(web: Place) -> None:
    entries = [
        "<guid isPermaLink='false'>g</guid><link>https://x.example/1</link><title>t</title>",
        "<link>https://x.example/2</link><title>t</title>",
        "<title>only words</title>",
        f"<guid isPermaLink='false'>{'long' * 100}</guid><title>t</title>",
    ]
    first = list(read(web, rss(*entries)))
    assert first == list(read(web, rss(*entries)))
    assert set(first[:2]) == {"g", "https://x.example/2"}
    assert all(key.startswith("sha256:") for key in first[2:])
    assert len(set(first)) == 4


def test_of_two_entries_with_one_id_the_newer_stays_and_it_is_said(web: Place) -> None:
    entries = [
        f"<entry><id>urn:1</id><updated>2026-05-0{day}T00:00:00Z</updated><content>day {day}</content></entry>"
        for day in (1, 3, 2)
    ]
    web.answers["/feed"] = Answer(body=f"{ATOM}>{''.join(entries)}</feed>".encode())
    batch = source(web).poll("", NOW)
    assert [item.text for item in batch.items] == ["day 3"]
    assert len(batch.problems) == 2
    assert "day" not in "".join(batch.problems)


@pytest.mark.parametrize(
    ("stars", "rating"),
    [("5", 5.0), ("1", 1.0), ("0", None), ("6", None), ("nan", None), ("many", None), ("inf", None)],
)
def test_rating_outside_one_to_five_is_no_rating(web: Place, stars: str, rating: float | None) -> None:
    item = {"id": "1", "content_text": "x", "_rating": stars}
    (found,) = read(web, json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [item]})).values()
    assert found.rating == rating


def test_batch_is_in_the_order_of_writing(web: Place) -> None:
    days = [f"<guid>{d}</guid><title>t</title><pubDate>Mon, 0{d} May 2026 00:00:00 GMT</pubDate>" for d in (3, 1, 2)]
    assert list(read(web, rss(*days))) == ["1", "2", "3"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "iso-8859-1", "windows-1252"])
def test_encodings_are_read_as_declared(web: Place, encoding: str) -> None:
    declared = "" if encoding == "utf-8-sig" else f"<?xml version='1.0' encoding='{encoding}'?>"
    (item,) = read(web, (declared + rss("<title>Grüße</title>")).encode(encoding)).values()
    assert item.text == "Grüße"


# Hostile feeds


def test_half_a_megabyte_of_comment_openers_costs_nothing_and_spares_the_other_entry(web: Place) -> None:
    started = time.monotonic()
    bomb = rss(f"<description><![CDATA[{'<!--' * 128_000}]]></description>", "<title>good</title>")
    assert "good" in {item.text for item in read(web, bomb).values()}
    assert time.monotonic() - started < 30, "it was 48 s on a free machine"


BILLION = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 10))
DOCTYPES = [
    f"<!DOCTYPE rss [<!ENTITY l0 'lol'>{BILLION}]>",
    "<!DOCTYPE rss [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>",
    "<!DOCTYPE rss PUBLIC '>' \"[\" [<!ENTITY x 'y'>]>",
    "<!doctype rss\n[ <!-- --> ]>",
]


@pytest.mark.parametrize("doctype", DOCTYPES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_document_that_declares_entities_is_refused(web: Place, doctype: str, encoding: str) -> None:
    with pytest.raises(GiveUp, match="entities"):
        read(web, (doctype + rss("<title>&l9;&x;</title>")).encode(encoding))


def test_document_type_without_entities_is_fine(web: Place) -> None:
    doctype = "<!DOCTYPE rss PUBLIC '-//Netscape//DTD RSS 0.91//EN' 'http://my.netscape.com/rss-0.91.dtd'>"
    assert [item.text for item in read(web, doctype + rss("<title>a</title>")).values()] == ["a"]


def test_child_that_is_stopped_by_its_processor_limit_is_a_retry(web: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "WALL", timedelta(minutes=2))
    _in_child(monkeypatch, "resource.setrlimit(resource.RLIMIT_CPU, (1, 2))\nwhile True: pass")
    with pytest.raises(Retry, match="processor time") as caught:
        read(web, rss())
    assert caught.value.after == POISON_PAUSE


def test_child_that_hangs_is_killed_and_a_retry(web: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    _in_child(monkeypatch, f"open({str(pid_file)!r}, 'w').write(str(os.getpid()))\ntime.sleep(600)")
    for seconds in (0.5, 5, 60):  # a busy machine takes longer to start it
        monkeypatch.setattr(feed, "WALL", timedelta(seconds=seconds))
        with pytest.raises(Retry, match="too long"):
            read(web, rss())
        if pid_file.exists() and pid_file.read_text():
            break
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid_file.read_text()), signal.SIGCONT)


def test_child_that_breaks_is_a_retry_that_quotes_nobody(web: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    _in_child(monkeypatch, "raise LookupError('hunter2 wrote this')")
    with pytest.raises(Retry, match=r"broke the reader \(LookupError\)$"):
        read(web, rss())


def _in_child(monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    """The child runs this code instead of ours."""
    real = subprocess.run
    code = f"import os, resource, time\n{body}"
    monkeypatch.setattr(subprocess, "run", lambda command, **options: real([command[0], "-c", code], **options))


def test_child_has_no_secret_of_ours_and_limits_itself(web: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-hunter2")
    shown = "import sys; from bot.sources.formats import feed_child; feed_child.limit_this_process()\n"
    shown += "sys.stdout.write(f'{dict(os.environ)} {resource.getrlimit(resource.RLIMIT_AS)}'); sys.exit(3)"
    _in_child(monkeypatch, shown)
    with pytest.raises(GiveUp) as caught:
        read(web, rss())
    assert "xoxb" not in caught.value.reason
    assert str(feed_child.MEMORY) in caught.value.reason


def test_feed_of_too_many_entries_says_so_and_keeps_the_first(web: Place) -> None:
    web.answers["/feed"] = Answer(body=rss(*(f"<guid>{n}</guid><title>t</title>" for n in range(5_003))).encode())
    batch = source(web).poll("", NOW)
    assert len(batch.items) == 5_000
    assert batch.problems == ("the feed has more than 5000 entries; the rest is left out",)


def test_many_bad_entries_are_counted_not_listed(web: Place) -> None:
    web.answers["/feed"] = Answer(body=rss(*["<link>x</link>"] * 50).encode())
    problems = source(web).poll("", NOW).problems
    assert (len(problems), problems[-1]) == (21, "and 30 more entries")


def test_deeply_nested_json_is_refused(web: Place) -> None:
    with pytest.raises(GiveUp, match="not valid JSON"):
        read(web, b'{"version": "https://jsonfeed.org/version/1", "items": ' + b"[" * MIB)


def test_json_that_is_no_feed_says_what_is_missing(web: Place) -> None:
    with pytest.raises(GiveUp, match="JSON Feed"):
        read(web, '{"feed": {"entry": []}}')

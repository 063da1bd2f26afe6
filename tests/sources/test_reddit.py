import json
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from bot.domain.mention import Incoming
from bot.errors import GiveUp, Retry
from bot.sources.base import Listening
from bot.sources.reddit import Reddit, shelves_of
from tests.contracts.cases.reddit import OURS, SUBMISSION, RedditPlace, listing, table
from tests.contracts.feeds import Post
from tests.sources.loopback import Answer
from tests.sources.wire import Asked, Wire, said, wire

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
HEARD = Listening(names=("Simmerwick", "#simmerwick"))
RECORDINGS = Path(__file__).resolve().parents[3] / "shared" / "recordings"
TOKEN = {"access_token": "t", "token_type": "bearer", "expires_in": 3_600, "scope": "*"}


def post(number: int, *, title: str = "", text: str = "It leaks.", ago: timedelta = timedelta(hours=1)) -> Post:
    return Post(id=f"urn:post:{number}", text=text, title=title, at=NOW - ago, author="jo")


@pytest.fixture
def place() -> RedditPlace:
    return RedditPlace()


@pytest.fixture
def web(place: RedditPlace) -> Iterator[Wire]:
    with wire(place.speak) as served:
        yield served


def source(web: Wire, **keys: Any) -> Reddit:
    built = table(web.url, **keys).build(HEARD)
    assert isinstance(built, Reddit)
    return built


def shown(thing: dict[str, Any], **also: dict[str, Any]) -> list[Incoming]:
    """What is read of a place whose inbox shows this thing, and that knows `also` by name."""
    known = {thing["name"]: thing, **also}

    def speak(asked: Asked) -> Answer:
        if asked.path == "/api/v1/access_token":
            return said(TOKEN)
        if asked.path == "/api/info":
            return said(listing([known[name] for name in asked.query["id"].split(",") if name in known]))
        return said(listing([thing] if asked.path == "/message/mentions" else []))

    with wire(speak) as web:
        return list(source(web).poll("", NOW).items)


def comment(**told: Any) -> dict[str, Any]:
    at = (NOW - timedelta(hours=1)).timestamp()
    return {"name": "t1_c1", "author": "jo", "body": "hello", "created_utc": at, "parent_id": SUBMISSION, **told}


# Reading


def test_a_comment_comes_with_what_it_answers_its_score_and_its_submission(place: RedditPlace, web: Wire) -> None:
    place.show([post(5)])
    (item,) = source(web).poll("", NOW).items
    assert (item.external_id, item.thread, item.parent) == ("t1_p5", SUBMISSION, "A kettle\nWhich one?")
    assert item.url == "https://www.reddit.com/r/tea/comments/kettle/x/p5/"
    assert (item.author, item.author_url, item.reach) == ("jo", "https://www.reddit.com/user/jo", 4)


def test_what_is_written_under_our_own_submissions_is_heard_but_for_reddits_robot() -> None:
    def speak(asked: Asked) -> Answer:
        if asked.path == "/api/v1/access_token":
            return said(TOKEN)
        under = [comment(type="post_reply"), comment(name="t1_c2", author="AutoModerator", body="Read the rules.")]
        return said(listing(under if asked.path == "/message/selfreply/" else []))

    with wire(speak) as web:
        (item,) = source(web).poll("", NOW).items
    assert (item.external_id, item.author) == ("t1_c1", "jo")


def test_parents_and_the_present_state_cost_one_question_each(place: RedditPlace, web: Wire) -> None:
    place.show([post(number) for number in range(1, 60)])
    source(web).poll("", NOW)
    assert web.paths().count("/api/info") == 2
    assert web.paths().count("/api/v1/access_token") == 1


def test_where_only_the_inbox_knows_it_the_submission_is_read_from_its_address() -> None:
    context = "/r/tea/comments/kettle/which_one/c1/?context=3"

    def speak(asked: Asked) -> Answer:
        if asked.path == "/api/v1/access_token":
            return said(TOKEN)
        return said(listing([comment(context=context)] if asked.path == "/message/mentions" else []))

    with wire(speak) as web:
        (item,) = source(web).poll("", NOW).items
    assert (item.thread, item.url) == (SUBMISSION, "https://www.reddit.com/r/tea/comments/kettle/which_one/c1/")


def test_a_link_has_the_link_for_its_text_and_a_picture_is_media(place: RedditPlace) -> None:
    told = {"name": "t3_l1", "title": "Look", "selftext": "", "url": "https://i.example/1.jpg", "post_hint": "image"}
    (item,) = shown(comment(**told))
    assert (item.title, item.text, item.media) == ("Look", "https://i.example/1.jpg", ("https://i.example/1.jpg",))


@pytest.mark.parametrize("told", [{"body": "[removed]"}, {"body": "[deleted]", "author": "[deleted]"}])
def test_what_was_taken_down_before_we_came_is_no_mention(told: dict[str, Any]) -> None:
    assert shown(comment(**told)) == []


def test_a_post_that_is_gone_although_the_search_still_shows_it_is_no_mention(place: RedditPlace, web: Wire) -> None:
    at = (NOW - timedelta(hours=1)).timestamp()
    stale = {"name": "t3_s1", "title": "Kettle", "selftext": "It leaks.", "author": "jo", "created_utc": at}

    def speak(asked: Asked) -> Answer:
        if asked.path == "/api/v1/access_token":
            return said(TOKEN)
        gone = stale | {"selftext": "[removed]", "removed_by_category": "moderator"}
        return said(listing({"/search": [stale], "/api/info": [gone]}.get(asked.path, [])))

    with wire(speak) as other:
        assert source(other, search=True).poll("", NOW).items == ()


def test_our_own_comments_are_no_mentions() -> None:
    assert shown(comment(author=OURS.upper())) == []


def test_a_deleted_parent_is_no_context() -> None:
    gone = {"name": SUBMISSION, "title": "A kettle", "selftext": "[deleted]", "author": "[deleted]"}
    assert [item.parent for item in shown(comment(), **{SUBMISSION: gone})] == [""]


@pytest.mark.parametrize("name", [None, "", "t1", "t4_message", "t1_\ud800", "t1_a\nb", "t1_" + "a" * 99])
def test_what_is_no_post_is_left_out(name: object) -> None:
    children = [{"kind": "t1", "data": comment(name=name)}, {"kind": "more", "data": {}}, None, 3, {"kind": "t1"}]
    page = {"kind": "Listing", "data": {"children": children, "after": None}}
    with wire(lambda asked: said(TOKEN if "token" in asked.path else page)) as web:
        batch = source(web).poll("", NOW)
    assert batch.items == ()


def test_communities_are_searched_for_the_names(place: RedditPlace, web: Wire) -> None:
    source(web, subreddits=["tea", "BuyItForLife"]).poll("", NOW)
    asked = web.asked[-1]
    assert asked.path == "/r/tea+BuyItForLife/search"
    assert (asked.query["q"], asked.query["sort"], asked.query["restrict_sr"]) == (
        '"Simmerwick" OR "#simmerwick"',
        "new",
        "1",
    )


def test_comments_in_the_communities_are_taken_where_they_name_us(web: Wire) -> None:
    at = (NOW - timedelta(hours=1)).timestamp()
    texts = ["Simmerwicks boil well", "Other kettles do not", "I like #simmerwick", "Simmerwicked"]
    things = [
        {"name": f"t1_n{number}", "author": "jo", "body": text, "created_utc": at, "link_id": SUBMISSION}
        for number, text in enumerate(texts)
    ]

    def speak(asked: Asked) -> Answer:
        shown = things if asked.path in ("/r/tea/comments", "/api/info") else []
        return said(TOKEN if "token" in asked.path else listing(shown))

    with wire(speak) as other:
        items = source(other, subreddits=["tea"]).poll("", NOW).items
    assert {item.text for item in items} == {"Simmerwicks boil well", "I like #simmerwick"}


def test_a_community_that_lets_nobody_in_is_named() -> None:
    def speak(asked: Asked) -> Answer:
        if asked.path.startswith("/r/"):
            return Answer(status=403)
        return said(TOKEN if "token" in asked.path else listing([]))

    with wire(speak) as web, pytest.raises(GiveUp, match=r"the place is private .*: /r/tea/comments"):
        source(web, subreddits=["tea"]).poll("", NOW)


def test_all_of_reddit_is_searched_only_where_that_is_wished(place: RedditPlace, web: Wire) -> None:
    source(web).poll("", NOW)
    assert web.paths()[1:] == ["/message/mentions", "/message/comments/", "/message/selfreply/"]
    source(web, search=True).poll("", NOW)
    assert (web.paths()[-1], web.asked[-1].query["restrict_sr"]) == ("/search", "0")


def test_a_search_holds_as_many_words_as_reddit_permits() -> None:
    shelves = shelves_of([f"word number {number}" for number in range(60)], ())
    assert len(shelves) > 1
    assert all(len(shelf) <= 510 for shelf in shelves)


def test_a_deleted_post_that_stood_last_loses_nothing_after_it(place: RedditPlace, web: Wire) -> None:
    """A listing that is asked for what came before a deleted post is empty; this one is read by time."""
    place.show([post(2, ago=timedelta(minutes=50)), post(1)])
    cursor = source(web).poll("", NOW).cursor
    place.show([post(3, ago=timedelta(minutes=40)), post(1)])
    assert "t1_p3" in {item.external_id for item in source(web).poll(cursor, NOW).items}


# Limits


def test_when_the_limit_is_used_up_it_rests_and_does_not_sleep(place: RedditPlace, web: Wire) -> None:
    place.limits = {"x-ratelimit-remaining": "0.0", "x-ratelimit-used": "100", "x-ratelimit-reset": "321"}
    place.show([post(1)])
    begun = time.monotonic()
    batch = source(web).poll("", NOW)
    assert time.monotonic() - begun < 3
    assert (len(batch.items), batch.retry_after) == (1, timedelta(seconds=321))


def test_a_limit_that_ends_before_the_context_costs_the_context_only(place: RedditPlace) -> None:
    def speak(asked: Asked) -> Answer | None:
        is_late = asked.path == "/api/info"
        return Answer(status=429, headers={"x-ratelimit-reset": "77"}) if is_late else place.speak(asked)

    place.show([post(1)])
    with wire(speak) as web:
        batch = source(web).poll("", NOW)
    assert len(batch.items) == 1
    assert batch.retry_after == timedelta(seconds=77)
    assert "without what they answer" in batch.problems[0]


@pytest.mark.parametrize(
    "limits", [{}, {"x-ratelimit-remaining": "x", "x-ratelimit-used": "", "x-ratelimit-reset": "-"}]
)
def test_strange_limits_do_no_harm(place: RedditPlace, web: Wire, limits: dict[str, str]) -> None:
    place.limits = limits
    place.show([post(1)])
    assert source(web).poll("", NOW).retry_after is None


def test_a_refused_poll_waits_until_the_limit_is_new() -> None:
    with wire(lambda _: Answer(status=429, headers={"x-ratelimit-reset": "77"})) as web, pytest.raises(Retry) as caught:
        source(web).poll("", NOW)
    assert caught.value.after == timedelta(seconds=77)
    assert len(web.asked) == 1


# Logging in


@pytest.mark.parametrize(
    "answer",
    [
        said({"message": "Unauthorized", "error": 401}, 401),
        said({"error": "invalid_grant"}),
        said({"error": "invalid_grant"}, 400),
    ],
)
def test_a_refused_login_says_what_to_look_at(answer: Answer) -> None:
    with (
        wire(lambda _: answer) as web,
        pytest.raises(GiveUp, match="username and password those of a script app") as caught,
    ):
        source(web).poll("", NOW)
    assert "hunter2" not in caught.value.reason


@pytest.mark.parametrize(
    "told", [{}, TOKEN | {"expires_in": "x"}, TOKEN | {"scope": None}, TOKEN | {"access_token": "a\nb"}]
)
def test_a_strange_token_is_a_retry(told: dict[str, Any]) -> None:
    with wire(lambda _: said(told)) as web, pytest.raises(Retry):
        source(web).poll("", NOW)


def test_a_token_that_another_one_replaced_is_asked_for_again() -> None:
    answers = {"/api/v1/access_token": said(TOKEN)}
    with wire(lambda asked: answers.get(asked.path, Answer(status=401))) as web, pytest.raises(Retry, match="token"):
        source(web).poll("", NOW)


def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "praw", None)
    with pytest.raises(GiveUp, match=r"pip install 'earshot\[reddit\]'"):
        table("https://localhost").build(HEARD)


def test_a_refresh_token_takes_the_place_of_a_password(place: RedditPlace, web: Wire) -> None:
    source(web, password="", refresh_token="hunter2-c").poll("", NOW)
    assert web.asked[0].form == {"grant_type": "refresh_token", "refresh_token": "hunter2-c"}
    assert web.asked[1].headers["authorization"] == "bearer a-token"


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"password": ""}, "set either password or refresh_token"),
        ({"refresh_token": "r"}, "set either password or refresh_token"),
        ({"subreddits": ["r/tea"]}, "subreddits"),
        ({"username": "/u/simmerwick"}, "username"),
    ],
)
def test_a_table_that_cannot_work_says_what_is_missing(keys: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        table("https://localhost", **keys)


# Answering


def errors(code: str, sentence: str = "") -> Answer:
    return said({"json": {"errors": [[code, sentence, "parent"]]}})


def test_a_pause_that_reddit_wants_is_kept(place: RedditPlace, web: Wire) -> None:
    sentence = "Looks like you've been doing that a lot. Take a break for 5 minutes before trying again."
    place.next_reply.append((False, errors("RATELIMIT", sentence)))
    with pytest.raises(Retry, match="Take a break for 5 minutes") as caught:
        source(web).reply("t1_p1", "Sorry.", key="k1")
    assert caught.value.after == timedelta(minutes=5, seconds=1)
    assert not caught.value.ambiguous


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("THREAD_LOCKED", "The thread is locked"),
        ("DELETED_COMMENT", "was deleted"),
        ("NEW_ONE", "NEW_ONE"),
        ("", "why"),
    ],
)
def test_a_refusal_without_a_sentence_has_one_of_ours(place: RedditPlace, web: Wire, code: str, words: str) -> None:
    place.next_reply.append((False, errors(code)))
    with pytest.raises(GiveUp, match=words):
        source(web).reply("t1_p1", "Sorry.", key="k1")


def test_praw_sends_a_comment_once_whatever_comes_back(place: RedditPlace, web: Wire) -> None:
    """Left to itself it tries three times after a fault of the server, and each may stand there."""
    place.next_reply.append((False, Answer(status=503)))
    with pytest.raises(Retry) as caught:
        source(web).reply("t1_p1", "Sorry.", key="k1")
    assert caught.value.ambiguous
    assert web.paths().count("/api/comment/") == 1


def test_the_same_words_under_another_post_are_another_answer(place: RedditPlace, web: Wire) -> None:
    answers = source(web)
    answers.reply("t1_p1", "Sorry.", key="k1")
    assert list(answers.find_replies("t1_p2", "Sorry.", since=LONG_AGO).permalinks) == []
    answers.reply("t1_p2", "Sorry.", key="k2")
    assert [thing["parent_id"] for thing in place.ours] == ["t1_p1", "t1_p2"]


def test_a_line_break_stays_one_and_the_answer_is_known_again(place: RedditPlace, web: Wire) -> None:
    text = "Dear Oda,\nwe are sorry.\n\nYours,\nSimmerwick"
    first = source(web).reply("t1_p1", text, key="k1")
    assert [thing["body"] for thing in place.ours] == ["Dear Oda,  \nwe are sorry.\n\nYours,  \nSimmerwick"]
    assert list(source(web).find_replies("t1_p1", text, since=LONG_AGO).permalinks) == [first.permalink]


def test_our_answer_is_found_behind_many_others(place: RedditPlace, web: Wire) -> None:
    answers = source(web)
    first = answers.reply("t1_p1", "Sorry.\n\nAnd  more.", key="k1")
    for number in range(150):
        place.ours.append(place.ours[0] | {"name": f"t1_x{number}", "body": f"other {number}"})
    assert list(answers.find_replies("t1_p1", "Sorry.\n\nAnd more.", since=LONG_AGO).permalinks) == [first.permalink]


def test_our_comments_are_read_back_to_when_the_answer_was_written(place: RedditPlace, web: Wire) -> None:
    answers, written = source(web), datetime.now(UTC)
    answers.reply("t1_p1", "Sorry.", key="k1")
    (ours,) = place.ours
    before, after = written.timestamp() - 3_600, written.timestamp() + 3_600
    place.ours[:0] = [ours | {"name": f"t1_b{each}", "body": "other", "created_utc": before} for each in range(2_000)]
    assert len(answers.find_replies("t1_p1", "Sorry.", since=written).permalinks) == 1
    assert web.paths().count(f"/user/{OURS}/comments") == 1
    place.ours += [ours | {"name": f"t1_a{each}", "body": "other", "created_utc": after} for each in range(850)]
    assert len(answers.find_replies("t1_p1", "Sorry.", since=written).permalinks) == 1
    place.ours += [ours | {"name": f"t1_c{each}", "body": "other", "created_utc": after} for each in range(100)]
    with pytest.raises(GiveUp, match="cannot be told whether our answer is there: look"):
        answers.find_replies("t1_p1", "Sorry.", since=written)


@pytest.mark.parametrize("told", [{}, {"json": {"errors": [], "data": {"things": []}}}, [1], {"json": 3}])
def test_a_nonsense_confirmation_is_looked_for_again(place: RedditPlace, web: Wire, told: object) -> None:
    place.next_reply.append((False, said(told)))
    with pytest.raises(Retry) as caught:
        source(web).reply("t1_p1", "Sorry.", key="k1")
    assert caught.value.ambiguous


# The real service, as praw's tests recorded it

recorded = pytest.mark.skipif(not RECORDINGS.is_dir(), reason="the recordings lie beside the repository")


def recording(name: str) -> Any:
    """The answer to the second request; the first one is for the token."""
    interactions = json.loads((RECORDINGS / name).read_text())["interactions"]
    return json.loads(interactions[1]["response"]["body"]["string"])


@recorded
@pytest.mark.parametrize(
    ("file", "path"),
    [
        ("reddit_TestInbox.test_mentions.json", "/message/mentions"),
        ("reddit_TestSubreddit.test_search.json", "/search"),
    ],
)
def test_recorded_listings_of_the_real_service_are_read(file: str, path: str) -> None:
    page = recording(file)
    page["data"]["after"] = None

    def speak(asked: Asked) -> Answer:
        return said(TOKEN if "token" in asked.path else page if asked.path in (path, "/api/info") else listing([]))

    with wire(speak) as web:
        hears = replace(source(web, search=True), first_lookback=timedelta(days=10_000))
        batch = hears.poll("", datetime(2019, 5, 1, tzinfo=UTC))
    told = [child["data"] for child in page["data"]["children"]]
    assert len(batch.items) + len(batch.problems) == len(told)
    for item in batch.items:
        assert item.text
        assert item.posted_at
        assert item.thread.startswith("t3_")
        assert item.url.startswith("https://www.reddit.com/r/")


@recorded
def test_a_recorded_answer_of_the_real_service_has_an_address() -> None:
    answered = recording("reddit_TestComment.test_reply.json")

    def speak(asked: Asked) -> Answer:
        return said(TOKEN if "token" in asked.path else answered if asked.path == "/api/comment/" else listing([]))

    with wire(speak) as web:
        replied = source(web).reply("t1_d1616q2", "Comment reply", key="k1")
    assert replied.permalink == "https://www.reddit.com/comments/4b1tfm/_/d1680wu/"

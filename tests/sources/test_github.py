"""A repository on a hand-written GitHub: what the contract does not ask of every source."""

import json
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from bot.errors import GiveUp, Retry
from bot.sources.base import Batch, Listening
from bot.sources.formats.fields import digest
from bot.sources.formats.read_back import Since
from bot.sources.github import GithubSource, GithubTable, _discussion_pages
from tests.contracts.cases.github import github_source
from tests.sources.fake_github import REPOSITORY, FakeGithub, Written, fake_github
from tests.sources.loopback import Answer
from tests.sources.wire import Asked, Wire, said, wire

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def place() -> Iterator[tuple[FakeGithub, Wire]]:
    with fake_github() as made:
        yield made


def source(served: Wire, **keys: object) -> GithubSource:
    built = github_source(served, **keys)
    assert isinstance(built, GithubSource)
    return built


def written(number: int, body: str = "", *, ago: timedelta = HOUR, **fields: object) -> Written:
    at = NOW - ago
    return Written(**{"number": number, "body": body or f"text of {number}", "created": at, "updated": at} | fields)  # type: ignore[arg-type]


def texts(batch: Batch) -> list[str]:
    return [item.text for item in batch.items]


def test_an_old_issue_that_somebody_labels_is_no_news(place: tuple[FakeGithub, Wire]) -> None:
    github, served = place
    github.issues = [written(1, ago=timedelta(days=400), updated=NOW), written(2)]
    assert texts(source(served).poll("", NOW)) == ["text of 2"]


def test_programs_the_team_ourselves_and_pull_requests_are_no_customers(place: tuple[FakeGithub, Wire]) -> None:
    github, served = place
    github.issues = [
        written(1, kind="Bot"),
        written(2, login="dependabot[bot]"),
        written(3, association="MEMBER"),
        written(4, is_pull=True),
        written(5, "Sorry.\n\n<!-- earshot:k1 -->"),
        written(6, association="CONTRIBUTOR"),
        written(7, login=""),
    ]
    github.comments = [written(40, on=4, is_pull=True), written(60, on=6)]
    raw = {"kind": "github", "name": "i", "url": served.url, "token": "hunter2-github", "repositories": [REPOSITORY]}
    ours = GithubTable.model_validate(raw | {"allow_private": True}).build(Listening())
    batch = ours.poll("", NOW)
    assert texts(batch) == ["text of 6", "text of 7", "text of 60"]
    assert [item.author for item in batch.items] == ["jo", "ghost", "jo"]
    assert "text of 3" in texts(source(served, team=True).poll("", NOW))


def test_a_comment_comes_with_what_it_is_about(place: tuple[FakeGithub, Wire]) -> None:
    github, served = place
    github.issues = [written(7, "<!-- tell us your version -->\nIt broke.", title="Kettle", ago=timedelta(days=30))]
    github.comments = [written(70, "Same here", on=7, reactions=12)]
    (item,) = source(served).poll("", NOW).items
    assert (item.external_id, item.thread) == (f"{REPOSITORY}/issues/7#70", f"{REPOSITORY}/issues/7")
    assert (item.parent, item.reach) == ("Kettle\n\nIt broke.", 12)
    assert list(source(served).look_again([item.external_id], NOW).items) == [item]


def test_a_discussion_comes_with_all_that_is_said_in_it(place: tuple[FakeGithub, Wire]) -> None:
    github, served = place
    github.discussions = [written(3, "How?", title="Descale", updated=NOW)]
    github.discussed = [written(31, "With vinegar", on=3), written(32, "It stinks", on=3, below="DC_31", login="mia")]
    batch = source(served).poll("", NOW)
    assert [item.external_id.split(" ", 1)[1] for item in batch.items] == ["D_3", "D_3 DC_31", "D_3 DC_31 DC_32"]
    assert {item.thread for item in batch.items[1:]} == {batch.items[0].external_id}
    assert batch.items[2].parent == "Descale\n\nHow?"
    github.discussed.pop()
    looked = source(served).look_again([item.external_id for item in batch.items], NOW)
    assert looked.gone == (batch.items[2].external_id,)
    assert list(looked.items) == list(batch.items[:2])


def test_a_comment_that_was_answered_and_deleted_is_gone_and_its_answers_stay(place: tuple[FakeGithub, Wire]) -> None:
    github, served = place
    github.discussions = [written(3, updated=NOW)]
    github.discussed = [written(31, on=3), written(32, on=3, below="DC_31", login="mia")]
    items = source(served).poll("", NOW).items
    github.discussed[0].is_deleted = True
    again = source(served).poll("", NOW)
    assert [item.external_id for item in again.items] == [items[0].external_id, items[2].external_id]
    assert again.problems == ()
    assert source(served).look_again([item.external_id for item in items], NOW).gone == (items[1].external_id,)


def test_an_answer_below_an_old_comment_is_found_again_behind_many_newer_ones(
    place: tuple[FakeGithub, Wire],
) -> None:
    github, served = place
    github.discussions = [written(3, updated=NOW)]
    github.discussed = [written(100 + each, on=3) for each in range(120)]
    old = f"{REPOSITORY}/discussions/3 D_3 DC_100 DC_999"
    first = source(served).reply(old, "Sorry.", key="k1")
    assert source(served).reply(old, "Sorry.", key="k1") == first
    assert source(served).find_reply(f"{REPOSITORY}/discussions/3 D_3", "Sorry.", key="k1") is None
    assert len(github.discussed) == 121


def test_an_issue_with_very_much_of_late_is_for_a_person(place: tuple[FakeGithub, Wire]) -> None:
    github, served = place
    github.issues = [written(7)]
    now = datetime.now(UTC)
    github.comments = [written(10 + each, on=7, updated=now) for each in range(1_000)]
    with pytest.raises(GiveUp, match="cannot be told whether our answer is among it: look there"):
        source(served).find_reply(f"{REPOSITORY}/issues/7", "Sorry.", key="k1")


def test_where_a_question_is_too_heavy_less_is_asked_for(place: tuple[FakeGithub, Wire]) -> None:
    github, served = place
    github.discussions = [written(each, ago=each * timedelta(minutes=20)) for each in range(1, 13)]
    for most in (5, 1):
        github.most_discussions = most
        seen, batch = set[str](), source(served).poll("", NOW)
        while batch.more:
            seen |= set(texts(batch))
            batch = source(served).poll(batch.cursor, NOW)
        assert len(seen | set(texts(batch))) == 12
    github.most_discussions = 0
    with pytest.raises(Retry, match="too heavy: Resource limits"):
        list(_discussion_pages(source(served)._visit(), REPOSITORY))


@pytest.mark.parametrize("status", [502, 504])
def test_a_question_that_takes_github_too_long_is_asked_for_less(status: int) -> None:
    github, heavy = FakeGithub(), list[int]()
    github.discussions = [written(each) for each in range(1, 11)]

    def speak(asked: Asked) -> Answer | None:
        first = json.loads(asked.body)["variables"].get("first", 0) if asked.path.endswith("graphql") else 0
        heavy.append(first)
        return (
            said({"message": "We couldn't respond to your request in time"}, status)
            if first > 5
            else github.speak(asked)
        )

    with wire(speak) as served:
        assert len(source(served).poll("", NOW).items) == 10
    assert [each for each in heavy if each] == [25, 5, 5]


SLOW_DOWN = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."


@pytest.mark.parametrize(
    ("fault", "headers", "least", "most"),
    [
        ({"type": "RATE_LIMITED", "message": "API rate limit exceeded for user ID 1."}, {}, 300, 300),
        (
            {"type": "RATE_LIMIT", "code": "graphql_rate_limit", "message": "API rate limit already exceeded"},
            {},
            300,
            300,
        ),
        (
            {"type": "RATE_LIMIT", "message": "spent"},
            {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "900"},
            880,
            900,
        ),
        (
            {"type": "RATE_LIMIT", "message": "spent"},
            {"X-RateLimit-Remaining": "4", "X-RateLimit-Reset": "900"},
            880,
            900,
        ),
        ({"message": SLOW_DOWN}, {}, 60, 60),
        ({"message": SLOW_DOWN}, {"Retry-After": "70"}, 70, 70),
    ],
)
def test_a_limit_told_with_status_200_is_waited_for(
    place: tuple[FakeGithub, Wire], fault: dict[str, str], headers: dict[str, str], least: int, most: int
) -> None:
    github, served = place
    if "X-RateLimit-Reset" in headers:
        headers = headers | {"X-RateLimit-Reset": str(int(time.time()) + int(headers["X-RateLimit-Reset"]))}
    github.always = said({"data": None, "errors": [fault]}, **headers)
    for asking in (
        lambda: source(served).reply(f"{REPOSITORY}/discussions/3 D_3", "Sorry.", key="k1"),
        lambda: source(served).look_again([f"{REPOSITORY}/discussions/3 D_3"], NOW),
    ):
        with pytest.raises(Retry) as caught:
            asking()
        assert (caught.value.asked, caught.value.ambiguous) == (True, False)
        assert least <= caught.value.after.total_seconds() <= most


def test_a_passing_fault_of_graphql_is_no_refusal(place: tuple[FakeGithub, Wire]) -> None:
    github, served = place
    wrong = {"message": "Something went wrong while executing your query. Please include `0401:6C25` when reporting."}
    post = f"{REPOSITORY}/discussions/3 D_3"
    github.discussions = [written(3)]
    github.next_refusal = said({"data": None, "errors": [wrong]})
    with pytest.raises(Retry, match="Something went wrong") as caught:
        source(served).reply(post, "Sorry.", key="k1")
    assert caught.value.ambiguous
    for refusal in (
        {"type": "UNPROCESSABLE", "message": "Discussion is locked."},
        {"message": "Field 'x' doesn't exist on type 'Discussion'", "extensions": {"code": "undefinedField"}},
    ):
        github.always = said({"data": None, "errors": [refusal]})
        with pytest.raises(GiveUp, match=re.escape(str(refusal["message"]))):
            source(served).look_again([post], NOW)


def test_an_answer_to_an_answer_stands_under_the_comment_above(place: tuple[FakeGithub, Wire]) -> None:
    """GitHub takes one level only."""
    github, served = place
    github.discussions = [written(3)]
    github.discussed = [written(31, on=3), written(32, on=3, below="DC_31")]
    source(served).reply(f"{REPOSITORY}/discussions/3 D_3 DC_31 DC_32", "Sorry.", key="k1")
    assert github.discussed[-1].below == "DC_31"


def test_more_changes_in_one_second_than_a_page_holds_are_all_read(place: tuple[FakeGithub, Wire]) -> None:
    github, served = place
    github.issues = [written(number, updated=NOW - HOUR) for number in range(1, 451)]
    reader, cursor, seen = source(served), "", set()
    for _ in range(5):
        batch = reader.poll(cursor, NOW)
        seen |= {item.external_id for item in batch.items}
        cursor = batch.cursor
        if not batch.more:
            break
    assert len(seen) == 450
    assert not batch.more


def test_when_the_token_runs_out_is_told(place: tuple[FakeGithub, Wire]) -> None:
    github, served = place
    assert source(served).poll("", NOW).access_ends_at is None
    github.headers = {"github-authentication-token-expiration": "2026-07-01 10:00:00 UTC"}
    assert source(served).poll("", NOW).access_ends_at == datetime(2026, 7, 1, 10, tzinfo=UTC)


def test_a_limit_is_waited_for_until_it_ends(place: tuple[FakeGithub, Wire]) -> None:
    github, served = place
    reset = str(int(time.time()) + 900)
    for answer, least, most in [
        (said({}, 403, X_RateLimit_Remaining="0", X_RateLimit_Reset=reset), 880, 900),
        (said({}, 429, Retry_After="70"), 70, 70),
        (said({"message": "You have exceeded a secondary rate limit"}, 403), 60, 60),
    ]:
        github.always = answer
        with pytest.raises(Retry) as caught:
            source(served).poll("", NOW)
        assert least <= caught.value.after.total_seconds() <= most


def test_what_a_person_has_to_mend_is_said(place: tuple[FakeGithub, Wire]) -> None:
    github, served = place
    github.hidden = True
    with pytest.raises(GiveUp, match="acme/kettle"):
        source(served).poll("", NOW)
    github.hidden = False
    with pytest.raises(GiveUp, match="401"):
        source(served, token="wrong").poll("", NOW)
    github.always = said({"message": "Resource not accessible by personal access token"}, 403)
    with pytest.raises(GiveUp, match="not accessible"):
        source(served).poll("", NOW)
    with pytest.raises(ValidationError, match="owner/name"):
        source(served, repositories=["kettle"])


def test_a_token_that_lost_its_sight_withdraws_nothing(place: tuple[FakeGithub, Wire]) -> None:
    github, served = place
    github.hidden = True
    with pytest.raises(GiveUp, match="any more"):
        source(served).look_again([f"{REPOSITORY}/issues/1"], NOW)


def test_an_answer_bears_a_mark_that_nobody_sees(place: tuple[FakeGithub, Wire]) -> None:
    github, served = place
    github.issues = [written(7)]
    replied = source(served).reply(f"{REPOSITORY}/issues/7#70", "Sorry.", key="k-1 -->")
    assert replied.permalink
    body = github.comments[0].body
    assert body.startswith("Sorry.\n\n<!-- earshot:")
    assert body.count("-->") == 1
    assert source(served).find_reply(f"{REPOSITORY}/issues/7", "", key="k-1 -->") == replied
    assert source(served).find_reply(f"{REPOSITORY}/issues/7", "", key="k-2") is None


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("Map<String> & 1 < 2", "Map&lt;String> & 1 &lt; 2"),
        ("write &lt; or &#60;", "write &amp;lt; or &amp;#60;"),
        ("try `Map<String>` <now>", "try `Map<String>` &lt;now>"),
        ("```\nif a<b: &lt;\n```\n<!-- x -->", "```\nif a<b: &lt;\n```\n&lt;!-- x -->"),
        ("**bold** #7 @jo", "**bold** #7 @jo"),
    ],
)
def test_nothing_of_an_answer_vanishes_as_markup(place: tuple[FakeGithub, Wire], text: str, body: str) -> None:
    github, served = place
    github.issues = [written(7)]
    source(served).reply(f"{REPOSITORY}/issues/7", text, key="k1")
    assert github.comments[0].body == f"{body}\n\n<!-- earshot:k1 -->"


@pytest.mark.parametrize(
    "strange",
    ["other/place/issues/7", "x", "acme/kettle/discussions/7", "acme/kettle/issues/7#", "acme/kettle/pulls/7", ""],
)
def test_a_post_that_is_not_from_here_cannot_be_answered(place: tuple[FakeGithub, Wire], strange: str) -> None:
    with pytest.raises(GiveUp):
        source(place[1]).reply(strange, "Sorry.", key="k1")
    assert source(place[1]).look_again([strange], NOW).gone == ()


class RestlessGithub(FakeGithub):
    """While its list is read, somebody labels the first issue, which moves it to the end."""

    def _list(self, asked: Asked, shelf: list[Written]) -> Answer:
        answer = super()._list(asked, shelf)
        self.issues[0].updated = NOW
        return answer


def test_an_issue_that_moves_while_the_list_is_read_hides_no_other() -> None:
    github = RestlessGithub()
    github.issues = [written(each, ago=HOUR * 20 - each * timedelta(minutes=1)) for each in range(1, 251)]
    with wire(github.speak) as served:
        batch = source(served).poll("", NOW)
    assert set(texts(batch)) == {f"text of {each}" for each in range(1, 251)}


def test_a_repository_that_is_added_later_brings_nothing_from_before(place: tuple[FakeGithub, Wire]) -> None:
    github, served = place
    half_a_year_ago = Since(of=digest(served.url)[:12], start=NOW - timedelta(days=180))
    github.issues = [written(1, ago=timedelta(days=90), updated=NOW), written(2)]
    known = half_a_year_ago.after({"acme/other issues": NOW, "acme/other issues/comments": NOW}, now=NOW)
    assert texts(source(served).poll(known, NOW)) == ["text of 2"]


@pytest.mark.parametrize(("number", "is_said"), [(49, False), (60, True)])
def test_comments_that_a_discussion_does_not_show_are_not_passed_over_in_silence(
    place: tuple[FakeGithub, Wire], number: int, is_said: bool
) -> None:
    github, served = place
    github.discussions = [written(5)]
    github.discussed = [written(100 + each, on=5) for each in range(number)]
    problems = source(served).poll("", NOW).problems
    assert bool(problems) is is_said
    assert all("discussions/5" in problem for problem in problems)


def test_a_limit_that_ends_before_the_last_list_costs_only_what_was_not_read_yet() -> None:
    github, over = FakeGithub(), list[bool]()
    github.issues, github.comments = [written(1)], [written(100, on=1)]

    def speak(asked: Asked) -> Answer | None:
        is_late = asked.path.endswith("/issues/comments") and not over
        return said({"message": "rate limit"}, 429, Retry_After="77") if is_late else github.speak(asked)

    with wire(speak) as served:
        first = source(served).poll("", NOW)
        over.append(True)
        second = source(served).poll(first.cursor, NOW)
    assert (texts(first), first.more, first.retry_after) == (["text of 1"], True, timedelta(seconds=77))
    assert "text of 100" in texts(second)
    assert not second.more

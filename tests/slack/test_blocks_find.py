import json
from typing import Any

from hypothesis import given, settings

from bot.domain.author import AuthorAt, AuthorHistory, Said
from bot.domain.lifecycle import State
from bot.domain.listing import Listing
from bot.slack import ids
from bot.slack.blocks.author import author_history_modal, search_for
from bot.slack.blocks.find import bring_back_modal, find_modal
from bot.slack.payloads import typed_words
from tests.fakes import department
from tests.slack.examples import HOUR, NOW, a_line, hostile, hostile_long
from tests.slack.limits import elements_of, faults_of_view, said


def an_author(**wanted: Any) -> AuthorAt:
    known: dict[str, Any] = {
        "source": "forum",
        "source_title": "Forum",
        "handle": "wren",
        "name": "Wren Q.",
        "profile": "https://forum.test/u/wren",
        "total": 12,
        "ends": ((State.ANSWERED, 3), (State.OPEN, 1), (State.DISMISSED, 2), (State.FILTERED, 6)),
        "first_at": NOW - 9 * HOUR,
        "last_at": NOW,
        "score": "mostly as a detractor (82%, estimated)",
        "lines": (a_line(posted_at=NOW),) * 3,
        "answers": (Said(to=1, at=NOW, by="U0BO", text="We refunded it."),),
    }
    return AuthorAt(**(known | wanted))


def steps(view: dict[str, Any]) -> list[str]:
    return [one["action_id"] for one in elements_of(view["blocks"])]


def test_a_search_begins_with_a_field_and_an_example() -> None:
    view = find_modal("", None, "U0ANA")
    assert not faults_of_view(view)
    assert view["submit"]["text"] == "Search"
    assert "state:open" in said(view)
    assert steps(view) == [ids.FIND_TEXT]


def test_what_was_typed_stays_and_each_line_offers_what_makes_sense() -> None:
    lines = tuple(
        a_line(mention_id=number, state=state, posted_at=NOW, topic="app_crash")
        for number, state in enumerate((State.OPEN, State.FILTERED, State.ANSWERED, State.CLAIMED), 1)
    )
    view = find_modal("refund", Listing(lines=lines, first=10, total=30, size=10), "U0ANA")
    assert not faults_of_view(view)
    assert view["blocks"][0]["element"]["initial_value"] == "refund"
    assert json.loads(view["private_metadata"]) == {"text": "refund", "page": 1}
    assert "11–14 of 30, the newest first" in said(view)
    assert steps(view)[1:] == [
        *(ids.FIND_CLAIM, ids.AUTHOR_HISTORY),
        *(ids.BRING_BACK, ids.AUTHOR_HISTORY),
        *(ids.FIND_REOPEN, ids.AUTHOR_HISTORY),
        ids.AUTHOR_HISTORY,
        *(ids.FIND_NEWER, ids.FIND_OLDER),
    ]
    for words in ("kept out by a rule", "✅ answered", "app crash"):
        assert words in said(view)


def test_nothing_found_says_what_else_to_try() -> None:
    assert "Nothing fits. Try fewer words" in said(find_modal("x", Listing(size=10), "U0ANA"))


def test_bringing_back_remembers_the_search_beneath() -> None:
    teams = [department("billing"), department("care")]
    view = bring_back_modal(7, teams, "care", {"text": "free crypto", "page": 0})
    assert not faults_of_view(view)
    assert json.loads(view["private_metadata"]) == {"text": "free crypto", "page": 0, "mention_id": 7}
    assert view["blocks"][1]["element"]["initial_option"]["value"] == "care"
    unknown = bring_back_modal(7, teams, "", {})
    assert unknown["blocks"][1]["element"]["initial_option"]["value"] == "billing"


def test_an_author_is_told_in_words_and_apart_at_each_source() -> None:
    there = an_author(source="blog", source_title="Blog", total=1, lines=(a_line(),), answers=())
    view = author_history_modal(AuthorHistory(name="wren", at=(an_author(), there), beyond=2), "U0ANA")
    assert not faults_of_view(view)
    for words in (
        "Wren Q. (wren) on Forum",
        "12 mentions: 3 answered, 1 open, 2 decided without an answer, 6 in no channel",
        "mostly as a detractor (82%, estimated)",
        "We refunded it.",
        "may be another person",
        "and 2 more authors of that name",
    ):
        assert words in said(view)
    assert [one["value"] for one in elements_of(view["blocks"])] == [search_for(an_author())]


def test_nobody_of_that_name_is_said_so() -> None:
    assert "Nobody called “wren” has written about us." in said(
        author_history_modal(AuthorHistory(name="wren", at=()), "U0ANA")
    )


def test_what_slack_makes_of_a_command_is_read_as_it_was_typed() -> None:
    for sent, typed in {
        "author <@U123ABC|wren>": "author @wren",
        "find <#C1|billing> &lt;b&gt; &amp; c": "find #billing <b> & c",
        "add <https://forum.test/a?b=1&amp;c=2|forum.test/a> now": "add https://forum.test/a?b=1&c=2 now",
        "add <https://forum.test>": "add https://forum.test",
        "<!subteam^S1|@leads> <@U1>": "@leads @U1",
        "a < b": "a < b",
    }.items():
        assert typed_words(sent) == typed


@settings(max_examples=40, deadline=None)
@given(body=hostile_long, short=hostile)
def test_no_text_breaks_what_was_found(body: str, short: str) -> None:
    line = a_line(
        excerpt=body, author=body, source=short, department=short, permalink=short, topic=short, posted_at=NOW
    )
    views = (
        find_modal(
            " ".join(body.split())[:500], Listing(lines=(line,) * 10, first=10, total=99, size=10), "U0ANA", note=body
        ),
        author_history_modal(
            AuthorHistory(
                name=body,
                at=(
                    an_author(
                        handle=body, name=short, profile=short, source=body, source_title=short, lines=(line,) * 3
                    ),
                )
                * 6,
                beyond=3,
            ),
            "U0ANA",
        ),
        bring_back_modal(
            7, [department("x", title=short.strip() or "x")], "care", {"text": " ".join(body.split())[:500]}
        ),
    )
    for view in views:
        assert not faults_of_view(view)

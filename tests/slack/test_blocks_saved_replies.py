"""Saved replies as a list and as a form."""

from dataclasses import replace
from typing import Any

from hypothesis import given, settings

from bot.domain.routing import Department
from bot.domain.saved_reply import SavedReply, Shelf, Written
from bot.slack.blocks.saved_replies import replies_modal, reply_modal
from tests.fakes import department
from tests.slack.examples import NOW, hostile_long
from tests.slack.limits import elements_of, faults_of_view, said

TEAMS: list[Department] = [department("billing"), department("care")]


def a_reply(number: int = 1, **fields: object) -> SavedReply:
    base = SavedReply(
        id=number,
        title=f"Refund {number}",
        text="Hi {author}, we sent it back.",
        department="billing",
        created_by="U0ANA",
        created_at=NOW,
        updated_by="U0ANA",
        updated_at=NOW,
    )
    return replace(base, **fields)  # type: ignore[arg-type]


def shelf(*replies: SavedReply, total: int = 0, page: int = 0, retired: bool = False, others: int = 0) -> Shelf:
    return Shelf(replies=replies, total=total or len(replies), page=page, size=8, retired=retired, others=others)


def labels(view: dict[str, Any]) -> list[str]:
    """Of the buttons, from top to bottom."""
    return [each["text"]["text"] for each in elements_of(view["blocks"]) if each["type"] == "button"]


def test_the_list_tells_whose_each_is_how_often_it_was_used_and_by_whom_it_was_written() -> None:
    used = a_reply(2, used=3, last_used_at=NOW, department="", version=2)
    view = replies_modal(shelf(a_reply(), used), TEAMS)
    text = said(view["blocks"])
    assert not faults_of_view(view)
    assert "2 saved replies, offered wherever an answer is written." in text
    assert "Refund 1 · Billing" in text
    assert "Refund 2 · All teams" in text
    assert "not used yet · written by <@U0ANA>" in text
    assert "used 3 times" in text
    assert labels(view) == ["New reply…", "Edit…", "Retire", "Edit…", "Retire"]


def test_pages_and_the_retired_are_counted() -> None:
    first = replies_modal(shelf(*(a_reply(each) for each in range(1, 9)), total=20, others=2), TEAMS)
    assert not faults_of_view(first)
    assert "1–8 of 20" in said(first["blocks"])
    assert labels(first)[-2:] == ["More (12)", "Retired (2)"]
    last = replies_modal(shelf(a_reply(20), total=17, page=2, others=2), TEAMS)
    assert labels(last)[-2:] == ["Back", "Retired (2)"]


def test_the_retired_can_be_brought_back_only() -> None:
    view = replies_modal(shelf(a_reply(ended_at=NOW), retired=True, others=4), TEAMS)
    assert "retired by <@U0ANA>" in said(view["blocks"])
    assert labels(view) == ["Bring back", "In force (4)"]


def test_an_empty_list_says_what_it_is_for() -> None:
    view = replies_modal(shelf(), TEAMS)
    assert not faults_of_view(view)
    assert "There are no saved replies yet." in said(view["blocks"])
    assert labels(view) == ["New reply…"]


def test_the_form_explains_its_fields_and_shows_an_example() -> None:
    written = Written(id=1, version=2, title="Refund", text="Hi {author}", department="care")
    view = reply_modal(written, TEAMS, "Hi Jo", "Jo")
    text = said(view["blocks"])
    assert not faults_of_view(view)
    for words in ("`{author}` the customer's name", "`{agent}` the name of whoever answers", "by Jo", "Hi Jo"):
        assert words in text
    assert "a made-up customer" in said(reply_modal(written, TEAMS, "Hi Maria")["blocks"])
    assert not faults_of_view(reply_modal(Written(), TEAMS, ""))


@settings(max_examples=20, deadline=None)
@given(hostile_long)
def test_hostile_words_break_nothing(text: str) -> None:
    hostile = [a_reply(number, title=text, text=text, department=text) for number in range(8)]
    assert not faults_of_view(replies_modal(shelf(*hostile, total=30, page=1, others=1), TEAMS))
    written = Written(title=text[:60], text=text[:2_900], department=text)
    assert not faults_of_view(reply_modal(written, TEAMS, text, text))

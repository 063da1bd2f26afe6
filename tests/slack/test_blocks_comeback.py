"""What a card, a copy and a notice say when the author came back; and that no text breaks them."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given

from bot.domain.card import Card
from bot.domain.comeback import FollowUp, FollowUps, Revision
from bot.domain.lifecycle import CLOSED, State
from bot.slack.blocks.card import card_message, copy_message, pointer_message
from bot.slack.blocks.comeback import came_back, came_back_notice, difference, newest_url
from tests.slack.examples import NOW, PERMALINK, a_card, hostile, hostile_long
from tests.slack.limits import faults_of_message, said

POST = "They charged me twice and nobody answers the phone."


def follow_up(number: int = 1, **fields: object) -> FollowUp:
    base = FollowUp(
        mention_id=number,
        external_id=f"r-{number}",
        author="Ana K.",
        text=f"Still nothing, {number}",
        url=f"https://www.example.org/r/7#{number}",
        at=NOW + timedelta(minutes=number),
        detractor=0.91,
    )
    return replace(base, **fields)  # type: ignore[arg-type]


def a_returned_card(*texts: str, total: int = 0, before: str = "", **wanted: object) -> Card:
    posts = tuple(follow_up(number, text=text) for number, text in enumerate(texts, start=1))
    again = FollowUps(total=total or len(posts), newest=posts)
    revision = Revision(before=before, at=NOW) if before else None
    return replace(a_card(**wanted), follow_ups=again, revision=revision)


def test_what_they_wrote_since_stands_on_the_card_with_its_score_and_place() -> None:
    message = card_message(a_returned_card("Still nothing!"), now=NOW)
    text = said(message.blocks)
    assert not faults_of_message(message)
    for words in ("They wrote again", "2026-03-02 12:01 UTC", "estimated 91% detractor", "Still nothing!"):
        assert words in text
    assert "They wrote again: “Still nothing!”" in message.text


def test_many_are_counted() -> None:
    text = said(came_back(a_returned_card("one", "two", "three", total=1204)))
    assert "They wrote again 1,204 times; the newest 3 below" in text


def test_what_was_changed_is_struck_out_and_what_is_new_is_bold() -> None:
    message = card_message(a_returned_card(before=POST.replace("twice", "once")), now=NOW)
    assert "Changed by the author" in said(message.blocks)
    spans = difference(POST.replace("twice", "once"), POST)
    assert [(each["text"], each.get("style")) for each in spans if each["text"].strip()] == [
        ("They charged me", None),
        ("once", {"strike": True}),
        ("twice", {"bold": True}),
        ("and nobody answers the", None),
        ("…", None),
    ]


def test_words_that_are_the_same_are_no_change() -> None:
    assert came_back(a_returned_card(before=f" {POST} ")) == []


@pytest.mark.parametrize("state", sorted(CLOSED))
def test_a_closed_card_is_done_with_it(state: State) -> None:
    assert came_back(a_returned_card("again", before="old", state=state)) == []


def test_a_copy_says_it_in_a_line() -> None:
    message = copy_message(a_returned_card("Still nothing!", before="old"), PERMALINK)
    assert "The author changed it" in said(message.blocks)
    assert "They wrote again: “Still nothing!”" in said(message.blocks)


def test_whoever_holds_it_hears_what_is_new_and_where() -> None:
    message = came_back_notice(a_returned_card("Still nothing!"), PERMALINK)
    assert not faults_of_message(message)
    for words in ("came back on a mention that you have claimed", "Still nothing!", "Open the card"):
        assert words in said(message.blocks)
    assert "Still nothing!" in message.text


def test_an_answer_belongs_under_the_newest_post_that_has_an_address() -> None:
    card = a_returned_card("one", "two")
    assert newest_url(card) == "https://www.example.org/r/7#2"
    assert newest_url(a_card()) == "https://www.example.org/r/7"


def test_a_pointer_says_who_moved_it_and_when() -> None:
    text = said(pointer_message(a_card(), PERMALINK, by="U0ANA", at=NOW).blocks)
    assert "Moved to C0CARE (Customer care) by U0ANA, 2026-03-02 12:00 UTC." in text


@given(before=hostile_long, now=hostile_long, again=hostile)
def test_no_text_breaks_it(before: str, now: str, again: str) -> None:
    card = a_returned_card(again, again, before=before or "x", mention={"text": now})
    for message in (card_message(card, now=NOW), copy_message(card, PERMALINK), came_back_notice(card, PERMALINK)):
        assert not faults_of_message(message)

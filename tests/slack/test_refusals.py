"""A refusal is said under an input that is there."""

from datetime import UTC, datetime

from bot.slack import ids
from bot.slack.blocks.answer import answer_input
from bot.slack.blocks.answer_memory import Memory
from bot.slack.blocks.elements import divider, field, modal, text_input
from bot.slack.card_forms import ERROR_AT
from bot.slack.listeners import FORMS
from bot.slack.refusals import input_for


def test_every_dialog_says_where_it_was_refused() -> None:
    assert set(ERROR_AT) == set(FORMS)


def test_an_input_that_was_numbered_anew_is_found() -> None:
    second = Memory(mention_id=1, version=1, opened_at=datetime(2026, 3, 2, tzinfo=UTC)).after_inserting(7)
    view = modal(ids.ANSWER, "Answer", [divider(), answer_input(second, "Hi")])
    assert input_for(view, ids.ANSWER_TEXT) == second.input_id != ids.ANSWER_TEXT


def test_where_the_input_is_not_there_the_first_one_says_it() -> None:
    view = modal(ids.ISSUE, "Link", [divider(), field("Key", text_input(ids.ISSUE_KEY)), field("T", text_input("t"))])
    assert input_for(view, ids.RATING_WORDS) == ids.ISSUE_KEY
    assert input_for(view, "t") == "t"
    assert input_for(modal(ids.ISSUE, "Link", [divider()]), ids.ISSUE_KEY) == ""

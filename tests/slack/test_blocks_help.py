from hypothesis import given, settings

from bot.slack.blocks.help import help_message
from bot.slack.commands import WORDS
from tests.slack.examples import hostile
from tests.slack.limits import faults_of_message, said

LINES = [(each.usage, each.does) for each in WORDS.values()]


def test_help_lists_every_word_and_says_what_was_wrong() -> None:
    message = help_message(LINES, "There is no “subscrbe”.")
    assert not faults_of_message(message)
    for words in ("There is no “subscrbe”.", "/mentions help", *(f"/mentions {word}" for word in WORDS)):
        assert words in message.text
        assert words in said(message.blocks)


def test_help_says_that_threads_take_no_commands() -> None:
    assert "no commands inside threads" in said(help_message(LINES).blocks)


def test_help_stays_short() -> None:
    assert len(help_message(LINES).text) < 1_500


@settings(max_examples=40, deadline=None)
@given(typed=hostile)
def test_no_word_breaks_the_help(typed: str) -> None:
    assert not faults_of_message(help_message(LINES, typed))

import pytest

from bot.errors import GiveUp
from bot.sources.base import Listening
from bot.sources.formats.searching import quoted, searched_words


def test_words_names_and_themes_are_searched_for_once_each() -> None:
    heard = Listening(names=("Acme", "Acme  Air"), themes=("carry on", "ACME"))
    assert searched_words(("#acme", "acme air"), heard) == ("#acme", "acme air", "Acme", "carry on")


def test_with_no_word_at_all_it_says_what_to_write() -> None:
    with pytest.raises(GiveUp, match="nothing to search for"):
        searched_words((" ",), Listening())


def test_a_quote_in_a_word_does_not_end_the_phrase() -> None:
    assert quoted('the "good" kettle') == '"the  good  kettle"'
    assert quoted('" OR password') == '"OR password"'

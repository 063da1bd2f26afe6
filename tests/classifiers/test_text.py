"""Text made safe to read."""

from hypothesis import given
from hypothesis import strategies as st

from classifiers.language import LANGUAGES, detect
from classifiers.text import MAX_CHARACTERS, readable, with_name
from classifiers.verdict import UNKNOWN_LANGUAGE

ANY_TEXT = st.text(st.characters(exclude_categories=()))


def test_noise_is_taken_out() -> None:
    assert readable(" so\x00 &amp; \ud800 so\n\n!!!!!!!! https://shop.example/a?b=c ") == "so & so !!! http"


@given(ANY_TEXT)
def test_readable_text_can_be_encoded_and_is_short(text: str) -> None:
    safe = readable(text)

    safe.encode("utf-8")
    assert len(safe) <= MAX_CHARACTERS


def test_name_leads_where_there_is_one() -> None:
    assert with_name("works well", "@Pelican") == "Pelican: works well"
    assert with_name("works well", " ") == "works well"


def test_languages_are_told_apart() -> None:
    assert detect("the delivery was late and nobody called me back") == "en"
    assert detect("Das Paket ist schon wieder nicht angekommen") == "de"
    assert detect("El servicio al cliente es muy malo") == "es"
    assert detect("la livraison est encore en retard, je suis déçu") == "fr"


def test_text_too_short_or_odd_has_no_language() -> None:
    for text in ("", "12 34", "😀😀", "@pelican #tea http"):
        assert detect(text) == UNKNOWN_LANGUAGE


@given(ANY_TEXT)
def test_language_is_always_a_code(text: str) -> None:
    assert detect(readable(text)) in {*LANGUAGES, UNKNOWN_LANGUAGE}

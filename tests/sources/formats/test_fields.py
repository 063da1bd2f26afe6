import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.mention import clean
from bot.sources.formats.fields import (
    MAX_LINE,
    MAX_SENTENCE,
    count,
    language,
    line,
    prose,
    sentence,
    stars,
    web_address,
)


@pytest.mark.parametrize(
    ("text", "base", "address"),
    [
        ("https://x.example/a", "", "https://x.example/a"),
        (" HTTP://x.example ", "", "HTTP://x.example"),
        ("/a?b", "https://x.example/feed/", "https://x.example/a?b"),
        ("", "https://x.example/", ""),
        ("javascript:alert(1)", "https://x.example/", ""),
        ("data:text/html,x", "https://x.example/", ""),
        ("/a", "", ""),
        ("https://x.example/a b", "", ""),
        ("https://[x", "https://x.example/", ""),
        ("https://x.example/" + "a" * 2_000, "", ""),
    ],
)
def test_only_addresses_of_the_web_are_kept(text: str, base: str, address: str) -> None:
    assert web_address(text, base) == address


@pytest.mark.parametrize(
    ("text", "number"), [("12", 12), (" -9 ", -9), ("", None), ("1e3", None), ("²", None), ("9" * 16, None)]
)
def test_count(text: str, number: int | None) -> None:
    assert count(text) == number


@pytest.mark.parametrize(
    ("text", "most", "rating"),
    [
        ("4", "", 4.0),
        ("7", "10", 3.5),
        ("80", "100", 4.0),
        ("0", "", None),
        ("6", "", None),
        ("4", "0", None),
        ("1e400", "", None),
    ],
)
def test_stars_are_one_to_five(text: str, most: str, rating: float | None) -> None:
    assert stars(text, most) == rating


@pytest.mark.parametrize(
    ("text", "tag"),
    [("en", "en"), ("pt-BR", "pt"), ("EN_gb", "en"), ("und", ""), ("English", ""), ("", ""), ("é1", "")],
)
def test_language_is_a_primary_subtag(text: str, tag: str) -> None:
    assert language(text) == tag


@given(st.text())
def test_line_is_one_clean_line(text: str) -> None:
    assert "\n" not in line(text)
    assert clean(line(text)) == line(text)
    assert len(line(text * 50)) <= MAX_LINE


@given(st.text() | st.text(alphabet=" \n\r\t\0\u00a0\ud800ae\u0301"))
def test_prose_is_clean_and_stays_as_it_is(text: str) -> None:
    assert clean(prose(text)) == prose(text)
    assert prose(prose(text)) == prose(text)


def test_a_places_reason_is_short_and_holds_no_secret_of_ours() -> None:
    assert sentence("Bad token\nhunter2!", hiding=("", "hunter2")) == "Bad token …!"
    assert len(sentence("a " * 500)) == MAX_SENTENCE

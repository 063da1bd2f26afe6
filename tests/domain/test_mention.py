import time
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.mention import CUT_MARK, MAX_TEXT, clean
from tests.hostile.trying import tried

# Everything that a feed can hold: also NUL, lone surrogates and the marks that stack upon each other.
hostile = st.text(st.characters(codec=None) | st.sampled_from("\0\r\n\v\x85\ud800\udfff\u0301\u0316\u0344\u1100\u1161"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("a\0b", "ab"),
        ("a\ud83db", "ab"),
        ("tab\tand\nline", "tab\tand\nline"),
        ("dos\r\nmac\runix\n", "dos\nmac\nunix\n"),
        ("one\vtwo\fthree\x85four", "one\ntwo\nthree\nfour"),
        ("\x1b[31mred\x7f", "[31mred"),
        ("e\u0301", "é"),
        ("👩\u200d🚀 शुक्रिया", "👩\u200d🚀 शुक्रिया"),
        ("", ""),
    ],
)
def test_what_is_kept_of_a_text(text: str, expected: str) -> None:
    assert clean(text) == expected


@tried(100)
@given(text=hostile)
def test_clean_text_is_accepted_by_every_database(text: str) -> None:
    cleaned = clean(text)
    assert cleaned.encode("utf-8").decode("utf-8") == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    assert not any(unicodedata.category(ch) in ("Cc", "Cs") for ch in cleaned if ch not in "\n\t")


@tried(100)
@given(text=hostile)
@example("\u0344" * 40)
def test_cleaning_what_is_clean_changes_nothing(text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned


@tried(100)
@given(text=st.text(st.characters(categories=["L", "N", "P", "S", "Zs"])))
def test_a_text_without_controls_and_marks_is_only_composed(text: str) -> None:
    assert clean(text) == unicodedata.normalize("NFC", text)


def test_a_text_of_the_greatest_length_is_whole() -> None:
    assert clean("x" * MAX_TEXT) == "x" * MAX_TEXT


@pytest.mark.parametrize("text", ["x" * (MAX_TEXT + 1), "x" * (20 * MAX_TEXT), "x\0" * (20 * MAX_TEXT)])
def test_a_longer_text_is_cut_and_says_so(text: str) -> None:
    cleaned = clean(text)
    assert len(cleaned) == MAX_TEXT
    assert cleaned.endswith("x" + CUT_MARK)


def test_a_text_that_lost_only_what_nobody_looked_at_says_so_too() -> None:
    assert clean("\0" * (20 * MAX_TEXT) + "x") == CUT_MARK


def test_a_decomposed_text_is_measured_after_it_is_composed() -> None:
    assert clean("e\u0301" * MAX_TEXT) == "é" * MAX_TEXT


def test_a_mountain_of_marks_costs_no_time() -> None:
    """Normalizing a run of n marks takes n² steps: 64,000 took 3.5 s, ten megabytes would take hours."""
    begin = time.perf_counter()
    cleaned = clean("Z" + "\u0301\u0316" * 5_000_000)
    assert time.perf_counter() - begin < 2
    assert len(cleaned) <= 31 + len(CUT_MARK)

"""Two posts say the same only where the later one adds nothing; the bench's pairs measure how often that is told rightly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benches.repeats.__main__ import pairs
from bot.domain.wording import says_again, wording_of

TEXT = "I ordered the blue kettle from Simmer three weeks ago and nobody answers my mails about order 4711."


def same(later: str, first: str = TEXT, *, own: bool = False) -> bool:
    return says_again(wording_of("", later), wording_of("", first), same_author=own)


@pytest.mark.parametrize(
    "later",
    [
        TEXT,
        f"RT @mara: {TEXT}",
        f"{TEXT} #simmer #fail 😡 https://example.org/1?utm=2",
        f"{TEXT} (via The Daily Post)",
        f"Please share: {TEXT}",
        TEXT.upper(),
        TEXT.replace("ordered", "orderd"),
        TEXT.replace("nobody answers", "nobody answres"),
        TEXT.replace("mails", "e-mails"),
        TEXT[: len(TEXT) - 9] + "…",
    ],
)
def test_the_same_words_in_another_coat(later: str) -> None:
    assert same(later)


@pytest.mark.parametrize(
    "later",
    [
        TEXT.replace("4711", "4712"),
        TEXT.replace("three", "five"),
        TEXT.replace("blue", "red"),
        TEXT.replace("Simmer", "Boil"),
        TEXT.replace("nobody answers", "nobody still answers"),
        TEXT.replace("I ordered", "I never ordered"),
        f"{TEXT} And I was charged twice.",
        f"{TEXT} Update: it came.",
        "Kettle broken, nobody answers.",
        "",
    ],
)
def test_another_matter_in_the_same_words(later: str) -> None:
    assert not same(later)


def test_who_said_what_of_whom_matters() -> None:
    one = "The kettle of Simmer is far better than the one of Boil and it is cheaper as well as quieter in the kitchen."
    other = one.replace("Simmer", "?").replace("Boil", "Simmer").replace("?", "Boil")
    assert not same(other, one)


def test_an_excerpt_says_less_and_the_whole_says_more() -> None:
    start = " ".join(TEXT.split()[:16]) + " …"
    assert same(start)
    assert not same(TEXT, start)


def test_short_texts_are_the_same_by_chance() -> None:
    assert not same("Still no refund from you.", "Still no refund from you.", own=True)
    short = "My parcel is gone and nobody cares."
    assert same(short, short, own=True)
    assert not same(short, short)


def test_other_titles_over_a_long_text() -> None:
    body = " ".join(f"word{chr(97 + at % 26)}{chr(97 + at // 26)}" for at in range(60))
    first, later = wording_of("Kettles are recalled", body), wording_of("Simmer calls kettles back", body)
    assert says_again(later, first, same_author=False)
    brief = " ".join(body.split()[:20])
    assert not says_again(wording_of("Broken lid", brief), wording_of("Wrong colour", brief), same_author=False)


def test_very_long_texts_are_compared_in_time() -> None:
    long = " ".join(f"w{at % 50}" if at % 7 else "the" for at in range(20_000))
    assert same(f"{long} the the", long)


@given(st.text(max_size=400), st.text(max_size=400))
def test_any_two_texts_can_be_compared(one: str, other: str) -> None:
    first, later = wording_of("", one), wording_of(one[:20], other)
    assert says_again(first, first, same_author=True) in (True, False)
    assert says_again(later, first, same_author=False) in (True, False)


@pytest.mark.parametrize("part", ["tune", "test"])
def test_no_pair_of_the_bench_is_folded_wrongly(part: str) -> None:
    found = [each for each in pairs(part) if says_again(each.later, each.first, same_author=each.own)]
    wrong = [each.line for each in found if not each.same]
    assert wrong == []
    assert len(found) >= 0.93 * sum(each.same for each in pairs(part))

"""The difference of two texts: what it shows is true, short, and quick whatever is thrown at it."""

import time

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.difference import MOST_WORDS, Fate, Run, runs


def told(before: str, after: str) -> str:
    marks = {Fate.KEPT: "{}", Fate.GONE: "-{}-", Fate.NEW: "+{}+", Fate.LEFT_OUT: "…"}
    return " ".join(marks[run.fate].format(run.text) for run in runs(before, after))


def test_a_word_is_shown_with_its_neighbours() -> None:
    before = "I have waited for two weeks now and nobody answers the phone at all"
    after = "I have waited for three weeks now and nobody answers the phone at all"
    assert told(before, after) == "I have waited for -two- +three+ weeks now and nobody …"


def test_what_was_added_at_the_end_is_new() -> None:
    assert told("it broke", "it broke Edit: they fixed it") == "it broke +Edit: they fixed it+"


def test_what_was_taken_out_is_gone() -> None:
    assert told("it broke, you thieves", "it broke,") == "it broke, -you thieves-"


def test_a_post_that_was_rewritten_is_one_piece_each() -> None:
    assert (
        told("the worst company ever", "all is well, thank you") == "-the worst company ever- +all is well, thank you+"
    )


def test_white_space_is_no_change() -> None:
    assert runs("it  broke\ntoday", "it broke today") == ()


def test_a_long_change_is_cut_and_says_so() -> None:
    shown = runs("a", " ".join(f"w{n}" for n in range(1_000)))
    assert shown[-1] == Run(fate=Fate.LEFT_OUT)
    assert max(len(run.text.split()) for run in shown) == MOST_WORDS


def test_hostile_repetition_takes_no_time() -> None:
    began = time.perf_counter()
    runs("x " * 10_000, "y " + "x " * 9_000 + "z " * 900)
    assert time.perf_counter() - began < 1.0


WORDS = st.lists(st.sampled_from(["a", "b", "c", "dd", "e"]), max_size=40).map(" ".join)


@given(before=WORDS, after=WORDS)
def test_every_word_shown_stood_there(before: str, after: str) -> None:
    shown = runs(before, after)
    old, new = f" {before} ", f" {after} "
    for run in shown:
        if run.fate in (Fate.GONE, Fate.KEPT):
            assert f" {run.text} " in old
        if run.fate in (Fate.NEW, Fate.KEPT):
            assert f" {run.text} " in new
    assert bool(shown) == (before.split() != after.split())
    assert not shown or {Fate.GONE, Fate.NEW} & {run.fate for run in shown}

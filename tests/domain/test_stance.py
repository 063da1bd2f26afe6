"""Determined detractors and advocates: persistence times reach times recency, and never one rant."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.stance import HALF_LIFE, Heard, StanceKind, stance_of

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)


def said(days_ago: float, detractor: float = 0.9, promoter: float = 0.05, reach: int = 0) -> Heard:
    return Heard(at=NOW - timedelta(days=days_ago), detractor=detractor, promoter=promoter, reach=reach)


def praised(days_ago: float) -> Heard:
    return said(days_ago, 0.05, 0.9)


def kind(*heard: Heard, now: datetime = NOW) -> StanceKind | None:
    stance = stance_of(heard, now)
    return stance.kind if stance else None


def test_three_posts_on_two_days_make_a_determined_detractor() -> None:
    stance = stance_of([said(20, reach=12_000), said(9), said(2, reach=12_400)], NOW)
    assert stance is not None
    assert (stance.kind, stance.posts, stance.reach) == (StanceKind.DETRACTOR, 3, 12_400)
    assert stance.last_at == NOW - timedelta(days=2)


def test_advocates_are_the_mirror() -> None:
    assert kind(praised(20), praised(9), praised(2)) is StanceKind.ADVOCATE


@pytest.mark.parametrize(
    "heard",
    [
        [said(1, 1.0, 0.0, 1_000_000)],
        [said(1, reach=1_000_000), said(3, reach=1_000_000)],
        [said(0.1, reach=1_000_000), said(0.11), said(0.12), said(0.13)],
        [said(9), said(5), said(2, 0.45)],
        [said(9), said(5), said(3), praised(2), praised(1)],
        [said(170), said(160), said(150)],
        [],
    ],
    ids=["one rant", "two", "all on one day", "a mild third", "as much praise", "long ago", "nothing"],
)
def test_less_than_that_makes_none(heard: list[Heard]) -> None:
    assert stance_of(heard, NOW) is None


def test_reach_weighs() -> None:
    old = [said(60), said(50), said(40)]
    assert kind(*old) is None
    assert kind(*(replace(each, reach=50_000) for each in old)) is StanceKind.DETRACTOR


def test_it_halves_in_thirty_days_and_ends() -> None:
    heard = [said(4), said(3), said(1)]
    now, later = stance_of(heard, NOW), stance_of([replace(each, reach=90_000) for each in heard], NOW + HALF_LIFE)
    assert now is not None
    assert later is not None
    assert stance_of(heard, NOW + HALF_LIFE) is None
    same_reach = stance_of([replace(each, reach=90_000) for each in heard], NOW)
    assert same_reach is not None
    assert later.strength == pytest.approx(same_reach.strength / 2)


def test_a_post_that_a_person_called_a_rant_counts_in_full_and_no_other_does() -> None:
    unclear = [said(9, 0.4), said(5, 0.4), said(2, 0.4)]
    assert kind(*unclear) is None
    assert kind(*(replace(each, hostile=True) for each in unclear)) is StanceKind.DETRACTOR
    assert kind(replace(unclear[0], hostile=True), *unclear[1:]) is None


@given(
    st.lists(
        st.builds(
            said,
            st.floats(-5, 400),
            st.floats(0, 1),
            st.floats(0, 1),
            st.integers(0, 2**62),
        ),
        max_size=30,
    )
)
def test_any_history_gives_one_stance_at_the_most_and_never_on_one_day(heard: list[Heard]) -> None:
    stance = stance_of(heard, NOW)
    if stance is not None:
        assert stance.posts >= 3
        assert stance.first_at.date() < stance.last_at.date()
        assert stance.last_at <= NOW

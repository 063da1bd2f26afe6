"""Whose turn it is, and when the office is open for it."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.assignment import Assign, Candidate, Offer, choose_next, offer_end, opens_at
from bot.domain.promise import OfficeHours, Opening, always

NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
"""A Monday."""

DAY = (Opening(opens=time(9), closes=time(17)),)
OFFICE = OfficeHours(zone="Europe/Berlin", week=(DAY, DAY, DAY, DAY, DAY, (), ()))


def somebody(person: str, *, asked: int | None = None, load: int = 0) -> Candidate:
    """`asked`: minutes ago."""
    return Candidate(person=person, last_turn=None if asked is None else NOW - timedelta(minutes=asked), load=load)


def test_the_turn_goes_to_whoever_waited_longest() -> None:
    waiting = [somebody("ana", asked=5), somebody("ben", asked=20), somebody("cat", asked=10)]
    assert choose_next(Assign.ROUND_ROBIN, waiting) == "ben"


def test_who_was_never_asked_comes_first_in_the_order_of_the_list() -> None:
    waiting = [somebody("ana", asked=500), somebody("cat"), somebody("ben")]
    assert choose_next(Assign.ROUND_ROBIN, waiting) == "cat"


def test_the_least_loaded_is_asked_and_ties_go_by_turn() -> None:
    waiting = [somebody("ana", load=1, asked=1), somebody("ben", load=3, asked=90), somebody("cat", load=1, asked=9)]
    assert choose_next(Assign.LEAST_LOADED, waiting) == "cat"


@pytest.mark.parametrize("assign", Assign)
def test_nobody_is_asked_where_nobody_is_there(assign: Assign) -> None:
    assert choose_next(assign, []) == ""


def test_a_department_that_offers_to_nobody_asks_nobody() -> None:
    assert choose_next(Assign.NOBODY, [somebody("ana")]) == ""


@given(st.integers(1, 7), st.integers(1, 40))
def test_round_robin_is_fair_to_one(people: int, cards: int) -> None:
    turns: dict[str, datetime | None] = {f"p{number}": None for number in range(people)}
    counts = dict.fromkeys(turns, 0)
    for card in range(cards):
        chosen = choose_next(
            Assign.ROUND_ROBIN, [Candidate(person=each, last_turn=turns[each], load=0) for each in turns]
        )
        turns[chosen], counts[chosen] = NOW + timedelta(seconds=card), counts[chosen] + 1
    assert max(counts.values()) - min(counts.values()) <= 1


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        (datetime(2026, 6, 1, 8, tzinfo=UTC), datetime(2026, 6, 1, 8, tzinfo=UTC)),  # 10:00 in Berlin
        (datetime(2026, 6, 1, 5, tzinfo=UTC), datetime(2026, 6, 1, 7, tzinfo=UTC)),
        (datetime(2026, 6, 1, 15, tzinfo=UTC), datetime(2026, 6, 2, 7, tzinfo=UTC)),  # closing time is closed
        (datetime(2026, 6, 5, 16, tzinfo=UTC), datetime(2026, 6, 8, 7, tzinfo=UTC)),  # Friday evening
    ],
)
def test_the_office_opens_at(now: datetime, opens: datetime) -> None:
    assert opens_at(OFFICE, now) == opens


def test_an_office_that_never_closes_is_open() -> None:
    assert opens_at(always(), NOW) == NOW


def test_an_offer_before_closing_time_lasts_into_the_next_morning() -> None:
    evening = datetime(2026, 6, 1, 14, 50, tzinfo=UTC)
    assert offer_end(OFFICE, evening, timedelta(minutes=15)) == datetime(2026, 6, 2, 7, 5, tzinfo=UTC)


@pytest.mark.parametrize(("by", "in_turn"), [("earshot", True), ("UANA", False)])
def test_an_offer_tells_whether_it_is_a_turn(by: str, in_turn: bool) -> None:
    assert Offer(to="UBEN", by=by, at=NOW, until=NOW).in_turn is in_turn
